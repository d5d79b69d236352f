// Cards by passkit-generator: one PKPass as template, another from it for each card.
import { PKPass } from "passkit-generator";
import { cards, files, serve, text } from "./work.mjs";

const certificates = {
  wwdr: text("wwdr.pem"),
  signerCert: text("pass.pem"),
  signerKey: text("pass.key.pem"),
};
const { storeCard: _shown, barcodes: _codes, ...common } = cards[0];
const document = Buffer.from(JSON.stringify({ ...common, storeCard: {} }));
const template = new PKPass({ ...files, "pass.json": document }, certificates);

await serve(async (card) => {
  const { storeCard, barcodes, ...props } = card;
  const pass = await PKPass.from(template, props);
  for (const group of ["headerFields", "primaryFields", "secondaryFields", "backFields"]) {
    pass[group].push(...(storeCard[group] ?? []));
  }
  pass.setBarcodes(...barcodes);
  return pass.getAsBuffer();
});
