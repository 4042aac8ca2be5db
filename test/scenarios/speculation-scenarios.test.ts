import assert from "node:assert/strict";
import { test } from "node:test";
import type { Annotations } from "../../runtime/graph/layer.ts";
import type { FromWorker } from "../../runtime/protocol/scheduler-worker.ts";
import { ClusterScript } from "../support/cluster-script.ts";
import { taskLayer } from "../support/task-layer.ts";

/**
 * Copies of stragglers, letter by letter. Three tasks of a kind have finished within a millisecond each; the fourth runs on A for seconds, and
 * B has nothing to do.
 */

const SPECULATE: Annotations = { speculate: true };
const independent = (count: number): readonly (readonly number[])[] => Array.from({ length: count }, () => []);

/**
 * Row 3 runs on A, B is there and has nothing to do.
 * @param ahead of a task of another layer that reads row 3
 */
function straggling(
  annotations: Annotations = SPECULATE,
  edges: readonly (readonly number[])[] = independent(4),
  ahead?: Annotations,
): ClusterScript {
  const c = new ClusterScript({ A: 1 });
  if (ahead === undefined) c.submit("x", edges, 1, annotations);
  else {
    const reader = { ...taskLayer("y", [[3]], ahead), sources: [0], inputSource: Uint16Array.of(0) };
    const wants = [0, 1].map((layer) => ({ layer, indices: null, handleBase: 1 + layer * 10 }));
    const layers = [taskLayer("x", edges, annotations), reader];
    c.client({ type: "submit", request: 1, layers, wants, priority: 0, retries: 0 });
  }
  runsThree(c);
  c.join("B");
  c.flow();
  return c;
}

/** Rows 0 to 2 are done on A, and row 3 has begun there. */
function runsThree(c: ClusterScript): void {
  c.flow();
  for (const row of [0, 1, 2]) {
    assert.equal(c.begins("A"), row);
    c.finish("A", row);
    c.flow();
  }
  assert.equal(c.begins("A"), 3);
}

/** Row 3 runs on A and on B. */
function racing(annotations?: Annotations, edges?: readonly (readonly number[])[]): ClusterScript {
  const c = straggling(annotations, edges);
  c.tick(2000);
  c.deliver("S>B");
  assert.equal(c.begins("B"), 3);
  assert.equal(c.stands(3), "S:racing A:executing B:executing");
  return c;
}

/** A worker says something by hand. */
function says(c: ClusterScript, worker: string, message: FromWorker): void {
  c.brain.step({ kind: "worker", worker, incarnation: 1, message }, c.now);
  c.tick(1);
}

const made = (c: ClusterScript): readonly number[] => [c.brain.state.races.made, c.brain.state.races.won];

test("what runs far longer than its kind is begun once more where a slot is free, no sooner and no more often", () => {
  const c = straggling();
  c.tick(900);
  assert.equal(c.stands(3), "S:processing A:executing");
  c.tick(200);
  assert.deepEqual(c.mail("S>B").at(-1), "compute 3");
  c.join("C");
  c.tick(60_000);
  c.flow();
  assert.equal(c.stands(3), "S:racing A:executing B:queued");
});

test("the copy finishes first: its result counts, the first worker is told to stop, and what it says then is refused", () => {
  const c = racing();
  const attempts = [c.worker("A").rows.attempt(3), c.worker("B").rows.attempt(3)] as const;
  assert.ok(attempts[0] < attempts[1], "each has an attempt of its own");
  c.finish("B", 3);
  c.deliver("B>S");
  assert.deepEqual(made(c), [1, 1]);
  assert.equal(c.holders(3), "B");
  assert.deepEqual(c.mail("S>A").at(-1), "free 3");
  // A finished before it heard.
  c.finish("A", 3);
  c.deliver("A>S");
  assert.equal(c.holders(3), "B");
  c.flow();
  assert.equal(c.stands(3), "S:memory B:memory");
  c.release(1, 4);
  c.flow();
  c.isEmpty();
});

test("the first worker finishes first after all: the copy is called off, and its function ends unheard", () => {
  const c = racing();
  c.finish("A", 3);
  c.flow();
  assert.deepEqual(made(c), [1, 0]);
  assert.equal(c.stands(3), "S:memory A:memory B:cancelling");
  c.finish("B", 3);
  c.flow();
  assert.equal(c.stands(3), "S:memory A:memory");
  c.release(1, 4);
  c.flow();
  c.isEmpty();
});

test("one of the two fails: the other decides, and a retry is not used up", () => {
  for (const [first, second] of [
    ["A", "B"],
    ["B", "A"],
  ] as const) {
    const c = racing({ speculate: true, retries: 1 });
    c.fail(first, 3);
    c.flow();
    assert.equal(c.stands(3), `S:processing ${second}:executing`);
    assert.equal(c.brain.state.tasks.retriesLeft[3], 1);
    c.finish(second, 3);
    c.flow();
    assert.equal(c.holders(3), second);
  }
});

test("both fail: the task fails once, with the failure of the last", () => {
  const c = racing();
  c.fail("B", 3);
  c.fail("A", 3);
  c.flow();
  assert.equal(c.stands(3), "S:erred");
  assert.equal(c.brain.state.tasks.retriesLeft[3], 0);
});

test("the first worker dies: the copy goes on, and is not copied again", () => {
  const c = racing();
  const attempt = c.worker("B").rows.attempt(3);
  c.gone("A");
  assert.equal(c.stands(3), "S:processing B:executing");
  assert.equal(c.brain.state.tasks.attempt[3], attempt);
  c.join("C");
  c.tick(60_000);
  c.flow();
  assert.equal(c.stands(3), "S:processing B:executing");
  c.finish("B", 3);
  c.flow();
  assert.equal(c.holders(3), "B");
});

test("the copy's worker dies: the first goes on; when that dies too, the task runs again, alone", () => {
  const c = racing();
  c.gone("B");
  assert.equal(c.stands(3), "S:processing A:executing");
  c.gone("A");
  assert.equal(c.brain.state.tasks.kills[3], 1);
  c.join("C");
  c.flow();
  assert.deepEqual([c.begins("C"), c.stands(3)], [3, "S:processing C:executing"]);
});

test("a race that nobody wants any more ends on both workers", () => {
  const c = racing();
  c.release(1, 4);
  c.flow();
  assert.equal(c.stands(3), "S:forgotten A:cancelling B:cancelling");
  c.finish("A", 3);
  c.fail("B", 3);
  c.flow();
  c.isEmpty();
});

test("a session begins anew in a race: its worker still runs it, has its result, or has lost it", () => {
  for (const name of ["A", "B"]) {
    const other = name === "A" ? "B" : "A";

    const still = racing();
    still.rejoin(name);
    says(still, name, still.worker(name).inventory());
    assert.equal(still.stands(3), "S:racing A:executing B:executing");

    const done = racing();
    done.finish(name, 3);
    done.lose(`${name}>S`);
    done.rejoin(name);
    says(done, name, done.worker(name).inventory());
    assert.equal(done.holders(3), name);
    done.flow();
    assert.match(done.stands(3), new RegExp(`${other}:cancelling`));

    const lost = racing();
    lost.rejoin(name);
    const nothing = { rows: new Uint32Array(0), attempts: new Float64Array(0), states: new Uint8Array(0) };
    says(lost, name, { ...lost.worker(name).inventory(), ...nothing, bytes: new Float64Array(0) });
    assert.equal(lost.stands(3).split(" ")[0], "S:processing");
    lost.finish(other, 3);
    lost.deliver(`${other}>S`);
    assert.equal(lost.holders(3), other);
  }
});

test("an attempt that its worker gave away goes to no third: the other one is the task's", () => {
  for (const name of ["A", "B"]) {
    const c = racing();
    c.join("C");
    const rows = { rows: Uint32Array.of(3), attempts: Float64Array.of(c.worker(name).rows.attempt(3)) };
    says(c, name, { type: "relinquish", ...rows, thief: "C", incarnation: 1 });
    assert.deepEqual(c.mail("S>C").at(-1), "void 3");
    assert.equal(c.stands(3).split(" ")[0], "S:processing");
    assert.equal(c.brain.state.tasks.attempt[3], c.worker(name === "A" ? "B" : "A").rows.attempt(3));
  }
});

test("what acts on the world, or did not say that it may, is never copied", () => {
  for (const annotations of [{}, { effectful: true }, { effectful: "once" }, { speculate: false }] as const) {
    const c = straggling(annotations);
    c.tick(60_000);
    assert.equal(c.stands(3), "S:processing A:executing");
  }
});

test("a task that gives its slot up runs on where it did so", () => {
  const c = racing();
  const attempt = c.worker("A").rows.attempt(3);
  const rows = { rows: Uint32Array.of(3), attempts: Float64Array.of(attempt) };
  says(c, "A", { type: "slots", ...rows, takes: Uint8Array.of(0) });
  c.flow();
  assert.equal(c.stands(3), "S:processing A:executing B:cancelling");
});

test("tasks that were sent ahead to where a straggler runs come back, and run where its result is", () => {
  const c = straggling(SPECULATE, [[], [], [], [], [3]]);
  assert.equal(c.stands(4), "S:assigned A:waiting");
  c.tick(2000);
  c.flow();
  assert.equal(c.stands(4), "S:waiting");
  assert.equal(c.begins("B"), 3);
  c.finish("B", 3);
  c.flow();
  assert.equal(c.stands(4), "S:processing B:queued");
  c.finish("A", 3);
  assert.equal(c.runAll(), "B4");
  c.release(1, 5);
  c.flow();
  c.isEmpty();
});

test("the slot of a task that comes back, as it was sent ahead of a straggler, is given to what waits for it in the same turn", () => {
  const c = new ClusterScript({ A: 2 }, 0);
  c.submit("x", [[], [], [], [], [3]], 1, SPECULATE);
  runsThree(c);
  assert.equal(c.stands(4), "S:assigned A:waiting");
  c.join("B");
  c.submit("y", [[]], 10, { workers: ["A"] });
  assert.equal(c.stands(5), "S:ready");
  c.tick(2000);
  assert.equal(c.stands(4), "S:waiting A:waiting");
  assert.equal(c.stands(5), "S:processing");
});

test("a straggler is not copied where a task was sent ahead of it that may not run twice: it may begin before it hears", () => {
  for (const [annotations, stands] of [
    [{}, "S:processing A:executing"],
    [{ effectful: true }, "S:processing A:executing"],
    [SPECULATE, "S:racing A:executing B:executing"],
  ] as const) {
    const c = straggling(SPECULATE, independent(4), annotations);
    assert.equal(c.stands(4), "S:assigned A:waiting");
    c.tick(2000);
    c.deliver("S>B");
    if (annotations === SPECULATE) assert.equal(c.begins("B"), 3);
    assert.equal(c.stands(3), stands);
  }
});

test("a worker that was outrun gets nothing new until it gives a sign of life", () => {
  const c = racing();
  c.finish("B", 3);
  c.flow();
  c.tick(1000);
  c.submit("y", independent(8), 10);
  c.flow();
  assert.deepEqual(
    [4, 5, 6, 7, 8, 9, 10, 11].filter((row) => c.stands(row).includes("A:")),
    [],
  );
  c.tellState("A");
  c.flow();
  c.finish("B", c.begins("B"));
  c.flow();
  assert.ok(c.brain.state.workerByName.get("A")?.outrunMs === undefined);
});
