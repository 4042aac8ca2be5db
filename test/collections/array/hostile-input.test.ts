import assert from "node:assert/strict";
import { test } from "node:test";
import * as da from "../../../collections/array/index.ts";

const x = da.ones([3, 4], { chunks: 2 });
const y = da.ones([5]);
const unknown = x.get(x.gt(0));

/** What was wrong, and the words that must tell it: refused when it is said, not when it is computed. */
const REFUSED: readonly [of: () => unknown, kind: ErrorConstructor, words: RegExp][] = [
  [() => x.add(y), RangeError, /\(3, 4\) and \(5,\).*axis 1 has 4 and 5/],
  [() => unknown.add(y), RangeError, /Axis 0 has 5 elements .* unknown .*computeChunkSizes\(\)/],
  [() => unknown.reshape([2, -1]), RangeError, /reshape needs the chunk sizes of axis 0.*computeChunkSizes\(\)/],
  [() => x.rechunk([[1, 1], [4]]), RangeError, /\(1, 1\) of axis 0 add up to 2, but the axis has 3/],
  [() => x.sum({ axis: 2 }), RangeError, /axis 2 .* 2 dimensions/],
  [() => x.cumsum({ axis: 0, method: "fast" as never }), TypeError, /method is one of sequential, blelloch, got fast/],
  [() => x.var({ ddof: "a" as never }), TypeError, /ddof is a number, got a/],
  [() => x.add({} as never), TypeError, /object values cannot be elements/],
  [() => da.fromArray(null as never), TypeError, /null values cannot be elements/],
  [() => da.fromArray([1, [2]] as never), TypeError, /A list of 1 stands on axis 1 among plain values/],
  [() => da.fromArray([[1, 2], [3]]), RangeError, /Rows of different lengths, 2 and 1, on axis 1/],
  [() => da.einsum(5 as never, x), TypeError, /einsum takes a text .*, got number/],
  [() => (x as any).reshape(), TypeError, /reshape takes a list of lengths, got undefined/],
  [() => da.roll(x, 1.5), TypeError, /A shift must be a whole number, got 1.5/],
  [() => da.pad(x, [[1, 2, 3]] as never), RangeError, /\(1, 2, 3\) is no pair/],
  [() => da.pad(x, 1, { mode: "bounce" as never }), TypeError, /mode is one of constant, edge, .*, got bounce/],
  [() => x.get({ from: 1 } as never), TypeError, /\{"from":1\} is no index of axis 0; use a position/],
  [() => x.get(undefined as never), TypeError, /Indexer 0 is undefined/],
  [() => x.get([0, 9]), RangeError, /Index 9 is out of bounds for axis 0 with size 3/],
  [() => x.set(0 as never, 1), TypeError, /set takes a list of indexers first/],
  [() => da.ones([2], { dtype: "int8" }).set([0], 300), RangeError, /300 does not fit int8/],
  [() => da.quantile(x, 0.5, { method: "cubic" as never }), TypeError, /method is one of linear, .*, got cubic/],
  [() => (da.histogram as any)(x), TypeError, /histogram takes \{ bins \}/],
  [() => da.searchsorted(y, y, { side: "middle" as never }), TypeError, /side is one of left, right, got middle/],
  [() => da.ones("3" as never), TypeError, /A shape is a length or a list of lengths, got 3/],
  [() => da.arange(0, Number.POSITIVE_INFINITY), RangeError, /arange from 0 to Infinity by 1 has no end/],
  [() => da.random.normal([-2]), RangeError, /A length of -2 in shape \(-2\)/],
  [() => x.round(1.5), TypeError, /Decimals are a whole number, got 1.5/],
  [() => x.mapBlocks(5 as never), TypeError, /A function of blocks was expected, got 5/],
  [
    () => (da.concatenate as any)(x, x),
    TypeError,
    /concatenate takes a list, as in concatenate\(\[x, y\]\); got an array of shape \(3, 4\)/,
  ],
  [() => (da.meshgrid as any)(1, 2), TypeError, /meshgrid takes a list, as in meshgrid\(\[x, y\]\); got 1/],
  [() => (da.select as any)([x.gt(0)], x), TypeError, /select takes a list, .*; got an array/],
  [() => (da.mapBlocks as any)((b: unknown) => b, x), TypeError, /mapBlocks takes a list, .*; got an array/],
  [() => (da.applyGufunc as any)((b: unknown) => b, [x]), TypeError, /applyGufunc takes a signature such as/],
  [() => (x as any).transpose(1, 0), TypeError, /transpose takes a list, as in transpose\(\[1, 0\]\); got 1/],
  [() => x.sum({ axis: "a" as never }), TypeError, /axis must be a whole number, got a/],
  [() => (x as any).astype(Float32Array), TypeError, /A dtype is a name such as "float64"/],
  [() => da.arange(3).pow(-1), RangeError, /int64 has no power of -1; give it as a float, da.float\(-1\)/],
  [() => da.einsum("ij->jj", x), RangeError, /"ij->jj" gives axis "j" twice/],
  [() => x.get([[0, 1]] as never), TypeError, /The list of positions of axis 0 has lists in it/],
  [() => da.cov(y, y as never), TypeError, /cov takes more variables as an option: cov\(x, \{ y \}\)/],
  [() => da.corrcoef([1, 2], [3, 4] as never), TypeError, /corrcoef takes more variables as an option/],
  [() => x.sum({ axes: 0 } as never), TypeError, /sum has no option "axes"; did you mean "axis"/],
  [() => da.fft.fft(x.rechunk(-1), { axes: 1 } as never), TypeError, /fft.fft has no option "axes"/],
  [() => da.fft.fft2(x.rechunk(-1), { axis: 1 } as never), TypeError, /has no option "axis"; did you mean "axes"/],
  [() => da.pad(x, 1, { mod: "edge" } as never), TypeError, /pad has no option "mod"; did you mean "mode"/],
  [() => da.random.normal([3], { chunk: 2 } as never), TypeError, /no option "chunk"; did you mean "chunks"/],
  [() => da.random.gamma([3], { shape: 2, scal: 1 } as never), TypeError, /no option "scal"; did you mean "scale"/],
  [() => (x as any).mapOverlap((b: unknown) => b), TypeError, /mapOverlap takes \{ depth \}/],
];

for (const [of, kind, words] of REFUSED)
  test(`refused at build: ${words.source}`, () => {
    assert.throws(of, (error: Error) => {
      assert.ok(error instanceof kind, `${error.name}: ${error.message}`);
      assert.match(error.message, words);
      return true;
    });
  });

test("an eager mask of all dimensions is taken like a lazy one", async () => {
  const mask = da.NDArray.from([
    [true, false],
    [false, true],
  ]);
  const picked = await da
    .fromArray(
      [
        [1, 2],
        [3, 4],
      ],
      { chunks: 1 },
    )
    .get(mask)
    .compute();
  assert.deepEqual(picked.toArray(), [1, 4]);
});

test("misspelt options of files are refused before anything is touched", async () => {
  await assert.rejects(da.toZarr(x, "never", { compresor: "none" } as never), /toZarr has no option "compresor"/);
  await assert.rejects(
    da.toZarr(x, "never", { compressor: "gzip" as never }),
    /compressor is one of none, zstd, blosc/,
  );
  await assert.rejects(da.toZarr(x, "never", { format: 4 as never }), /format is 2 or 3, got 4/);
  await assert.rejects(da.fromZarr("never", { chunk: 2 } as never), /fromZarr has no option "chunk"/);
  await assert.rejects(da.toNpz({ x } as never, "never" as never), /toNpz takes a path first/);
});
