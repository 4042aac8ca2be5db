import assert from "node:assert/strict";
import { test } from "node:test";
import { snapshot } from "../../../actors/scheduler/snapshot.ts";
import { TransferRate } from "../../../actors/scheduler/transfer-rate.ts";
import type { ToldActivity } from "../../../runtime/base/activity-meter.ts";
import { SchedulerScript } from "../../support/scheduler-script.ts";
import { taskLayer } from "../../support/task-layer.ts";

const transfers = (count: number, megabytes: number, seconds: number): ToldActivity => ({
  context: "fetch",
  activity: "transfer",
  kind: "",
  span: "",
  count,
  bytes: megabytes * 1e6,
  seconds,
});

test("bandwidth is learned from large transfers, the last ones most; small ones and other activities say nothing", () => {
  const rate = new TransferRate();
  assert.equal(rate.bytesPerUs, 100, "a guess");
  rate.learn([], [transfers(1000, 100, 50)]);
  rate.learn([], [{ ...transfers(1, 100, 50), activity: "decode" }]);
  assert.equal(rate.bytesPerUs, 100);
  rate.learn([], [transfers(200, 2000, 10)]);
  assert.ok(Math.abs(rate.bytesPerUs - 200) < 1, `${rate.bytesPerUs}`);
  // Totals grow: 20 more transfers of 50 MB at 1000 bytes a microsecond.
  rate.learn([transfers(200, 2000, 10)], [transfers(220, 3000, 11)]);
  assert.ok(rate.bytesPerUs > 600 && rate.bytesPerUs < 800, `${rate.bytesPerUs}`);
  const before = rate.bytesPerUs;
  rate.learn([transfers(220, 3000, 11)], [transfers(220, 3000, 11)]);
  assert.equal(rate.bytesPerUs, before);
});

/** Who gets a task whose input of 50 MB is on A, which has 200 ms of other work: by what transfers took so far. */
function placed(seconds: number): string {
  const s = new SchedulerScript({ A: 1, B: 1 }, {}, undefined, { prefillUs: 1e6 });
  const memory = { managedBytes: 100, spilledBytes: 0, rssBytes: 0, pressure: "none", diskError: undefined } as const;
  const activities = [transfers(100, 5000, seconds)];
  s.from("B", 1, { type: "heartbeat", ...memory, executing: 0, queued: 0, parked: -1, activities });
  const reader = taskLayer("y", [[0]], { workers: ["A", "B"] });
  s.client({
    type: "submit",
    request: 1,
    layers: [
      taskLayer("x", [[], [], []], { workers: ["A"] }),
      { ...reader, sources: [0], inputSource: new Uint16Array(1) } as typeof reader,
    ],
    wants: [
      { layer: 0, indices: null, handleBase: 1 },
      { layer: 1, indices: null, handleBase: 10 },
    ],
    priority: 0,
    retries: 0,
  });
  assert.deepEqual(s.orders(), ["A compute 1@1", "A compute 2@2"]);
  s.finished("A", 1, 1, { durationUs: 200_000 });
  assert.deepEqual(
    s.orders().filter((order) => order.includes("compute")),
    ["A compute 0@3"],
  );
  s.finished("A", 0, 3, { bytes: 50e6, durationUs: 200_000 });
  return s.orders()[0]?.split(" ")[0] as string;
}

test("a task goes where its inputs lie if moving them takes long, and elsewhere if it does not", () => {
  assert.equal(placed(100), "A", "50 MB in a second");
  assert.equal(placed(5), "B", "50 MB in 50 ms");
});

test("status says the measured bandwidth", () => {
  const s = new SchedulerScript({ A: 1 });
  s.brain.state.transferRate.learn([], [transfers(1000, 50_000, 100)]);
  assert.ok(Math.abs(snapshot(s.brain.state).transferBytesPerS - 500e6) < 1e6);
});
