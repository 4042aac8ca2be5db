import assert from "node:assert/strict";
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fromColumns, mergeAsof, readCsv } from "../../../collections/dataframe/index.ts";
import "../../../index.ts";

const taken = ["__row", "__order", "__part", "__on", "__on_0", "__side_left", "__n", "__none", "row"] as const;
const values = Object.fromEntries(taken.map((name, at) => [name, [3 + at, 1 + at, 2 + at, at]]));

test("columns may be called as the house's own were once: joins, exchanges, windows, groups and files keep them apart", async () => {
  const df = fromColumns({ k: [2, 1, 2, 3], ...values }, { npartitions: 2 });
  const sorted = await df.sortValues("__row").compute();
  assert.deepEqual(sorted.toColumns()["__order"], [1, 2, 3, 4]);
  assert.deepEqual(sorted.toColumns()["__row"], [0, 1, 2, 3]);
  const joined = df.merge(df.select("k", "__on").rename({ __on: "__side_right" }), { on: "k", broadcast: false });
  assert.equal((await joined.compute()).length, 6);
  assert.equal(await joined.get("__on_0").sum().compute(), 2 * (7 + 6) + 5 + 4);
  assert.deepEqual((await df.get("__part").rolling(2).sum().compute()).toArray(), [null, 8, 7, 6]);
  const near = mergeAsof(
    df.sortValues("__row").select("__row", "__on"),
    df.sortValues("__row").select("__row", "__n"),
    {
      on: "__row",
      direction: "nearest",
    },
  );
  assert.deepEqual((await near.compute()).toColumns(), { __row: [0, 1, 2, 3], __on: [3, 4, 5, 6], __n: [6, 7, 8, 9] });
  const path = join(await mkdtemp(join(tmpdir(), "shoal-names-")), "a.csv");
  await writeFile(path, "__row,__order\n5,6\n7,8\n");
  assert.deepEqual(await (await readCsv(path)).compute().then((one) => [one.indexValues(), one.toColumns()]), [
    [0, 1],
    { __row: [5, 7], __order: [6, 8] },
  ]);
});
