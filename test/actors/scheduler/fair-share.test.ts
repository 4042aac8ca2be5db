import assert from "node:assert/strict";
import { test } from "node:test";
import { SchedulerBrain } from "../../../actors/scheduler/scheduler-brain.ts";
import { WS } from "../../../actors/worker/worker-states.ts";
import type { ClientShare, FromClient, ToClient } from "../../../runtime/protocol/client-scheduler.ts";
import type { FromWorker } from "../../../runtime/protocol/scheduler-worker.ts";
import { taskLayer } from "../../support/task-layer.ts";

/** A scheduler with one worker and some clients; every task is finished as soon as it is sent. */
class Shop {
  readonly brain: SchedulerBrain;
  readonly told = new Map<string, ToClient[]>();
  /** Rows in the order in which they were sent. */
  readonly sent: number[] = [];
  private waiting: [number, number][] = [];
  private requests = 0;

  constructor(tasksPerClientMax?: number, slots = 1) {
    const options = { allowedFailures: 3, prefillUs: 0, clientLeaseMs: 1e9, workerLeaseMs: 1e9, tasksPerClientMax };
    this.brain = new SchedulerBrain(1, "t", options, {
      isMemory: (state) => state === WS.memory,
      isRunning: (state) => state === WS.executing,
    });
    const who = { worker: "A", incarnation: 1, slots, resources: {}, version: "t", pid: 1, host: "h" };
    this.worker({ type: "join", join: 1, ...who });
    const none = { rows: new Uint32Array(0), attempts: new Float64Array(0), states: new Uint8Array(0) };
    this.worker({
      type: "inventory",
      epoch: 1,
      ...none,
      bytes: new Float64Array(0),
      since: new Float64Array(0),
      layers: new Uint32Array(0),
      layersSince: new Float64Array(0),
      located: new Uint32Array(0),
      handles: new Uint32Array(0),
    });
  }

  hello(client: string, share?: ClientShare): void {
    this.step(client, { type: "hello", hello: 1, version: "t", share });
  }

  /** Submits independent tasks; gives the request's number. */
  submit(client: string, count: number, priority = 0): number {
    return this.submitGraph(
      client,
      Array.from({ length: count }, () => []),
      priority,
    );
  }

  /** @param edges which tasks each task reads */
  submitGraph(client: string, edges: readonly (readonly number[])[], priority = 0): number {
    const request = ++this.requests;
    const layers = [taskLayer(`${client}-${request}`, edges, undefined)];
    const wants = [{ layer: 0, indices: null, handleBase: request * 1000 }];
    this.step(client, { type: "submit", request, layers, wants, priority, retries: 0 });
    return request;
  }

  /** Finishes the tasks that are with the worker, one by one; gives the rows of those sent meanwhile. */
  serve(count: number): number[] {
    const from = this.sent.length;
    for (let i = 0; i < count; i++) {
      const [row, attempt] = this.waiting.shift() as [number, number];
      this.worker({
        type: "finished",
        rows: Uint32Array.of(row),
        attempts: Float64Array.of(attempt),
        bytes: Float64Array.of(8),
        durationsUs: Float64Array.of(1000),
        located: new Uint32Array(0),
        resultOf: new Uint32Array(0),
        results: { kind: "live", items: [] },
      });
    }
    return this.sent.slice(from);
  }

  step(client: string, message: FromClient): void {
    this.brain.step({ kind: "client", client, message }, 0);
    this.endTurn();
  }

  private worker(message: FromWorker): void {
    this.brain.step({ kind: "worker", worker: "A", incarnation: 1, message }, 0);
    this.endTurn();
  }

  private endTurn(): void {
    this.brain.endTurn({
      worker: (_, messages) => {
        for (const message of messages)
          if (message.type === "compute")
            for (const { rows, attempts } of message.batches)
              rows.forEach((row, i) => {
                this.sent.push(row);
                this.waiting.push([row, attempts[i] as number]);
              });
      },
      client: (id, messages) => this.told.set(id, [...(this.told.get(id) ?? []), ...messages]),
      watched: () => {},
      expelled: () => {},
    });
  }
}

const share = (rows: readonly number[], below: number): number => rows.filter((row) => row < below).length;

test("a client that comes second does not wait for all that the first submitted: they take turns", () => {
  const shop = new Shop();
  shop.hello("big");
  shop.hello("small");
  shop.submit("big", 100);
  shop.serve(10);
  shop.submit("small", 20);
  const small = shop.serve(40).filter((row) => row >= 100).length;
  assert.ok(small >= 19, `${small} of the second client's 20 tasks are among the next 40`);
});

test("weights divide the work", () => {
  const shop = new Shop();
  shop.hello("a", { weight: 3 });
  shop.hello("b");
  shop.submit("a", 200);
  shop.submit("b", 200);
  shop.serve(20);
  const a = share(shop.serve(80), 200);
  assert.ok(a >= 56 && a <= 64, `three parts of four, as near as turns allow: ${a} of 80`);
});

test("a priority goes before every share", () => {
  const shop = new Shop();
  shop.hello("a", { weight: 1000 });
  shop.hello("b");
  shop.submit("a", 50);
  shop.submit("b", 10, 5);
  assert.equal(share(shop.serve(10), 50), 0);
});

test("a client with a quota never has more with workers, and does not stand in others' way", () => {
  const shop = new Shop(undefined, 8);
  shop.hello("a", { atOnceMax: 2 });
  shop.hello("b");
  shop.submit("a", 50);
  assert.equal(shop.sent.length, 2, "two of eight slots");
  shop.submit("b", 50);
  assert.equal(shop.sent.length, 8);
  shop.serve(30);
  assert.ok((shop.brain.state.clients.get("a")?.inFlight ?? 9) <= 2);
});

test("a quota holds for what is sent ahead of its inputs too", () => {
  const shop = new Shop(undefined, 8);
  shop.hello("a", { atOnceMax: 1 });
  shop.submitGraph("a", [[], [0], [1], [2]]);
  assert.equal(shop.sent.length, 1, "the rest of the chain would be a second task with the worker");
  for (let i = 0; i < 3; i++) assert.equal(shop.serve(1).length, 1, "each is sent when the one before it is done");
});

test("tasks beyond the bound are declined with OVERLOADED, and taken when others were let go", () => {
  const shop = new Shop(100);
  shop.hello("a");
  const first = shop.submit("a", 80);
  shop.submit("a", 30);
  const declined = shop.told.get("a")?.find((message) => message.type === "declined");
  assert.ok(declined?.type === "declined");
  const { code, details } = declined.error as { code: string; details: object };
  assert.equal(code, "OVERLOADED");
  assert.deepEqual(details, { known: 80, given: 30, most: 100 });
  shop.step("a", { type: "release", handles: Uint32Array.of(first * 1000, 80) });
  const third = shop.submit("a", 30);
  assert.ok(shop.told.get("a")?.some((message) => message.type === "accepted" && message.request === third));
});

test("a submission that was declined is declined again when it is repeated, and its futures are known as such", () => {
  const shop = new Shop(100);
  shop.hello("a");
  const layers = [
    taskLayer(
      "many",
      Array.from({ length: 120 }, () => []),
      undefined,
    ),
  ];
  const wants = [{ layer: 0, indices: null, handleBase: 1 }];
  const many = { type: "submit", request: 1, layers, wants, priority: 0, retries: 0 } as const;
  for (let i = 0; i < 2; i++) shop.step("a", many);
  // After a broken link: its answer was lost.
  shop.step("a", { type: "resume", handles: Uint32Array.of(1, 1) });
  const told = shop.told.get("a") ?? [];
  const codes = told.flatMap((message) =>
    message.type === "declined" ? [message.error] : message.type === "erred" ? message.errors : [],
  );
  assert.deepEqual(
    codes.map((error) => (error as { code: string }).code),
    ["OVERLOADED", "OVERLOADED", "OVERLOADED"],
  );
});

test("a submission whose name is taken is declined, also where it wants of layers that are not there", () => {
  const shop = new Shop();
  shop.hello("a");
  shop.submit("a", 2);
  const layers = [taskLayer("a-1", [[]], undefined)];
  const wants = [{ layer: 7, indices: null, handleBase: 5000 }];
  shop.step("a", { type: "submit", request: 2, layers, wants, priority: 0, retries: 0 });
  const declined = shop.told.get("a")?.find((message) => message.type === "declined");
  assert.equal((declined as { error: { code: string } } | undefined)?.error.code, "NAME_TAKEN");
});

test("a submission that makes no sense is declined, whatever it wants", () => {
  const shop = new Shop();
  shop.hello("a");
  const wants = [{ layer: 0, indices: null, handleBase: 1 }];
  const bad = [
    { layers: [{ kind: "tasks", name: "x" }], wants },
    { layers: [null], wants },
    { layers: [taskLayer("y", [[]], undefined)], wants: [null] },
  ];
  bad.forEach((one, i) => {
    shop.step("a", { type: "submit", request: i + 1, priority: 0, retries: 0, ...one } as never);
  });
  const declined = (shop.told.get("a") ?? []).filter((message) => message.type === "declined");
  assert.deepEqual(
    declined.map((message) => (message.error as { code: string }).code),
    ["DECODE", "DECODE", "DECODE"],
  );
});
