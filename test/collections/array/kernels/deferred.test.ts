import assert from "node:assert/strict";
import { test } from "node:test";
import { Chunk } from "../../../../collections/array/chunk.ts";
import * as da from "../../../../collections/array/index.ts";
import { Deferred, deferredOrNow, hidden, showMemory } from "../../../../collections/array/kernels/deferred.ts";
import { applied } from "../../../../collections/array/kernels/elementwise.ts";

const N = 8192;
const ramp = (): Float64Array => Float64Array.from({ length: N }, (_, i) => i);
const arrayOf = (data: Float64Array): da.NDArray => da.NDArray.from(data);

test("deferredOrNow() puts off what reads memory that no user has seen, and nothing else", () => {
  const seen = new Chunk(ramp(), "float64", [N]);
  assert.ok(deferredOrNow(applied("add", seen, 1)) instanceof Chunk);
  const unseen = hidden(new Chunk(ramp(), "float64", [N]));
  assert.ok(deferredOrNow(applied("add", unseen, 1)) instanceof Deferred);
  const small = hidden(new Chunk(new Float64Array(8), "float64", [8]));
  assert.ok(deferredOrNow(applied("add", small, 1)) instanceof Chunk);
});

test("showMemory() computes what waits for a memory before a user has it in hand", () => {
  const chunk = hidden(new Chunk(ramp(), "float64", [N]));
  const deferred = deferredOrNow(applied("add", chunk, 1)) as Deferred;
  assert.ok(deferred.isOpen);
  showMemory(chunk);
  assert.ok(!deferred.isOpen);
  chunk.data[0] = 99;
  assert.equal(deferred.settle().data[0], 1);
});

test("Deferred is read as a program once, and as elements from then on", () => {
  const deferred = deferredOrNow(applied("sin", hidden(new Chunk(ramp(), "float64", [N])))) as Deferred;
  assert.ok(!(deferred.operand() instanceof Chunk));
  const elements = deferred.operand();
  assert.ok(elements instanceof Chunk);
  assert.equal(deferred.operand(), elements);
});

test("an eager result keeps its elements when the user changes what it was made of", () => {
  const own = ramp();
  const x = arrayOf(own);
  const y = x.mul(2);
  const z = y.add(1);
  const view = y.get("10:");
  const fromView = view.sub(1);
  own[0] = 1e6;
  assert.equal(y.data[0], 0);
  y.data[0] = 99;
  y.data[10] = 99;
  assert.equal(z.data[0], 1);
  assert.equal(fromView.data[0], 19);
  assert.equal(y.add(1).get(0).item(), 100);
  y.data[0] = -1;
  assert.equal(z.get(0).item(), 1);
});

test("what reads an array after the user has it in hand is computed at once", () => {
  const x = arrayOf(ramp()).mul(1);
  const { data } = x;
  const later = x.add(1);
  data[5] = 1e6;
  assert.equal(later.get(5).item(), 6);
});

test("expressions put off give the numbers of expressions computed one by one", () => {
  const data = ramp();
  const x = arrayOf(data).mul(0.5);
  const twice = x.add(1);
  const shared = twice.mul(twice).sub(twice).add(x.sqrt());
  const wanted = data.map((i) => (0.5 * i + 1) ** 2 - (0.5 * i + 1) + Math.sqrt(0.5 * i));
  assert.deepEqual([...shared.data], [...wanted]);
  const total = wanted.reduce((a, b) => a + b, 0);
  assert.ok(Math.abs((shared.sum().item() as number) - total) <= 1e-12 * total);
  assert.deepEqual(shared.reshape([2, -1]).shape, [2, N / 2]);
});

test("a function for blocks may return, set and keep what was put off", async () => {
  const kept: da.NDArray[] = [];
  const smooth = (block: da.NDArray): da.NDArray => {
    const inner = block.get("1:-1", "1:-1").mul(0.5).add(block.get(":-2", "1:-1").mul(0.5));
    kept.push(inner);
    return block.set(["1:-1", "1:-1"], inner).mul(2);
  };
  const x = da.arange(0, 40_000, { dtype: "float64" }).reshape([200, 200]).rechunk([100, 200]);
  const found = await x.mapBlocks(smooth, { dtype: "float64" }).compute();
  const wanted = (i: number, j: number): number => {
    const at = (r: number): number => r * 200 + j;
    const isInner = i % 100 > 0 && i % 100 < 99 && j > 0 && j < 199;
    return 2 * (isInner ? 0.5 * at(i) + 0.5 * at(i - 1) : at(i));
  };
  for (const [i, j] of [
    [0, 0],
    [1, 1],
    [50, 7],
    [99, 3],
    [100, 3],
    [198, 198],
  ] as const)
    assert.equal(found.get(i, j).item(), wanted(i, j), `${i} ${j}`);
  assert.equal(kept[0]?.get(0, 0).item(), 0.5 * 201 + 0.5 * 1);
});

test("set() of a box on an eager array gives what it gives at once, through the box, across its edge, and set again", () => {
  const side = 100;
  const plain = Float64Array.from({ length: side * side }, (_, i) => i);
  const x = da.NDArray.from(plain).reshape([side, side]).mul(1) as da.NDArray;
  const inner = x.get("1:-1", "2:-2").mul(-1);
  const set = x.set(["1:-1", "2:-2"], inner);
  const wanted = plain.slice();
  for (let i = 1; i < side - 1; i++) for (let j = 2; j < side - 2; j++) wanted[i * side + j] = -(i * side + j);
  const at = (i: number, j: number): number => wanted[i * side + j] as number;
  const kernel = (): da.NDArray => x.set(["1:-1", "2:-2"], x.get("1:-1", "2:-2").mul(-1));
  assert.equal(kernel().get("3:5", "4:6").sum().item(), at(3, 4) + at(3, 5) + at(4, 4) + at(4, 5));
  assert.equal(kernel().get("-2:0:-50", 2).sum().item(), at(98, 2) + at(48, 2));
  assert.equal(kernel().get("0:2", "1:3").sum().item(), at(0, 1) + at(0, 2) + at(1, 1) + at(1, 2));
  assert.equal(
    kernel().sum().item(),
    wanted.reduce((so, one) => so + one),
  );
  assert.equal(kernel().add(kernel()).get(5, 5).item(), 2 * at(5, 5));
  const again = kernel().set(["0:100", "0:100"], kernel().mul(2)).get("1:", ":");
  assert.equal(again.get(0, 3).item(), 2 * at(1, 3));
  assert.equal(kernel().T.get(3, 7).item(), at(7, 3));
  x.data[0] = 1e6;
  x.data[5 * side + 5] = 1e6;
  assert.deepEqual(set.data, wanted);
});

test("a lazy stencil that sets the inner part of its blocks is trimmed to what it set", async () => {
  const x = da.arange(0, 10_000, { chunks: 10_000, dtype: "float64" }).reshape([100, 100]).rechunk([50, 40]);
  const smooth = x.mapOverlap(
    (block: da.NDArray) => block.set(["1:-1", "1:-1"], block.get("1:-1", "1:-1").mul(2).add(block.get(":-2", "1:-1"))),
    { depth: 1, boundary: "reflect", dtype: "float64" },
  );
  const found = await smooth.compute();
  const value = (i: number, j: number): number => i * 100 + j;
  for (const [i, j] of [
    [0, 0],
    [1, 0],
    [49, 39],
    [50, 40],
    [99, 99],
  ] as const)
    assert.equal(found.get(i, j).item(), 2 * value(i, j) + value(Math.max(0, i - 1), j), `${i} ${j}`);
});
