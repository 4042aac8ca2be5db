import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Client } from "shoal";
import * as db from "shoal/bag";

/**
 * Bags over text and JSON lines, beside peers/bag_ops.py, over the data that peers/gen_data.py writes:
 * `npx tsx --conditions=shoal-source benchmarks/bag.ts DIR [--case wordcount,…] [--mode threads] [--workers 2] [--runs 3]`.
 * A JSON line for each case; a unit is a byte of text, or a record.
 */
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
  const overRows = (run: () => Promise<unknown>) => (): Work => ({ units: linesIn(join(folder, "json")), run });
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
const linesIn = (folder: string): number =>
  filesIn(folder).reduce((sum, file) => {
    const bytes = readFileSync(file);
    let lines = 0;
    for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) lines += 1;
    return sum + lines;
  }, 0);

async function main(): Promise<void> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: {
      case: { type: "string", default: "all" },
      mode: { type: "string", default: "threads" },
      workers: { type: "string", default: "2" },
      runs: { type: "string", default: "3" },
    },
  });
  const [folder] = positionals;
  if (folder === undefined) throw new SyntaxError("Give the folder that gen_data.py wrote to");
  const cases = bagCases(folder);
  const names = values.case === "all" ? Object.keys(cases) : values.case.split(",");
  const workers = Number(values.workers);
  const client = await Client.local({ mode: values.mode as "threads", workers });
  try {
    for (const name of names) {
      const make = cases[name];
      if (make === undefined) throw new SyntaxError(`Cases are ${Object.keys(cases).join(", ")}, not ${name}`);
      console.log(JSON.stringify(await measured(name, make(), Number(values.runs), { mode: values.mode, workers })));
    }
  } finally {
    await client.close();
  }
}

async function measured(name: string, work: Work, runs: number, params: object): Promise<object> {
  const seconds: number[] = [];
  for (let i = 0; i < runs; i++) {
    const start = performance.now();
    await work.run();
    seconds.push((performance.now() - start) / 1000);
  }
  const sorted = [...seconds].sort((a, b) => a - b);
  const median = sorted[sorted.length >> 1] as number;
  return {
    bench: `bag/${name}`,
    params,
    seconds: round(median),
    unit_count: work.units,
    per_unit_us: round((median / work.units) * 1e6),
    first_s: round(seconds[0] as number),
    min_s: round(sorted[0] as number),
    max_s: round(sorted.at(-1) as number),
    runs,
    peak_rss_mb: Math.round(process.resourceUsage().maxRSS / 1024),
  };
}

const round = (value: number): number => Math.round(value * 1e6) / 1e6;

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
