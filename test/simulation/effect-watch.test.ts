import assert from "node:assert/strict";
import { test } from "node:test";
import { SchedulerScript } from "../support/scheduler-script.ts";
import { EffectWatch } from "./effect-watch.ts";

/** One task that may act once, done; and a watch that saw these runs of it begin, counted from the one that did it. */
function done(...begun: number[]): { script: SchedulerScript; watch: EffectWatch } {
  const script = new SchedulerScript({ A: 1 });
  script.submit("a", [[]], [0], 1, { effectful: "once" });
  const watch = new EffectWatch(new Set(["a"]));
  for (const run of begun) watch.begin("a:0", script.attempt(0) + run);
  watch.look(script.brain.state);
  script.finished("A", 0, script.attempt(0));
  return { script, watch };
}

test("a task is done by the run with the greatest token that began, of those that its scheduler gave or heard of", () => {
  const { script, watch } = done(-1, 0);
  watch.look(script.brain.state);
  const late = done(0, 1);
  late.watch.look(late.script.brain.state);
  const knowing = done(0, 1);
  knowing.script.brain.state.attempts += 1;
  assert.throws(
    () => knowing.watch.look(knowing.script.brain.state),
    /a:0 is done by \d+, though a run began under \d+/,
  );
});

test("two runs under one token are a fault, and so is a run of what had its effect", () => {
  const { script, watch } = done(0);
  assert.throws(() => watch.begin("a:0", script.attempt(0)), /a:0 acts twice under the token/);
  watch.look(script.brain.state);
  script.brain.state.tasks.state[0] = script.brain.state.chart.chart.states.indexOf("processing");
  assert.throws(() => watch.look(script.brain.state), /row 0 of a is processing though its effect was had/);
});
