import assert from "node:assert/strict";
import { after, test } from "node:test";
import { Collection, isCollection } from "../../../collections/core/collection.ts";
import { compute, computeWith, optimize, persist } from "../../../collections/core/compute.ts";
import { fanInRounds, treeReduce } from "../../../collections/core/tree-reduce.ts";
import { collectionsIn } from "../../../collections/core/unpack.ts";
import { input } from "../../../runtime/graph/call.ts";
import { type Executor, pushExecutor } from "../../../runtime/graph/executor.ts";
import { type BlockwiseLayer, type HeldLayer, type Layer, taskCount } from "../../../runtime/graph/layer.ts";
import { syncExecutor } from "../../../runtime/graph/sync-executor.ts";
import { tokenize } from "../../../runtime/graph/tokenize.ts";
import { liveFunction } from "../../../runtime/wire/function-spec.ts";

const submissions: number[] = [];
const counting: Executor = {
  compute: (wants, options) => {
    submissions.push(wants.length);
    return syncExecutor.compute(wants, options);
  },
  persist: (wants, options) => syncExecutor.persist(wants, options),
};
after(pushExecutor(counting));

class Numbers extends Collection<number[]> {
  override readonly layer: Layer;
  constructor(layer: Layer) {
    super();
    this.layer = layer;
  }
  override finish(blocks: readonly unknown[]): number[] {
    return [...(blocks as number[])];
  }
  override rebuild(layer: Layer): this {
    return new Numbers(layer) as this;
  }
}

const numbers = (n: number): Numbers =>
  new Numbers({
    kind: "data",
    name: `n-${n}`,
    grid: [n],
    values: { kind: "numbers", data: Float64Array.from({ length: n }, (_, i) => i) },
  });
let runs = 0;
const double = liveFunction((x: number) => {
  runs += 1;
  return x * 2;
}, "double");
const doubled = (of: Numbers): Numbers => {
  const layer: BlockwiseLayer = {
    kind: "blockwise",
    name: `double-${tokenize(of)}`,
    grid: of.layer.grid,
    inputs: [{ source: of.layer, axes: [{ kind: "axis", axis: 0 }] }],
    call: { fn: double, args: [input(0)] },
  };
  return new Numbers(layer);
};

test("compute() finishes blocks at the caller; isCollection() knows what is lazy", async () => {
  assert.deepEqual(await doubled(numbers(3)).compute(), [0, 2, 4]);
  assert.ok(isCollection(numbers(1)));
  assert.ok(!isCollection({ layer: 1 }));
});

test("compute(...) finds lazies in containers, passes the rest, and shares work in one submission", async () => {
  const shared = doubled(numbers(4));
  const map = new Map([["k", shared]]);
  const plain = { untouched: [1, 2] };
  runs = 0;
  submissions.length = 0;
  const result = await compute(shared, 7, [doubled(shared), "x"], { a: { b: shared } }, map, plain, new Set([shared]));
  assert.deepEqual(submissions, [2]);
  assert.equal(runs, 8);
  assert.deepEqual(result[0], [0, 2, 4, 6]);
  assert.equal(result[1], 7);
  assert.deepEqual(result[2], [[0, 4, 8, 12], "x"]);
  assert.deepEqual(result[3], { a: { b: [0, 2, 4, 6] } });
  assert.deepEqual(result[4], new Map([["k", [0, 2, 4, 6]]]));
  assert.equal(result[5], plain);
  assert.deepEqual([...result[6]], [[0, 2, 4, 6]]);
});

test("computeWith({ traverse: false }) leaves containers alone", async () => {
  const [list, value] = await computeWith({ traverse: false }, [numbers(1)], numbers(2));
  assert.ok(isCollection(list[0]));
  assert.deepEqual(value, [0, 1]);
});

test("compute() refuses a container that holds itself and a lazy value", async () => {
  const loop: unknown[] = [numbers(1)];
  loop.push(loop);
  await assert.rejects(compute(loop), TypeError);
});

test("persist() computes once; the held twin has the same keys", async () => {
  const before = doubled(numbers(3));
  const [held, rest] = persist(before, 5);
  assert.equal(rest, 5);
  assert.equal((held.layer as HeldLayer).kind, "held");
  assert.equal(held.layer.name, before.layer.name);
  assert.deepEqual(await held.compute(), [0, 2, 4]);
  runs = 0;
  assert.deepEqual(await doubled(held).compute(), [0, 4, 8]);
  assert.equal(runs, 3);
});

test("optimize() fuses, explain() says what was fused", async () => {
  const chain = doubled(doubled(numbers(3)));
  const [fused] = optimize(chain);
  assert.equal(fused.layer.name, chain.layer.name);
  assert.equal((fused.layer as BlockwiseLayer).inputs[0]?.source.kind, "data");
  assert.deepEqual(await fused.compute(), [0, 4, 8]);
  assert.match(
    chain.explain(),
    /Built: 3 layers, 9 tasks[\s\S]*Runs: 2 layers, 6 tasks[\s\S]*Fused into the layers that read them: double-/,
  );
});

test("collectionsIn() finds each collection once, loops included", () => {
  const one = numbers(1);
  const loop: unknown[] = [one, { one }];
  loop.push(loop);
  assert.deepEqual(collectionsIn(loop), [one]);
});

test("fanInRounds() plans until one block is left", () => {
  assert.deepEqual(fanInRounds([10], 4), [[4], [3]]);
  assert.deepEqual(fanInRounds([1], 4), [[1]]);
  assert.deepEqual(fanInRounds([4, 4], 4), [
    [2, 2],
    [2, 2],
  ]);
  assert.deepEqual(fanInRounds([1, 16], 4), [
    [1, 4],
    [1, 4],
  ]);
  assert.throws(() => fanInRounds([3], 1), RangeError);
});

test("treeReduce() sums any grid along any axes, in rounds", async () => {
  const sum = liveFunction((parts: number[]) => parts.reduce((a, b) => a + b, 0), "sum");
  const grid = [5, 3, 4];
  const source: Layer = {
    kind: "data",
    name: "g",
    grid,
    values: { kind: "numbers", data: Float64Array.from({ length: 60 }, (_, i) => i) },
  };
  const reduce = (axes: number[], keepAxes: boolean) =>
    treeReduce(source, {
      name: "sum-1",
      axes,
      fanIn: 4,
      keepAxes,
      combine: (list) => ({ fn: sum, args: [list] }),
      aggregate: (list) => ({ fn: sum, args: [list] }),
    });
  const whole = reduce([0, 1, 2], false);
  assert.deepEqual(whole.grid, []);
  assert.deepEqual(await syncExecutor.compute([{ layer: whole, indices: null }]), [[1770]]);
  const some = reduce([0, 2], true);
  assert.deepEqual(some.grid, [1, 3, 1]);
  const expected = [0, 1, 2].map((j) => {
    let total = 0;
    for (let i = 0; i < 5; i++) for (let k = 0; k < 4; k++) total += i * 12 + j * 4 + k;
    return total;
  });
  assert.deepEqual(await syncExecutor.compute([{ layer: some, indices: null }]), [expected]);
  assert.equal(taskCount(reduce([1], false)), 20);
});
