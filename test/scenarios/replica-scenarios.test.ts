import assert from "node:assert/strict";
import { test } from "node:test";
import type { WorkerRecord } from "../../actors/scheduler/worker-record.ts";
import type { Annotations } from "../../runtime/graph/layer.ts";
import { ClusterScript } from "../support/cluster-script.ts";

/**
 * Copies of results and workers that leave, letter by letter; 29 is numbered as in the design's scheduling.md, section 7. Keys of rows
 * are "x/0", "x/1" …
 */

/** A has made the only row, and B has joined. */
function made(): ClusterScript {
  const c = new ClusterScript({ A: 1 });
  c.submit("x", [[]], 1);
  assert.equal(c.runAll(), "A0");
  c.join("B");
  return c;
}

const pass = (c: ClusterScript): void => {
  c.flow();
  c.tick(150);
  c.flow();
};

test("a copy is ordered, fetched from its holder and told of; only then it counts", () => {
  const c = made();
  assert.deepEqual(c.wish({ type: "replicate", keys: ["x/0"], copies: 2 }), { missing: 1, stays: {} });
  assert.deepEqual(c.mail("S>B"), ["acquire 0"]);
  assert.equal(c.holders(0), "A");
  c.deliver("S>B");
  assert.equal(c.stands(0), "S:memory A:memory B:memory");
  assert.equal(c.holders(0), "A", "B has yet to say so");
  c.flow();
  assert.equal(c.holders(0), "AB");
  assert.equal(c.wish({ type: "replicate", keys: ["x/0"], copies: 2 }).missing, 0);
  c.release(1, 1);
  c.flow();
  c.isEmpty();
  assert.equal(c.brain.state.replicas.wishes.size, 0);
});

test("a copy that was asked for is made up for when its holder dies; one that was not goes when nobody reads it", () => {
  const c = made();
  c.wish({ type: "replicate", keys: ["x/0"], copies: 2 });
  c.flow();
  c.join("C");
  c.gone("A");
  pass(c);
  assert.equal(c.holders(0), "BC");
  c.wish({ type: "replicate", keys: ["x/0"], copies: 1 });
  c.tick(10);
  c.flow();
  assert.equal(c.holders(0).length, 1);
  assert.equal(c.stands(0).split(" ").length, 2, "one worker has it");
});

test("a row that is released while a copy is under way: what comes is dropped, and its number is free", () => {
  const c = made();
  c.wish({ type: "replicate", keys: ["x/0"], copies: 2 });
  c.release(1, 1);
  assert.deepEqual(c.mail("S>B").slice(0, 2), ["acquire 0", "free 0"]);
  c.flow();
  c.isEmpty();
  c.submit("y", [[]], 2);
  c.runAll();
  assert.equal(c.brain.state.tasks.state[0], c.brain.state.chart.chart.stateId("memory"));
});

test("an order that is lost with its session is told again", () => {
  const c = made();
  c.wish({ type: "replicate", keys: ["x/0"], copies: 2 });
  c.lose("S>B");
  c.tick(1000);
  c.flow();
  assert.equal(c.holders(0), "A");
  c.tick(2000);
  c.flow();
  assert.equal(c.holders(0), "AB");
});

test("retire: what has not begun goes back, what runs ends, what only it holds is copied; then it is let go", () => {
  const c = new ClusterScript({ A: 1 });
  c.submit("x", [[], [], [], []], 1);
  c.flow();
  c.finish("A", c.begins("A"));
  assert.equal(c.begins("A"), 1);
  c.join("B");
  assert.deepEqual(c.wish({ type: "retire", workers: ["A"] }), { missing: 1, stays: {} });
  assert.equal(c.status("A"), "draining");
  pass(c);
  assert.equal(c.stands(2), "S:processing B:queued");
  assert.equal(c.stands(3), "S:processing B:queued");
  assert.equal(c.holders(0), "AB");
  c.tick(150);
  assert.equal(c.status("A"), "draining", "it runs a task");
  c.finish("A", 1);
  pass(c);
  pass(c);
  assert.equal(c.holders(1), "B");
  assert.equal(c.status("A"), "gone");
  assert.deepEqual(c.wish({ type: "retire", workers: ["A"] }), { missing: 0, stays: {} });
  assert.equal(c.runAll(), "B2 B3");
});

test("29: the worker that was to take over dies before it has it: another one does, and nothing is lost", () => {
  const c = made();
  c.wish({ type: "retire", workers: ["A"] });
  assert.deepEqual(c.mail("S>B"), ["acquire 0"]);
  c.join("C");
  c.gone("B");
  pass(c);
  pass(c);
  assert.equal(c.status("A"), "gone");
  assert.equal(c.holders(0), "C");
});

test("29: a result comes to be after all were moved away: it is moved too before the worker goes", () => {
  const c = new ClusterScript({ A: 2 });
  c.submit("x", [[], []], 1);
  c.flow();
  c.finish("A", c.begins("A"));
  c.begins("A");
  c.join("B");
  c.wish({ type: "retire", workers: ["A"] });
  pass(c);
  assert.equal(c.holders(0), "AB");
  c.tick(5000);
  assert.deepEqual(c.mail("S>B"), [], "the copy that stays is not surplus beside one that leaves");
  c.finish("A", 1);
  c.flow();
  c.tick(150);
  assert.notEqual(c.status("A"), "gone");
  pass(c);
  pass(c);
  assert.equal(c.status("A"), "gone");
  assert.deepEqual([c.holders(0), c.holders(1)], ["B", "B"]);
});

test("29: with nobody left to take over a worker stays, says why, and works on", () => {
  const c = made();
  c.wish({ type: "retire", workers: ["A"] });
  c.gone("B");
  assert.equal(c.status("A"), "running");
  assert.match(c.wish({ type: "retire", workers: ["A"] }).stays["A"] as string, /no other worker/);
  c.submit("y", [[]], 2);
  assert.match(c.runAll(), /^A\d+$/);
});

test("retire: where no other worker has room for what it holds for long, it stays, says why, and works on", () => {
  const c = made();
  const other = c.brain.state.workerByName.get("B") as WorkerRecord;
  other.pressure = "high";
  c.wish({ type: "retire", workers: ["A"] });
  c.tick(5000);
  c.tick(4000);
  assert.equal(c.status("A"), "draining", "room may come");
  c.tick(2000);
  assert.equal(c.status("A"), "running");
  assert.match(c.wish({ type: "retire", workers: ["A"] }).stays["A"] as string, /no other worker has room/);
  other.pressure = "none";
  c.wish({ type: "retire", workers: ["A"] });
  pass(c);
  pass(c);
  assert.equal(c.status("A"), "gone", "asked again, it goes");
});

test("retire: of all workers, asked at once, one stays and takes over what the others have", () => {
  const c = made();
  c.wish({ type: "retire", workers: ["A", "B"] });
  pass(c);
  pass(c);
  pass(c);
  const left = ["A", "B"].filter((id) => c.status(id) !== "gone");
  assert.deepEqual(left, ["A"]);
  assert.equal(c.status("A"), "running");
  assert.equal(c.holders(0), "A");
});

test("retire: the last worker goes without a word of staying where nothing is left to do", () => {
  const c = new ClusterScript({ A: 1 });
  c.submit("x", [[]], 1);
  c.runAll();
  c.release(1, 1);
  c.flow();
  assert.deepEqual(c.wish({ type: "retire", workers: ["A"] }).stays, {});
  pass(c);
  pass(c);
  assert.equal(c.status("A"), "gone");
});

test("retire: a worker with data of a client that has yet to tell of it stays until it has, and the data is moved", () => {
  const c = made();
  c.worker("A").step({ kind: "parked", ticket: "c/2", value: "data", bytes: 8 });
  c.wish({ type: "retire", workers: ["A"] });
  pass(c);
  pass(c);
  assert.equal(c.status("A"), "draining");
  const data = { handles: Uint32Array.of(2), keys: ["data/0"], bytes: Float64Array.of(8), workers: ["A"] };
  c.client({ type: "scattered", request: 9, ...data });
  pass(c);
  pass(c);
  pass(c);
  assert.equal(c.status("A"), "gone");
  assert.deepEqual([c.holders(0), c.holders(1)], ["B", "B"]);
});

/** A has made the shards of row 0 and is to leave; B is there. */
function shards(edges: readonly (readonly number[])[], annotations?: Annotations): ClusterScript {
  const c = new ClusterScript({ A: 1 }, 1);
  c.submit("x", edges, 1, annotations);
  c.flow();
  c.makesShards("A", c.begins("A"));
  c.join("B");
  c.wish({ type: "retire", workers: ["A"] });
  pass(c);
  return c;
}

test("retire: shards of an exchange hold their worker until all that reads them has, though nothing runs between two tasks", () => {
  const c = shards([[], [0], [0], [0]]);
  c.release(1, 1);
  const readers = new Set([1, 2, 3]);
  while (readers.size > 1) {
    const row = c.begins("B");
    assert.ok(readers.delete(row), `${row} begins`);
    pass(c);
    assert.equal(c.status("A"), "draining");
    assert.equal(c.holders(0), "AB", "B has a handle");
    // The turn that hears of its end is one that looks at who leaves.
    c.now += 150;
    c.finish("B", row);
    c.deliver("B>S");
    assert.equal(c.status("A"), "draining", `${[...readers]} are yet to read them`);
    c.flow();
  }
  assert.equal(c.runAll(), `B${[...readers]}`);
  pass(c);
  assert.deepEqual([c.status("A"), c.holders(3)], ["gone", "B"]);
});

test("retire: shards of an exchange hold their worker while what reads them rests before it is tried again", () => {
  const c = shards([[], [0]], { retries: 1, retryDelayMs: 1000 });
  c.release(1, 1);
  assert.equal(c.begins("B"), 1);
  c.fail("B", 1);
  pass(c);
  pass(c);
  assert.deepEqual([c.status("A"), c.stands(1)], ["draining", "S:resting"]);
  c.tick(1000);
  assert.equal(c.runAll(), "B1");
  pass(c);
  assert.equal(c.status("A"), "gone");
});

for (const effectful of ["once", undefined] as const)
  test(`retire: shards that nobody else may read hold their worker only if they can never be made again (${effectful})`, () => {
    const c = shards([[], [0]], { workers: ["A"], ...(effectful === undefined ? {} : { effectful }) });
    pass(c);
    assert.equal(c.status("A"), effectful === undefined ? "gone" : "draining");
    if (effectful === undefined) return;
    c.tick(11_000);
    c.flow();
    assert.equal(c.status("A"), "running");
    assert.match(c.wish({ type: "retire", workers: ["A"] }).stays["A"] as string, /can never be made again/);
    assert.equal(c.runAll(), "A1");
  });

test("a worker that did not hear that it may go is told again when it says that it is there", () => {
  const c = made();
  c.release(1, 1);
  c.flow();
  c.wish({ type: "retire", workers: ["A"] });
  pass(c);
  c.tick(150);
  assert.equal(c.status("A"), "gone");
  c.lose("S>A");
  c.rejoin("A");
  assert.deepEqual(c.mail("S>A"), ["shutdown"]);
  assert.equal(c.status("A"), "gone");
});

test("rebalance moves the largest from the fullest to the emptiest, and the moved ones lie in one place", () => {
  const c = new ClusterScript({ A: 1 });
  c.submit("x", [[], [], [], [], [], []], 1);
  c.runAll();
  c.join("B");
  assert.equal(c.wish({ type: "rebalance" }).missing, 3);
  c.flow();
  c.tick(10);
  c.flow();
  assert.equal(c.wish({ type: "rebalance" }).missing, 0);
  const places = [0, 1, 2, 3, 4, 5].map((row) => c.holders(row)).sort();
  assert.deepEqual(places, ["A", "A", "A", "B", "B", "B"]);
});
