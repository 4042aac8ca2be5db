import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { delayed, syncExecutor } from "shoal";
import * as da from "shoal/array";
import * as db from "shoal/bag";
import * as dd from "shoal/dataframe";
import {
  add,
  assertDivisions,
  assertEq,
  checkExecutor,
  dec,
  div,
  double,
  flaky,
  genNbytes,
  inc,
  randomInc,
  SizeOf,
  slowAdd,
  slowDec,
  slowIdentity,
  slowSum,
  testCluster,
  throws,
  varying,
} from "shoal/testing";

const differs = (actual: unknown, expected: unknown, message: RegExp, options = {}): Promise<void> =>
  assert.rejects(assertEq(actual, expected, options), (error: Error) => {
    assert.equal(error.name, "AssertionError");
    assert.match(error.message, message);
    return true;
  });

describe("assertEq()", () => {
  test("compares arrays: type, shape, values within a tolerance", async () => {
    const x = da.arange(6, { chunks: 2 }).reshape([2, 3]);
    await assertEq(x, [
      [0, 1, 2],
      [3, 4, 5],
    ]);
    await assertEq(x.add(0.1).add(0.2), x.add(0.3));
    await assertEq(da.NDArray.from([1, Number.NaN]), da.asarray([1, Number.NaN]));
    await differs(x, x.add(1), /values\[0\]\[0\] is .*0.*, and not .*1/);
    await differs(x, [0, 1, 2], /shape has 2 items, and not 1/);
    await differs(x.astype("float32"), x, /dtype is "float32", and not "int64"/);
    await assertEq(x.astype("float32"), x, { checkDtype: false });
    await differs(da.asarray([1, 2]), [1, 2.01], /values\[1\]/);
    await assertEq(da.asarray([1, 2]), [1, 2.01], { relative: 0.1 });
  });

  test("finds a collection that is not what it said", async () => {
    const liar = da.ones(4, { chunks: 2 }).mapBlocks((block) => block.get(":1"), { dtype: "float64" });
    await differs(liar, [1, 1], /Of the actual side, the shape was said to be \[4\], and is \[2\]/);
  });

  test("compares tables: columns, types, labels, rows; divisions hold", async () => {
    const table = dd.fromColumns({ n: [1, 2, 3, 4], s: ["a", "b", null, "d"] }, { npartitions: 2 });
    await assertEq(table, await table.compute());
    await assertEq(table, [
      { n: 1, s: "a" },
      { n: 2, s: "b" },
      { n: 3, s: null },
      { n: 4, s: "d" },
    ]);
    await assertEq(table.get("n"), [1, 2, 3, 4]);
    await assertEq(table.get("n").sum(), 10);
    await assertEq(table.sortValues("n", { ascending: false }), table, { ordered: false });
    await differs(table, table.assign({ n: (r) => r.n + 1 }), /values\[0\]\[0\]/);
    await differs(table, table.rename({ n: "m" }), /columns\[0\] is "n", and not "m"/);
    const labelled = table.setIndex("n");
    await differs(labelled, table.drop("n"), /index/);
    await assertEq(labelled, table.drop("n"), { checkIndex: false });
    await assertDivisions(table);
    const torn = Object.assign(Object.create(table), { partitions: () => table.partitions(0) });
    await assert.rejects(assertDivisions(torn), /Partition 1 holds 0, outside of 2 to 3/);
    await assert.rejects(assertDivisions(db.fromSequence([1])), TypeError);
  });

  test("compares bags and other values; order only where it is asked for", async () => {
    const bag = db.fromSequence([3, 1, 2], { npartitions: 2 });
    await assertEq(bag, [3, 1, 2]);
    await differs(bag, [1, 2, 3], /values\[0\] is 3, and not 1/);
    await assertEq(bag, [1, 2, 3], { ordered: false });
    await assertEq(delayed(() => new Map([["a", new Date(5)]]))(), new Map([["a", new Date(5)]]));
    await differs({ a: 1 }, { b: 1 }, /has no b|has a, which/);
    await differs([1n], [2], /values\[0\]/);
    await assertEq([1n], [1]);
  });
});

describe("what tests compute with", () => {
  test("sample tasks give what they say, on workers", async () => {
    await using cluster = await testCluster({ workers: 1 });
    const { client } = cluster;
    const calls = [
      client.submit(inc, 1),
      client.submit(dec, 1),
      client.submit(double, 4),
      client.submit(add, 1, 2),
      client.submit(div, 1, 2),
      client.submit(slowDec, 1, 1),
      client.submit(slowAdd, 1, 2, "1ms"),
      client.submit(slowSum, [1, 2, 3], 1),
      client.submit(randomInc, 1, 2),
    ];
    assert.deepEqual(await client.gather(calls), [2, 0, 8, 3, 0.5, 0, 3, 6, 2]);
    assert.equal(await client.submit(slowIdentity<string>, "same", 1).result(), "same");
    for (const failing of [client.submit(throws), client.submit(div, 1, 0)])
      assert.ok(((await failing.exception()) as Error).cause instanceof RangeError);
  });

  test("flaky() fails so often, wherever its tries run; varying() goes through its outcomes", async () => {
    await using cluster = await testCluster({ workers: 2 });
    const { client } = cluster;
    assert.equal(await client.submit(flaky(2, "done"), { retries: 2 }).result(), "done");
    const failing = client.submit(flaky(3, "done"), { retries: 1 });
    assert.match(((await failing.exception()) as { cause: Error }).cause.message, /^flaky: try 2 of 3 fails$/);
    const next = varying([1, new TypeError("no"), 3]);
    const outcomes: unknown[] = [];
    for (const key of ["v1", "v2", "v3", "v4"])
      outcomes.push(
        await client
          .submit(next, { key })
          .result()
          .catch((error: Error) => (error.cause as Error).name),
      );
    assert.deepEqual(outcomes, [1, "TypeError", 3, 3]);
    assert.throws(() => varying([]), RangeError);
  });

  test("SizeOf weighs what it says without taking it, and travels; genNbytes() takes it", async () => {
    await using cluster = await testCluster({ workers: 1 });
    const { client } = cluster;
    const large = client.submit(() => new SizeOf(1e9));
    assert.deepEqual(await large.result(), new SizeOf(1e9));
    assert.ok(((await client.ask(client.taskAddress(large.key), { type: "state" })) as { bytes: number }).bytes >= 1e9);
    assert.equal(genNbytes(10).byteLength, 10);
    assert.throws(() => new SizeOf(-1), RangeError);
  });

  test("checkExecutor() passes what is one, and names the rule that another breaks", async () => {
    assert.equal((await checkExecutor(syncExecutor)).length, 6);
    await using cluster = await testCluster({ mode: "inline" });
    assert.equal((await checkExecutor(cluster.client.executor)).length, 6);
    const backwards = {
      ...syncExecutor,
      compute: async (wants: Parameters<typeof syncExecutor.compute>[0]) =>
        (await syncExecutor.compute(wants)).reverse(),
    };
    await assert.rejects(
      checkExecutor(backwards),
      /^AssertionError.*values come in the order|values come in the order/,
    );
  });
});
