import assert from "node:assert/strict";
import { test } from "node:test";
import { changeCache } from "../../../actors/scheduler/cached-results.ts";
import { CACHE_OFF, type CacheLimits } from "../../../actors/scheduler/result-cache.ts";
import type { Annotations } from "../../../runtime/graph/layer.ts";
import { SchedulerScript } from "../../support/scheduler-script.ts";

/** A chain of two tasks: row 1 reads row 0, and the client wants row 1. */
const CHAIN = [[], [0]] as const;
const SECOND_US = 1e6;
const LIMITS: CacheLimits = { bytesMax: 1000, halfLifeMs: 1000, leastMs: 10 };

function cached(limits: CacheLimits = LIMITS, workers: Readonly<Record<string, number>> = { A: 1 }): SchedulerScript {
  const script = new SchedulerScript(workers);
  changeCache(script.brain.state, { type: "cache", limits, clear: false });
  return script;
}

const figures = (script: SchedulerScript) => script.brain.state.cache?.figures() ?? CACHE_OFF;

/** Both tasks of the chain run on A, a second each, and the client lets go of what it wanted. */
function runChain(script: SchedulerScript, annotations?: Annotations): void {
  script.submit("x", CHAIN, [1], 1, annotations);
  for (const row of [0, 1]) script.finished("A", row, script.attempt(row), { durationUs: SECOND_US });
  script.release(1, 1);
}

test("what took long stays when nobody wants it any more; the next computation runs nothing of it", () => {
  const script = cached();
  runChain(script);
  assert.deepEqual([script.state(0), script.state(1)], ["memory", "memory"]);
  script.orders();
  script.news();
  script.submit("x", CHAIN, [1], 2);
  assert.deepEqual(script.news(), ["inMemory 2"]);
  assert.deepEqual(script.orders(), []);
  // Row 1 took its own second and that of what it was made from.
  assert.deepEqual(figures(script), { bytesMax: 1000, bytes: 16, results: 2, hits: 1, savedMs: 2000, dropped: 0 });
});

test("a computation that goes on from a cached result runs only what is new", () => {
  const script = cached();
  runChain(script);
  script.orders();
  script.submit("x", CHAIN, [0], 2);
  assert.deepEqual([script.news().at(-1), script.orders(), figures(script).hits], ["inMemory 2", [], 1]);
});

test("without a cache nothing stays, nor what is made again in a moment, has effects, is not to be cached, or is a handle", () => {
  const bare = new SchedulerScript({ A: 1 });
  runChain(bare);
  bare.isEmpty();
  for (const annotations of [{ effectful: true }, { effectful: "once" }, { cache: false }] as const) {
    const script = cached();
    runChain(script, annotations);
    script.isEmpty();
  }
  const quick = cached();
  quick.submit("x", [[]], [0], 1);
  quick.finished("A", 0, quick.attempt(0), { durationUs: 9_000 });
  quick.release(1, 1);
  quick.isEmpty();
  const handle = cached();
  handle.submit("x", [[]], [0], 1);
  handle.finished("A", 0, handle.attempt(0), { durationUs: SECOND_US, isLocated: true });
  handle.release(1, 1);
  handle.isEmpty();
});

test("over the limit goes what is worth least for its bytes; what was found is worth more", () => {
  const script = cached();
  script.submit("x", [[], [], []], [0, 1, 2], 1);
  // Equal bytes: 1 s, 3 s and 2 s of work.
  for (const [row, seconds] of [1, 3, 2].entries())
    script.finished("A", row, script.attempt(row), { durationUs: seconds * SECOND_US, bytes: 300 });
  script.release(1, 3);
  assert.equal(figures(script).results, 3);
  // The cheapest is found twice.
  for (const handle of [10, 11]) {
    script.submit("x", [[], [], []], [0], handle);
    script.release(handle, 1);
  }
  script.submit("y", [[]], [0], 20);
  script.finished("A", 3, script.attempt(3), { durationUs: 9 * SECOND_US, bytes: 300 });
  assert.deepEqual(
    [0, 1, 2, 3].map((row) => script.state(row)),
    ["memory", "memory", "released", "memory"],
  );
  assert.deepEqual([figures(script).bytes, figures(script).dropped], [900, 1]);
});

test("a lost result is not made again for the cache, but for who needs it", () => {
  const idle = cached(LIMITS, { A: 1, B: 1 });
  runChain(idle);
  idle.orders();
  idle.gone("A");
  assert.deepEqual(idle.orders(), []);
  assert.deepEqual(figures(idle).results, 0);
  idle.isEmpty();
  const wanted = cached(LIMITS, { A: 1, B: 1 });
  wanted.submit("x", [[]], [0], 1);
  wanted.finished("A", 0, wanted.attempt(0), { durationUs: SECOND_US });
  wanted.gone("A");
  assert.deepEqual([wanted.state(0), figures(wanted).results], ["processing", 0]);
});

test("where memory is short half of what is cached there goes, and more as long as it stays short", () => {
  const script = cached();
  script.submit("x", [[], [], [], []], [0, 1, 2, 3], 1);
  for (const row of [0, 1, 2, 3])
    script.finished("A", row, script.attempt(row), { durationUs: (row + 1) * SECOND_US, bytes: 100 });
  script.release(1, 4);
  const relieved = (now: number): number => {
    const { state } = script.brain;
    (state.workerByName.get("A") as { pressure: string }).pressure = "soft";
    script.brain.step({ kind: "tick" }, now);
    script.brain.endTurn({ worker: () => {}, client: () => {}, watched: () => {}, expelled: () => {} });
    return figures(script).results;
  };
  assert.equal(relieved(2000), 2);
  assert.equal(relieved(2100), 2);
  assert.equal(relieved(2600), 1);
  // The dearest stays longest.
  assert.deepEqual(
    [0, 1, 2, 3].map((row) => script.state(row)),
    ["released", "released", "released", "memory"],
  );
});

test("clearing lets go of what nobody else holds; turned off, nothing stays", () => {
  const script = cached();
  runChain(script);
  script.submit("x", CHAIN, [1], 2);
  const { state } = script.brain;
  changeCache(state, { type: "cache", clear: true });
  script.more();
  assert.deepEqual([script.state(0), script.state(1), figures(script).results], ["released", "memory", 0]);
  script.release(2, 1);
  script.isEmpty();
  runChain(script);
  changeCache(state, { type: "cache", clear: false, limits: { ...LIMITS, bytesMax: 0 } });
  script.more();
  script.isEmpty();
  assert.deepEqual(figures(script), CACHE_OFF);
});

test("a worker that leaves is not kept by what is only cached there", () => {
  const script = cached(LIMITS, { A: 1, B: 1 });
  script.submit("x", [[]], [0], 1);
  script.finished("A", 0, script.attempt(0), { durationUs: SECOND_US });
  script.release(1, 1);
  script.brain.askReplicas({ type: "retire", workers: ["A"] });
  script.more();
  assert.equal(script.state(0), "forgotten");
  script.isEmpty();
});
