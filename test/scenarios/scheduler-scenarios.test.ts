import assert from "node:assert/strict";
import { test } from "node:test";
import { ClusterScript } from "../support/cluster-script.ts";
import { SchedulerScript } from "../support/scheduler-script.ts";

/**
 * Histories that made other schedulers hang, lose or compute twice, as the scheduler lives through them; numbered as in the
 * design's scheduling.md, section 7. A, B and C are workers; "A compute 3@7" sends row 3 to A under attempt 7.
 */

test("22: the origin of x dies while another worker has a copy: the copy stands in, x is not computed again", () => {
  const s = new SchedulerScript({ A: 1, B: 1 });
  s.submit("x", [[]], [0], 1);
  assert.deepEqual(s.orders(), ["A compute 0@1"]);
  s.finished("A", 0, 1);
  s.holds("B", 0, 1);
  s.news();
  s.gone("A");
  assert.equal(s.state(0), "memory");
  assert.deepEqual(s.orders(), []);
  assert.deepEqual(s.news(), ["inMemory 1"], "the client hears of the new place");
});

test("23: the only copy of x is thought lost while y(x) runs, y finishes all the same: it is taken, x is called off", () => {
  // x → y
  const s = new SchedulerScript({ A: 1, B: 1 });
  s.submit("xy", [[], [0]], [1], 1);
  s.finished("A", 0, 1);
  assert.deepEqual(s.orders(), ["A compute 0@1", "A compute 1@2"]);
  s.missing("B", 0, 0, [0, 1, "A"]);
  assert.deepEqual([s.state(0), s.state(1)], ["processing", "processing"], "x is made again for y's sake");
  assert.deepEqual(s.orders(), ["A free 0@1", "B compute 0@3"]);
  s.finished("A", 1, 2);
  assert.deepEqual([s.state(0), s.state(1)], ["released", "memory"]);
  assert.deepEqual(s.orders(), ["B free 0@3"]);
  s.release(1, 1);
  s.isEmpty();
});

test("24: released and submitted anew under the same name before the old result comes: the old result moves nothing", () => {
  const s = new SchedulerScript({ A: 1 });
  s.submit("x", [[]], [0], 1);
  s.release(1, 1);
  assert.deepEqual(s.orders(), ["A compute 0@1", "A free 0@1"]);
  s.submit("x", [[]], [0], 2);
  assert.deepEqual(s.orders(), ["A compute 0@3"], "numbers given anew take an attempt: none of theirs is as old as it");
  s.finished("A", 0, 1);
  assert.equal(s.state(0), "processing");
  assert.deepEqual(s.orders(), ["A free 0@1"]);
  s.finished("A", 0, 3);
  assert.deepEqual(s.news(), ["inMemory 2"]);
});

test("25: the worker with the only copy of an input of ready rows leaves: they wait again, and complete", () => {
  // x → y1 … y4, which do not all fit
  const s = new SchedulerScript({ A: 1 });
  s.submit("fan", [[], [0], [0], [0], [0]], [1, 2, 3, 4], 1);
  s.finished("A", 0, s.attempt(0));
  assert.ok([1, 2, 3, 4].some((row) => s.state(row) === "ready"));
  s.gone("A");
  assert.deepEqual(
    [1, 2, 3, 4].map((row) => s.state(row)),
    ["waiting", "waiting", "waiting", "waiting"],
  );
  s.join("B", 1);
  for (let turn = 0; turn < 5; turn++)
    for (const row of [0, 1, 2, 3, 4]) if (s.state(row) === "processing") s.finished("B", row, s.attempt(row));
  assert.deepEqual(
    [1, 2, 3, 4].map((row) => s.state(row)),
    ["memory", "memory", "memory", "memory"],
  );
});

test("26: an ancestor fails while a descendant's other input is still running: late results are freed, all is forgotten", () => {
  // x, z → y
  const s = new SchedulerScript({ A: 2 });
  s.submit("xzy", [[], [], [0, 1]], [2], 1);
  s.failed("A", 0, 1);
  assert.deepEqual(s.news(), ["erred 1"]);
  assert.equal(s.state(2), "erred");
  assert.equal(s.state(1), "released", "nobody needs z any more");
  s.orders();
  s.finished("A", 1, 2);
  s.release(1, 1);
  s.isEmpty();
});

test("27: results, failures and losses of an attempt that is over are refused, from the same worker and from others", () => {
  const s = new SchedulerScript({ A: 1, B: 1 });
  s.submit("x", [[]], [0], 1, { retries: 2 });
  s.failed("A", 0, 1);
  const now = s.attempt(0);
  assert.equal(now, 2);
  const holder = s.brain.state.worker(s.brain.state.tasks.worker[0] as number).id;
  s.failed("A", 0, 1);
  s.missing("A", 0, 1, [0, 1, "A"]);
  s.finished(holder === "A" ? "B" : "A", 0, now);
  s.finished("A", 0, 1);
  assert.equal(s.state(0), "processing");
  assert.equal(s.brain.state.tasks.retriesLeft[0], 1, "the late failure took no retry");
  s.finished(holder, 0, now);
  assert.equal(s.state(0), "memory");
});

test("28: resources come back once over cancel, failure and loss; rows that ask for none do not wait behind those that do", () => {
  const s = new SchedulerScript({ A: 4 }, { gpu: 1 });
  s.submit("gpu", [[], [], []], [0, 1, 2], 1, { resources: { gpu: 1 } });
  s.submit("plain", [[]], [0], 10);
  assert.deepEqual(s.orders(), ["A compute 0@1", "A compute 3@2"], "one that needs the gpu, and the one that does not");
  s.client({ type: "cancel", handles: Uint32Array.of(1), reason: "test" });
  assert.deepEqual(s.orders(), ["A free 0@1", "A compute 1@3"]);
  s.failed("A", 0, 1);
  s.failed("A", 1, 3);
  assert.deepEqual(s.orders(), ["A compute 2@4"]);
  s.gone("A");
  s.join("B", 1, 4, { gpu: 1 });
  s.release(1, 3);
  s.release(10, 1);
  s.isEmpty();
});

test("3: a worker dies and another of its name joins: what the dead one ran and held goes back, its last words count for nothing", () => {
  const s = new SchedulerScript({ A: 1 });
  s.submit("x", [[], []], [0, 1], 1);
  s.finished("A", 0, 1);
  s.join("A", 2);
  assert.deepEqual([s.state(0), s.state(1)].includes("memory"), false);
  s.finished("A", 1, 2);
  assert.notEqual(s.state(1), "memory", "the former life is not heard");
});

test("a worker dies with a chain sent ahead: any of it may have been running, so each runs alone from then on and none is blamed yet", () => {
  const c = new ClusterScript({ A: 1 });
  c.submit("x", [[], [], [], [], [3], [4]], 1);
  c.flow();
  for (const row of [0, 1, 2]) {
    assert.equal(c.begins("A"), row);
    c.finish("A", row);
  }
  c.flow();
  assert.deepEqual(
    [3, 4, 5].map((row) => c.stands(row)),
    ["S:processing A:queued", "S:assigned A:waiting", "S:assigned A:waiting"],
  );
  c.gone("A");
  const { kills } = c.brain.state.tasks;
  assert.deepEqual([...kills.slice(0, 6)], [0, 0, 0, 1, 1, 1]);
  c.join("B");
  assert.equal(c.runAll(), "B3 B4 B5 B0 B1 B2");
  assert.equal(c.stands(5), "S:memory B:memory");
});

test("34: a range of messages is lost on the way to the scheduler: the session begins anew, what was made is there, not made again", () => {
  // x → y; A's word that x is finished is lost, and the next frame shows the gap
  const s = new SchedulerScript({ A: 1 });
  s.submit("x", [[], [0]], [1], 1);
  assert.deepEqual(s.orders(), ["A compute 0@1"]);
  s.rejoin("A", 1, 2);
  s.inventory("A", 1, [[0, 1, "memory"]]);
  assert.deepEqual([s.state(0), s.state(1)], ["memory", "processing"]);
  assert.deepEqual(s.orders(), ["A compute 1@2"]);
  s.finished("A", 1, 2);
  assert.deepEqual(s.news(), ["inMemory 1"]);
});

test("34: a range is lost on the way to the worker: what it never heard of is sent anew, what it was to drop is freed", () => {
  const s = new SchedulerScript({ A: 2 });
  s.submit("x", [[], []], [0, 1], 1);
  assert.deepEqual(s.orders(), ["A compute 0@1", "A compute 1@2"]);
  s.finished("A", 0, 1);
  s.release(1, 1);
  assert.deepEqual(s.orders(), ["A free 0@1"], "this is lost, and so was the order for row 1");
  s.rejoin("A", 1, 2);
  s.inventory("A", 1, [[0, 1, "memory"]]);
  assert.deepEqual([s.state(0), s.state(1)], ["released", "processing"]);
  assert.deepEqual(s.orders(), ["A free 0@1", "A compute 1@3"]);
  s.finished("A", 1, 2);
  assert.equal(s.state(1), "processing", "the attempt that never came is not in force");
  s.finished("A", 1, 3);
  assert.equal(s.state(1), "memory");
});

test("35: an inventory that was made before its worker finished: what it runs is left to it, and finishes", () => {
  const s = new SchedulerScript({ A: 2 });
  s.submit("x", [[], []], [0, 1], 1);
  s.orders();
  s.inventory("A", 1, [
    [0, 1, "executing"],
    [1, 2, "memory"],
  ]);
  assert.deepEqual([s.state(0), s.state(1)], ["processing", "memory"]);
  assert.deepEqual(s.orders(), []);
  s.finished("A", 0, 1);
  assert.equal(s.state(0), "memory");
});

test("a copy on its way is not freed by an inventory, and counts when it has come", () => {
  // x → y; B fetches x
  const s = new SchedulerScript({ A: 1, B: 1 });
  s.submit("x", [[]], [0], 1);
  s.finished("A", 0, 1);
  s.orders();
  s.inventory("B", 1, [[0, 1, "fetching"]]);
  assert.deepEqual(s.orders(), []);
  s.holds("B", 0, 1);
  s.gone("A");
  assert.equal(s.state(0), "memory");
});

test("scattered data is not given up because one peer cannot get it: its holder is asked, and has the word", () => {
  const s = new SchedulerScript({ A: 1, B: 1 });
  s.client({
    type: "scattered",
    request: 1,
    handles: Uint32Array.of(1),
    keys: ["data"],
    bytes: Float64Array.of(8),
    workers: ["A"],
  });
  const attempt = s.attempt(0);
  s.missing("B", 0, 0, [0, attempt, "A"]);
  assert.equal(s.state(0), "memory");
  assert.deepEqual(s.orders(), [], "nothing is freed");
  s.missing("A", 0, 0, [0, attempt, "A"]);
  assert.equal(s.state(0), "erred");
  assert.deepEqual(s.news(), ["inMemory 1", "lost 1", "erred 1"]);
  s.client({ type: "retry", handles: Uint32Array.of(1) });
  assert.deepEqual(s.news(), ["erred 1"], "it cannot be made again, and says so");
});

test("a retry behind a released row tries what failed there first, once", () => {
  // x → m → y, and x is wanted too; m is let go of when x fails
  const s = new SchedulerScript({ A: 1 });
  s.submit("xmy", [[], [0], [1]], [0, 2], 1);
  s.failed("A", 0, 1);
  assert.deepEqual([s.state(0), s.state(1), s.state(2)], ["erred", "released", "erred"]);
  s.client({ type: "retry", handles: Uint32Array.of(2) });
  assert.deepEqual(
    [s.state(0), s.state(1), s.state(2)],
    ["processing", "waiting", "waiting"].map((state, row) => (s.state(row) === "assigned" ? "assigned" : state)),
  );
  for (const row of [0, 1, 2]) s.finished("A", row, s.attempt(row));
  assert.equal(s.state(2), "memory");
});

test("a result that exists only where it was made ends with its worker, whoever has a handle of it", () => {
  // x → y
  const s = new SchedulerScript({ A: 1, B: 1 });
  s.submit("xy", [[], [0]], [1], 1);
  s.finished("A", 0, 1, { isLocated: true });
  assert.deepEqual(s.orders(), ["A compute 0@1", "A compute 1@2"]);
  s.holds("B", 0, 1);
  s.gone("A");
  assert.equal(s.state(0), "processing", "x is made again, though B has a copy of the handle");
  assert.deepEqual(s.orders(), ["B free 0@1", "B compute 0@3"]);
});

test("30: a reader names the worker whose shards are gone: they are made again, and no handle is left of the old ones", () => {
  const s = new SchedulerScript({ A: 1, B: 1, C: 1 });
  s.submit("xy", [[], [0]], [1], 1);
  s.finished("A", 0, 1, { isLocated: true });
  s.holds("B", 0, 1);
  s.holds("C", 0, 1);
  s.orders();
  s.missing("A", 1, 2, [0, 1, "A"]);
  assert.equal(s.state(1), "waiting");
  assert.deepEqual(
    s
      .orders()
      .filter((order) => order.includes("free"))
      .sort(),
    ["A free 0@1", "B free 0@1", "C free 0@1"],
  );
  assert.equal(s.state(0), "processing");
});

test("a scheduler that stood still before its first tick does not take its workers for dead", () => {
  const s = new SchedulerScript({ A: 1 });
  s.brain.step({ kind: "tick" }, 100_000);
  assert.ok(s.brain.state.workerByName.has("A"));
  s.brain.step({ kind: "tick" }, 102_000);
  assert.ok(s.brain.state.workerByName.has("A"), "it has as long as ever to be heard again");
});

test("a suspect that no worker may run keeps no worker from other work", () => {
  const s = new SchedulerScript({ A: 1, B: 1, Z: 1 });
  s.submit("suspect", [[]], [0], 1, { workers: ["Z"] });
  assert.deepEqual(s.orders(), ["Z compute 0@1"]);
  s.gone("Z");
  assert.equal(s.state(0), "ready");
  s.submit("others", [[], []], [0, 1], 2);
  assert.deepEqual([s.state(1), s.state(2)], ["processing", "processing"]);
});
