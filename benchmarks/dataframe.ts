import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as dd from "../collections/dataframe/index.ts";
import { Client } from "../index.ts";
import { type BenchCase, type BenchMode, nodePeer, pythonPeer, secondsOf } from "./bench-case.ts";
import { largerTable } from "./larger-table.ts";

/**
 * Tables read from CSV, or held in memory, beside Dask's threads, and where rows change places, on two processes beside Dask's cluster: the cases of peers/dataframe.py over the data that
 * peers/table_data.py writes. A unit is a row. SHOAL_BENCH_ROWS makes the data smaller.
 */
interface Row {
  id1: string;
  id2: number;
  v1: number;
  v2: number;
  ts: Date;
}
type Rows = dd.DataFrame<Row>;
type Right = dd.DataFrame<{ id2: number; w: number }>;

const rows = Number(process.env["SHOAL_BENCH_ROWS"] ?? 10_000_000);
const folder = process.env["SHOAL_BENCH_TABLES"] ?? join(tmpdir(), `shoal-bench-tables-${rows}`);

const dtypes = { id1: "string", id2: "int64", v1: "int64", v2: "float64" };
const readRows = (dates: boolean): Promise<Rows> =>
  dd.readCsv<Row>(join(folder, "part-*.csv"), {
    dtypes: { ...dtypes, ...(dates ? {} : { ts: "string" }) },
    blocksize: null,
    ...(dates ? { parseDates: ["ts"] } : {}),
  });
const readRight = (): Promise<Right> =>
  dd.readCsv(join(folder, "right.csv"), { dtypes: { id2: "int64", w: "float64" }, blocksize: null });

const works: Readonly<Record<string, (t: Rows, r: Right) => Promise<unknown>>> = {
  // Every column is parsed: the rows of each partition are counted by a function that gets all of it.
  read: (t) =>
    t
      .mapPartitions<{ n: number }>((part) => ({ n: [part.length] }), { schema: { n: "int64" } })
      .get("n")
      .sum()
      .compute(),
  filter_sum: (t) =>
    t
      .filter((f) => f.v1 > 2 && f.v2 < 60)
      .get("v2")
      .sum()
      .compute(),
  groupby_low: (t) =>
    t
      .filter((f) => f.v2 > 10)
      .groupby("id1")
      .agg({ v1: "sum", v2: ["mean", "std"] })
      .compute(),
  groupby_high: (t) => t.groupby("id2").agg({ v1: "sum", v2: "mean" }).compute(),
  merge: (t, r) => t.merge(r, { on: "id2" }).get("w").sum().compute(),
  set_index: (t) => t.setIndex("id2").get("v2").sum().compute(),
  sort: (t) => t.sortValues("v2").get("v1").sum().compute(),
  value_counts: (t) => t.get("id1").valueCounts().compute(),
  nunique: (t) => t.get("id2").nunique().compute(),
  describe: (t) => t.select("v1", "v2").describe().compute(),
  nlargest: (t) => t.nlargest(10, "v2").compute(),
  rolling: (t) => t.get("v2").rolling(100).mean().sum().compute(),
  resample: (t) => t.setIndex("ts", { sorted: true }).get("v2").resample("1h").mean().compute(),
};

/** Cases that are one plan of the engine over a whole table. */
const onPolars = new Set([
  "filter_sum",
  "groupby_low",
  "groupby_high",
  "merge",
  "set_index",
  "sort",
  "value_counts",
  "nunique",
  "nlargest",
  "rolling",
]);

const withDates = new Set(["resample"]);

/** The data, written once by the peers' own script. */
function makeData(): void {
  if (existsSync(join(folder, "right.csv"))) return;
  const script = fileURLToPath(new URL("./peers/table_data.py", import.meta.url));
  execFileSync("/usr/bin/python3", [script, folder, "--rows", String(rows)], { stdio: "ignore" });
}

function caseOf(name: string, source: "csv" | "memory", mode: BenchMode): BenchCase {
  let table: Rows | undefined;
  let right: Right | undefined;
  let client: Client | undefined;
  const work = works[name] as (t: Rows, r: Right) => Promise<unknown>;
  const read = async (): Promise<[Rows, Right]> => [await readRows(withDates.has(name)), await readRight()];
  return {
    name: `dataframe/${name}`,
    params: { source, mode, rows },
    units: rows,
    runs: 3,
    peers: [
      mode === "inline"
        ? pythonPeer("dask-threads", "dataframe.py", [name, folder, "--source", source])
        : pythonPeer("dask-cluster", "dataframe.py", [name, folder, "--source", source, "--on", "cluster"]),
      ...(mode === "inline" && source === "memory" && onPolars.has(name)
        ? [nodePeer("polars", "dataframe-polars.ts", [name, folder])]
        : []),
    ],
    open: async () => {
      makeData();
      if (mode !== "inline") client = await Client.local({ mode, workers: 2 });
      if (source !== "memory") return;
      const [t, r] = await read();
      table = t.persist();
      right = r.persist();
      await Promise.all([table.length(), right.length()]);
    },
    run: async () => ({
      seconds: await secondsOf(async () => {
        const [t, r] = table === undefined || right === undefined ? await read() : [table, right];
        await work(t, r);
      }),
    }),
    close: async () => {
      table = undefined;
      right = undefined;
      await client?.close();
    },
  };
}

/** Cases whose rows change places between the workers of a cluster. */
const exchanges = ["set_index", "sort", "merge"];

const ofRows: readonly BenchCase[] = (["csv", "memory"] as const).flatMap((source) => [
  ...Object.keys(works)
    .filter((name) => !(source === "memory" && name === "read"))
    .map((name) => caseOf(name, source, "inline")),
  ...exchanges.map((name) => caseOf(name, source, "processes")),
]);

export const cases: readonly BenchCase[] = [...ofRows, largerTable];
