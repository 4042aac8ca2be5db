import assert from "node:assert/strict";
import { test } from "node:test";
import { setup } from "xstate";
import { bindChart } from "../../../runtime/actor/bound-chart.ts";
import { type Chart, compileChart } from "../../../runtime/actor/chart.ts";
import { startLifecycle } from "../../../runtime/actor/lifecycle.ts";
import { Tap, type TapEvent, tapChart } from "../../../runtime/actor/tap.ts";
import { InvariantError } from "../../../runtime/base/errors.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import { workerTaskMachine } from "../../support/sample-charts.ts";

const connection = setup({
  types: { events: {} as { type: "connected" } | { type: "lost" } | { type: "explode" } },
  actions: {
    explode: () => {
      throw new Error("exploded");
    },
  },
}).createMachine({
  id: "connection",
  initial: "connecting",
  states: {
    connecting: { on: { connected: "up" }, after: { 1000: "failed" } },
    up: { on: { lost: "connecting", explode: { actions: "explode" } } },
    failed: { type: "final" },
  },
});

test("startLifecycle() runs a machine on the clock it is given, and shows its transitions to the tap", async () => {
  const clock = new ManualClock();
  const tap = new Tap();
  const events: TapEvent[] = [];
  tap.listen((event) => void events.push(event));
  const life = startLifecycle(connection, { clock, tap, actor: "shoal.c.client.a" });
  assert.equal(life.state, "connecting");
  life.send({ type: "connected" });
  assert.equal(life.state, "up");
  await clock.advance(5000);
  assert.equal(life.state, "up", "the timer of the state that was left is gone");
  life.send({ type: "lost" });
  await clock.advance(999);
  assert.equal(life.state, "connecting");
  await clock.advance(1);
  assert.equal(life.state, "failed");
  assert.deepEqual(
    events.map((event) => event.kind === "lifecycle" && [event.from, event.to]),
    [
      ["connecting", "up"],
      ["up", "connecting"],
      ["connecting", "failed"],
    ],
  );
  assert.throws(() => life.send({ type: "lost" }), InvariantError);
});

test("startLifecycle() refuses events that the state does not take, and throws what an action throws", () => {
  const life = startLifecycle(connection, { clock: new ManualClock(), tap: new Tap(), actor: "x" });
  assert.throws(() => life.send({ type: "lost" }), /"connection" of x in state "connecting" takes no "lost"/);
  life.send({ type: "connected" });
  assert.throws(() => life.send({ type: "explode" }), /exploded/);
  life.stop();
});

test("tapChart() shows transitions of rows while somebody listens", () => {
  const tap = new Tap();
  const chart = compileChart(workerTaskMachine) as Chart;
  const bound = tapChart(bindChart<void>(chart, {}), tap, "w1");
  const states = Uint8Array.of(chart.initial, chart.initial);
  const id = (name: string) => chart.eventIds[name] as number;
  bound.advance(states, 0, id("ready"));
  const events: TapEvent[] = [];
  const listening = tap.listen((event) => void events.push(event));
  bound.advance(states, 0, id("start"));
  bound.step(1, states[1] as number, id("free"));
  listening.unsubscribe();
  bound.advance(states, 0, id("finished"));
  const shared = { kind: "transition", actor: "w1", chart: "workerTask" };
  assert.deepEqual(events, [
    { ...shared, row: 0, from: "work.queued|want.wanted", event: "start", to: "work.executing|want.wanted" },
    { ...shared, row: 1, from: "work.idle|want.wanted", event: "free", to: "work.idle|want.unwanted" },
  ]);
});
