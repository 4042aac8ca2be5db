import assert from "node:assert/strict";
import { test } from "node:test";
import { ClusterActivities } from "../../../actors/scheduler/cluster-activities.ts";
import type { ToldActivity } from "../../../runtime/base/activity-meter.ts";

const spilled = (bytes: number): ToldActivity => ({
  context: "spill",
  activity: "write",
  kind: "",
  span: "",
  seconds: bytes / 100,
  bytes,
  count: 1,
});

const bytesBy = (activities: ClusterActivities, here: Readonly<Record<string, number>>): [string, number][] =>
  activities.figures((worker) => here[worker]).map(({ worker, bytes }) => [worker, bytes]);

test("what a worker says replaces what it said before, so that a repeated heartbeat counts once", () => {
  const activities = new ClusterActivities();
  activities.note("A", 1, [spilled(100)]);
  activities.note("A", 1, [spilled(300)]);
  activities.note("A", 1, [spilled(300)]);
  activities.note("B", 1, [spilled(50)]);
  assert.deepEqual(bytesBy(activities, { A: 1, B: 1 }), [
    ["A", 300],
    ["B", 50],
  ]);
});

test("lives that are over are told together, and one that was given up too early is itself again", () => {
  const activities = new ClusterActivities();
  activities.note("A", 1, [spilled(100)]);
  activities.note("B", 1, [spilled(10)]);
  activities.note("A", 2, [spilled(7)]);
  assert.deepEqual(bytesBy(activities, { A: 2 }), [
    ["A", 7],
    ["", 110],
  ]);
  activities.note("B", 1, [spilled(30)]);
  assert.deepEqual(bytesBy(activities, { A: 2, B: 1 }), [
    ["B", 30],
    ["A", 7],
    ["", 100],
  ]);
});

test("of many lives the oldest are added up, and none is lost", () => {
  const activities = new ClusterActivities();
  for (let i = 0; i < 5000; i++) activities.note(`w${i}`, 1, [spilled(2)]);
  const [past] = activities.figures(() => undefined);
  assert.deepEqual([past?.worker, past?.bytes, past?.count], ["", 10_000, 5000]);
});
