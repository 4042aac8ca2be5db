import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { prefixFigures, workerFigures } from "../../../actors/scheduler/figures.ts";
import { graphFigures } from "../../../actors/scheduler/graph-figures.ts";
import { StealFigures } from "../../../actors/scheduler/steal-figures.ts";
import { taskStory } from "../../../actors/scheduler/task-story.ts";
import { toldFailures } from "../../../actors/scheduler/told-failures.ts";
import { workerDetail } from "../../../actors/scheduler/worker-detail.ts";
import type { WireLayer } from "../../../runtime/protocol/wire-layer.ts";
import { SchedulerScript } from "../../support/scheduler-script.ts";
import { taskLayer } from "../../support/task-layer.ts";

// 0 → 1 → 2
const chain = [[], [0], [1]];

describe("figures of the scheduler", () => {
  test("prefixFigures() counts tasks by kind and state, and keeps totals when they are forgotten", () => {
    const script = new SchedulerScript({ A: 1 });
    script.submit("inc-3fa9", chain, [2], 1);
    script.finished("A", 0, script.attempt(0));
    const [inc] = prefixFigures(script.brain.state);
    assert.deepEqual(
      [inc?.name, inc?.waiting, inc?.processing, inc?.memory, inc?.finishedTotal, inc?.bytes],
      ["inc", 1, 1, 1, 1, 8],
    );
    script.finished("A", 1, script.attempt(1));
    assert.equal(prefixFigures(script.brain.state)[0]?.done, 1);
    script.finished("A", 2, script.attempt(2));
    script.release(1, 1);
    const [after] = prefixFigures(script.brain.state);
    assert.deepEqual([after?.finishedTotal, after?.memory, after?.done], [3, 0, 0]);
  });

  test("what is counted while somebody watches is what is counted anew, at every step", () => {
    const script = new SchedulerScript({ A: 2 });
    const { state } = script.brain;
    const anew = () => {
      const kept = state.layerCounts;
      state.layerCounts = undefined;
      const told = prefixFigures(state);
      state.layerCounts = kept;
      return told;
    };
    state.watchTransitions(true);
    script.submit("inc-3fa9", chain, [2], 1);
    const wide = Array.from({ length: 700 }, () => []);
    script.submit("add-77aa", wide, [...wide.keys()], 10);
    assert.deepEqual(prefixFigures(state), anew());
    for (const row of [0, 3, 1, 2, 4]) {
      script.finished("A", row, script.attempt(row));
      const counts = state.layerCounts;
      assert.deepEqual(prefixFigures(state), anew(), `row ${row}`);
      // Again, with nothing moved in between.
      assert.deepEqual(prefixFigures(state), anew());
      assert.equal(state.layerCounts, counts);
    }
    script.release(1, 1);
    assert.deepEqual(prefixFigures(state), anew());
    state.watchTransitions(false);
    assert.equal(state.layerCounts, undefined);
  });

  test("prefixFigures() tells tasks of several kinds in one layer apart", () => {
    const script = new SchedulerScript({ A: 4 });
    const mixed = {
      ...taskLayer("delayed-3fa9", [[], [], [0]], undefined),
      kinds: ["load", "clean"],
      callOf: Uint32Array.of(0, 0, 1),
    };
    const wanted = { layer: 0, indices: Uint32Array.of(1, 2), handleBase: 1 };
    script.client({
      type: "submit",
      request: 1,
      layers: [mixed as WireLayer],
      wants: [wanted],
      priority: 0,
      retries: 0,
    });
    script.finished("A", 0, script.attempt(0));
    const told = prefixFigures(script.brain.state).map((one) => [
      one.name,
      one.memory,
      one.processing,
      one.finishedTotal,
    ]);
    assert.deepEqual(told.sort(), [
      ["clean", 0, 1, 0],
      ["load", 1, 1, 1],
    ]);
    assert.equal(taskStory(script.brain.state, 2).prefix, "clean");
  });

  test("workerFigures() and workerDetail() tell what a worker has", () => {
    const script = new SchedulerScript({ A: 1, B: 2 });
    script.submit("inc-3fa9", [[], []], [0, 1], 1);
    script.finished("B", 0, script.attempt(0));
    const holder = script.brain.state.tasks.worker[0] === 0 ? "A" : "B";
    const detail = workerDetail(script.brain.state, holder);
    assert.equal(workerFigures(script.brain.state).length, 2);
    assert.equal(detail.id, holder);
    assert.equal(detail.tasks.length + detail.holds.length, 1);
    assert.throws(() => workerDetail(script.brain.state, "Z"), { code: "UNKNOWN_KEY" });
  });

  test("taskStory() tells the steps since somebody watches, and who is near", () => {
    const script = new SchedulerScript({ A: 1 });
    script.brain.state.watchTransitions(true);
    script.submit("inc-3fa9", chain, [2], 1);
    script.finished("A", 0, script.attempt(0));
    const story = taskStory(script.brain.state, 1);
    assert.deepEqual(
      story.steps.map(({ event, to }) => `${event} ${to}`),
      ["need waiting", "inputsReady ready", "place processing"],
    );
    assert.deepEqual(story.inputs, [{ key: "inc-3fa9/0", state: "memory" }]);
    assert.deepEqual(story.readers, [{ key: "inc-3fa9/2", state: "waiting" }]);
  });

  test("a row that is given again has a story of its own", () => {
    const script = new SchedulerScript({ A: 1 });
    script.brain.state.watchTransitions(true);
    script.submit("old-3fa9", [[]], [0], 1);
    script.finished("A", 0, script.attempt(0));
    script.release(1, 1);
    script.submit("new-3fa9", [[]], [0], 2);
    assert.deepEqual(
      taskStory(script.brain.state, 0).steps.map(({ to }) => to),
      ["waiting", "ready", "processing"],
    );
  });

  test("graphFigures() draws tasks while there are few, then layers", () => {
    const script = new SchedulerScript({ A: 1 });
    script.submit("inc-3fa9", chain, [2], 1);
    const few = graphFigures(script.brain.state);
    assert.deepEqual(
      [few.kind, few.nodes.length, few.edges],
      [
        "tasks",
        3,
        [
          [0, 1],
          [1, 2],
        ],
      ],
    );
    script.submit(
      "many-3fa9",
      Array.from({ length: 200 }, () => []),
      [0, 199],
      10,
    );
    const many = graphFigures(script.brain.state);
    assert.deepEqual([many.kind, many.total], ["layers", 203]);
    assert.deepEqual(many.nodes.map(({ count }) => count).sort(), [200, 3]);
  });

  test("stealing is counted by worker", () => {
    const steals = new StealFigures();
    steals.hints += 1;
    steals.noteMoved("A", "B");
    steals.noteMoved("A", "C");
    steals.noteReturned();
    assert.deepEqual(steals.told(), {
      hints: 1,
      tasksMoved: 2,
      tasksReturned: 1,
      workers: { A: { given: 2, taken: 0 }, B: { given: 0, taken: 1 }, C: { given: 0, taken: 1 } },
    });
  });

  test("failures and who comes and goes are in the log", () => {
    const script = new SchedulerScript({ A: 1, B: 1 });
    script.submit("bad-3fa9", [[]], [0], 1);
    const worker = script.brain.state.tasks.worker[0] === 0 ? "A" : "B";
    script.failed(worker, 0, script.attempt(0));
    script.gone("B");
    const { log } = script.brain.state;
    assert.deepEqual(
      log.since(0).map(({ level, about, name }) => `${level} ${about} ${name}`),
      ["info client c", "info worker A", "info worker B", "error task bad-3fa9/0", "error worker B"],
    );
    assert.deepEqual(
      toldFailures(script.brain.state).map(({ key, message, worker: on }) => [key, message, on]),
      [["bad-3fa9/0", "row 0", worker]],
    );
    assert.deepEqual(log.since(4).length, 1);
  });
});
