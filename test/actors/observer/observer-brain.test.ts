import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ObserverBrain } from "../../../actors/observer/observer-brain.ts";
import { ProfileTree } from "../../../actors/observer/profile-tree.ts";
import { RunLog } from "../../../actors/observer/run-log.ts";
import type { SchedulerFigures, TaskRuns } from "../../../runtime/protocol/events.ts";

const runs = (count: number, from = 0): TaskRuns => {
  const each = <T>(of: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => of(i));
  return {
    prefixes: ["inc", "sum"],
    prefix: each((i) => i % 2),
    startMs: each((i) => from + i * 10),
    spanUs: each(() => 5000),
    busyUs: each(() => 4000),
    count: each(() => 2),
    failed: each((i) => (i === 0 ? 1 : 0)),
    bytes: each(() => 100),
    row: each((i) => i),
    attempt: each((i) => i),
  };
};
const figures = (epoch: number): SchedulerFigures =>
  ({
    type: "scheduler",
    epoch,
    workers: [],
    prefixes: [],
    turns: { maxMs: 3 },
    system: { busy: 0.1, lagMs: 1 },
  }) as never;

describe("ObserverBrain", () => {
  test("sums what workers ran and fetched", () => {
    const brain = new ObserverBrain();
    brain.step({ kind: "event", event: { type: "worker", worker: "a", runs: runs(4) } }, 1000);
    const transfers = { from: ["b"], startMs: [1], durationUs: [2000], chunks: [3], bytes: [4096] };
    brain.step({ kind: "event", event: { type: "worker", worker: "a", transfers } }, 1000);
    assert.deepEqual(brain.kinds.get("inc"), { count: 4, failed: 1, computeMs: 8, bytes: 200 });
    assert.deepEqual([brain.workers.get("a")?.tasks, brain.workers.get("a")?.bytesIn], [8, 4096]);
    assert.equal(brain.workers.get("b")?.bytesOut, 4096);
    assert.deepEqual(brain.pairs.get("b a"), { from: "b", to: "a", chunks: 3, bytes: 4096, ms: 2 });
  });

  test("once a second the cluster's figures go into a ring", () => {
    const brain = new ObserverBrain();
    brain.step({ kind: "tick" }, 1000);
    brain.step({ kind: "event", event: figures(1) }, 1000);
    brain.step({ kind: "event", event: { type: "worker", worker: "a", runs: runs(50) } }, 1500);
    for (let ms = 1250; ms <= 3000; ms += 250) brain.step({ kind: "tick" }, ms);
    assert.deepEqual(brain.cluster.column("tasksPerSecond"), [100, 0]);
    assert.deepEqual(brain.cluster.column("turnMaxMs"), [3, 0]);
  });

  test("a scheduler that falls silent is lost, and one that speaks again is live", () => {
    const brain = new ObserverBrain();
    assert.equal(brain.connection, "waiting");
    brain.step({ kind: "event", event: figures(1) }, 1000);
    assert.equal(brain.connection, "live");
    brain.step({ kind: "tick" }, 8000);
    assert.equal(brain.connection, "lost");
    brain.step({ kind: "event", event: figures(2) }, 9000);
    assert.equal(brain.connection, "live");
  });

  test("log entries are kept once, in order", () => {
    const brain = new ObserverBrain();
    const entry = (number: number) => ({ number, atMs: 0, level: "info", about: "worker", name: "a", text: "" });
    brain.step({ kind: "log", entries: [entry(1), entry(2)] }, 0);
    brain.step({ kind: "log", entries: [entry(2), entry(3)] }, 0);
    assert.deepEqual(
      brain.log.map(({ number }) => number),
      [1, 2, 3],
    );
  });
});

describe("RunLog", () => {
  test("few runs are drawn one by one, many together, and none is left out", () => {
    const log = new RunLog();
    log.add("a", runs(10));
    assert.equal(log.drawn(0, 100).length, 10);
    const mark = log.newest;
    log.add("a", runs(5000, 1000));
    const drawn = log.drawn(mark, 100);
    assert.ok(drawn.length <= 200, `${drawn.length}`);
    assert.equal(
      drawn.reduce((sum, [, , , , count]) => sum + count, 0),
      10_000,
    );
  });

  test("only the last runs are kept", () => {
    const log = new RunLog();
    for (let i = 0; i < 10; i++) log.add("a", runs(10_000, i * 100_000));
    assert.ok(log.since(0).length <= 40_000);
  });
});

test("ProfileTree lays stacks over each other, by kind and for all", () => {
  const tree = new ProfileTree();
  tree.add([
    { prefix: "load", stack: ["a", "b"], samples: 3, ms: 30 },
    { prefix: "load", stack: ["a", "c"], samples: 1, ms: 10 },
    { prefix: "sum", stack: ["d"], samples: 2, ms: 20 },
    { prefix: "", stack: ["turn"], samples: 9, ms: 90 },
  ]);
  assert.deepEqual(
    tree.totals.map(({ prefix, ms }) => [prefix, ms]),
    [
      ["", 90],
      ["load", 40],
      ["sum", 20],
    ],
  );
  const load = tree.tree("load");
  assert.deepEqual(
    [load.ms, load.children[0]?.name, load.children[0]?.children.map(({ name }) => name)],
    [40, "a", ["b", "c"]],
  );
  assert.deepEqual([tree.tree().ms, tree.tree().children.length], [60, 2]);
});
