import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { tableFromIPC } from "apache-arrow";
import { fromColumns, readIpc } from "../../../collections/dataframe/index.ts";
import type { ShoalError } from "../../../runtime/base/errors.ts";

const folder = mkdtempSync(join(tmpdir(), "shoal-ipc-"));
after(() => rmSync(folder, { recursive: true, force: true }));
const table = fromColumns(
  {
    n: [1, 2, null, 4],
    s: ["a", null, "ü", "d"],
    t: [new Date(0), null, new Date(1e12), new Date(5)],
    l: [[1], [2, 3], [], [4]],
  },
  { npartitions: 2 },
);

test("Arrow IPC files are read back as they were written, and other readers read them", async () => {
  const paths = await table.toIpc(join(folder, "out"));
  assert.deepEqual(
    paths.map((path) => path.slice(-12)),
    ["part.0.arrow", "part.1.arrow"],
  );
  const back = await readIpc(join(folder, "out", "*.arrow"));
  assert.equal(back.npartitions, 2);
  assert.deepEqual((await back.compute()).toRecords(), (await table.compute()).toRecords());
  assert.equal(await back.length(), 4);
  assert.equal(tableFromIPC(readFileSync(paths[0] as string)).numRows, 2);
});

test("compressed files are read too; a column may be the index", async () => {
  await table.toIpc(join(folder, "packed"), { compression: "zstd" });
  const back = await readIpc(join(folder, "packed", "*.arrow"), { index: "n", columns: ["s"] });
  assert.deepEqual((await back.compute()).indexValues(), [1, 2, null, 4]);
  assert.deepEqual((await back.compute()).toColumns(), { s: ["a", null, "ü", "d"] });
});

test("what is no Arrow file, and what has other columns, is named", async () => {
  const broken = join(folder, "broken.arrow");
  writeFileSync(broken, "no arrow at all");
  await assert.rejects(
    readIpc(broken),
    (error: ShoalError) => error.code === "DECODE" && error.message.includes(broken),
  );
  const [whole] = await table.toIpc(join(folder, "cut"));
  writeFileSync(broken, readFileSync(whole as string).subarray(0, 200));
  await assert.rejects(readIpc(broken), (error: ShoalError) => error.code === "DECODE");
  await assert.rejects(readIpc(whole as string, { columns: ["zz"] }), /"zz"/);
});
