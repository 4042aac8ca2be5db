import { existsSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Random } from "../runtime/base/random.ts";

const FILES = 4;
const LINES_PER_FILE = 715_000;
const RECORDS_PER_FILE = 250_000;
/** JSON lines in all. */
export const RECORDS = FILES * RECORDS_PER_FILE;
const WORDS = 5000;
const CITIES = ["Lisbon", "Oslo", "Lima", "Perth", "Kyoto", "Quito", "Riga", "Accra"];

/** Where text and JSON lines for the bags lie: always the same bytes, about 200 MB of text and a million records; written once. */
export function bagFolder(): string {
  const folder = join(tmpdir(), "shoal-bench-bag-2");
  if (existsSync(folder)) return folder;
  const fresh = `${folder}-${process.pid}`;
  mkdirSync(join(fresh, "text"), { recursive: true });
  mkdirSync(join(fresh, "json"));
  const random = new Random(11);
  for (let file = 0; file < FILES; file++) {
    const lines = Array.from({ length: LINES_PER_FILE }, () => lineOf(random));
    writeFileSync(join(fresh, "text", `part-${file}.txt`), `${lines.join("\n")}\n`);
    const records = Array.from({ length: RECORDS_PER_FILE }, (_, i) => recordOf(random, file * RECORDS_PER_FILE + i));
    writeFileSync(join(fresh, "json", `part-${file}.jsonl`), `${records.join("\n")}\n`);
  }
  renameSync(fresh, folder);
  return folder;
}

const lineOf = (random: Random): string =>
  Array.from({ length: 14 }, () => `w${Math.floor(random.next() ** 3 * WORDS)}`).join(" ");

const recordOf = (random: Random, id: number): string =>
  JSON.stringify({
    id,
    age: 18 + random.below(60),
    city: random.pick(CITIES),
    amount: Math.round(random.next() * 1e5) / 100,
    tags: [`t${random.below(50)}`, `t${random.below(50)}`],
  });
