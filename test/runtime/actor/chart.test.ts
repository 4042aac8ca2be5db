import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { assign, createMachine, raise, setup } from "xstate";
import { compileChart } from "../../../runtime/actor/chart.ts";
import { ShoalError } from "../../../runtime/base/errors.ts";
import { assertChartEqualsXState } from "../../support/chart-equals-xstate.ts";
import { anyMachineConfig } from "../../support/chart-generator.ts";
import { nestedMachine, taskMachine, workerTaskMachine } from "../../support/sample-charts.ts";

for (const machine of [taskMachine, nestedMachine, workerTaskMachine])
  test(`compileChart() agrees with XState on every pair and on walks: ${machine.id}`, () => {
    const { chart, triples } = assertChartEqualsXState(machine, 50, 100);
    assert.equal(triples, chart.states.length * chart.events.length * 2 ** chart.guards.length);
    assert.deepEqual(chart.unreachable, []);
  });

test("compileChart() agrees with XState on random charts, nested and parallel ones among them", () => {
  const seen = { triples: 0, parallel: 0, guarded: 0, ended: 0, nested: 0 };
  fc.assert(
    fc.property(anyMachineConfig, (config) => {
      const machine = createMachine(config as never);
      const { chart, triples } = assertChartEqualsXState(machine, 2, 30);
      seen.triples += triples;
      if (chart.states.some((name) => name.includes("|"))) seen.parallel += 1;
      if (chart.states.some((name) => name.includes("."))) seen.nested += 1;
      if (chart.guards.length > 0) seen.guarded += 1;
      if (Object.values(machine.root.states).some((node) => node.type === "final")) seen.ended += 1;
    }),
    { numRuns: 300, seed: 11 },
  );
  for (const [what, count] of Object.entries(seen)) assert.ok(count > 10, `hardly any ${what}: ${count}`);
});

test("compileChart() names the states of a parallel machine by their leaves and masks them by node and tag", () => {
  const chart = compileChart(workerTaskMachine);
  assert.equal(chart.states[chart.initial], "work.idle|want.wanted");
  assert.equal(chart.states.length, 14);
  const executing = chart.within("work.executing");
  assert.deepEqual(
    chart.states.filter((_, id) => executing[id] === 1),
    ["work.executing|want.wanted", "work.executing|want.unwanted"],
  );
  const busy = chart.tagged("busy");
  assert.ok(busy[chart.stateId("work.seceded|want.unwanted")] === 1 && busy[chart.initial] === 0);
  assert.throws(() => chart.within("work.nowhere"), RangeError);
  assert.throws(() => chart.tagged("nothing"), RangeError);
  assert.throws(() => chart.stateId("idle"), RangeError);
});

test("chart.kind() tells edges, ignored pairs and impossible ones apart", () => {
  const chart = compileChart(
    createMachine({
      id: "kinds",
      initial: "a",
      meta: { ignored: { b: ["go"] } },
      states: {
        a: { on: { go: "b", guarded: { guard: "g", target: "b" } } },
        b: { meta: { ignored: ["guarded"] }, on: { back: "a" } },
      },
    }),
  );
  const kind = (state: string, event: "go" | "guarded" | "back") =>
    chart.kind(chart.stateId(state), chart.eventIds[event] as number);
  assert.deepEqual(
    [kind("a", "go"), kind("a", "guarded"), kind("a", "back")],
    ["transition", "transition", "impossible"],
  );
  assert.deepEqual([kind("b", "go"), kind("b", "guarded"), kind("b", "back")], ["ignored", "ignored", "transition"]);
  assert.equal(chart.next(0, chart.eventIds["guarded"] as number, 0), 0, "a guard that refuses leaves the row alone");
  assert.equal(chart.next(0, chart.eventIds["guarded"] as number, 1), 1);
  assert.throws(() => chart.next(0, chart.eventIds["back"] as number), /"kinds" in state "a" never gets "back"/);
});

test("chart.unreachable lists nodes that no events activate", () => {
  const chart = compileChart(
    createMachine({ initial: "a", states: { a: { on: { x: "b" } }, b: {}, c: { on: { x: "a" } } } }),
  );
  assert.deepEqual(chart.unreachable, ["c"]);
});

const two = (a: object) => createMachine({ id: "refused", initial: "a", states: { a, b: {} } } as never);
const builtin = (action: unknown) =>
  setup({ actions: { act: action as never } }).createMachine({
    id: "refused",
    initial: "a",
    states: { a: { on: { x: { target: "b", actions: "act" } } }, b: {} },
  });
const refusals: [string, () => Parameters<typeof compileChart>[0]][] = [
  ["after", () => two({ after: { 1000: "b" } })],
  ["always", () => two({ always: "b" })],
  ["invoke", () => two({ invoke: { src: "child" } })],
  ["history", () => two({ initial: "c", states: { c: {}, h: { type: "history" } } })],
  ["an unnamed guard on x", () => two({ on: { x: { guard: () => true, target: "b" } } })],
  ["an unnamed guard on x", () => two({ on: { x: { guard: { type: "g", params: { n: 1 } }, target: "b" } } })],
  ["an unnamed action on x", () => two({ on: { x: { actions: () => {}, target: "b" } } })],
  ["an unnamed action on entry", () => two({ entry: () => {} })],
  ["an unnamed action on exit", () => two({ exit: assign({}) })],
  ['the built-in action "act" on x', () => builtin(raise({ type: "x" }))],
  ['the built-in action "act" on x', () => builtin(assign({}))],
  ["a nested final state", () => two({ initial: "c", states: { c: { type: "final" } } })],
  ["the event xstate.done.state", () => two({ initial: "c", states: { c: {} }, onDone: "b" })],
  ["the partial wildcard x.*", () => two({ on: { "x.*": "b" } })],
  ["context", () => createMachine({ id: "refused", context: { n: 1 }, initial: "a", states: { a: {} } })],
  ['ignored event "typo"', () => two({ meta: { ignored: ["typo"] }, on: { x: "b" } })],
  [
    'meta.ignored["nowhere"]',
    () => createMachine({ id: "refused", meta: { ignored: { nowhere: [] } }, initial: "a", states: { a: {} } }),
  ],
];
for (const [construct, machine] of refusals)
  test(`compileChart() refuses ${construct}, by name`, () => {
    assert.throws(
      () => compileChart(machine()),
      (error) =>
        error instanceof ShoalError &&
        error.code === "NOT_SUPPORTED" &&
        error.message.includes('chart "refused"') &&
        error.message.includes(construct),
    );
  });

test("compileChart() refuses more than 255 states", () => {
  const ring = (size: number) =>
    Object.fromEntries(Array.from({ length: size }, (_, i) => [`s${i}`, { on: { x: `s${(i + 1) % size}` } }]));
  assert.equal(compileChart(createMachine({ initial: "s0", states: ring(255) })).states.length, 255);
  assert.throws(() => compileChart(createMachine({ initial: "s0", states: ring(256) })), /more than 255 states/);
});
