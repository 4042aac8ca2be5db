import assert from "node:assert/strict";
import { after, test } from "node:test";
import fc from "fast-check";
import {
  call,
  type DictGraph,
  dependencies,
  dependents,
  get,
  isDag,
  order,
  quote,
  TaskNode,
  toposort,
} from "../../../runtime/graph/dict-graph.ts";
import { pushExecutor } from "../../../runtime/graph/executor.ts";
import { cull, fuse, inline, inlineFunctions } from "../../../runtime/graph/inline.ts";
import { syncExecutor } from "../../../runtime/graph/sync-executor.ts";

after(pushExecutor(syncExecutor));
const inc = (x: number): number => x + 1;
const add = (...xs: number[]): number => xs.reduce((a, b) => a + b, 0);
const graph: DictGraph = {
  a: 1,
  b: call(inc, "a"),
  c: call(inc, "a"),
  d: call(add, "b", "c", call(inc, "b")),
  e: ["a", ["d"]],
  s: "plain",
  q: quote("a"),
  alias: "d",
};

test("get() computes keys, nested keys, lists, aliases and quoted text", async () => {
  assert.equal(await get(graph, "d"), 7);
  assert.deepEqual(await get(graph, [["b"], "d", []]), [[2], 7, []]);
  assert.deepEqual(await get(graph, ["e", "s", "q", "alias"]), [[1, [7]], "plain", "a", 7]);
});

test("get() refuses unknown keys and circles before anything runs", async () => {
  await assert.rejects(get(graph, "nope"), { code: "UNKNOWN_KEY" });
  let ran = 0;
  const round = { a: call(inc, "b"), b: call(inc, "a"), c: call(() => (ran += 1)) };
  await assert.rejects(get(round, "c"), { code: "CYCLE" });
  assert.equal(ran, 0);
  assert.ok(!isDag(round));
  assert.ok(isDag(round, "c"));
  assert.ok(isDag(graph));
});

test("dependencies(), dependents() and toposort() see into nested tasks and lists", () => {
  assert.deepEqual(dependencies(graph)["d"], new Set(["b", "c"]));
  assert.deepEqual(dependents(graph)["a"], new Set(["b", "c", "e"]));
  assert.deepEqual(dependencies(graph)["q"], new Set());
  const sorted = toposort(graph);
  for (const [key, reads] of Object.entries(dependencies(graph)))
    for (const one of reads) assert.ok(sorted.indexOf(one) < sorted.indexOf(key));
});

test("cull() keeps what is needed", () => {
  const [kept, reads] = cull(graph, ["c"]);
  assert.deepEqual(Object.keys(kept).sort(), ["a", "c"]);
  assert.deepEqual(reads, { c: new Set(["a"]), a: new Set() });
  assert.throws(() => cull(graph, "nope"), { code: "UNKNOWN_KEY" });
});

test("fuse() joins chains, and keeps the keys it is told to", async () => {
  const chain = { a: 1, b: call(inc, "a"), c: call(inc, "b"), d: call(inc, "c") };
  const fused = fuse(chain, "d");
  assert.deepEqual(Object.keys(fused), ["d"]);
  assert.equal(await get(fused, "d"), 4);
  assert.deepEqual(Object.keys(fuse(chain, ["b", "d"])), ["b", "d"]);
});

test("inline() and inlineFunctions() put definitions in place of names", async () => {
  const inlined = inline(graph, { keys: ["b"] });
  assert.deepEqual(dependencies(inlined)["d"], new Set(["c"]));
  assert.equal(await get(inlined, "d"), 7);
  const fast = inlineFunctions(graph, ["d"], { fastFunctions: [inc] });
  assert.ok(!("b" in fast) && !("c" in fast));
  assert.equal(await get(fast, "d"), 7);
});

test("order() ranks every key after what it reads", () => {
  const ranks = order(graph);
  for (const [key, reads] of Object.entries(dependencies(graph)))
    for (const one of reads) assert.ok((ranks[one] as number) < (ranks[key] as number));
});

test("cull, fuse and inline keep the values of random graphs", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(fc.nat(), { maxLength: 3 }), { minLength: 1, maxLength: 15 }),
      fc.nat(),
      async (rows, pick) => {
        const made: Record<string, unknown> = {};
        rows.forEach((reads, at) => {
          made[`k${at}`] =
            at === 0 || reads.length === 0 ? at : new TaskNode(add, [1, ...reads.map((read) => `k${read % at}`)]);
        });
        const key = `k${pick % rows.length}`;
        const value = await get(made, key);
        assert.equal(await get(cull(made, key)[0], key), value);
        assert.equal(await get(fuse(made, key), key), value);
        assert.equal(await get(inline(made, { keys: Object.keys(made).slice(0, 4) }), key), value);
        assert.equal(await get(inlineFunctions(made, key, { fastFunctions: [add] }), key), value);
      },
    ),
    { numRuns: 100 },
  );
});
