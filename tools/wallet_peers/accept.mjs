// Whether other libraries take our cards: passkit-generator's schemas judge every pass.json,
// pass-js reads every archive back and validates it. Prints what it did, or fails with the reason.
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { Template } from "@walletpass/pass-js";
// The schemas are not exported, and they are the most complete written by others.
import { PassProps } from "./node_modules/passkit-generator/lib/esm/schemas/index.js";

const directory = process.argv[2];
const documents = JSON.parse(readFileSync(join(directory, "cards.json"), "utf8"));
for (const document of documents) {
  const { error } = PassProps.validate(document);
  if (error) throw new Error(`passkit-generator refuses ${document.serialNumber}: ${error.message}`);
}

const archives = readdirSync(join(directory, "archives")).sort();
for (const [index, name] of archives.entries()) {
  const template = await Template.fromBuffer(readFileSync(join(directory, "archives", name)));
  const read = JSON.parse(JSON.stringify(template.createPass()));
  const wanted = documents[index];
  for (const key of ["serialNumber", "authenticationToken", "logoText"]) {
    if (read[key] !== wanted[key]) throw new Error(`pass-js reads another ${key} in ${name}`);
  }
  for (const group of ["headerFields", "primaryFields", "secondaryFields", "backFields"]) {
    // It writes dates in another of the forms that W3C allows.
    const shown = (fields) =>
      JSON.stringify((fields ?? []).filter((f) => !f.dateStyle).map((f) => [f.key, f.value]));
    if (shown(read.storeCard[group]) !== shown(wanted.storeCard[group])) {
      throw new Error(`pass-js reads other ${group} in ${name}`);
    }
  }
}
process.stdout.write(
  `${documents.length} documents accepted by passkit-generator's schemas, ` +
    `${archives.length} archives read by pass-js\n`,
);
