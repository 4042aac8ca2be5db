import assert from "node:assert/strict";
import { test } from "node:test";
import { restMs } from "../../../actors/scheduler/rests.ts";
import { ClusterScript } from "../../support/cluster-script.ts";
import { taskLayer } from "../../support/task-layer.ts";

test("a task with a delay rests after it failed, twice as long each time, and holds nothing meanwhile", () => {
  const c = new ClusterScript({ A: 1 });
  c.submit("x", [[]], 1, { retries: 2, retryDelayMs: 100 });
  c.flow();
  c.begins("A");
  c.fail("A", 0);
  c.flow();
  assert.equal(c.stands(0), "S:resting");
  assert.equal(c.brain.state.workerByName.get("A")?.processing, 0);
  c.tick(99);
  assert.equal(c.stands(0), "S:resting");
  c.tick(1);
  c.flow();
  assert.equal(c.stands(0), "S:processing A:queued");
  c.begins("A");
  c.fail("A", 0);
  c.flow();
  c.tick(199);
  assert.equal(c.stands(0), "S:resting");
  c.tick(1);
  c.flow();
  c.begins("A");
  c.fail("A", 0);
  c.flow();
  assert.equal(c.stands(0), "S:erred");
});

test("the retries of a whole submission double the delay of a layer that names none", () => {
  const c = new ClusterScript({ A: 1 });
  const layers = [taskLayer("x", [[]], { retryDelayMs: 100 })];
  const wants = [{ layer: 0, indices: null, handleBase: 1 }];
  c.client({ type: "submit", request: 1, layers, wants, priority: 0, retries: 2 });
  for (const delayMs of [100, 200]) {
    c.flow();
    c.begins("A");
    c.fail("A", 0);
    c.flow();
    c.tick(delayMs - 1);
    assert.equal(c.stands(0), "S:resting");
    c.tick(1);
  }
  c.flow();
  assert.equal(c.stands(0), "S:processing A:queued");
});

test("a resting task that is let go of, and one that is cancelled, do not come back", () => {
  const c = new ClusterScript({ A: 2 });
  c.submit("x", [[], []], 1, { retries: 2, retryDelayMs: 100 });
  c.flow();
  for (const row of [c.begins("A"), c.begins("A")]) c.fail("A", row);
  c.flow();
  c.client({ type: "cancel", handles: Uint32Array.of(2), reason: "test" });
  assert.deepEqual([c.stands(0), c.stands(1)], ["S:resting", "S:erred"]);
  c.release(1, 2);
  c.tick(1000);
  c.flow();
  c.isEmpty();
});

test("an input that is lost while its reader rests is made again before it runs", () => {
  // 0 → 1
  const c = new ClusterScript({ A: 1, B: 1 });
  c.submit("x", [[], [0]], 1, { retries: 2, retryDelayMs: 100 });
  c.flow();
  const home = c.workers.get("A")?.rows.state(0) ? "A" : "B";
  c.begins(home);
  c.finish(home, 0);
  c.flow();
  const place = c.begins(home) === 1 ? home : home === "A" ? "B" : "A";
  if (place !== home) c.begins(place);
  c.fail(place, 1);
  c.flow();
  assert.match(c.stands(1), /S:resting/);
  c.release(1, 1);
  c.gone(home);
  c.tick(200);
  const ran = c.runAll();
  assert.match(ran, /0 .1$/);
});

test("restMs() doubles, is bounded, and sets neighbours apart", () => {
  assert.deepEqual([restMs(100, 1, 0), restMs(100, 2, 0), restMs(100, 3, 16)], [100, 200, 400]);
  assert.equal(restMs(1000, 50, 0), 60_000);
  assert.ok(restMs(100, 1, 5) > 100 && restMs(100, 1, 5) < 110);
});
