import assert from "node:assert/strict";
import { test } from "node:test";
import * as da from "../../../collections/array/index.ts";
import { pushExecutor } from "../../../runtime/graph/executor.ts";
import { syncExecutor } from "../../../runtime/graph/sync-executor.ts";

pushExecutor(syncExecutor);
const x = da.arange(6).reshape([2, 3]).astype("float64");
const total = async (made: da.Array): Promise<number> =>
  Number(((await made.abs().sum().compute()).item() as number).toFixed(6));

/** Sums of absolute values that NumPy 1.24 gives for norm "backward", "ortho" and "forward". */
const expected = {
  fft: [21.928203, 12.660254, 7.309401],
  ifft: [7.309401, 12.660254, 21.928203],
  rfft: [18.464102, 10.660254, 6.154701],
  irfft: [7, 14, 28],
  hfft: [28, 14, 7],
  ihfft: [6.154701, 10.660254, 18.464102],
  fft2: [30.928203, 12.626386, 5.154701],
  ifft2: [5.154701, 12.626386, 30.928203],
  rfft2: [27.464102, 11.212173, 4.57735],
  irfft2: [5, 14.142136, 40],
  fftn: [30.928203, 12.626386, 5.154701],
  rfftn: [27.464102, 11.212173, 4.57735],
  irfftn: [5, 14.142136, 40],
};

for (const [name, sums] of Object.entries(expected))
  test(`fft.${name}() divides where its norm says`, async () => {
    const transform = da.fft[name as "fft"];
    for (const [at, norm] of (["backward", "ortho", "forward"] as const).entries())
      assert.equal(await total(transform(x, { norm })), sums[at]);
    assert.equal(await total(transform(x)), sums[0]);
  });

test("norms go with sizes over several axes, and others are refused", async () => {
  assert.equal(await total(da.fft.irfft2(x, { s: [4, 4], norm: "ortho" })), 20);
  assert.equal(await total(da.fft.rfft2(x, { s: [4, 4], norm: "ortho" })), 21.019071);
  assert.throws(() => da.fft.fft(x, { norm: "unit" as never }), /norm is one of backward, ortho, forward, got unit/);
});
