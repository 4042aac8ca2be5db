import assert from "node:assert/strict";
import { after, test } from "node:test";
import { compute } from "../../../collections/core/compute.ts";
import { waitOn } from "../../../collections/core/wait-on.ts";
import { delayed } from "../../../collections/delayed/delayed.ts";
import { pushExecutor } from "../../../runtime/graph/executor.ts";
import { graphOf } from "../../../runtime/graph/graph.ts";
import { optimizeGraph } from "../../../runtime/graph/optimize.ts";
import { syncExecutor } from "../../../runtime/graph/sync-executor.ts";

after(pushExecutor(syncExecutor));

test("waitOn() keeps values, and nothing behind it runs before all is done", async () => {
  const ran: string[] = [];
  const note = delayed((name: string, ..._after: unknown[]) => {
    ran.push(name);
    return name;
  });
  const [a, b] = waitOn(note("a"), note("b"));
  assert.deepEqual(await compute(note("after a", a), b), ["after a", "b"]);
  assert.deepEqual(ran.slice(0, 2).sort(), ["a", "b"]);
  assert.equal(ran.length, 3);
});

test("waitOn() survives optimisation", async () => {
  const [a, b] = waitOn(delayed(1), delayed(2));
  const graph = optimizeGraph(graphOf([a.wants(), b.wants()]));
  assert.deepEqual(await syncExecutor.compute(graph.wants), [[1], [2]]);
});

test("waitOn() refuses what is no collection", () => {
  assert.throws(() => waitOn(1 as never), TypeError);
});
