import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import * as dd from "../../../collections/dataframe/index.ts";
import { pushExecutor } from "../../../runtime/graph/executor.ts";
import { syncExecutor } from "../../../runtime/graph/sync-executor.ts";

interface Flight {
  origin: string;
  delay: number;
  minutes: number | null;
}
pushExecutor(syncExecutor);
const folder = mkdtempSync(join(tmpdir(), "shoal-types-"));
after(() => rmSync(folder, { recursive: true, force: true }));
const rows: Flight[] = [
  { origin: "ORD", delay: 40, minutes: 10 },
  { origin: "SFO", delay: 5, minutes: null },
];
const flights = dd.fromRecords<Flight>(rows);

// What is checked here is checked by the compiler: an expectation that is not met is an error of `npm run check`.
test("a row's type flows through select, assign and filter, and its columns are checked", async () => {
  const some = flights.filter((f) => f.delay > 10).assign({ speed: (f) => f.delay / 60 });
  const values: number[] = (await some.select("speed").compute()).toRecords().map(({ speed }) => speed);
  assert.deepEqual(values, [40 / 60]);
  assert.throws(() => {
    // @ts-expect-error: there is no such column
    flights.filter((f) => f.delayy > 1);
  }, /delayy/);
  assert.throws(() => {
    // @ts-expect-error: a text is no number
    flights.assign({ late: (f) => f.origin - 2 });
  }, TypeError);
  assert.throws(() => {
    // @ts-expect-error: there is no such column
    flights.select("delayy");
  }, /delayy/);
  assert.throws(() => {
    // @ts-expect-error: there is no such column
    flights.sortValues("delayy");
  }, /delayy/);
  assert.throws(() => {
    // @ts-expect-error: a column that is gone is gone
    flights.drop("delay").get("delay");
  }, /delay/);
  assert.throws(() => {
    // @ts-expect-error: a condition is a boolean
    flights.filter((f) => f.delay);
  }, TypeError);
  // @ts-expect-error: texts are no numbers
  const wrong: Promise<number> = flights.get("origin").max().compute();
  assert.equal(await wrong, "SFO");
});

test("aggregates are checked by name and by the type of their column", () => {
  assert.throws(() => {
    // @ts-expect-error: there is no such aggregate
    flights.groupby("origin").agg({ delay: "meann" });
  }, /meann/);
  assert.throws(() => flights.groupby("origin").agg({ delayy: "mean" }), /delayy/);
  assert.throws(() => flights.get("origin").mean(), TypeError);
  assert.throws(() => flights.groupby("delay").agg({ origin: "std" }), TypeError);
});

test("where the schema is read from a file, the same mistakes are errors when the table is built", async () => {
  await flights.toParquet(join(folder, "flights"));
  const read = await dd.readParquet(join(folder, "flights"));
  assert.throws(() => read.filter((f) => f["delayy"] > 1), /no column "delayy"/);
  assert.throws(() => read.groupby("origin").agg({ delay: "meann" as never }), /meann/);
  assert.throws(() => read.assign({ late: (f) => f["origin"] - 1 }), TypeError);
  assert.throws(() => read.get("delay").astype("int63"), TypeError);
});
