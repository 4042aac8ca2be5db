import assert from "node:assert/strict";
import { test } from "node:test";
import { ActivityMeter, timed } from "../../../runtime/base/activity-meter.ts";
import { ManualClock } from "../../support/manual-clock.ts";

test("news() tells whole totals of what has grown, and tellAnew() all there is", () => {
  const meter = new ActivityMeter(() => 0);
  meter.of("execute", "run", "inc", "etl").add(250, 8);
  meter.of("spill", "write").add(1000, 64);
  const run = { context: "execute", activity: "run", kind: "inc", span: "etl", seconds: 0.25, bytes: 8, count: 1 };
  const write = { context: "spill", activity: "write", kind: "", span: "", seconds: 1, bytes: 64, count: 1 };
  assert.deepEqual(meter.news(), [run, write]);
  assert.deepEqual(meter.news(), []);
  meter.of("spill", "write").add(500, 36);
  const grown = { ...write, seconds: 1.5, bytes: 100, count: 2 };
  assert.deepEqual(meter.news(), [grown]);
  meter.tellAnew();
  assert.deepEqual(meter.news(), [run, grown]);
});

test("timed() adds what work takes, where it fails too", async () => {
  const clock = new ManualClock();
  const meter = new ActivityMeter(() => clock.now());
  const work = async (ms: number): Promise<string> => {
    clock.advance(ms);
    if (ms > 100) throw new Error("the disk is full");
    return "abc";
  };
  assert.equal(
    await timed(
      meter,
      "spill",
      "write",
      () => work(40),
      ({ length }) => length,
    ),
    "abc",
  );
  await assert.rejects(
    timed(meter, "spill", "write", () => work(200)),
    /the disk is full/,
  );
  assert.deepEqual(
    meter.news().map(({ seconds, bytes, count }) => [seconds, bytes, count]),
    [[0.24, 3, 2]],
  );
});

test("kinds beyond two thousand are told together", () => {
  const meter = new ActivityMeter(() => 0);
  for (let i = 0; i < 2500; i++) meter.of("execute", "run", `kind-${i}`).add(1);
  const told = meter.news();
  assert.ok(told.length <= 2001);
  assert.equal(
    told.reduce((sum, { count }) => sum + count, 0),
    2500,
  );
  assert.equal(told.find(({ kind }) => kind === "others")?.count, 500);
});
