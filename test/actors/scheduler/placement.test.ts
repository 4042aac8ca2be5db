import assert from "node:assert/strict";
import { test } from "node:test";
import { SchedulerScript } from "../../support/scheduler-script.ts";

/** Where ready rows go, and in which order, told by the scheduler's brain alone. "A compute 3@7" sends row 3 to A. */

const rowsTo = (s: SchedulerScript, worker: string): number[] =>
  s
    .orders()
    .filter((order) => order.startsWith(`${worker} compute`))
    .map((order) => Number(/ (\d+)@/.exec(order)?.[1]));

/** Finishes whatever runs, one row at a time, until nothing does; gives the rows in the order in which they were sent. */
function runOut(s: SchedulerScript, workers: readonly string[]): number[] {
  const sent: number[] = [];
  for (let orders = s.orders(); orders.length > 0; orders = s.orders())
    for (const order of orders) {
      const [, worker, row, attempt] = /^(\w+) compute (\d+)@(\d+)$/.exec(order) ?? [];
      if (worker === undefined || !workers.includes(worker)) continue;
      sent.push(Number(row));
      s.finished(worker, Number(row), Number(attempt));
    }
  return sent;
}

test("earlier submissions run first", () => {
  const s = new SchedulerScript({ A: 1 });
  s.submit("first", [[], [], []], [0, 1, 2], 1);
  s.submit("second", [[], [], []], [0, 1, 2], 11);
  assert.deepEqual(runOut(s, ["A"]), [0, 1, 2, 3, 4, 5]);
});

test("what a graph has begun is brought to an end before it begins anew: few results are held at once", () => {
  // Four pairs of sources, each under a sum: 0, 1 → 2; 3, 4 → 5; …
  const s = new SchedulerScript({ A: 1 });
  const pairs = [0, 3, 6, 9].flatMap((at) => [[], [], [at, at + 1]]);
  s.submit("pairs", pairs, [2, 5, 8, 11], 1);
  const order = runOut(s, ["A"]);
  for (const sum of [2, 5, 8]) {
    const next = order.indexOf(sum + 1);
    assert.ok(order.indexOf(sum) < next, `the sum ${sum} comes before the next pair is begun: ${order}`);
  }
});

test("source tasks wait at the scheduler: a worker is sent no more than it can begin", () => {
  const s = new SchedulerScript({ A: 2 });
  const sources = Array.from({ length: 20 }, (_, row) => row);
  s.submit(
    "sources",
    sources.map(() => []),
    sources,
    1,
  );
  const sent = rowsTo(s, "A");
  assert.ok(sent.length >= 2 && sent.length < 10, `${sent.length} of 20 were sent`);
  assert.deepEqual(sent, sources.slice(0, sent.length), "in the order of the graph");
  assert.equal(s.state(19), "ready");
});

test("a task goes to the worker that holds most of what it reads, rather than to one that has less to do", () => {
  // 0 on A, 1 on B → 2
  const s = new SchedulerScript({ A: 1, B: 1 });
  s.submit("join", [[], [], [0, 1]], [2], 1);
  const where = new Map(s.orders().map((order) => [Number(/ (\d+)@/.exec(order)?.[1]), order[0] as string]));
  assert.equal(new Set(where.values()).size, 2, "one source each");
  s.finished(where.get(0) as string, 0, s.attempt(0), { bytes: 1000 });
  s.finished(where.get(1) as string, 1, s.attempt(1), { bytes: 50_000_000 });
  assert.deepEqual(s.orders(), [`${where.get(1)} compute 2@${s.attempt(2)}`]);
});

test("with nothing to fetch, a task goes to the worker with the least to do", () => {
  const s = new SchedulerScript({ A: 1, B: 1 });
  s.submit("busy", [[]], [0], 1);
  assert.deepEqual(s.orders(), ["A compute 0@1"]);
  s.submit("next", [[]], [0], 2);
  assert.deepEqual(rowsTo(s, "B"), [1]);
});

test("neighbours in the graph's order land together", () => {
  const s = new SchedulerScript({ A: 4, B: 4 });
  const all = Array.from({ length: 8 }, (_, row) => row);
  s.submit(
    "blocks",
    all.map(() => []),
    all,
    1,
  );
  const orders = s.orders();
  const on = (worker: string): number[] =>
    orders.filter((order) => order[0] === worker).map((order) => Number(/ (\d+)@/.exec(order)?.[1]));
  const isRun = (rows: number[]): boolean =>
    rows.every((row, at) => at === 0 || Math.abs(row - (rows[at - 1] as number)) <= 3);
  assert.ok(on("A").length > 0 && on("B").length > 0, "both have some");
  assert.ok(isRun(on("A")) && isRun(on("B")), `A has ${on("A")}, B has ${on("B")}`);
});

test("work that only one worker may do never holds up work that any may", () => {
  const s = new SchedulerScript({ A: 1, B: 1 });
  s.submit("only A", [[], [], [], []], [0, 1, 2, 3], 1, { workers: ["A"] });
  s.submit("any", [[], []], [0, 1], 11);
  const orders = s.orders();
  assert.ok(
    orders.some((order) => order.startsWith("B compute 4@")),
    `B has work of the second: ${orders}`,
  );
  assert.ok(!orders.some((order) => /^B compute [0-3]@/.test(order)));
});
