import assert from "node:assert/strict";
import { test } from "node:test";
import * as da from "../../../collections/array/index.ts";
import { pushExecutor } from "../../../runtime/graph/executor.ts";
import { syncExecutor } from "../../../runtime/graph/sync-executor.ts";

pushExecutor(syncExecutor);

// What is checked here is checked by the compiler: an expectation that is not met is an error of `npm run check`.
test("dtypes are part of an array's type, and names, axes and options are checked", async () => {
  const x = da.ones([2, 2], { dtype: "float32" });
  const data: Float32Array = (await x.compute()).data;
  assert.equal(data.length, 4);
  const y = da.zeros([3]);
  const doubles: Float64Array = (await y.compute()).data;
  assert.equal(doubles.length, 3);
  // @ts-expect-error: elements of float32 are no doubles
  const wrong: Float64Array = (await x.compute()).data;
  assert.ok(wrong instanceof Float32Array);
  assert.throws(() => {
    // @ts-expect-error: an axis is a number
    x.sum({ axis: "rows" });
  }, TypeError);
  // @ts-expect-error: there is no such option
  x.sum({ axes: 0 });
  assert.throws(() => {
    // @ts-expect-error: there is no such method
    x.total();
  }, TypeError);
  // @ts-expect-error: values of objects are no elements
  assert.throws(() => x.add({ a: 1 }), TypeError);
});
