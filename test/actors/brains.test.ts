import assert from "node:assert/strict";
import { test } from "node:test";
import { absentChunk } from "../../actors/chunk/chunk-frame.ts";
import { checkScheduler } from "../../actors/scheduler/invariants.ts";
import { SchedulerBrain } from "../../actors/scheduler/scheduler-brain.ts";
import { WorkerBrain } from "../../actors/worker/worker-brain.ts";
import { workerChartFacts } from "../../actors/worker/worker-states.ts";
import type { FromClient, ToClient } from "../../runtime/protocol/client-scheduler.ts";
import type { FromWorker } from "../../runtime/protocol/scheduler-worker.ts";
import type { WireLayer } from "../../runtime/protocol/wire-layer.ts";

const options = { allowedFailures: 3, prefillUs: 2000, clientLeaseMs: 60_000, workerLeaseMs: 30_000 };

/** A cluster of brains that speak without a bus, in lockstep: every turn delivers all messages. */
class Lockstep {
  readonly scheduler = new SchedulerBrain(1, "test", options, workerChartFacts);
  readonly workers = new Map<string, WorkerBrain>();
  readonly told: ToClient[] = [];
  private inbox: [string, FromWorker][] = [];
  runs = 0;

  constructor(names: readonly string[]) {
    for (const name of names) {
      this.workers.set(name, new WorkerBrain(name, (items) => ({ kind: "live", items })));
      this.inbox.push([
        name,
        {
          type: "join",
          join: 1,
          worker: name,
          incarnation: 1,
          slots: 1,
          resources: {},
          version: "test",
          pid: 1,
          host: "h",
        },
      ]);
      this.inbox.push([name, (this.workers.get(name) as WorkerBrain).inventory()]);
    }
    this.say({ type: "hello", hello: 1, version: "test" });
  }

  say(message: FromClient): void {
    this.scheduler.step({ kind: "client", client: "c", message }, 0);
  }

  lose(worker: string): void {
    this.workers.delete(worker);
    this.scheduler.step({ kind: "workerGone", worker, isExpected: false }, 0);
  }

  turn(): boolean {
    const taken = this.inbox;
    this.inbox = [];
    for (const [worker, message] of taken) this.scheduler.step({ kind: "worker", worker, incarnation: 1, message }, 0);
    let said = taken.length > 0;
    this.scheduler.endTurn({
      worker: (id, messages) => {
        said = true;
        for (const message of messages) this.workers.get(id)?.step({ kind: "message", message });
      },
      client: (_, messages) => void this.told.push(...messages),
      watched: () => {},
      expelled: () => {},
    });
    checkScheduler(this.scheduler.state);
    for (const [name, worker] of this.workers) said = this.run(name, worker) || said;
    return said;
  }

  settle(): void {
    let turns = 0;
    while (this.turn()) assert.ok(turns++ < 10_000, "the cluster comes to rest");
  }

  private run(name: string, worker: WorkerBrain): boolean {
    for (let row = worker.takeRunnable(); row >= 0; row = worker.takeRunnable()) {
      this.runs += 1;
      const batch = worker.rows.batch(row)!;
      const at = worker.rows.batchAt(row);
      const inputs = [...batch.inputs.subarray(batch.inputOffsets[at], batch.inputOffsets[at + 1])];
      const value = inputs.reduce((sum, one) => sum + (worker.rows.value(one) as number), 1);
      worker.finished(row, value, 8, 10, { value });
    }
    worker.endTurn();
    for (const request of worker.out.fetches.splice(0)) {
      const peer = this.workers.get(request.peer);
      if (peer === undefined) worker.step({ kind: "fetchFailed", transfer: request.transfer, peer: request.peer });
      else
        worker.step({
          kind: "fetched",
          transfer: request.transfer,
          peer: request.peer,
          chunks: request.rows.map((row, i) =>
            peer.holds(row, request.attempts[i]!)
              ? { row, since: peer.rows.since(row), value: peer.rows.value(row), bytes: 8 }
              : absentChunk(row, -1),
          ),
        });
    }
    const reports = worker.out.takeReports();
    for (const report of reports) this.inbox.push([name, report]);
    return reports.length > 0;
  }

  /** Values by handle, as the client was told. */
  results(): Map<number, unknown> {
    const found = new Map<number, unknown>();
    for (const message of this.told)
      if (message.type === "inMemory")
        message.resultOf.forEach((at, i) => {
          const { results } = message;
          found.set(
            message.handles[at]!,
            results.kind === "numbers" ? results.data[i] : results.kind === "live" ? results.items[i] : undefined,
          );
        });
    return found;
  }
}

function tasks(name: string, edges: readonly (readonly number[])[]): WireLayer {
  const offsets = [0];
  for (const one of edges) offsets.push(offsets.at(-1)! + one.length);
  return {
    kind: "tasks",
    name,
    grid: [edges.length],
    calls: [],
    sources: [],
    inputOffsets: Uint32Array.from(offsets),
    inputSource: new Uint16Array(offsets.at(-1)!).fill(0xffff),
    inputIndex: Uint32Array.from(edges.flat()),
  };
}

const submitOf = (layer: WireLayer, indices: number[], request = 1, handleBase = 1): FromClient => ({
  type: "submit",
  request,
  layers: [layer],
  wants: [{ layer: 0, indices: Uint32Array.from(indices), handleBase }],
  priority: 0,
  retries: 0,
});

// a → b → d ; a → c → d
const diamond = [[], [0], [0], [1, 2]];

for (const names of [["w1"], ["w1", "w2"], ["w1", "w2", "w3", "w4"]]) {
  test(`brains: a diamond is computed by ${names.length} workers and forgotten when released`, () => {
    const cluster = new Lockstep(names);
    cluster.say(submitOf(tasks("diamond", diamond), [3]));
    cluster.settle();
    assert.equal(cluster.results().get(1), 1 + 2 + 2);
    assert.equal(cluster.runs, 4);
    cluster.say({ type: "release", handles: Uint32Array.of(1, 1) });
    cluster.settle();
    assert.equal(cluster.scheduler.state.slabs.size, 0);
    for (const worker of cluster.workers.values()) assert.equal(worker.rows.size, 0);
  });
}

test("brains: a chain of 2,000 is sent ahead and computed in order", () => {
  const cluster = new Lockstep(["w1", "w2"]);
  cluster.say(
    submitOf(
      tasks(
        "chain",
        Array.from({ length: 2000 }, (_, i) => (i === 0 ? [] : [i - 1])),
      ),
      [1999],
    ),
  );
  cluster.settle();
  assert.equal(cluster.results().get(1), 2000);
});

test("brains: what only a lost worker held is made again", () => {
  const cluster = new Lockstep(["w1", "w2"]);
  cluster.say(
    submitOf(
      tasks(
        "flat",
        Array.from({ length: 20 }, () => []),
      ),
      Array.from({ length: 20 }, (_, i) => i),
    ),
  );
  cluster.settle();
  assert.equal(cluster.results().size, 20);
  cluster.lose("w1");
  cluster.settle();
  assert.ok(cluster.told.some((message) => message.type === "lost"));
  const { state } = cluster.scheduler;
  assert.deepEqual(
    [...state.tasks.worker.subarray(0, 20)].every((worker) => worker === 1),
    true,
  );
});
