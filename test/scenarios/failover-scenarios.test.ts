import assert from "node:assert/strict";
import { test } from "node:test";
import { checkScheduler } from "../../actors/scheduler/invariants.ts";
import { TurnLedger } from "../../actors/scheduler/ledger.ts";
import type { LedgerRecord } from "../../actors/scheduler/ledger-record.ts";
import { ledgerSummary, rowFacts } from "../../actors/scheduler/ledger-summary.ts";
import { SchedulerBrain } from "../../actors/scheduler/scheduler-brain.ts";
import { S } from "../../actors/scheduler/scheduler-state.ts";
import { WS, workerChartFacts } from "../../actors/worker/worker-states.ts";
import { ShoalError } from "../../runtime/base/errors.ts";
import type { Annotations } from "../../runtime/graph/layer.ts";
import { JournalWriter } from "../../runtime/journal/journal-writer.ts";
import { JournalStore, MemoryJournal } from "../../runtime/journal/memory-journal.ts";
import { readTransactions } from "../../runtime/journal/transaction.ts";
import { decodeLedger, encodeLedger } from "../../runtime/protocol/ledger-codec.ts";
import type { ToWorker } from "../../runtime/protocol/scheduler-worker.ts";
import type { WireLayer } from "../../runtime/protocol/wire-layer.ts";
import { ManualClock } from "../support/manual-clock.ts";

const options = { allowedFailures: 3, prefillUs: 0, clientLeaseMs: 60_000, workerLeaseMs: 30_000 };

/** Positions of shards that lie with a worker, and of handles of others'. */
interface Shards {
  readonly located?: readonly number[];
  readonly handles?: readonly number[];
}

/** A scheduler's brain with the records of its turns, written and read as bytes. */
class Leader {
  readonly brain: SchedulerBrain;
  readonly turns: LedgerRecord[][] = [];
  readonly said: [string, ToWorker][] = [];
  private readonly ledger = new TurnLedger();

  constructor(epoch: number, past: readonly LedgerRecord[] = []) {
    this.brain = new SchedulerBrain(epoch, "test", options, workerChartFacts);
    const lineage = past.length === 0 ? epoch : 1;
    this.turns.push([{ kind: "leader", epoch, lineage, version: "test" }]);
    this.brain.takeOver(past, 0, { coordination: () => {} });
    this.brain.state.ledger = this.ledger;
  }

  get records(): LedgerRecord[] {
    return this.turns.flatMap((turn) => [...decodeLedger<LedgerRecord>(encodeLedger(turn))]);
  }

  step(input: Parameters<SchedulerBrain["step"]>[0]): void {
    this.brain.step(input, 0);
    this.brain.endTurn({
      worker: (id, messages) => this.said.push(...messages.map((one): [string, ToWorker] => [id, one])),
      client: () => {},
      watched: () => {},
      expelled: () => {},
    });
    const { records } = this.ledger.take(rowFacts(this.brain.state));
    if (records.length > 0) this.turns.push([...records]);
    checkScheduler(this.brain.state);
  }

  /** A worker comes with what it has: row, attempt, state, and which life of the row it is of, if not the one that is known here. */
  join(
    worker: string,
    rows: readonly (readonly [number, number, keyof typeof WS, number?])[],
    shards: Shards = {},
  ): void {
    const who = { worker, incarnation: 1, slots: 1, resources: {}, version: "test", pid: 1, host: "h" };
    this.step({ kind: "worker", worker, incarnation: 1, message: { type: "join", join: 1, ...who } });
    this.step({
      kind: "worker",
      worker,
      incarnation: 1,
      message: {
        type: "inventory",
        epoch: this.brain.state.lineage,
        rows: Uint32Array.from(rows, ([row]) => row),
        attempts: Float64Array.from(rows, ([, attempt]) => attempt),
        since: Float64Array.from(rows, ([row, , , since]) => since ?? this.since(row)),
        states: Uint8Array.from(rows, ([, , state]) => WS[state]),
        bytes: Float64Array.from(rows, () => 8),
        layers: new Uint32Array(0),
        layersSince: new Float64Array(0),
        located: Uint32Array.from(shards.located ?? []),
        handles: Uint32Array.from(shards.handles ?? []),
      },
    });
  }

  /** x → y → z, z wanted. */
  submitChain(request = 1, annotations: Annotations = {}): void {
    this.step({ kind: "client", client: "c", message: { type: "hello", hello: 1, version: "test" } });
    const layer: WireLayer = {
      kind: "tasks",
      name: "chain",
      grid: [3],
      annotations,
      calls: [],
      sources: [],
      inputOffsets: Uint32Array.of(0, 0, 1, 2),
      inputIndex: Uint32Array.of(0, 1),
      inputSource: Uint16Array.of(0xffff, 0xffff),
    };
    const wants = [{ layer: 0, indices: Uint32Array.of(2), handleBase: request }];
    const message = { type: "submit", request, layers: [layer], wants, priority: 0, retries: 2 } as const;
    this.step({ kind: "client", client: "c", message });
  }

  finished(worker: string, row: number, attempt: number): void {
    const one = Float64Array.of(8);
    const rows = { rows: Uint32Array.of(row), attempts: Float64Array.of(attempt), bytes: one, durationsUs: one };
    const results = { kind: "live", items: [] } as const;
    const message = {
      type: "finished",
      ...rows,
      located: new Uint32Array(0),
      resultOf: new Uint32Array(0),
      results,
    } as const;
    this.step({ kind: "worker", worker, incarnation: 1, message });
  }

  states(): string[] {
    const { state } = this.brain;
    return [0, 1, 2].map((row) => state.chart.chart.states[state.tasks.state[row] as number] as string);
  }

  attempt(row: number): number {
    return this.brain.state.tasks.attempt[row] as number;
  }

  /** Since when a row's number is of the task that is known here. */
  since(row: number): number {
    const { slabs, tasks } = this.brain.state;
    return slabs.get(tasks.slab[row] as number)?.since ?? 0;
  }
}

/** A leader whose worker `a` has finished x and runs y. */
function midway(annotations: Annotations = {}): Leader {
  const leader = new Leader(1);
  leader.join("a", []);
  leader.submitChain(1, annotations);
  leader.finished("a", 0, leader.attempt(0));
  return leader;
}

/** The same, and a worker `b` that has nothing. */
function midwayOfTwo(): Leader {
  const leader = midway();
  leader.join("b", []);
  return leader;
}

test("31 the leader ends at any step: its successor brings the chain to its end with what workers have, and runs nothing again that is there", () => {
  const former = midway();
  assert.deepEqual(former.states(), ["memory", "processing", "waiting"]);
  for (let known = 1; known <= former.turns.length; known++) {
    const past = former.turns.slice(0, known).flat();
    const next = new Leader(2, past);
    const hasGraph = past.some((record) => record.kind === "graph");
    next.join("a", [
      [0, former.attempt(0), "memory"],
      [1, former.attempt(1), "executing"],
    ]);
    assert.equal(next.brain.state.phase, "leading");
    // A submission that was not written was not acknowledged: its client says it again.
    if (!hasGraph) next.submitChain();
    else assert.deepEqual(next.states(), ["memory", "processing", "waiting"], `after ${known} turns`);
    for (const row of [0, 1, 2])
      if (next.brain.state.tasks.state[row] === S.processing || next.brain.state.tasks.state[row] === S.assigned)
        next.finished("a", row, next.attempt(row));
    assert.equal(next.states()[2], "memory");
  }
});

test("31 nothing is decided before every worker of the former leader has spoken, or is known to be gone", () => {
  const former = midway();
  former.join("b", []);
  const next = new Leader(2, former.records);
  assert.deepEqual(next.brain.awaited, ["a", "b"]);
  next.join("b", []);
  assert.equal(next.brain.state.phase, "recovering");
  assert.ok(!next.said.some(([, { type }]) => type === "compute"));
  next.step({ kind: "workerGone", worker: "a", isExpected: false, reason: "its nanny says so" });
  assert.deepEqual(next.states(), ["processing", "waiting", "waiting"], "what only it had is made again");
});

test("36 the journal loses that a row was let go and given to another: what workers have of the other is not the row's", () => {
  const former = midway();
  const known = former.records;
  const since = former.since(0);
  former.step({ kind: "client", client: "c", message: { type: "release", handles: Uint32Array.of(1, 1) } });
  former.submitChain(2);
  assert.equal(former.brain.state.tasks.slab[0], 2, "the numbers are given again");
  former.finished("a", 0, former.attempt(0));
  assert.notEqual(former.since(0), since);
  const next = new Leader(2, known);
  next.join("a", [
    [0, former.attempt(0), "memory", former.since(0)],
    [1, former.attempt(1), "executing", former.since(1)],
  ]);
  assert.deepEqual(next.states(), ["processing", "waiting", "waiting"], "all is made again");
  const freed = next.said.flatMap(([, message]) => (message.type === "free" ? [...message.rows] : []));
  assert.deepEqual(freed, [0, 1], "and what is not of it is dropped");
});

test("33 the answer of an append is lost: it is said again under its name, and stands once", async () => {
  const store = new JournalStore();
  const inner = new MemoryJournal(store);
  const clock = new ManualClock();
  let losses = 2;
  const journal = Object.assign(Object.create(inner) as MemoryJournal, {
    append: async (bytes: Uint8Array, how: { expected: number; id: string }) => {
      const sequence = await inner.append(bytes, how);
      if (losses-- > 0) throw new ShoalError("The answer was lost", { code: "TIMEOUT", retryable: true });
      return sequence;
    },
  });
  const lead = { isSure: true, whenSure: () => Promise.resolve() };
  const fail = (error: unknown): void => assert.fail(String(error));
  const writer = new JournalWriter({
    journal,
    clock,
    lead,
    name: "w",
    newest: { sequence: 0, id: undefined },
    encode: encodeLedger,
    onDeposed: fail,
    onFailure: fail,
  });
  const committed = writer.whenCommitted(writer.add([{ kind: "worker", worker: "a", incarnation: 1 }], true));
  for (let i = 0; i < 4; i++) await clock.advance(100);
  await committed;
  assert.equal(store.newest, 1);
  const [transaction] = await readTransactions(inner.read(1, 1));
  assert.deepEqual(decodeLedger(transaction?.bytes as Uint8Array), [{ kind: "worker", worker: "a", incarnation: 1 }]);
});

test("35 a completion follows the inventory that was taken before it, while another worker is awaited: it counts once, after the takeover", () => {
  const former = midwayOfTwo();
  const next = new Leader(2, former.records);
  next.join("a", [
    [0, former.attempt(0), "memory"],
    [1, former.attempt(1), "executing"],
  ]);
  next.finished("a", 1, former.attempt(1));
  assert.equal(next.brain.state.phase, "recovering", "the other worker has not spoken");
  next.join("b", []);
  assert.deepEqual(next.states().slice(1), ["memory", "processing"]);
});

test("35 a worker begins anew while another is awaited: what it said before is in its new inventory, and counts once", () => {
  const former = midwayOfTwo();
  const next = new Leader(2, former.records);
  next.join("a", [
    [0, former.attempt(0), "memory"],
    [1, former.attempt(1), "executing"],
  ]);
  next.finished("a", 1, former.attempt(1));
  next.join("a", [
    [0, former.attempt(0), "memory"],
    [1, former.attempt(1), "memory"],
  ]);
  next.join("b", []);
  assert.deepEqual(next.states().slice(1), ["memory", "processing"]);
});

test("a copy is on its way to a worker as another scheduler takes over: it is one that is there once it has come", () => {
  const former = midwayOfTwo();
  const x = former.attempt(0);
  const next = new Leader(2, former.records);
  // Of which life it is comes with it.
  next.join("b", [[0, x, "fetching", 0]]);
  next.join("a", [
    [0, x, "memory"],
    [1, former.attempt(1), "executing"],
  ]);
  assert.equal(next.brain.state.phase, "leading");
  const message = { type: "holds", rows: Uint32Array.of(0), attempts: Float64Array.of(x) } as const;
  next.step({ kind: "worker", worker: "b", incarnation: 1, message });
  const { state } = next.brain;
  assert.deepEqual(
    state.holdersOf(0).map((number) => state.worker(number).id),
    ["a", "b"],
  );
  const isFreed = next.said.some(([id, one]) => id === "b" && one.type === "free" && one.rows.includes(0));
  assert.ok(!isFreed, "it is not freed under its word");
});

test("what a client may have and has submitted is known to who takes over, before it has greeted, by records and by a summary", () => {
  const leader = midwayOfTwo();
  const share = { weight: 3, atOnceMax: 2 };
  leader.step({ kind: "client", client: "d", message: { type: "hello", hello: 1, version: "test", share } });
  const summary = ledgerSummary(leader.brain.state, "test") as readonly LedgerRecord[];
  for (const past of [leader.records, [...decodeLedger<LedgerRecord>(encodeLedger(summary))]]) {
    const { state } = new Leader(2, past).brain;
    const client = state.clients.get("d");
    assert.deepEqual([client?.weight, client?.atOnceMax, state.queues.isShared], [3, 2, true]);
    const submitter = state.clients.get("c");
    assert.equal(submitter?.atOnceMax, Number.POSITIVE_INFINITY);
    assert.equal(submitter?.rows, 3);
    assert.deepEqual(
      [...state.slabs.values()].map((slab) => slab.owner),
      [submitter?.number],
    );
  }
});

for (const [annotations, expected, freed] of [
  [{}, ["released", "memory", "processing"], "b"],
  // Its token is the greater one.
  [{ effectful: "once" }, ["memory", "processing", "waiting"], "a"],
] as const)
  test(`35 a worker that was given up has a result, and another has begun the task again (${JSON.stringify(annotations)}): which one counts`, () => {
    const former = midway(annotations);
    const next = new Leader(2, former.records);
    const [x, y] = [former.attempt(0), former.attempt(1)];
    next.join("b", [[1, y + 1, "executing"]]);
    next.join("a", [
      [0, x, "memory"],
      [1, y, "memory"],
    ]);
    assert.deepEqual(next.states(), expected);
    assert.equal(next.attempt(1), freed === "a" ? y + 1 : y);
    const dropped = next.said.filter(([, message]) => message.type === "free" && message.rows.includes(1));
    assert.deepEqual(
      dropped.map(([id]) => id),
      [freed],
    );
  });

test("shards lie on one worker, whoever speaks first: a handle that others hold is where it can be read from", () => {
  const former = midway();
  const x = [0, former.attempt(0), "memory"] as const;
  const next = new Leader(2, former.records);
  next.join("b", [x], { handles: [0] });
  next.join("a", [x, [1, former.attempt(1), "executing"]], { located: [0] });
  const { state } = next.brain;
  assert.deepEqual(
    state.holdersOf(0).map((number) => state.worker(number).id),
    ["a", "b"],
  );
  next.step({ kind: "workerGone", worker: "a", isExpected: false });
  assert.deepEqual(next.states(), ["processing", "waiting", "waiting"], "x is made again");
});

test("30: the worker of some shards went with its leader: the handle that is left is dropped, and they are made again", () => {
  const former = midway();
  const next = new Leader(2, former.records);
  next.join("b", [[0, former.attempt(0), "memory"]], { handles: [0] });
  if (next.brain.state.phase === "recovering") next.step({ kind: "workerGone", worker: "a", isExpected: false });
  assert.deepEqual(next.states(), ["processing", "waiting", "waiting"]);
  assert.ok(next.said.some(([id, message]) => id === "b" && message.type === "free" && message.rows.includes(0)));
});

test("a summary says all that the records before it said", () => {
  const former = midway();
  const summary = ledgerSummary(former.brain.state, "test");
  const next = new Leader(2, decodeLedger<LedgerRecord>(encodeLedger(summary as LedgerRecord[])));
  next.join("a", [
    [0, former.attempt(0), "memory"],
    [1, former.attempt(1), "executing"],
  ]);
  assert.deepEqual(next.states(), ["memory", "processing", "waiting"]);
  assert.deepEqual([...next.brain.state.tasks.retriesLeft.subarray(0, 3)], [2, 2, 2]);
  assert.equal(next.brain.state.clients.get("c")?.requestMax, 1, "a repeated submission is known");
});

test("a task that ran on through a takeover while its input was lost may still fail: it is tried again, or fails for good", () => {
  const former = midway();
  for (const retriesLeft of [1, 0]) {
    const next = new Leader(2, former.records);
    // What it reads was let go of by its holder; it goes on with what it has.
    next.join("a", [[1, former.attempt(1), "executing"]]);
    assert.deepEqual(next.states(), ["ready", "assigned", "waiting"]);
    next.brain.state.tasks.retriesLeft[1] = retriesLeft;
    const rows = { rows: Uint32Array.of(1), attempts: Float64Array.of(former.attempt(1)) };
    const message = { type: "failed", ...rows, errors: [{ thrown: new Error("y") }] } as const;
    next.step({ kind: "worker", worker: "a", incarnation: 1, message });
    const tried = ["processing", "waiting", "waiting"];
    assert.deepEqual(next.states(), retriesLeft === 1 ? tried : ["released", "released", "erred"]);
  }
});
