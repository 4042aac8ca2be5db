import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import fc from "fast-check";
import { cullTable, neededRows } from "../../../runtime/graph/cull.ts";
import { dependentsOf, topologicalOrder } from "../../../runtime/graph/dependencies.ts";
import { fuseChains, unitEdges } from "../../../runtime/graph/fuse.ts";
import { heldCost, orderedRows, orderTasks } from "../../../runtime/graph/order.ts";
import { edgesOf, orderGraphs } from "../../golden/order/graphs.ts";

const { peaks } = JSON.parse(readFileSync("test/golden/order/peaks.json", "utf8")) as { peaks: Record<string, number> };
const peakOf = (inputs: readonly (readonly number[])[]): number => {
  const edges = edgesOf(inputs);
  return heldCost(edges, dependentsOf(edges), orderedRows(edges)).peak;
};

/** Random graphs without circles, their rows numbered in any order. */
const graphs = fc.array(fc.array(fc.nat(), { maxLength: 4 }), { minLength: 1, maxLength: 40 }).chain((rows) =>
  fc
    .shuffledSubarray(
      rows.map((_, i) => i),
      { minLength: rows.length },
    )
    .map((names) => {
      const inputs: number[][] = rows.map(() => []);
      rows.forEach((reads, at) => {
        inputs[names[at] as number] = at === 0 ? [] : reads.map((read) => names[read % at] as number);
      });
      return inputs;
    }),
);

test("orderTasks() holds as little as dask.order: by family within 1.05, each graph within 1.25", () => {
  const families = new Map<string, { ours: number; theirs: number }>();
  for (const { name, family, inputs } of orderGraphs()) {
    assert.ok(inputs.length >= 200, `${name} has ${inputs.length} tasks`);
    const theirs = peaks[name] as number;
    const ours = peakOf(inputs);
    assert.ok(ours <= theirs * 1.25, `${name} holds ${ours}, dask.order ${theirs}`);
    const sums = families.get(family) ?? { ours: 0, theirs: 0 };
    families.set(family, { ours: sums.ours + ours, theirs: sums.theirs + theirs });
  }
  assert.ok(families.size >= 8);
  for (const [family, { ours, theirs }] of families)
    assert.ok(ours <= theirs * 1.05, `${family}: ${ours} against ${theirs}`);
});

test("orderTasks() uses up what stands in for another result before it makes the next of its kind", () => {
  // x − x.mean() read twice: sources, their sums, the mean of all; then for each source a difference with two readers.
  const n = 20;
  const sources = Array.from({ length: n }, () => []);
  const sums = Array.from({ length: n }, (_, i) => [i]);
  const mean = [Array.from({ length: n }, (_, i) => n + i)];
  const differences = Array.from({ length: n }, (_, i) => [i, 2 * n]);
  const readers = Array.from({ length: 2 * n }, (_, i) => [2 * n + 1 + (i >> 1)]);
  const inputs = [...sources, ...sums, ...mean, ...differences, ...readers];
  const sequence = orderedRows(edgesOf(inputs));
  let unread = 0;
  let most = 0;
  for (const row of sequence) {
    if (row > 2 * n && row <= 3 * n) unread += 2;
    if (row > 3 * n) unread -= 1;
    most = Math.max(most, unread);
  }
  assert.equal(most, 2);
});

test("orderTasks() writes what each reader of an exchange made before the next reader's turn", () => {
  // Sources, samples, bounds, cutters; then readers of all cutters, and what writes each reader's result.
  const n = 25;
  const all = (from: number): number[] => Array.from({ length: n }, (_, i) => from + i);
  const each = (read: (i: number) => number[]): number[][] => Array.from({ length: n }, (_, i) => read(i));
  const readers = 3 * n + 1;
  const inputs = [
    ...each(() => []),
    ...each((i) => [i]),
    all(n),
    ...each((i) => [i, 2 * n]),
    ...each(() => all(2 * n + 1)),
    ...each((i) => [readers + i]),
  ];
  let [unwritten, most] = [0, 0];
  for (const row of orderedRows(edgesOf(inputs))) {
    if (row >= readers && row < readers + n) unwritten += 1;
    if (row >= readers + n) unwritten -= 1;
    most = Math.max(most, unwritten);
  }
  assert.ok(most <= 2, `${most} results lie there unwritten`);
});

test("orderTasks() gives every task one rank, after its inputs", () => {
  fc.assert(
    fc.property(graphs, (inputs) => {
      const ranks = orderTasks(edgesOf(inputs));
      assert.deepEqual(
        [...ranks].sort((a, b) => a - b),
        inputs.map((_, i) => i),
      );
      inputs.forEach((reads, row) => {
        for (const read of reads) assert.ok((ranks[read] as number) < (ranks[row] as number));
      });
    }),
    { numRuns: 300 },
  );
});

test("orderTasks() above the size at which all plans are tried: a tree holds a few results a level", () => {
  const rows: number[][] = [];
  const add = (...reads: number[]): number => rows.push(reads) - 1;
  let level = Array.from({ length: 30_000 }, () => add(add()));
  while (level.length > 1) {
    const next: number[] = [];
    for (let i = 0; i < level.length; i += 8) next.push(add(...level.slice(i, i + 8)));
    level = next;
  }
  assert.ok(rows.length > 50_000);
  assert.ok(peakOf(rows) <= 45);
});

test("a circle is an error that names its keys", () => {
  // 0 → 1 → 2 → 3 → 1
  const edges = edgesOf([[], [0, 3], [1], [2], [3]]);
  assert.throws(
    () => topologicalOrder(edges, (row) => `k${row}`),
    (error: { code: string; message: string; details: { keys: string[] } }) => {
      assert.equal(error.code, "CYCLE");
      assert.deepEqual([...error.details.keys].sort(), ["k1", "k2", "k3"]);
      assert.match(error.message, /k1 → k2|k2 → k3|k3 → k1/);
      return true;
    },
  );
});

test("dependentsOf() turns edges around, each reader once", () => {
  const { offsets, rows } = dependentsOf(edgesOf([[], [0, 0], [0, 1]]));
  assert.deepEqual([...offsets], [0, 2, 3, 3]);
  assert.deepEqual([...rows], [1, 2, 2]);
});

test("neededRows() and cullTable() keep what is wanted and what that reads, and stop at what is held", () => {
  // 0 → 1 → 2;  3 → 4
  const edges = edgesOf([[], [0], [1], [], [3, 0]]);
  assert.deepEqual([...neededRows(edges, [2])], [1, 1, 1, 0, 0]);
  assert.deepEqual([...neededRows(edges, [2], (row) => row === 1)], [0, 1, 1, 0, 0]);
  const culled = cullTable({ ...edges, wanted: Uint32Array.of(4) });
  assert.deepEqual([...culled.rowOf], [0, 3, 4]);
  assert.deepEqual([...culled.inputs], [1, 0]);
  assert.deepEqual([...culled.wanted], [2]);
});

test("fuseChains() joins chains and nothing else", () => {
  // 0 → 1 → 2 → 5;  3 → 4 → 5
  const edges = edgesOf([[], [0], [1], [], [3], [2, 4]]);
  const units = fuseChains(edges, () => true);
  const shown = Array.from({ length: units.count }, (_, u) => [
    ...units.rows.subarray(units.offsets[u], units.offsets[u + 1]),
  ]);
  assert.deepEqual(shown, [[0, 1, 2], [3, 4], [5]]);
  const between = unitEdges(edges, units);
  assert.deepEqual([...between.inputOffsets], [0, 0, 0, 2]);
  assert.deepEqual([...between.inputs], [0, 1]);
  assert.equal(fuseChains(edges, (row) => row !== 1).count, 4);
});

test("fuseChains() keeps every row once, in order, on random graphs", () => {
  fc.assert(
    fc.property(graphs, (inputs) => {
      const units = fuseChains(edgesOf(inputs), () => true);
      assert.deepEqual(
        [...units.rows].sort((a, b) => a - b),
        inputs.map((_, i) => i),
      );
      const order = topologicalOrder(unitEdges(edgesOf(inputs), units));
      assert.equal(order.length, units.count);
    }),
    { numRuns: 200 },
  );
});
