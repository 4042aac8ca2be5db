import { SchedulerBrain } from "../actors/scheduler/scheduler-brain.ts";
import type { ToWorker } from "../runtime/protocol/scheduler-worker.ts";
import type { Run } from "./bench-case.ts";
import { endTurn as discardTurn } from "./lone-scheduler.ts";

const EMPTY = new Uint32Array(0);
const NO_RESULTS = { kind: "live", items: [] } as const;
const TASK_US = 1000;

/** Rows and attempts sent to a worker that it has not reported. */
interface Sent {
  rows: number[];
  attempts: number[];
}

/**
 * A scheduler and workers that answer at once with all they were sent, one frame after the other: what is left is what the
 * scheduler itself costs.
 */
export function wideCluster(n: number, workers: number): Run {
  const options = { allowedFailures: 3, prefillUs: 4000, clientLeaseMs: 1e12, workerLeaseMs: 1e12 };
  const brain = new SchedulerBrain(1, "0", options, { isMemory: () => false, isRunning: () => false });
  brain.step({ kind: "client", client: "c", message: { type: "hello", hello: 1, version: "0" } }, 0);
  const sent = new Map<string, Sent>();
  for (let i = 0; i < workers; i++) join(brain, `w${i}`, sent);
  discardTurn(brain);
  const layer = {
    kind: "tasks",
    name: "wide",
    grid: [n],
    calls: [],
    sources: [],
    inputOffsets: new Uint32Array(n + 1),
    inputIndex: EMPTY,
  } as const;
  const wants = [{ layer: 0, indices: null, handleBase: 1 }];
  const message = { type: "submit", request: 1, layers: [layer], wants, priority: 0, retries: 0 } as const;
  brain.step({ kind: "client", client: "c", message }, 0);
  turn(brain, sent);
  while (brain.hasMore) {
    brain.step({ kind: "more" }, 0);
    turn(brain, sent);
  }
  let finished = 0;
  let longestMs = 0;
  let frames = 0;
  const start = performance.now();
  while (finished < n) {
    const before = finished;
    for (const [worker, held] of sent) {
      const { rows, attempts } = held;
      if (rows.length === 0) continue;
      sent.set(worker, { rows: [], attempts: [] });
      const began = performance.now();
      report(brain, worker, rows, attempts);
      turn(brain, sent);
      longestMs = Math.max(longestMs, performance.now() - began);
      finished += rows.length;
      frames += 1;
    }
    if (finished === before) throw new Error(`${finished} of ${n} tasks are finished, and no worker has any`);
  }
  const seconds = (performance.now() - start) / 1000;
  return { seconds, more: { longestTurnMs: longestMs, tasksPerFrame: n / frames } };
}

function join(brain: SchedulerBrain, worker: string, sent: Map<string, Sent>): void {
  sent.set(worker, { rows: [], attempts: [] });
  const from = (message: object) =>
    brain.step({ kind: "worker", worker, incarnation: 1, message: message as never }, 0);
  const who = { worker, incarnation: 1, slots: 1, resources: {}, version: "0", pid: 1, host: "h" };
  from({ type: "join", join: 1, ...who });
  const none = new Float64Array(0);
  from({
    type: "inventory",
    epoch: 1,
    rows: EMPTY,
    attempts: none,
    since: none,
    states: new Uint8Array(0),
    bytes: none,
    layers: EMPTY,
    layersSince: none,
  });
}

function report(brain: SchedulerBrain, worker: string, rows: number[], attempts: number[]): void {
  const message = {
    type: "finished",
    rows: Uint32Array.from(rows),
    attempts: Float64Array.from(attempts),
    bytes: new Float64Array(rows.length).fill(8),
    durationsUs: new Float64Array(rows.length).fill(TASK_US),
    resultOf: EMPTY,
    located: EMPTY,
    results: NO_RESULTS,
  };
  brain.step({ kind: "worker", worker, incarnation: 1, message: message as never }, 0);
}

function turn(brain: SchedulerBrain, sent: Map<string, Sent>): void {
  brain.endTurn({
    worker: (id, messages) => note(sent.get(id) as Sent, messages),
    client: () => {},
    watched: () => {},
    expelled: () => {},
  });
}

function note(held: Sent, messages: readonly ToWorker[]): void {
  for (const message of messages)
    if (message.type === "compute")
      for (const { rows, attempts } of message.batches)
        for (let i = 0; i < rows.length; i++) {
          held.rows.push(rows[i] as number);
          held.attempts.push(attempts[i] as number);
        }
}
