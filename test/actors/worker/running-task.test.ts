import assert from "node:assert/strict";
import { test } from "node:test";
import { RunningTask } from "../../../actors/worker/running-task.ts";
import { ManualClock } from "../../support/manual-clock.ts";

/** A task on a worker with such a clock, and what it has told of its activities. */
function setUp() {
  const clock = new ManualClock();
  const told: [string, number][] = [];
  const host = {
    id: "A",
    secede: () => {},
    rejoin: () => Promise.resolve(),
    note: () => {},
    now: () => clock.now(),
    tally: (_task: RunningTask, activity: string, ms: number) => void told.push([activity, ms]),
  };
  return { clock, told, task: new RunningTask(host, 0, 1, clock.now()) };
}

test("measure() tells what lies within it by its own name alone, and takes both from the run time", () => {
  const { clock, told, task } = setUp();
  const value = task.measure("parse", () => {
    clock.advance(20);
    return task.measure("unpack", () => {
      clock.advance(10);
      return 7;
    });
  });
  assert.equal(value, 7);
  assert.deepEqual(told, [
    ["unpack", 10],
    ["parse", 20],
  ]);
  assert.equal(task.asideMs, 30);
});

test("measure() takes an asynchronous part until it settles, and one that throws until it does", async () => {
  const { clock, told, task } = setUp();
  const later = task.measure("wait", async () => {
    await Promise.resolve();
    clock.advance(5);
    return 1;
  });
  assert.equal(await later, 1);
  const failing = (): void =>
    task.measure("read", () => {
      clock.advance(3);
      throw new Error("no");
    });
  assert.throws(failing, /no/);
  assert.deepEqual(told, [
    ["wait", 5],
    ["read", 3],
  ]);
});
