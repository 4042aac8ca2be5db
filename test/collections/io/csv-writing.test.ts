import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { type ReadCsvOptions, readCsv } from "../../../collections/dataframe/index.ts";

const folder = mkdtempSync(join(tmpdir(), "shoal-csv-writing-"));
after(() => rmSync(folder, { recursive: true, force: true }));
let files = 0;
async function columnsOf(text: string, options: ReadCsvOptions = {}): Promise<Record<string, unknown[]>> {
  const path = join(folder, `${files++}.csv`);
  writeFileSync(path, text);
  return (await (await readCsv(path, options)).compute()).toColumns();
}
const day = (text: string): Date => new Date(`${text}Z`);

test("readCsv() reads fractions behind a mark of their own, with thousands or without", async () => {
  const text = "a;b;c\n1,5;1.000,25;x\n2;3;y\n;-0,5;z\n";
  const separator = ";";
  assert.deepEqual(await columnsOf(text, { separator, decimal: ",", thousands: "." }), {
    a: [1.5, 2, null],
    b: [1000.25, 3, -0.5],
    c: ["x", "y", "z"],
  });
  const point = "a;b\n1.5;2\n";
  assert.deepEqual(await columnsOf(point, { separator, decimal: "," }), { a: ["1.5"], b: [2] });
  await assert.rejects(columnsOf(point, { separator, decimal: ",", dtypes: { a: "float64" } }), /row 0 of column "a"/);
  await assert.rejects(
    columnsOf(text, { separator, decimal: ",", thousands: "," }),
    /both before fractions and between/,
  );
  await assert.rejects(columnsOf(text, { separator, decimal: ", " }), /one sign before fractions/);
});

test("a type that is said does not keep marks between thousands from being read", async () => {
  const options = { thousands: ",", dtypes: { a: "int32" } };
  assert.deepEqual(await columnsOf('a,b\n"1,500",2\n7,3\n', options), { a: [1500, 7], b: [2, 3] });
});

test("dayFirst says whether days or months come first; a day that is no month is an error, not a guess", async () => {
  const [parseDates, dayFirst] = [["d"], true];
  const dates = { d: [day("2022-02-01T00:00"), day("2022-12-31T00:00")] };
  assert.deepEqual(await columnsOf("d\n1/2/2022\n31/12/2022\n", { parseDates, dayFirst }), dates);
  assert.deepEqual(await columnsOf("d\n01.02.2022\n31.12.2022\n", { parseDates, dayFirst }), dates);
  assert.deepEqual(await columnsOf("d\n2/1/2022\n12/31/2022\n", { parseDates }), dates);
  assert.deepEqual(await columnsOf("d\n1-2-2022 10:20\n3-4-2022 00:00\n", { parseDates, dayFirst }), {
    d: [day("2022-02-01T10:20"), day("2022-04-03T00:00")],
  });
  await assert.rejects(columnsOf("d\n1/2/2022\n31/12/2022\n", { parseDates }), /row 1 of column "d" is "31\/12\/2022"/);
});

test("numbers may have spaces around them, in the sample and behind it", async () => {
  assert.deepEqual(await columnsOf("a,b\n 1.5 ,1\n2, 7\n"), { a: [1.5, 2], b: [1, 7] });
  const late = `a\n${"1\n".repeat(200)} 2 \n`;
  assert.equal((await columnsOf(late, { sampleBytes: 100 }))["a"]?.at(-1), 2);
  await assert.rejects(columnsOf("a\n1\n x7\n", { dtypes: { a: "int64" } }), /row 1 of column "a" is " x7"/);
});

test("lines of nothing but spaces are no rows, unless the spaces are quoted", async () => {
  assert.deepEqual(await columnsOf("a,b\n1.5,1\n \t\n2,7\n \n"), { a: [1.5, 2], b: [1, 7] });
  assert.deepEqual(await columnsOf('a\nx\n \n" "\ny\n'), { a: ["x", " ", "y"] });
});
