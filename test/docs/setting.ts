import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import sqlite from "node-sqlite3-wasm";
import { Client, delayed } from "shoal";
import * as da from "shoal/array";
import * as db from "shoal/bag";
import * as dd from "shoal/dataframe";

/** What examples take for granted: the names they use without making them, and files in the folder they run in. */

export const client = await Client.local({ mode: "inline" });
export const future = client.submit((n: number) => n + 1, 6);
export const futures = client.map((n: number) => n * n, [1, 2, 3]);

export const x = da.ones([4, 4], { chunks: [2, 2] });
export const y = da.ones([4, 4], { chunks: [2, 2] });
export const data = [1, 2, 3];
export const bag = db.fromSequence([1, 2, 3], { npartitions: 2 });
export const urls = db.fromSequence(["data:text/plain,one", "data:text/plain,two"]);
export const flights = dd.fromColumns(
  { origin: ["OSL", "ORD", "OSL"], delay: [71, null, 12], distance: [300, 5800, 410], minutes: [40, 480, 55] },
  { npartitions: 2 },
);
export const df = dd
  .fromColumns(
    { day: [new Date("2022-03-01"), new Date("2022-03-02"), new Date("2022-03-03")], delay: [1, 2, 3] },
    { npartitions: 1 },
  )
  .setIndex("day");
export const limit = 60;
export const total = delayed((a: number, b: number) => a + b)(1, 2);
export const measured = delayed(() => 3)();
export const written = delayed(() => "report.txt")();
export const copied = delayed(() => "copy.txt")();
export const readReport = delayed(() => 12)();
export const mean = x.mean();

export interface Hit {
  readonly status: number;
  readonly path: string;
}
export interface Row {
  readonly a: number;
}
export const query = async (sql: string): Promise<string[]> => [sql];
export const retry = (): void => {};
export const readImage = (_path: string): da.NDArray =>
  da.NDArray.from([
    [0, 1],
    [2, 3],
  ]);
export const series = (start = 0, count = 0): Float64Array => Float64Array.from({ length: count }, (_, i) => start + i);
export const database = { put: async (_start: number | undefined, _values: unknown): Promise<void> => {} };
export const warehouse = { write: async (_rows: unknown, _options: { fence: number }): Promise<void> => {} };

const npy = da.ones([1000, 3], { chunks: [500, 3] });
await da.toNpy(npy, "measurements.npy");
await da.toNpz("points.npz", { x: npy, y: npy });
await da.toZarr(x, "weather.zarr", { component: "temperature" });
await da.toHdf5(x, "weather.h5", "temperature");
writeFileSync("scan.bin", new Uint8Array(2 * 4096 * 4096));
writeFileSync("trips-1.csv", "start,minutes\n2022-03-01T08:00:00,12\n");
mkdirSync("logs", { recursive: true });
writeFileSync("logs/one.jsonl.gz", gzipSync('{"status":500,"path":"/a"}\n{"status":200,"path":"/b"}\n'));

const shop = new sqlite.Database("shop.db");
shop.exec("CREATE TABLE orders (id INTEGER, price REAL); INSERT INTO orders VALUES (1, 9.5), (2, 3)");
shop.close();

/** The value that a line of an example says it gives. */
export async function given(value: unknown, said: unknown): Promise<void> {
  assert.deepEqual(await value, said);
}
