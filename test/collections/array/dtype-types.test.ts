import assert from "node:assert/strict";
import { test } from "node:test";
import * as da from "../../../collections/array/index.ts";
import { pushExecutor } from "../../../runtime/graph/executor.ts";
import { syncExecutor } from "../../../runtime/graph/sync-executor.ts";

pushExecutor(syncExecutor);

/** What the compiler says of an array's dtype is what it has: a wrong name is an error of `npm run check`. */
function isOf<D extends da.DType>(x: { readonly dtype: D }, dtype: NoInfer<D>): void {
  assert.equal(x.dtype, dtype);
}
const bytes = da.ones([2, 3], { dtype: "uint8" });
const shorts = da.ones([3], { dtype: "int16" });
const singles = da.ones([3], { dtype: "float32" });
const doubles = da.zeros([3]);
const longs = da.ones([3], { dtype: "int64" });
const complexes = da.ones([3], { dtype: "complex64" });
const flags = da.ones([3], { dtype: "bool" });

test("element-wise operations promote as NumPy's, comparisons give booleans", () => {
  isOf(bytes.add(shorts), "int16");
  isOf(shorts.mul(singles), "float32");
  isOf(longs.sub(singles), "float64");
  isOf(singles.maximum(complexes), "complex64");
  isOf(doubles.add(complexes), "complex128");
  isOf(da.ones([3], { dtype: "uint64" }).add(longs), "float64");
  isOf(shorts.div(shorts), "float64");
  isOf(flags.and(flags), "bool");
  isOf(bytes.lt(3), "bool");
  isOf(doubles.isnan(), "bool");
  isOf(singles.add(1.5), "float32");
  isOf(complexes.abs(), "float32");
  isOf(shorts.sin(), "float32");
  isOf(longs.sqrt(), "float64");
  isOf(longs.add(2n), "int64");
});

test("a number may be whole or not, so that an integer array with one is either", () => {
  const sum = shorts.add(2);
  isOf(sum, "int16");
  isOf(shorts.add(2.5), "float64");
  // @ts-expect-error: it may be a float, as the type of a number does not tell
  const narrow: da.Array<"int16"> = sum;
  assert.equal(narrow.dtype, "int16");
});

test("reductions, running sums, casts and indexing carry the dtype on", () => {
  isOf(bytes.sum(), "uint64");
  isOf(flags.sum({ axis: 0 }), "int64");
  isOf(singles.sum(), "float32");
  isOf(shorts.sum({ dtype: "float32" }), "float32");
  isOf(shorts.mean(), "float64");
  isOf(complexes.std(), "float32");
  isOf(shorts.max(), "int16");
  isOf(doubles.argmax(), "int64");
  isOf(shorts.any(), "bool");
  isOf(shorts.cumsum({ axis: 0 }), "int64");
  isOf(shorts.astype("complex64"), "complex64");
  isOf(bytes.T.get(0, "::2").reshape([-1]), "uint8");
  isOf(shorts.matmul(singles), "float32");
});

test("elements of the wrong kind, wrong axes, options and names are seen by the compiler", async () => {
  const total: BigInt64Array = (await shorts.sum().compute()).data;
  assert.equal(total[0], 3n);
  // @ts-expect-error: sums of int16 are int64, which lie in a BigInt64Array
  const wrong: Float64Array = (await shorts.sum().compute()).data;
  assert.ok(wrong instanceof BigInt64Array);
  // @ts-expect-error: int16 and float32 give float32
  isOf(shorts.add(singles), "float32" as "int16");
  // @ts-expect-error: a comparison is no number
  const sums: da.Array<"float64"> = doubles.gt(0);
  assert.equal(sums.dtype, "bool");
  // @ts-expect-error: the dtype asked for is the dtype given
  const asked: da.Array<"int64"> = shorts.sum({ dtype: "float64" });
  assert.equal(asked.dtype, "float64");
  // @ts-expect-error: an axis is a number
  assert.throws(() => doubles.sum({ axis: "rows" }), TypeError);
  // @ts-expect-error: there is no such option
  assert.throws(() => doubles.mean({ axes: 0 }), /no option "axes"/);
  // @ts-expect-error: there is no such dtype
  assert.throws(() => doubles.sum({ dtype: "float46" }), TypeError);
  // @ts-expect-error: there is no such method
  assert.throws(() => doubles.total(), TypeError);
  // @ts-expect-error: values of objects are no elements
  assert.throws(() => doubles.add({ a: 1 }), TypeError);
  // @ts-expect-error: elements of float32 are no doubles
  const halves: Float64Array = (await singles.compute()).data;
  assert.ok(halves instanceof Float32Array);
  // @ts-expect-error: text is no element
  assert.throws(() => doubles.add("one"), TypeError);
});

test("an array of a dtype is an array of any, and eager ones carry it as well", async () => {
  const any: da.Array = shorts.add(singles);
  const list: readonly da.Array[] = [bytes, shorts, any];
  assert.equal(list.length, 3);
  const eager = await shorts.compute();
  isOf(eager, "int16");
  isOf(eager.add(eager).mean(), "float64");
  isOf(eager.gt(0), "bool");
});
