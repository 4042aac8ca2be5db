import assert from "node:assert/strict";
import { test } from "node:test";
import { SchedulerBrain } from "../../actors/scheduler/scheduler-brain.ts";
import { WorkerBrain } from "../../actors/worker/worker-brain.ts";
import { workerChartFacts } from "../../actors/worker/worker-states.ts";
import { ActorSystem } from "../../runtime/actor/system.ts";
import { LocalBus } from "../../runtime/bus/local-bus.ts";
import { makeScenario } from "./make-scenario.ts";
import { QueueBounds } from "./queue-bounds.ts";
import { simulate } from "./simulate.ts";

const SEED = 1;
/** More than there is to say of in the scenario, however long somebody is silent. */
const MANY = 100_000;

/** Queues of seed 1, of which one is an actor's whose turn never comes, one a scheduler's and one a worker's. */
function queues() {
  const bounds = new QueueBounds(makeScenario(SEED));
  const bus = new LocalBus();
  const system = new ActorSystem({ bus, defer: () => {}, shortcut: true });
  system.spawn({ address: "a", make: () => ({ receive: () => {} }), mailbox: { capacity: 2 * MANY } });
  bounds.watch({ id: "n", life: 1, isAlive: true, pausedUntil: 0, putOff: [], drift: 1 }, system);
  const options = { allowedFailures: 3, prefillUs: 0, clientLeaseMs: 1, workerLeaseMs: 1 };
  const scheduler = new SchedulerBrain(1, "test", options, workerChartFacts);
  const brain = new WorkerBrain("w1", (items) => ({ kind: "live", items }));
  const workers = new Map([["w1", { brain }]]);
  return { bounds, system, scheduler, workers, brain };
}

test("a mailbox that nobody empties is beyond its bound, at rest with a few messages", () => {
  const { bounds, system, scheduler, workers } = queues();
  bounds.atRest(scheduler, workers);
  for (let n = 0; n < 50; n++) system.tell("a", n);
  bounds.look(scheduler, workers);
  assert.throws(() => bounds.atRest(scheduler, workers), /G13: 50 messages lie with a, at most/);
  for (let n = 50; n < MANY; n++) system.tell("a", n);
  assert.throws(() => bounds.look(scheduler, workers), /G13: 100000 messages lie with a, at most/);
});

test("so is what waits for a turn or the journal, and what is said and does not leave; at rest nothing may", () => {
  const { bounds, scheduler, workers, brain } = queues();
  const { turns } = scheduler.state;
  const fails = (which: "look" | "atRest", text: RegExp): void =>
    assert.throws(() => bounds[which](scheduler, workers), text);
  turns.note(1, MANY, 0);
  fails("look", /G13: 100000 messages wait for a turn of the scheduler/);
  turns.note(1, 0, MANY);
  fails("look", /G13: 100000 turns' words wait for the journal/);
  turns.note(1, 0, 1);
  bounds.look(scheduler, workers);
  fails("atRest", /G13: 1 turns' words wait/);
  turns.note(1, 0, 0);
  brain.out.hold(1, 1);
  fails("atRest", /G13: 1 words have not left w1, at most 0/);
  brain.out.clear();
  scheduler.state.out.toWorker(1);
  fails("atRest", /G13: 1 addressees' words have not left the scheduler/);
});

test("a cluster whose scheduler hoards what it was told is noticed", async () => {
  const scenario = makeScenario(SEED);
  const { failure } = await simulate(scenario, {
    sabotage: ({ queues: bounds, scheduler }) => {
      const look = bounds.look.bind(bounds);
      bounds.look = (...args) => {
        scheduler?.state.turns.note(0, MANY, 0);
        look(...args);
      };
    },
  });
  assert.match(failure?.message ?? "", /G13/);
});
