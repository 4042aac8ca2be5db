import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { Client } from "shoal";
import * as db from "shoal/bag";
import { bagFolder, RECORDS } from "./bag-data.ts";
import { type BenchCase, pythonPeer, secondsOf } from "./bench-case.ts";
import { treePeakMb } from "./tree-memory.ts";

/** Bags over text and JSON lines that bag-data.ts writes. A unit is a byte of text, or a record. */
interface Person {
  readonly id: number;
  readonly age: number;
  readonly city: string;
  readonly amount: number;
  readonly tags: readonly string[];
}

interface Work {
  readonly units: number;
  run(): Promise<unknown>;
}

/** The cases over a folder of generated data, by the names of the peer script. */
export function bagCases(folder: string): Readonly<Record<string, () => Work>> {
  const text = join(folder, "text", "*.txt");
  const rows = join(folder, "json", "*.jsonl");
  const people = () => db.readText(rows).map((line) => JSON.parse(line) as Person);
  const overText = (run: () => Promise<unknown>) => (): Work => ({ units: bytesIn(join(folder, "text")), run });
  const overRows = (run: () => Promise<unknown>) => (): Work => ({ units: RECORDS, run });
  return {
    wordcount: overText(() => db.readText(text).str.split().flatten().frequencies().topk(20, { key: 1 }).compute()),
    line_lengths: overText(() =>
      db
        .readText(text)
        .map((line) => line.length)
        .sum()
        .compute(),
    ),
    json_filter_pluck: overRows(() =>
      people()
        .filter((one) => one.age > 30 && one.tags.length > 0)
        .pluck("amount")
        .mean()
        .compute(),
    ),
    json_foldby: overRows(() =>
      people()
        .foldby("city", (total: number, one) => total + one.amount, {
          initial: 0,
          combine: (a, b) => a + b,
          combineInitial: 0,
        })
        .compute(),
    ),
    json_groupby: overRows(() =>
      people()
        .groupby((one) => one.id % 1000)
        .map(([key, group]) => [key, group.length] as const)
        .map(([, count]) => count)
        .max()
        .compute(),
    ),
  };
}

const filesIn = (folder: string): string[] => readdirSync(folder).map((name) => join(folder, name));
const bytesIn = (folder: string): number => filesIn(folder).reduce((sum, file) => sum + statSync(file).size, 0);
const folder = bagFolder();

export const cases: readonly BenchCase[] = (["threads", "processes"] as const).flatMap((mode) =>
  Object.entries(bagCases(folder)).map(([name, make]): BenchCase => {
    const work = make();
    let client: Client | undefined;
    return {
      name: `bag/${name}`,
      params: { units: work.units, mode, workers: 2 },
      units: work.units,
      runs: 3,
      peers: [pythonPeer("dask-processes", "bag.py", [name, folder, 1])],
      open: async () => {
        client = await Client.local({ mode, workers: 2 });
      },
      run: async () => {
        let seconds = 0;
        const peakTreeMb = await treePeakMb(async () => {
          seconds = await secondsOf(() => work.run());
        });
        return { seconds, more: { peakTreeMb } };
      },
      close: async () => client?.close(),
    };
  }),
);
