import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { fuseBlockwise } from "../../../runtime/graph/blockwise-fusion.ts";
import { axisRuns, type Call, input, inputsFrom, literal, location, nested, own } from "../../../runtime/graph/call.ts";
import { graphOf, type Want, wantAll } from "../../../runtime/graph/graph.ts";
import type { AxisPick, BlockInput, BlockwiseLayer, DataLayer, Layer } from "../../../runtime/graph/layer.ts";
import { syncExecutor } from "../../../runtime/graph/sync-executor.ts";
import { liveFunction } from "../../../runtime/wire/function-spec.ts";

const along = (...axes: number[]): AxisPick[] => axes.map((axis) => ({ kind: "axis", axis }));
const fn = (name: string) => liveFunction((...args: unknown[]) => `${name}(${args.map(show).join(",")})`, name);
const show = (value: unknown): string =>
  Array.isArray(value) ? `[${value.map(show).join(",")}]` : String((value as { index?: number[] }).index ?? value);
const data = (name: string, n: number): DataLayer => ({
  kind: "data",
  name,
  grid: [n],
  values: { kind: "live", items: Array.from({ length: n }, (_, i) => `${name}${i}`) },
});
const block = (
  name: string,
  grid: number[],
  inputs: BlockInput[],
  call: Partial<Call> = {},
  more: Partial<BlockwiseLayer> = {},
): BlockwiseLayer => ({
  kind: "blockwise",
  name,
  grid,
  inputs,
  call: { fn: fn(name), args: inputs.map((_, at) => input(at)), ...call },
  ...more,
});
const read = (source: Layer, ...axes: number[]): BlockInput => ({ source, axes: along(...axes) });

async function fusedTo(layerNames: string[], ...wanted: Layer[]): Promise<void> {
  const graph = graphOf(wanted.map(wantAll));
  const fused = fuseBlockwise(graph);
  assert.deepEqual(
    fused.layers.map((layer) => layer.name),
    layerNames,
  );
  assert.deepEqual(await syncExecutor.compute(fused.wants), await syncExecutor.compute(graph.wants));
}

test("fuseBlockwise() makes a chain one layer of the last name", async () => {
  const d = data("d", 3);
  const a = block("a", [3], [read(d, 0)]);
  const b = block("b", [3], [read(a, 0)]);
  await fusedTo(["d", "c"], block("c", [3], [read(b, 0)]));
});

test("fuseBlockwise() computes a shared layer once, as a let", async () => {
  // d → a → b ↘
  //       ↘ c → e
  const d = data("d", 2);
  const a = block("a", [2], [read(d, 0)]);
  const e = block("e", [2], [read(block("b", [2], [read(a, 0)]), 0), read(block("c", [2], [read(a, 0)]), 0)]);
  await fusedTo(["d", "e"], e);
  const [, layer] = fuseBlockwise(graphOf([wantAll(e)])).layers as [Layer, BlockwiseLayer];
  assert.equal(layer.call.lets?.length, 1);
  assert.equal(layer.inputs.length, 1);
});

test("fuseBlockwise() leaves what is wanted, read twice, or read through two patterns", async () => {
  const d = data("d", 2);
  const a = block("a", [2], [read(d, 0)]);
  const b = block("b", [2], [read(a, 0)]);
  await fusedTo(["d", "a", "b"], a, b);
  const two = block("two", [2, 2], [read(d, 0)]);
  await fusedTo(["d", "two", "x"], block("x", [2, 2], [read(two, 0, 1), read(two, 1, 0)]));
  const shifted = block("s", [1], [read(a, 0), { source: a, axes: [{ kind: "axis", axis: 0, offset: 1 }] }]);
  await fusedTo(["d", "a", "s"], shifted);
});

test("fuseBlockwise() does light work again in each reader, and keeps what would cost more", async () => {
  // d → light → a, b
  const lightOver = (source: Layer, lightOps: number): BlockwiseLayer =>
    block("light", [2], [read(source, 0)], {}, { lightOps });
  const two = lightOver(data("d", 2), 4);
  await fusedTo(["d", "a", "b"], block("a", [2], [read(two, 0)]), block("b", [2], [read(two, 0)]));
  const heavy = lightOver(data("d", 2), 5);
  await fusedTo(["d", "light", "a", "b"], block("a", [2], [read(heavy, 0)]), block("b", [2], [read(heavy, 0)]));
  const three = lightOver(data("d", 2), 3);
  const readers = ["a", "b", "c"].map((name) => block(name, [2], [read(three, 0)]));
  await fusedTo(["d", "light", "a", "b", "c"], ...readers);
});

test("fuseBlockwise() counts what is done again along a chain, and leaves what one reader cannot take", async () => {
  const first = block("first", [2], [read(data("d", 2), 0)], {}, { lightOps: 3 });
  const second = block("second", [2], [read(first, 0)], {}, { lightOps: 3 });
  await fusedTo(["d", "first", "a", "b"], block("a", [2], [read(second, 0)]), block("b", [2], [read(second, 0)]));
  const wide = block("wide", [2, 3], [read(first, 0)]);
  await fusedTo(["d", "first", "a", "wide"], block("a", [2], [read(first, 0)]), wide);
  await fusedTo(["d", "first", "a"], first, block("a", [2], [read(first, 0)]));
});

test("fuseBlockwise() never computes a block twice for broadcasting", async () => {
  const a = block("a", [2], [read(data("d", 2), 0)]);
  await fusedTo(["d", "a", "wide"], block("wide", [2, 3], [read(a, 0)]));
  await fusedTo(["d", "thin"], block("thin", [2, 1], [read(a, 0)]));
});

test("fuseBlockwise() takes reductions into what reads them, not the other way", async () => {
  const a = block("a", [4], [read(data("d", 4), 0)]);
  const sum = block("sum", [2], [{ source: a, axes: [{ kind: "group", axis: 0, size: 2 }] }]);
  await fusedTo(["d", "a", "half"], block("half", [2], [read(sum, 0)]));
});

test("fuseBlockwise() composes transposition, fixed blocks and contractions", async () => {
  const d = data("d", 3);
  const outer = block("outer", [3, 2], [read(d, 0), { source: d, axes: [{ kind: "at", index: 2 }] }]);
  await fusedTo(["d", "t"], block("t", [2, 3], [read(outer, 1, 0)]));
  const row = block(
    "row",
    [2],
    [
      {
        source: outer,
        axes: [
          { kind: "at", index: 1 },
          { kind: "axis", axis: 0 },
        ],
      },
    ],
  );
  await fusedTo(["d", "row"], row);
  const all = block("all", [3], [{ source: d, axes: [{ kind: "all" }] }, read(d, 0)]);
  await fusedTo(["d", "last"], block("last", [3], [read(all, 0)]));
});

test("fuseBlockwise() keeps own values and locations with their blocks", async () => {
  const numbers = { kind: "numbers", data: Float64Array.of(5, 6) } as const;
  const a = block("a", [2], [], { args: [own(0), location([axisRuns([4, 3])])] }, { own: numbers });
  await fusedTo(["b"], block("b", [2], [read(a, 0)]));
  await fusedTo(["a", "c"], block("c", [2], [read(a, 0)], { args: [input(0), own(0)] }, { own: { ...numbers } }));
  const square = block("q", [2, 2], [], { args: [location([axisRuns([4, 3]), axisRuns([1, 1])])] });
  const turned = block("t", [2, 2], [read(square, 1, 0)]);
  await fusedTo(["t"], turned);
  await fusedTo(["u"], block("u", [2, 2], [read(turned, 1, 0)]));
  await fusedTo(
    ["v"],
    block(
      "v",
      [2],
      [
        {
          source: turned,
          axes: [
            { kind: "axis", axis: 0 },
            { kind: "at", index: 1 },
          ],
        },
      ],
    ),
  );
});

test("fuseBlockwise() makes a cheap layer again for every pattern it is read through, up to four", async () => {
  const square = block("q", [2, 2], [], { args: [location([axisRuns([4, 3]), axisRuns([1, 1])])] }, { isCheap: true });
  const turned = block("t", [2, 2], [read(square, 1, 0)]);
  await fusedTo(["sum"], block("sum", [2, 2], [read(square, 0, 1), read(turned, 0, 1), read(square, 0, 1)]));
  const rows = [0, 1, 2, 3, 4].map((offset) => ({
    source: block("line", [5], [], { args: [location([axisRuns([1, 1, 1, 1, 1])])] }, { isCheap: true }),
    axes: [{ kind: "axis" as const, axis: 0, offset }],
  }));
  await fusedTo(["four"], block("four", [1], rows.slice(0, 4)));
  await fusedTo(["line", "five"], block("five", [1], rows));
});

test("fuseBlockwise() does not mix annotations", async () => {
  const d = data("d", 2);
  const chain = (inner: BlockwiseLayer["annotations"], outer: BlockwiseLayer["annotations"]) =>
    block(
      "b",
      [2],
      [read(block("a", [2], [read(d, 0)], {}, inner ? { annotations: inner } : {}), 0)],
      {},
      outer ? { annotations: outer } : {},
    );
  await fusedTo(["d", "a", "b"], chain({ priority: 1 }, undefined));
  await fusedTo(["d", "b"], chain({ priority: 1, retries: 2 }, { retries: 2, priority: 1 }));
  await fusedTo(["d", "a", "b"], chain({ fuse: false }, { fuse: false }));
  await fusedTo(["d", "a", "b"], chain({ effectful: true }, { effectful: true }));
  await fusedTo(["d", "a", "b"], chain({ effectful: true }, undefined));
  await fusedTo(["d", "b"], chain(undefined, { effectful: true }));
  await fusedTo(["d", "a", "b"], chain(undefined, { effectful: "once" }));
  await fusedTo(["d", "a", "b"], chain({ priority: 1 }, { effectful: true }));
  const kept = fuseBlockwise(graphOf([wantAll(chain({ retries: 2 }, { retries: 2 }))])).layers.at(-1) as Layer;
  assert.deepEqual(kept.annotations, { retries: 2 });
});

test("fuseBlockwise() renumbers inputs, ranges of inputs and lets of nested calls", async () => {
  const [d, e] = [data("d", 2), data("e", 2)];
  const inner: Call = {
    fn: fn("in"),
    args: [
      { kind: "let", at: 0 },
      { kind: "let", at: 0 },
    ],
    lets: [{ fn: fn("l"), args: [input(1)] }],
  };
  const a = block("a", [2], [read(d, 0), read(e, 0)], { args: [nested(inner), inputsFrom(0)] });
  const b = block("b", [2], [read(e, 0), read(a, 0)], {
    args: [inputsFrom(0), { kind: "record", names: ["x"], items: [input(1)] }, literal(3)],
    lets: [{ fn: fn("m"), args: [input(1), input(0)] }],
  });
  await fusedTo(["e", "d", "b"], b);
});

test("fuseBlockwise() bounds nesting, so that long chains still run", async () => {
  let layer: Layer = data("d", 1);
  for (let i = 0; i < 1000; i++) {
    const source = layer;
    layer = block(`l${i}`, [1], [read(source, 0)], {
      fn: liveFunction((x: unknown) => (typeof x === "number" ? x + 1 : 1)),
    });
  }
  const fused = fuseBlockwise(graphOf([wantAll(layer)]));
  assert.ok(fused.layers.length < 20);
  assert.deepEqual(await syncExecutor.compute(fused.wants), [[1000]]);
});

test("fuseBlockwise() keeps the values of random graphs", async () => {
  const pick = fc.record({ from: fc.nat(), second: fc.option(fc.nat()), turned: fc.boolean(), wanted: fc.boolean() });
  await fc.assert(
    fc.asyncProperty(fc.array(pick, { minLength: 1, maxLength: 12 }), fc.boolean(), async (steps, isCheap) => {
      const layers: Layer[] = [
        block("r", [2, 2], [], { args: [location([axisRuns([1, 1]), axisRuns([1, 1])])] }, { isCheap }),
      ];
      const wants: Want[] = [];
      steps.forEach((step, i) => {
        const chosen = [step.from, ...(step.second === null ? [] : [step.second])].map(
          (at) => layers[at % layers.length] as Layer,
        );
        layers.push(
          block(
            `n${i}`,
            [2, 2],
            chosen.map((source, at) => (step.turned && at === 0 ? read(source, 1, 0) : read(source, 0, 1))),
          ),
        );
        if (step.wanted) wants.push(wantAll(layers.at(-1) as Layer));
      });
      wants.push(wantAll(layers.at(-1) as Layer));
      const fused = fuseBlockwise(graphOf(wants));
      assert.deepEqual(await syncExecutor.compute(fused.wants), await syncExecutor.compute(wants));
    }),
    { numRuns: 200 },
  );
});

test("fuseBlockwise() composes picks that go backwards or skip blocks", async () => {
  const d = data("d", 7);
  const backwards = (source: Layer, last: number): BlockInput => ({
    source,
    axes: [{ kind: "axis", axis: 0, offset: last, step: -1 }],
  });
  const a = block("a", [7], [read(d, 0)], { args: [input(0), location([axisRuns([1, 2, 3, 4, 5, 6, 7])])] });
  const b = block("b", [7], [backwards(a, 6)], { args: [input(0), location([axisRuns([7, 6, 5, 4, 3, 2, 1])])] });
  await fusedTo(["d", "c"], block("c", [3], [{ source: b, axes: [{ kind: "axis", axis: 0, offset: 1, step: 2 }] }]));
  await fusedTo(["d", "a", "pair"], block("pair", [7], [read(a, 0), backwards(a, 6)]));
  await fusedTo(["d", "e"], block("e", [7], [backwards(b, 6)]));
  const halves = block("halves", [4], [{ source: a, axes: [{ kind: "group", axis: 0, size: 2 }] }]);
  await fusedTo(["d", "a", "halves", "f"], block("f", [4], [backwards(halves, 3)]));
});
