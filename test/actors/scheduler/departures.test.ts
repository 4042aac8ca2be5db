import assert from "node:assert/strict";
import { test } from "node:test";
import { checkScheduler } from "../../../actors/scheduler/invariants.ts";
import { TurnLedger } from "../../../actors/scheduler/ledger.ts";
import { ledgerSummary, rowFacts } from "../../../actors/scheduler/ledger-summary.ts";
import { SchedulerBrain } from "../../../actors/scheduler/scheduler-brain.ts";
import { workerChartFacts } from "../../../actors/worker/worker-states.ts";
import { Random } from "../../../runtime/base/random.ts";
import { SchedulerScript } from "../../support/scheduler-script.ts";

const alone = (count: number): number[][] => Array.from({ length: count }, () => []);
/** Row i reads row i - 1. */
const chain = (count: number): number[][] => Array.from({ length: count }, (_, i) => (i === 0 ? [] : [i - 1]));
const upTo = (count: number): number[] => [...alone(count).keys()];

/** So few rows a turn that a handful takes several. */
const script = (workers: Readonly<Record<string, number>> = { A: 1 }, rows = 3): SchedulerScript =>
  new SchedulerScript(workers, {}, rows);

function settle(s: SchedulerScript): number {
  let turns = 0;
  for (; s.brain.hasMore; turns++) s.more();
  return turns;
}

const hello = (s: SchedulerScript, client = "c"): void =>
  s.client({ type: "hello", hello: 1, version: "test" }, client);
const goodbye = (s: SchedulerScript, client = "c"): void => s.client({ type: "goodbye" }, client);

/** Data that lies on a worker, a handle each. */
function scatter(s: SchedulerScript, count: number): void {
  s.client({
    type: "scattered",
    request: 1,
    handles: Uint32Array.from({ length: count }, (_, i) => i + 1),
    keys: Array.from({ length: count }, (_, i) => `x${i}`),
    workers: Array.from({ length: count }, () => "A"),
    bytes: new Float64Array(count).fill(8),
  });
}

test("100,000 results of a client that goes are let go of over many turns, few rows each", () => {
  const s = new SchedulerScript({ A: 1 });
  scatter(s, 100_000);
  s.orders();
  goodbye(s);
  assert.equal(s.brain.state.clients.size, 0, "it is gone at once");
  let most = s.orders().length;
  let all = most;
  let turns = 1;
  for (; s.brain.hasMore; turns++) {
    s.more();
    const freed = s.orders().length;
    most = Math.max(most, freed);
    all += freed;
  }
  assert.equal(all, 100_000);
  assert.ok(most <= 2048, `${most} rows in a turn`);
  assert.ok(turns >= 49, `${turns} turns`);
  s.isEmpty();
});

test("what only one wanted row needed, however deep, is let go of over several turns too", () => {
  const s = script({ A: 1 }, 4);
  s.submit("a", chain(20), [19], 1);
  settle(s);
  goodbye(s);
  const left = upTo(20).filter((row) => s.state(row) !== "released").length;
  assert.ok(left >= 16, `${left} are left`);
  assert.ok(settle(s) >= 4);
  s.isEmpty();
});

test("clients that lapse together share what a turn lets go of", () => {
  const s = script({ A: 1 }, 6);
  for (let i = 0; i < 10; i++) {
    hello(s, `other${i}`);
    s.submit(`a${i}`, alone(2), [0, 1], 1, undefined, `other${i}`);
  }
  s.expireClients();
  assert.equal(s.brain.state.clients.size, 0);
  assert.ok(s.brain.state.slabs.size >= 8, `${s.brain.state.slabs.size} are left`);
  settle(s);
  s.isEmpty();
});

test("a client of the same name that comes meanwhile is another one: neither its handles nor what it hears are the former one's", () => {
  const s = script();
  s.submit("last", alone(1), [0], 20);
  s.submit("a", alone(8), upTo(8), 1);
  settle(s);
  goodbye(s);
  hello(s);
  s.submit("b", alone(2), [0, 1], 20);
  s.news();
  s.finished("A", 0, s.attempt(0));
  assert.equal(s.state(0), "memory", "it is yet to be let go of");
  assert.deepEqual(s.news(), [], "whoever has its name now did not ask for it");
  settle(s);
  assert.deepEqual([...s.brain.state.layers.keys()], ["b"]);
  assert.equal(s.brain.state.clients.get("c")?.handleCount, 2);
  const row = s.brain.state.layers.get("b")?.base as number;
  s.finished("A", row, s.attempt(row));
  assert.deepEqual(s.news(), ["inMemory 20"]);
  goodbye(s);
  settle(s);
  s.isEmpty();
});

test("what a client wanted that is gone is not begun any more; what others want of it is, afterwards", () => {
  const s = script({ A: 1 });
  s.submit("a", alone(8), upTo(8), 1);
  settle(s);
  hello(s, "other");
  s.submit("a", alone(8), [7], 1, undefined, "other");
  s.orders();
  goodbye(s);
  assert.deepEqual(s.orders(), ["A free 0@1"]);
  while (s.state(6) !== "released") {
    assert.deepEqual([s.state(7), s.orders()], ["ready", []]);
    s.more();
  }
  settle(s);
  assert.deepEqual(s.orders(), ["A compute 7@2"]);
});

test("a client that goes while its submission is taken in has others not wait for what it would have had made", () => {
  const s = script({ A: 1 }, 3);
  s.submit("a", chain(10), [9], 1);
  assert.equal(s.state(9), "waiting", "what it reads is to become needed, and not all of it does in this turn");
  hello(s, "other");
  s.submit("a", chain(10), [9], 1, undefined, "other");
  const { clients } = s.brain.state;
  (clients.get("c") as { lastSeenMs: number }).lastSeenMs = Number.NEGATIVE_INFINITY;
  s.tick();
  assert.deepEqual([...clients.keys()], ["other"]);
  settle(s);
  assert.deepEqual([s.state(0), s.state(9)], ["processing", "waiting"]);
});

test("a row that was released at its address before its former client's turn came is left alone, whosever it is by then", () => {
  const s = script({ A: 1 });
  for (let i = 0; i < 6; i++) s.submit(`a${i}`, alone(1), [0], 1 + i);
  settle(s);
  goodbye(s);
  const { layers } = s.brain.state;
  const row = layers.get("a5")?.base as number;
  s.brain.askTask(row, { type: "release" });
  hello(s);
  const isTaken = (): boolean => [...layers].some(([name, { base }]) => name.startsWith("b") && base === row);
  for (let i = 0; !isTaken() && i < 6; i++) s.submit(`b${i}`, alone(1), [0], 6 + i);
  assert.ok(isTaken(), "its number is another task's");
  const later = [...layers.keys()].filter((name) => name.startsWith("b"));
  assert.ok(s.brain.hasMore);
  settle(s);
  assert.deepEqual([...layers.keys()], later);
  assert.notEqual(s.state(row), "released");
});

test("who takes over while a client's results are let go of knows nothing of it, by the records and by a summary", () => {
  const s = script({ A: 1 });
  const { state } = s.brain;
  const ledger = new TurnLedger();
  state.ledger = ledger;
  s.submit("a", alone(8), upTo(8), 1);
  settle(s);
  goodbye(s);
  hello(s);
  s.submit("b", alone(2), [1], 1);
  assert.ok(s.brain.hasMore);
  const { records } = ledger.take(rowFacts(state));
  const summary = ledgerSummary(state, "test") ?? [];
  for (const past of [records, summary.filter(({ kind }) => kind !== "worker")]) {
    const options = { allowedFailures: 3, prefillUs: 0, clientLeaseMs: 60_000, workerLeaseMs: 30_000 };
    const next = new SchedulerBrain(1, "test", options, workerChartFacts);
    next.takeOver(past, 0, { coordination: () => {} });
    next.endTurn({ worker: () => {}, client: () => {}, watched: () => {}, expelled: () => {} });
    checkScheduler(next.state);
    assert.deepEqual([...next.state.layers.keys()], ["b"]);
    assert.equal(next.state.clients.get("c")?.handleCount, 1);
    assert.ok(!next.hasMore);
  }
});

test("whatever happens while clients come and go, nothing is left of them", () => {
  for (let seed = 1; seed <= 150; seed++) live(new Random(seed));
});

/** Clients that submit layers of a few names, come and go; workers that finish, fail and are lost. All is checked after every turn. */
function live(random: Random): void {
  const s = script({ A: 2, B: 1 }, 1 + random.below(5));
  const { state } = s.brain;
  const clients = ["c", "d", "e"];
  let handle = 1;
  let life = 1;
  const sent = (): number[] =>
    [...state.slabs.values()].flatMap(({ base, count }) =>
      upTo(count)
        .map((i) => base + i)
        .filter((row) => s.state(row) === "processing"),
    );
  const report = (row: number): void => {
    const { id, incarnation } = state.worker(state.tasks.worker[row] as number);
    if (random.chance(0.8)) s.finished(id, row, s.attempt(row), { incarnation });
    else if (incarnation === 1) s.failed(id, row, s.attempt(row));
  };
  const acts: readonly (() => void)[] = [
    () => hello(s, random.pick(clients)),
    () => goodbye(s, random.pick(clients)),
    () => {
      const name = random.below(4);
      const edges = upTo(10).map((i) => upTo(i).filter((j) => (i * 7 + j * 5 + name) % 4 === 0));
      const wants = upTo(10).filter(() => random.chance(0.4));
      s.submit(`layer${name}`, edges, wants, handle, undefined, random.pick(clients));
      handle += wants.length;
    },
    () => s.more(),
    () => {
      const rows = sent();
      if (rows.length > 0) report(random.pick(rows));
    },
    () => {
      if (!random.chance(0.1)) return;
      const name = random.pick(["A", "B"]);
      s.gone(name);
      s.join(name, ++life);
    },
  ];
  for (let i = 0; i < 120; i++) (acts[[0, 1, 2, 2, 3, 3, 4, 4, 4, 4, 5][random.below(11)] as number] as () => void)();
  settle(s);
  for (const client of clients) goodbye(s, client);
  settle(s);
  s.isEmpty();
  assert.equal(state.departures.size, 0);
}
