// What the Node workers have in common with tools/wallet_peers/work.py.
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";

const directory = process.argv[2];

export const text = (name) => readFileSync(join(directory, name), "utf8");
export const cards = JSON.parse(text("cards.json"));
export const files = Object.fromEntries(
  readdirSync(join(directory, "files"))
    .sort()
    .map((name) => [name, readFileSync(join(directory, "files", name))]),
);

export async function serve(make) {
  let number = 0;
  for await (const line of createInterface({ input: process.stdin })) {
    let count = 0;
    let first = null;
    let last = null;
    // CPU seconds, as in work.py: wall seconds on an idle core, comparable on a shared one.
    const begin = process.cpuUsage();
    const end = performance.now() + Number(line) * 1000;
    while (performance.now() < end) {
      last = await make(cards[number % cards.length]);
      first ??= last;
      number += 1;
      count += 1;
    }
    const spent = process.cpuUsage(begin);
    const seconds = (spent.user + spent.system) / 1e6;
    const answer = {
      count,
      seconds,
      first: Buffer.from(first).toString("base64"),
      last: Buffer.from(last).toString("base64"),
    };
    process.stdout.write(JSON.stringify(answer) + "\n");
  }
}
