import assert from "node:assert/strict";
import { test } from "node:test";
import { Recording } from "../../../infra/report/recording.ts";
import type { ActorSystem } from "../../../runtime/actor/system.ts";
import { holdProcess, wallTimeMs } from "../../../runtime/base/clock.ts";
import { LocalBus } from "../../../runtime/bus/local-bus.ts";
import { clusterSubjects } from "../../../runtime/bus/subject.ts";
import { publishEvent } from "../../../runtime/protocol/event-json.ts";
import type { PrefixFigures, SchedulerFigures, WatchBeat, WorkerEvents } from "../../../runtime/protocol/events.ts";

const SYSTEM = { cpu: 0, busy: 0, rssBytes: 1, lagMs: 0 };
const ZERO = { waiting: 0, ready: 0, processing: 0, memory: 0, erred: 0, done: 0, idle: 0, bytes: 0 };
const SPIN: PrefixFigures = {
  name: "spin",
  ...ZERO,
  finishedTotal: 40,
  failedTotal: 0,
  computeUsTotal: 1,
  expectedUs: 1,
};

function figures(prefixes: readonly PrefixFigures[]): SchedulerFigures {
  return {
    type: "scheduler",
    atMs: wallTimeMs(),
    epoch: 1,
    version: "0",
    tasks: {},
    entered: {},
    ready: 0,
    lacks: [],
    clients: 1,
    submissions: 1,
    prefixes,
    workers: [{ id: "w", status: "running" }],
    totals: { workersAdded: 0, clientsAdded: 0, turns: 0, turnMs: 0, turnMaxMs: 0 },
    turns: { total: 0, count: 0, meanMs: 0, maxMs: 0 },
    system: SYSTEM,
    more: {},
  } as unknown as SchedulerFigures;
}

test("a recording that has settled knows what a scheduler did since it last told, and what workers had not told yet", async (t) => {
  t.after(holdProcess());
  const bus = new LocalBus();
  const { scheduler, events, watch } = clusterSubjects("c");
  const workerOf = (managedBytes: number): WorkerEvents => ({
    type: "worker",
    worker: "w",
    sample: { atMs: wallTimeMs(), executing: 0, queued: 0, managedBytes, system: SYSTEM as never },
  });
  // The scheduler tells once, before anything is done; the worker tells of late, and a moment later that it told all.
  bus.subscribe(watch, ({ payload }) => {
    const { ask } = payload as WatchBeat;
    if (ask === undefined) publishEvent(bus, events("scheduler"), figures([]));
    else publishEvent(bus, events("worker", "w"), workerOf(7));
    if (ask !== undefined)
      setTimeout(() => publishEvent(bus, events("worker", "w"), { type: "worker", worker: "w", told: ask }), 30);
  });
  const asked: unknown[] = [];
  const ask = (address: string, message: { type: string }): Promise<unknown> => {
    asked.push([address, message.type]);
    if (message.type === "log") return Promise.resolve({ entries: [] });
    return message.type === "figures" ? Promise.resolve(figures([SPIN])) : Promise.reject(new Error(message.type));
  };
  const recording = await Recording.start({ name: "c", system: { bus, ask } as unknown as ActorSystem });
  await recording.settle();
  const { views } = await recording.end();
  const status = views["status"] as { body: { prefixes: { name: string }[]; workers: { managedBytes: number }[] } };
  assert.deepEqual(
    status.body.prefixes.map(({ name }) => name),
    ["spin"],
  );
  assert.ok(asked.some((one) => JSON.stringify(one) === JSON.stringify([scheduler, "figures"])));
  assert.deepEqual(
    status.body.workers.map(({ managedBytes }) => managedBytes),
    [7],
  );
  await bus.close();
});
