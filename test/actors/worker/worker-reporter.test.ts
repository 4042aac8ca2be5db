import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { TaskStream } from "../../../actors/worker/task-stream.ts";
import { type StackSampler, WorkerReporter } from "../../../actors/worker/worker-reporter.ts";
import { LocalBus } from "../../../runtime/bus/local-bus.ts";
import { clusterSubjects } from "../../../runtime/bus/subject.ts";
import { EVENT_INTERVAL_MS, WATCH_LEASE_MS, type WorkerEvents } from "../../../runtime/protocol/events.ts";
import { ManualClock, settle } from "../../support/manual-clock.ts";

const subjects = clusterSubjects("test");
const layer = { id: 1, since: 0, kind: "tasks", name: "inc-3fa9", grid: [9], calls: [], inputs: [] } as const;
const task = { row: 1, attempt: 2, call: 0, startMs: 0, endMs: 1, bytes: 8, failed: false };

function setUp(sampler?: StackSampler, readingMs: () => number = () => 0) {
  const bus = new LocalBus();
  const clock = new ManualClock();
  const stream = new TaskStream();
  const heard: WorkerEvents[] = [];
  bus.subscribe(subjects.every.workerEvent, ({ payload }) => void heard.push(payload as WorkerEvents));
  const system = () => ({ busy: 0.5, cpu: 1, rssBytes: 1, heapBytes: 1, descriptors: 1 });
  const brain = { executing: 1, queued: 2, managedBytes: 3 };
  const given = {
    bus,
    clock,
    cluster: "test",
    id: "a",
    stream,
    brain,
    system,
    wallMs: () => 1e6 + clock.now() + readingMs(),
  };
  const reporter = new WorkerReporter(sampler === undefined ? given : { ...given, sampler });
  const beat = async (wantsProfile = false, more: { ask?: string } = {}): Promise<void> => {
    bus.publish(subjects.watch, { type: "watch", wantsProfile, ...more });
    await settle();
  };
  return { clock, stream, heard, reporter, beat };
}

describe("WorkerReporter", () => {
  test("nothing is noted or told while nobody watches", async () => {
    const { clock, stream, heard } = setUp();
    await clock.advance(10_000);
    assert.equal(stream.isWatched, false);
    assert.equal(clock.timerCount, 0);
    assert.deepEqual(heard, []);
  });

  test("tasks are told four times a second, resources twice", async () => {
    const { clock, stream, heard, beat } = setUp();
    await beat();
    stream.note(layer, task);
    await clock.advance(EVENT_INTERVAL_MS);
    assert.deepEqual(heard[0]?.runs?.row, [1]);
    assert.equal(heard[0]?.runs?.startMs[0], 1e6);
    await clock.advance(1000);
    const samples = heard.flatMap(({ sample }) => (sample === undefined ? [] : [sample]));
    assert.equal(samples.length, 2);
    assert.deepEqual([samples[0]?.executing, samples[0]?.queued, samples[0]?.system.lagMs], [1, 2, 0]);
  });

  test("runs keep their order when the clocks are read a little apart; a clock that was set is followed", async () => {
    let apartMs = 0;
    const { clock, stream, heard, beat } = setUp(undefined, () => apartMs);
    await beat();
    const startsMs: number[] = [];
    for (apartMs of [0, 40, 7, 3_600_000]) {
      stream.note(layer, task);
      await clock.advance(EVENT_INTERVAL_MS);
      startsMs.push(heard.at(-1)?.runs?.startMs[0] as number);
    }
    assert.deepEqual(startsMs, [1e6, 1e6, 1e6, 1e6 + 3_600_000]);
  });

  test("it falls silent when the last beat is too long ago", async () => {
    const { clock, stream, heard, beat } = setUp();
    await beat();
    await clock.advance(WATCH_LEASE_MS + 2 * EVENT_INTERVAL_MS);
    const told = heard.length;
    assert.equal(stream.isWatched, false);
    await clock.advance(10_000);
    assert.equal(heard.length, told);
    assert.equal(clock.timerCount, 0);
  });

  test("call stacks are sampled while somebody wants them", async () => {
    const calls: string[] = [];
    const sampler: StackSampler = {
      start: () => void calls.push("start"),
      stop: () => void calls.push("stop"),
      take: async (kindAt) => [{ prefix: kindAt(0.5), stack: ["f"], samples: 1, ms: 10 }],
    };
    const { clock, stream, heard, beat } = setUp(sampler);
    await beat(true);
    stream.note(layer, task);
    await clock.advance(1200);
    assert.deepEqual(heard.find(({ profile }) => profile !== undefined)?.profile?.[0]?.prefix, "inc");
    await beat(false);
    assert.deepEqual(calls, ["start"], "another observer, who does not want them, stops nothing");
    for (let i = 0; i < 4; i++) {
      await beat(false);
      await clock.advance(1000);
    }
    assert.deepEqual(calls, ["start", "stop"]);
  });

  test("who asks is told all at once, call stacks too, and then that it was all", async () => {
    const sampler: StackSampler = {
      start: () => {},
      stop: () => {},
      take: async (kindAt) => [{ prefix: kindAt(0.5), stack: ["f"], samples: 1, ms: 10 }],
    };
    const { stream, heard, beat } = setUp(sampler);
    await beat(true);
    stream.note(layer, task);
    await beat(true, { ask: "x" });
    assert.deepEqual(
      heard.map(({ runs, sample, profile, told }) => [runs?.row, sample?.executing, profile?.[0]?.prefix, told]),
      [
        [[1], 1, undefined, undefined],
        [undefined, undefined, "inc", undefined],
        [undefined, undefined, undefined, "x"],
      ],
    );
  });
});
