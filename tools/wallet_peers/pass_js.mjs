// Cards by @walletpass/pass-js: one Template with the images, a Pass for each card.
import { Template } from "@walletpass/pass-js";
import { cards, files, serve, text } from "./work.mjs";

const { storeCard: _shown, barcodes: _codes, ...common } = cards[0];
const template = new Template("storeCard", {
  passTypeIdentifier: common.passTypeIdentifier,
  teamIdentifier: common.teamIdentifier,
  backgroundColor: common.backgroundColor,
  foregroundColor: common.foregroundColor,
  labelColor: common.labelColor,
});
template.setPrivateKey(text("pass.key.pem"));
template.setCertificate(text("pass.pem"));
for (const [name, data] of Object.entries(files)) {
  const [, kind, density] = /^([A-Za-z]+)(?:@([23]x))?\.png$/.exec(name);
  await template.images.add(kind, data, density);
}

await serve(async (card) => {
  const { storeCard, ...fields } = card;
  const pass = template.createPass(fields);
  for (const group of ["headerFields", "primaryFields", "secondaryFields", "backFields"]) {
    for (const field of storeCard[group] ?? []) pass[group].add(field);
  }
  return pass.asBuffer();
});
