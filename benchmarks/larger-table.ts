import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { rename } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fromColumns, readParquet } from "../collections/dataframe/index.ts";
import { Client } from "../index.ts";
import { Random } from "../runtime/base/random.ts";
import { type BenchCase, nodePeer, type Run, secondsOf } from "./bench-case.ts";
import { treePeakMb } from "./tree-memory.ts";

/**
 * A table of numbers that is larger than the memory there is, put in order and written again, beside polars alone, which may use as much as our
 * workers together (and more: their programs count for us). `SHOAL_BENCH_GB` makes it smaller or larger than 1 GB.
 */
const GIGABYTES = Number(process.env["SHOAL_BENCH_GB"] ?? 1);
const WORKERS = 2;
const LIMIT_MB = Math.max(600, Math.round(300 * GIGABYTES));
const FOLDER = join(tmpdir(), `shoal-bench-large-${GIGABYTES}`);
const COLUMNS = 4;
const ROWS_A_FILE = 500_000;
const FILES = Math.ceil((GIGABYTES * 1e9) / (8 * COLUMNS * ROWS_A_FILE));

/** Written once: one column to sort by, the others say of each row which it is. */
async function makeTable(): Promise<void> {
  if (existsSync(FOLDER)) return;
  const unfinished = `${FOLDER}.part`;
  rmSync(unfinished, { recursive: true, force: true });
  const random = new Random(1);
  for (let file = 0; file < FILES; file++) {
    const numbers = (value: (row: number) => number): Float64Array =>
      Float64Array.from({ length: ROWS_A_FILE }, (_, at) => value(file * ROWS_A_FILE + at));
    const columns = {
      v: numbers(() => random.next()),
      id: numbers((row) => row),
      a: numbers((row) => row / 7),
      b: numbers((row) => -row),
    };
    await fromColumns(columns, { sort: false }).toParquet(unfinished, { append: true, compression: "snappy" });
  }
  await rename(unfinished, FOLDER);
}

async function sortedAndWritten(): Promise<Run> {
  const folder = mkdtempSync(join(tmpdir(), "shoal-bench-sorted-"));
  let seconds = 0;
  try {
    const peakTreeMb = await treePeakMb(async () => {
      const limits = { memoryLimit: `${LIMIT_MB} MB`, memory: { spillFolder: join(folder, "spill") } };
      const client = await Client.local({ mode: "processes", workers: WORKERS, ...limits });
      try {
        seconds = await secondsOf(async () =>
          (await readParquet(FOLDER)).sortValues("v").toParquet(join(folder, "out")),
        );
      } finally {
        await client.close();
      }
    });
    return { seconds, more: { peakTreeMb, rows: await checkedRows(join(folder, "out")) } };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @throws Error where a row is missing, or a partition ends above where the next begins */
async function checkedRows(folder: string): Promise<number> {
  const sorted = await readParquet<{ v: number; id: number }>(folder);
  const edges = sorted.mapPartitions<{ low: number; high: number; isRising: number; ids: number }>(
    (part) => {
      const values = part.get("v").toArray() as number[];
      const ids = part.get("id").toArray() as number[];
      return {
        low: [values[0] ?? Number.NaN],
        high: [values.at(-1) ?? Number.NaN],
        isRising: [values.every((value, at) => at === 0 || value >= (values[at - 1] as number)) ? 1 : 0],
        ids: [ids.reduce((sum, id) => sum + id, 0)],
      };
    },
    { schema: { low: "float64", high: "float64", isRising: "float64", ids: "float64" } },
  );
  const found = (await edges.compute()).toRecords();
  const rows = await sorted.length();
  const isSorted = found.every(
    ({ low, isRising }, at) => isRising === 1 && (at === 0 || low >= (found[at - 1]?.high ?? 0)),
  );
  const ids = found.reduce((sum, one) => sum + one.ids, 0);
  if (!isSorted || rows !== FILES * ROWS_A_FILE || ids !== (rows * (rows - 1)) / 2)
    throw new Error(`${rows} rows came out, ${isSorted ? "sorted" : "not sorted"}, whose numbers add up to ${ids}`);
  return rows;
}

export const largerTable: BenchCase = {
  name: "dataframe/larger_than_memory",
  params: { gb: GIGABYTES, mode: "processes", workers: WORKERS, limitMb: LIMIT_MB },
  units: FILES * ROWS_A_FILE,
  isLong: true,
  peers: [nodePeer("polars", "larger-table-polars.ts", [FOLDER, WORKERS * LIMIT_MB])],
  open: makeTable,
  run: sortedAndWritten,
};
