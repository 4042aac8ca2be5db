import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { type ReadCsvOptions, readCsv } from "../../../collections/dataframe/index.ts";

async function columnsOf(text: string, options: ReadCsvOptions = {}): Promise<Record<string, unknown>> {
  const folder = await mkdtemp(join(tmpdir(), "shoal-rows-"));
  try {
    await writeFile(join(folder, "a.csv"), text);
    return (await (await readCsv(join(folder, "a.csv"), options)).compute()).toColumns();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

test("rows of a CSV file with fewer fields than columns are filled up with missing values, wherever they stand", async () => {
  assert.deepEqual(await columnsOf("a,b,c\n1,2\n3,4,5\n"), { a: [1, 3], b: [2, 4], c: [null, 5] });
  assert.deepEqual(await columnsOf("a,b,c\n3,4,5\n1\n"), { a: [3, 1], b: [4, null], c: [5, null] });
  assert.deepEqual(await columnsOf("a,b,c\n1,2\n3,4\n"), { a: [1, 3], b: [2, 4], c: [null, null] });
  assert.deepEqual(await columnsOf('a,b,c\r\n"x,\ny",2\r\n\r\n"q""r",4,5'), {
    a: ["x,\ny", 'q"r'],
    b: [2, 4],
    c: [null, 5],
  });
  await assert.rejects(columnsOf("a,b\n1\n3,4,5\n"), /row 2 \(the header included\) has 3 fields/);
});

test("a quote within a field of a CSV file is a character like others", async () => {
  assert.deepEqual(await columnsOf('a,b\n1,x"y\n2,zw\n'), { a: [1, 2], b: ['x"y', "zw"] });
  assert.deepEqual(await columnsOf('a,b\n1,x"y\n2,z"w\n'), { a: [1, 2], b: ['x"y', 'z"w'] });
  assert.deepEqual(await columnsOf('a,b\n1,x\n2,5" tube\n3,"it said ""no"""\n'), {
    a: [1, 2, 3],
    b: ["x", '5" tube', 'it said "no"'],
  });
});
