import assert from "node:assert/strict";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { readCsv } from "../../../collections/dataframe/index.ts";
import { ShoalError } from "../../../runtime/base/errors.ts";
import "../../../index.ts";

const csv = (...values: readonly string[]): string => {
  const path = join(mkdtempSync(join(tmpdir(), "csv-integers-")), "wide.csv");
  writeFileSync(path, `id,x\n${values.map((value, row) => `${value},${row}\n`).join("")}`);
  return path;
};

async function idsOf(path: string, options = {}): Promise<[string | undefined, unknown[]]> {
  const df = await readCsv(path, options);
  return [df.dtypes["id"], (await df.get("id").astype("string").compute()).toArray()];
}

const decodes =
  (...parts: readonly string[]) =>
  (error: unknown): boolean => {
    assert.ok(error instanceof ShoalError && error.code === "DECODE");
    for (const part of parts) assert.ok(error.message.includes(part), error.message);
    return true;
  };

test("readCsv() reads whole numbers of 19 digits as int64 where they fit, to the last digit", async () => {
  for (const values of [
    ["9223372036854775807", "-9223372036854775808", "1"],
    ["1234567890123456789", "7"],
    ["0000000000000000000012", "5"],
  ])
    assert.deepEqual(await idsOf(csv(...values)), ["int64", values.map((value) => String(BigInt(value)))]);
});

test("readCsv() reads whole numbers beyond int64 as uint64 where they fit and none is negative", async () => {
  const values = ["18446744073709551615", "9223372036854775808", "3"];
  assert.deepEqual(await idsOf(csv(...values)), ["uint64", values]);
  assert.deepEqual(await idsOf(csv('"9,223,372,036,854,775,808"', "3"), { thousands: "," }), [
    "uint64",
    ["9223372036854775808", "3"],
  ]);
});

test("readCsv() names file, row and column of a whole number that no type holds, and the way out", async () => {
  for (const values of [
    ["1", "18446744073709551616"],
    ["-1", "9223372036854775808"],
    ["4", "-9223372036854775809"],
  ]) {
    const path = csv(...values);
    await assert.rejects(readCsv(path), decodes(path, "row 1", '"id"', values[1] as string, "dtypes"));
    assert.deepEqual(await idsOf(path, { dtypes: { id: "string" } }), ["string", values]);
    assert.equal((await readCsv(path, { dtypes: { id: "float64" } })).dtypes["id"], "float64");
  }
});

test("a whole number beyond int64 behind the sample is an error that names file, row and column", async () => {
  const path = csv(...Array.from({ length: 500 }, (_, row) => String(row)), "9223372036854775808");
  const df = await readCsv(path, { sampleBytes: 200 });
  assert.equal(df.dtypes["id"], "int64");
  await assert.rejects(df.compute(), (error: Error) => {
    return decodes(path, "row 500", '"id"', "9223372036854775808", "dtypes")(error.cause);
  });
});

test("readCsv() takes any mark between thousands, as often as it comes", async () => {
  for (const [thousands, ...values] of [
    ["_", "9_223_372", "3"],
    [".", "1.234.567.890", "12.345"],
  ] as const)
    assert.deepEqual(await idsOf(csv(...values), { thousands }), [
      "int64",
      values.map((value) => value.replaceAll(thousands, "")),
    ]);
});
