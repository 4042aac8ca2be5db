/** A query of TPC-H in DuckDB: `tpch-duckdb.ts QUERY FOLDER`, one line of figures. */
import { duckdbOver } from "../tpch/duckdb-tables.ts";
import { TPCH } from "../tpch/queries.ts";
import { reportSeconds } from "./tpch-figures.ts";

const [name, folder] = process.argv.slice(2) as [string, string];
const { connection, close } = await duckdbOver(folder, 2);
await reportSeconds(async () => (await connection.runAndReadAll(TPCH[name]?.sql ?? "")).getRowsJS());
close();
