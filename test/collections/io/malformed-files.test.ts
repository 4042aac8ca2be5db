import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { gzipSync } from "node:zlib";
import { type DataFrame, fromColumns, readCsv, readJson, readParquet } from "../../../collections/dataframe/index.ts";
import { ShoalError } from "../../../runtime/base/errors.ts";

const folder = mkdtempSync(join(tmpdir(), "shoal-malformed-"));
after(() => rmSync(folder, { recursive: true, force: true }));
let files = 0;
const file = (data: string | Buffer, ending = "csv"): string => {
  const path = join(folder, `f${files++}.${ending}`);
  writeFileSync(path, data);
  return path;
};
const columns = async (table: Promise<DataFrame<any>>): Promise<Record<string, unknown[]>> =>
  (await (await table).compute()).toColumns();

/** Reading fails at build or when it is computed, with an error of files that says the path and the place. */
async function refuses(read: Promise<DataFrame<any>>, path: string, place: RegExp): Promise<void> {
  await assert.rejects(
    read.then((table) => table.compute()),
    (error: Error) => {
      const own = error instanceof ShoalError && error.code === "TASK_FAILED" ? (error.cause as Error) : error;
      assert.ok(own instanceof ShoalError && ["DECODE", "FILE"].includes(own.code), String(error));
      assert.ok(own.message.includes(path), own.message);
      assert.match(own.message, place);
      return true;
    },
  );
}

test("a line of too few fields ends in missing values; one of too many is named", async () => {
  assert.deepEqual(await columns(readCsv(file("a,b\n1,2\n3\n"))), { a: [1, 3], b: [2, null] });
  const path = file("a,b\n1,2\n3,4,5\n6,7\n");
  await refuses(readCsv(path), path, /row 2 .* has 3 fields, more than the 2 columns a, b/);
});

test("a quote that is never closed is named by its line, at the end of a file and within", async () => {
  for (const [text, line] of [
    ['a,b\n1,x\n2,"y', 3],
    ['a,b\n1,x\n2,"y\n', 3],
    ['a,b\n1,"x\n2,y\n3,z\n', 2],
    ['a,b\n1,"x\n2,"y"\n3,z\n', 2],
  ] as const) {
    const path = file(text);
    await refuses(readCsv(path), path, new RegExp(`opens in line ${line} is never closed`));
    await refuses(
      readCsv(path).then((table) => table.select("a")),
      path,
      /never closed/,
    );
  }
  const long = file(`a,b\n${'1,"x"\n'.repeat(100)}2,"y\n${"3,z\n".repeat(50)}`);
  await refuses(readCsv(long, { blocksize: 200 }), long, /never closed/);
});

test("text that is no UTF-8 is named by byte and line; UTF-16 and lone carriage returns by name", async () => {
  const mixed = file(Buffer.concat([Buffer.from("a,b\n1,é\n"), Buffer.from("2,\xe9\n", "latin1")]));
  await refuses(readCsv(mixed), mixed, /byte 11, in line 3, is no UTF-8/);
  const wide = file(Buffer.from("\ufeffa,b\n1,2\n", "utf16le"));
  await refuses(readCsv(wide), wide, /UTF-16/);
  const returns = file("a,b\r1,x\r2,y\r");
  await refuses(readCsv(returns), returns, /carriage returns/);
});

test("a byte order mark is no part of the first name", async () => {
  assert.deepEqual(await columns(readCsv(file("\ufeffa,b\n1,2\n"))), { a: [1], b: [2] });
  assert.deepEqual(await columns(readCsv(file('\ufeff"a",b\n1,2\n'))), { a: [1], b: [2] });
  assert.deepEqual(await columns(readJson(file('\ufeff{"a":1}\n', "json"))), { a: [1] });
});

test("fields of a megabyte are read whole, in whole files and in blocks", async () => {
  const big = "z".repeat(1 << 20);
  const text = `a,b\n1,${big}\n2,"${big}\n,${big}"\n`;
  for (const blocksize of [null, 300_000]) {
    const { b } = await columns(readCsv(file(text), { blocksize }));
    assert.deepEqual(
      (b as string[]).map(({ length }) => length),
      [1 << 20, 2 * (1 << 20) + 2],
    );
  }
});

test("an empty file has no columns to read, but beside others it has no rows", async () => {
  for (const text of ["", "\n\n"]) {
    const path = file(text);
    await refuses(readCsv(path), path, /empty/);
    assert.deepEqual(await columns(readCsv([path, file("a\n1\n"), file("")])), { a: [1] });
  }
  assert.deepEqual(await columns(readCsv(file("a,b\n"))), { a: [], b: [] });
  const packed = file(gzipSync(""), "csv.gz");
  await refuses(readCsv(packed), packed, /empty/);
});

test("files that name other columns than the first, or in another order, are named", async () => {
  const first = file("a,b\n1,2\n");
  for (const text of ["b,a\n3,4\n", "a,b,c\n1,2,3\n", "a\n1\n", "a,z\n1,2\n"]) {
    const other = file(text);
    await refuses(readCsv([first, other]), other, /has the columns .*, where the first file has a, b/);
  }
});

test("a value that is not of its column's type is named by row and column, behind the sample too", async () => {
  const late = (row: string, many: string, options = {}) =>
    [file(`a;b\n${many.repeat(3000)}${row}`), { sampleBytes: 1000, separator: ";", ...options }] as const;
  for (const [path, options] of [
    late("x;3\n", "1;2\n"),
    late("1.5;3\n", "1;2\n"),
    late("maybe;3\n", "true;2\n"),
    late("x;3\n", "1,000;2\n", { thousands: "," }),
    late("junk;3\n", "2020-01-01;2\n", { parseDates: ["a"] }),
  ])
    await refuses(readCsv(path, options), path, /row 3000 of column "a" is "(x|1.5|maybe|junk)", not /);
});

test("packed files that are cut or no packed files are named", async () => {
  const cut = file(gzipSync("a,b\n1,2\n").subarray(0, 15), "csv.gz");
  await refuses(readCsv(cut), cut, /near byte/);
  const plain = file("a,b\n1,2\n", "csv.gz");
  await refuses(readCsv(plain), plain, /no gzip file/);
});

test("JSON lines: what is no JSON, no object, or of another type than the sample told is named by line", async () => {
  const json = (text: string) => file(text, "json");
  const broken = json('{"a":1}\n{"a":\n');
  await refuses(readJson(broken), broken, /line 2 is no JSON/);
  const list = json('{"a":1}\n[1]\n');
  await refuses(readJson(list), list, /line 2 is no object/);
  for (const [many, last] of [
    ['{"a":1}\n', '{"a":1.5}\n'],
    ['{"a":1}\n', '{"a":"x"}\n'],
    ['{"a":true}\n', '{"a":5}\n'],
    ['{"a":"x"}\n', '{"a":5}\n'],
  ] as const) {
    const late = json(`${many.repeat(200_000)}${last}`);
    await refuses(readJson(late, { sampleBytes: 1000 }), late, /line 200001: "a" is .*, not /);
  }
  assert.deepEqual(await columns(readJson(json('{"a":1}\n{"a":"x"}\n{"a":[1]}\n'))), { a: ["1", "x", "[1]"] });
  assert.deepEqual(await columns(readJson(json(""))), {});
});

test("Parquet: what is cut, empty, or of other columns than the first file is named", async () => {
  const table = fromColumns({ a: [1, 2, 3], s: ["x", "y", "z"] });
  const [path] = await table.toParquet(join(folder, "whole"));
  const whole = readFileSync(path as string);
  for (const bytes of [
    whole.subarray(0, whole.length - 20),
    whole.subarray(0, 4),
    Buffer.alloc(0),
    Buffer.from("no Parquet at all"),
  ]) {
    const broken = file(bytes, "parquet");
    await refuses(readParquet(broken), broken, /no.* readable Parquet file/);
  }
  const [other] = await fromColumns({ b: [1] }).toParquet(join(folder, "other"));
  await refuses(readParquet([path as string, other as string]), other as string, /has no column "a", where/);
  const [text] = await fromColumns({ a: ["1"], s: ["x"] }).toParquet(join(folder, "text"));
  await refuses(
    readParquet([path as string, text as string]),
    text as string,
    /has string in column "a", where .* has int64/,
  );
});
