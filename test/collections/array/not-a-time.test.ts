import assert from "node:assert/strict";
import { test } from "node:test";
import * as da from "../../../collections/array/index.ts";
import { pushExecutor } from "../../../runtime/graph/executor.ts";
import { syncExecutor } from "../../../runtime/graph/sync-executor.ts";

pushExecutor(syncExecutor);

// All expected values were computed by NumPy 1.24, but for those said to be of later versions.

const NONE = -(2n ** 63n);
const times = da.fromArray([1700000000, 86399, Number.NaN, -5, Number.NaN], { chunks: 2 }).astype("datetime64[s]");
const spans = da.fromArray([7, -7, Number.NaN, 0, 10], { chunks: 2 }).astype("timedelta64[s]");
const one = (count: number, unit: string): da.Array => da.fromArray([count]).astype(`timedelta64[${unit}]`);

/** Counts of times and spans, numbers of others. */
async function cells(x: da.Array): Promise<unknown[]> {
  const isTime = x.dtype.includes("[");
  const made = await (isTime ? x.astype("int64") : x).ravel().compute();
  return made.toArray({ int64: isTime ? "bigint" : "number" }) as unknown[];
}
const bigs = (...list: (number | bigint)[]): bigint[] => list.map(BigInt);

test("what is done with NaT gives NaT", async () => {
  assert.deepEqual(await cells(times.add(one(1, "s"))), bigs(1700000001, 86400, NONE, -4, NONE));
  assert.deepEqual(await cells(times.sub(times.get(1))), bigs(1699913601, 0, NONE, -86404, NONE));
  assert.deepEqual(await cells(spans.mul(3)), bigs(21, -21, NONE, 0, 30));
  assert.deepEqual(await cells(spans.mod(one(3, "s"))), bigs(1, 2, NONE, 0, 1));
  assert.deepEqual(await cells(spans.mod(one(0, "s"))), bigs(NONE, NONE, NONE, NONE, NONE));
  assert.deepEqual(await cells(da.diff(times)), bigs(-1699913601, NONE, NONE, NONE));
  assert.deepEqual(await cells(spans.cumsum({ axis: 0 })), bigs(7, 0, NONE, NONE, NONE));
});

test("NaT is equal to nothing, and before and behind nothing", async () => {
  assert.deepEqual(await cells(times.eq(times)), [true, true, false, true, false]);
  assert.deepEqual(await cells(times.ne(times)), [false, false, true, false, true]);
  assert.deepEqual(await cells(times.lt(times.get(0))), [false, true, false, true, false]);
  assert.deepEqual(await cells(times.ge(times.get(2))), [false, false, false, false, false]);
  assert.deepEqual(await cells(da.isfinite(times)), [true, true, false, true, false]);
});

test("extremes are NaT where one is, unless it is to be left out", async () => {
  assert.deepEqual(await cells(da.maximum(times, times.get(0))), bigs(1700000000, 1700000000, NONE, 1700000000, NONE));
  assert.deepEqual(await cells(da.fmin(times, times.get(0))), bigs(1700000000, 86399, 1700000000, -5, 1700000000));
  assert.deepEqual(await cells(times.max()), [NONE]);
  assert.deepEqual(await cells(times.min()), [NONE]);
  assert.deepEqual(await cells(da.nanmax(times)), [1700000000n]);
  assert.deepEqual(await cells(da.nanmin(times)), [-5n]);
  assert.deepEqual(await cells(da.nanmin(times.get([2, 4]))), [NONE]);
  assert.deepEqual(await cells(spans.argmax()), [2]);
  assert.deepEqual(await cells(spans.argmin()), [2]);
  assert.deepEqual(await cells(da.nanargmax(spans)), [4]);
});

test("sums and means with NaT are NaT, those without are exact", async () => {
  assert.deepEqual(await cells(spans.sum()), [NONE]);
  assert.deepEqual(await cells(spans.mean()), [NONE]);
  assert.deepEqual(await cells(spans.get("3:").sum()), [10n]);
  assert.deepEqual(await cells(spans.get(":2").mean()), [0n]);
  const rows = da.stack([spans.get(":2"), spans.get("2:4")]);
  assert.deepEqual(await cells(rows.sum({ axis: 1 })), [0n, NONE]);
  assert.deepEqual(
    await cells(
      da
        .fromArray([2n ** 61n, 1n])
        .astype("timedelta64[ns]")
        .sum(),
    ),
    [2n ** 61n + 1n],
  );
});

test("NaT comes last in order", async () => {
  assert.deepEqual(await cells(times.sort()), bigs(-5, 86399, 1700000000, NONE, NONE));
  assert.deepEqual(await cells(spans.argsort()), [1, 3, 0, 4, 2]);
  assert.deepEqual(await cells(da.unique(times)), bigs(-5, 86399, 1700000000, NONE));
  assert.deepEqual(await cells(da.searchsorted(times.sort(), times)), [2, 1, 3, 0, 3]);
  assert.deepEqual(await cells(da.topk(times, 2)), [NONE, NONE]);
  assert.deepEqual(await cells(da.topk(times, -2)), bigs(-5, 86399));
});

test("spans of several units are brought to one before they are divided", async () => {
  const gaps = times.get(":2").sub(times.get(1));
  assert.deepEqual(await cells(gaps.div(one(1, "m"))), [1699913601 / 60, 0]);
  assert.deepEqual(await cells(gaps.floordiv(one(1, "m"))), [28331893, 0]);
});

test("a span by a number is a span, cut towards zero", async () => {
  assert.deepEqual(await cells(spans.div(2)), bigs(3, -3, NONE, 0, 5));
  assert.deepEqual(await cells(spans.div(-2)), bigs(-3, 3, NONE, 0, -5));
  assert.deepEqual(await cells(spans.div(0)), bigs(NONE, NONE, NONE, NONE, NONE));
  assert.deepEqual(await cells(spans.mul(1.5)), bigs(10, -10, NONE, 0, 15));
  assert.deepEqual(await cells(spans.div(2.5)), bigs(2, -2, NONE, 0, 4));
  assert.deepEqual(await cells(da.multiply([0.5, 2], one(5, "s"))), bigs(2, 10));
  assert.deepEqual(
    await cells(
      da
        .fromArray([2n ** 62n])
        .astype("timedelta64[ns]")
        .div(3),
    ),
    [2n ** 62n / 3n],
  );
  assert.equal(spans.div(2).dtype, "timedelta64[s]");
});
