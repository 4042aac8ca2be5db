import assert from "node:assert/strict";
import { test } from "node:test";
import { Estimates } from "../../../actors/scheduler/estimates.ts";

test("durations are learned by kind: the first batch counts whole, later ones half, the unknown is half a second", () => {
  const estimates = new Estimates();
  const [inc, load] = [estimates.prefix("inc"), estimates.prefix("load")];
  assert.equal(estimates.prefix("inc"), inc);
  assert.equal(estimates.durationUs(inc), 500_000);
  estimates.learn(inc, 400, 4);
  assert.equal(estimates.durationUs(inc), 100);
  estimates.learn(inc, 300, 1);
  assert.equal(estimates.durationUs(inc), 200);
  assert.deepEqual([estimates.finished[inc], estimates.computeUs[inc]], [5, 700]);
  estimates.noteFailure(load);
  assert.equal(estimates.durationUs(load), 500_000);
  assert.deepEqual(estimates.failed, [0, 1]);
  estimates.learn(load, 0, 10);
  assert.ok(estimates.durationUs(load) > 0, "no kind is thought to take nothing");
});

test("a kind that is not known yet costs its client little, else what it takes", () => {
  const estimates = new Estimates();
  const inc = estimates.prefix("inc");
  assert.equal(estimates.chargeUs(inc), 1000);
  estimates.learn(inc, 50, 1);
  assert.equal(estimates.chargeUs(inc), 50);
});
