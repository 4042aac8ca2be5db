import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type AnyStateMachine, createMachine } from "xstate";
import { type BoundChart, bindChart, type ChartBinding } from "../../../runtime/actor/bound-chart.ts";
import { type Chart, compileChart } from "../../../runtime/actor/chart.ts";
import { chartToMermaid } from "../../../runtime/actor/chart-diagram.ts";
import { runInterpreted } from "../../../runtime/actor/interpreted-chart.ts";
import { InvariantError } from "../../../runtime/base/errors.ts";
import { Random } from "../../../runtime/base/random.ts";
import { anyMachineConfig } from "../../support/chart-generator.ts";
import { taskMachine, workerTaskMachine } from "../../support/sample-charts.ts";

const door = createMachine({
  id: "door",
  initial: "shut",
  states: {
    shut: {
      meta: { ignored: ["close"] },
      on: { open: { guard: "unlocked", target: "ajar", actions: ["creak", "log"] } },
    },
    ajar: { entry: "light", on: { close: { target: "shut", actions: "log" } } },
  },
});
const doorChart = compileChart(door);
const open = doorChart.eventIds["open"] as number;
const close = doorChart.eventIds["close"] as number;

const makers: [string, <M>(machine: AnyStateMachine, binding: ChartBinding<M>) => BoundChart<M>][] = [
  ["bindChart()", (machine, binding) => bindChart(compileChart(machine) as Chart, binding)],
  ["runInterpreted()", runInterpreted],
];
for (const [name, make] of makers) {
  test(`${name} asks guards and runs actions in order with the row and the message`, () => {
    const log: string[] = [];
    const note = (what: string) => (row: number, message: string) => void log.push(`${what} ${row} ${message}`);
    const bound = make<string>(door, {
      guards: { unlocked: (row, message) => row === 3 && message === "key" },
      actions: { creak: note("creak"), log: note("log"), light: note("light") },
    });
    assert.equal(bound.step(2, 0, open, "key"), 0);
    assert.equal(bound.step(3, 0, open, "nothing"), 0);
    assert.deepEqual(log, []);
    assert.equal(bound.step(3, 0, open, "key"), 1);
    assert.deepEqual(log, ["creak 3 key", "log 3 key", "light 3 key"]);
  });

  test(`${name}: advance() writes the row before its actions run, and actions may advance other rows`, () => {
    const states = Uint8Array.of(0, 0, 0);
    const seen: string[] = [];
    const bound: BoundChart<void> = make<void>(door, {
      guards: { unlocked: () => true },
      actions: {
        creak: (row) => void seen.push(`${row}:${states[row]}`),
        log: () => {},
        light: (row) => {
          if (row < 2) bound.advance(states, row + 1, open);
        },
      },
    });
    assert.equal(bound.advance(states, 0, open), 1);
    assert.deepEqual([...states], [1, 1, 1]);
    assert.deepEqual(seen, ["0:1", "1:1", "2:1"]);
  });

  test(`${name}: an ignored pair changes nothing, an impossible one throws or is told, and hits count both`, () => {
    const none = { unlocked: () => true };
    const quiet = { creak: () => {}, log: () => {}, light: () => {} };
    const hits = new Uint32Array(doorChart.cells.length);
    const strict = make<void>(door, { guards: none, actions: quiet, hits });
    assert.equal(strict.step(0, 0, close), 0);
    assert.throws(() => strict.step(0, 1, open), InvariantError);
    assert.deepEqual([hits[0 * 2 + close], hits[1 * 2 + open], hits[0 * 2 + open]], [1, 1, 0]);
    const told: number[][] = [];
    const onImpossible = (row: number, state: number, event: number) => void told.push([row, state, event]);
    assert.equal(make<void>(door, { guards: none, actions: quiet, onImpossible }).step(9, 1, open), 1);
    assert.deepEqual(told, [[9, 1, open]]);
  });

  test(`${name} refuses missing and unknown functions at start`, () => {
    const actions = { creak: () => {}, log: () => {}, light: () => {} };
    assert.throws(() => make<void>(door, { actions }), /"door" has no function for guard unlocked/);
    assert.throws(
      () => make<void>(door, { guards: { unlocked: () => true }, actions: {} }),
      /no function for action creak, log, light/,
    );
    const extra = { ...actions, slam: () => {} };
    assert.throws(() => make<void>(door, { guards: { unlocked: () => true }, actions: extra }), /names no action slam/);
  });
}

test("bindChart() refuses a hits array of another chart's size", () => {
  const actions = { creak: () => {}, log: () => {}, light: () => {} };
  const guards = { unlocked: () => true };
  assert.throws(() => bindChart<void>(doorChart, { guards, actions, hits: new Uint32Array(3) }), RangeError);
});

/** Runs random events over a few rows and writes down everything that happened. */
function traceOf(machine: AnyStateMachine, make: (typeof makers)[number][1], seed: number, steps: number): string[] {
  const trace: string[] = [];
  const chart = compileChart(machine) as Chart;
  const random = new Random(seed);
  const bits = new Random(seed + 1);
  const bound = make<number>(machine, {
    guards: Object.fromEntries(
      chart.guards.map((name, i) => [name, (_: number, message: number) => ((message >> i) & 1) === 1]),
    ),
    actions: Object.fromEntries(
      chart.actions.map((name) => [name, (row: number) => void trace.push(`${name} ${row}`)]),
    ),
    onImpossible: (row, state, event) => void trace.push(`impossible ${row} ${state} ${event}`),
  });
  const states = new Uint8Array(4).fill(chart.initial);
  for (let i = 0; i < steps; i++) {
    const row = random.below(4);
    if (random.chance(0.05)) states[row] = random.below(chart.states.length);
    bound.advance(states, row, random.below(chart.events.length), bits.below(2 ** 31));
    trace.push(states.join());
  }
  return trace;
}

test("runInterpreted() leaves the same trace as bindChart(), rows that are set anew included", () => {
  const [bind, interpret] = [makers[0]![1], makers[1]![1]];
  for (const machine of [door, taskMachine, workerTaskMachine])
    assert.deepEqual(traceOf(machine, interpret, 3, 500), traceOf(machine, bind, 3, 500));
  fc.assert(
    fc.property(anyMachineConfig, (config) => {
      const machine = createMachine(config as never) as AnyStateMachine;
      if (compileChart(machine).events.length === 0) return;
      assert.deepEqual(traceOf(machine, interpret, 4, 60), traceOf(machine, bind, 4, 60));
    }),
    { numRuns: 60, seed: 21 },
  );
});

test("chartToMermaid() draws regions, notes and every edge", () => {
  assert.equal(
    chartToMermaid(door),
    `stateDiagram-v2
  [*] --> shut
  state "shut" as shut
  state "ajar\\nentry / light" as ajar
  shut --> ajar : open [unlocked] / creak, log
  ajar --> shut : close / log`,
  );
  const parallel = chartToMermaid(workerTaskMachine);
  assert.ok(parallel.includes("\n  --\n"), "regions are separated");
  assert.ok(parallel.includes("  work_executing --> work_memory : finished"));
});
