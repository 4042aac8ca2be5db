import { tmpdir } from "node:os";
import { join } from "node:path";
import { readParquet } from "../collections/dataframe/index.ts";
import { Client } from "../index.ts";
import { type BenchCase, type BenchMode, nodePeer, secondsOf } from "./bench-case.ts";
import { generateTpch } from "./tpch/generate.ts";
import { TABLE_NAMES, type Tables, TPCH } from "./tpch/queries.ts";

/**
 * Ten queries of TPC-H from Parquet files, beside DuckDB on the same files. SHOAL_TPCH_SCALE is 1 unless told; a unit is the
 * query.
 */
const scale = Number(process.env["SHOAL_TPCH_SCALE"] ?? 1);
const folder = process.env["SHOAL_TPCH_TABLES"] ?? join(tmpdir(), `shoal-tpch-${scale}`);

const readTables = async (): Promise<Tables> =>
  Object.fromEntries(
    await Promise.all(TABLE_NAMES.map(async (name) => [name, await readParquet(join(folder, name))] as const)),
  ) as unknown as Tables;

function caseOf(name: string, mode: BenchMode): BenchCase {
  let client: Client | undefined;
  return {
    name: `tpch/${name}`,
    params: { mode, scale },
    runs: 3,
    peers: [nodePeer("polars", "tpch-polars.ts", [name, folder]), nodePeer("duckdb", "tpch-duckdb.ts", [name, folder])],
    open: async () => {
      await generateTpch(folder, scale);
      if (mode !== "inline") client = await Client.local({ mode, workers: 2 });
    },
    run: async () => ({
      seconds: await secondsOf(async () => TPCH[name]?.ask(await readTables()).compute()),
    }),
    close: async () => client?.close(),
  };
}

export const cases: readonly BenchCase[] = Object.keys(TPCH).map((name) => caseOf(name, "inline"));
