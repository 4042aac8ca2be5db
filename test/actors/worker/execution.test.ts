import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Execution } from "../../../actors/worker/execution.ts";
import { WorkerScript } from "../../../infra/testing/worker-script.ts";
import { ActivityMeter } from "../../../runtime/base/activity-meter.ts";
import { LocalBus } from "../../../runtime/bus/local-bus.ts";
import { liveFunction } from "../../../runtime/wire/function-spec.ts";
import { ManualClock } from "../../support/manual-clock.ts";

const YIELD_MS = 10;

/** A worker whose tasks take so long, what it runs, and the bursts and reports that it asks for. */
function setUp(taskMs: number) {
  const script = new WorkerScript();
  const clock = new ManualClock();
  const bursts: (() => void)[] = [];
  let ran = 0;
  let reports = 0;
  const work = liveFunction(() => {
    void clock.advance(taskMs);
    ran += 1;
  });
  const layer = {
    id: 2,
    since: 0,
    kind: "tasks",
    name: "work",
    grid: [9],
    calls: [{ fn: work, args: [] }],
    inputs: [],
  };
  script.say({ type: "layers", layers: [layer as never] });
  const options = { id: "A", cluster: "test", bus: new LocalBus(), clock, slots: 1, yieldMs: YIELD_MS } as const;
  const meter = new ActivityMeter(() => clock.now());
  const execution = new Execution(
    { ...options, functions: "any", meter, yieldThen: (run) => void bursts.push(run) },
    script.brain,
    undefined as never,
    () => {
      reports += 1;
    },
  );
  return { script, execution, bursts, told: () => ({ ran, reports }) };
}

describe("bursts of tasks", () => {
  test("one that ends with as many tasks queued as it began with is told of, and another follows", () => {
    const { script, execution, bursts, told } = setUp(2 * YIELD_MS);
    script.compute(0, 1, [], 2);
    script.compute(1, 2, [[0, 1]], 2);
    execution.wake();
    bursts.shift()?.();
    assert.deepEqual(told(), { ran: 1, reports: 1 });
    assert.equal(script.brain.queued, 1, "the task that was finished made another one ready");
    execution.wake();
    bursts.shift()?.();
    assert.deepEqual(told(), { ran: 2, reports: 2 });
  });

  test("one that could start nothing asks for no other", () => {
    const { script, execution, bursts, told } = setUp(1);
    script.compute(0, 1, [], 2);
    execution.wake();
    script.brain.takeRunnable = () => -1;
    bursts.shift()?.();
    assert.deepEqual(told(), { ran: 0, reports: 0 });
    assert.equal(bursts.length, 0);
  });
});
