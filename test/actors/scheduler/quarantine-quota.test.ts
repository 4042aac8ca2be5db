import assert from "node:assert/strict";
import { test } from "node:test";
import { SchedulerBrain } from "../../../actors/scheduler/scheduler-brain.ts";
import { workerChartFacts } from "../../../actors/worker/worker-states.ts";
import type { FromClient } from "../../../runtime/protocol/client-scheduler.ts";
import type { FromWorker } from "../../../runtime/protocol/scheduler-worker.ts";
import { taskLayer } from "../../support/task-layer.ts";

const LIMITS = { allowedFailures: 3, prefillUs: 0, clientLeaseMs: 1e9, workerLeaseMs: 1e9 };
const NOTHING = new Uint32Array(0);
const NONE = {
  rows: NOTHING,
  attempts: new Float64Array(0),
  states: new Uint8Array(0),
  bytes: new Float64Array(0),
  since: new Float64Array(0),
  layers: NOTHING,
  layersSince: new Float64Array(0),
  located: NOTHING,
  handles: NOTHING,
};

/** A scheduler whose workers finish what they have when they are told to. */
class Floor {
  readonly brain = new SchedulerBrain(1, "t", LIMITS, workerChartFacts);
  /** What each worker was sent and has not finished. */
  readonly sent = new Map<string, [row: number, attempt: number][]>();

  join(worker: string, slots: number): void {
    this.sent.set(worker, []);
    const who = { worker, incarnation: 1, slots, resources: {}, version: "t", pid: 1, host: "h" };
    this.hear(worker, { type: "join", join: 1, ...who });
    this.hear(worker, { type: "inventory", epoch: 1, ...NONE });
  }

  client(client: string, message: FromClient): void {
    this.brain.step({ kind: "client", client, message }, 0);
    this.endTurn();
  }

  submit(client: string, count: number): void {
    const layers = [
      taskLayer(
        client,
        Array.from({ length: count }, () => []),
        undefined,
      ),
    ];
    const wants = [{ layer: 0, indices: null, handleBase: 1 }];
    this.client(client, { type: "submit", request: 1, layers, wants, priority: 0, retries: 0 });
  }

  /** @param isMeant which of its tasks; the first of them, or none if it has none */
  finish(worker: string, isMeant: (row: number) => boolean = () => true): void {
    const rows = this.sent.get(worker) ?? [];
    const at = rows.findIndex(([row]) => isMeant(row));
    if (at < 0) return;
    const [[row, attempt]] = rows.splice(at, 1) as [[number, number]];
    const result = { located: NOTHING, resultOf: NOTHING, results: { kind: "live", items: [] } } as const;
    const told = { rows: Uint32Array.of(row), attempts: Float64Array.of(attempt) };
    const took = { bytes: Float64Array.of(8), durationsUs: Float64Array.of(1000) };
    this.hear(worker, { type: "finished", ...told, ...took, ...result });
  }

  die(worker: string): void {
    this.brain.step({ kind: "workerGone", worker, isExpected: false }, 0);
    this.endTurn();
  }

  private hear(worker: string, message: FromWorker): void {
    this.brain.step({ kind: "worker", worker, incarnation: 1, message }, 0);
    this.endTurn();
  }

  private endTurn(): void {
    this.brain.endTurn({
      worker: (id, messages) => {
        for (const message of messages)
          if (message.type === "compute")
            for (const { rows, attempts } of message.batches)
              rows.forEach((row, i) => void this.sent.get(id)?.push([row, attempts[i] as number]));
      },
      client: () => {},
      watched: () => {},
      expelled: () => {},
    });
  }
}

test("a suspected task of a client that has all it may has its turn, though others want every worker", () => {
  const floor = new Floor();
  floor.client("a", { type: "hello", hello: 1, version: "t", share: { weight: 100, atOnceMax: 1 } });
  floor.client("b", { type: "hello", hello: 1, version: "t" });
  floor.join("w1", 1);
  floor.submit("a", 50);
  const isOfA = (row: number): boolean => row < 50;
  floor.join("w2", 2);
  floor.join("w3", 3);
  floor.submit("b", 500);
  const suspect = floor.sent.get("w1")?.[0]?.[0];
  assert.notEqual(suspect, undefined);
  floor.die("w1");
  floor.sent.delete("w1");
  const isSent = (): boolean => [...floor.sent.values()].some((rows) => rows.some(([row]) => row === suspect));
  const hasOfA = (): boolean => floor.sent.get("w3")?.some(([row]) => isOfA(row)) === true;
  let rounds = 0;
  // The place that is free as one of its own is done goes to another of its own, unless it is kept: so w2 never is idle while one is free.
  while (!isSent() && rounds++ < 50)
    for (const finish of [
      () => floor.finish("w2"),
      () => floor.finish("w3", (row) => isOfA(row) || !hasOfA()),
      () => floor.finish("w2"),
    ])
      if (!isSent()) finish();
  assert.ok(rounds < 5, `it waited ${rounds} rounds`);
});
