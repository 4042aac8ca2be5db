import assert from "node:assert/strict";
import { test } from "node:test";
import { ChunkFault } from "../../actors/chunk/chunk-fault.ts";
import { absentChunk, LATER } from "../../actors/chunk/chunk-frame.ts";
import { HeldDigest } from "../../actors/worker/held-digest.ts";
import { WorkerScript } from "../../infra/testing/worker-script.ts";
import { ShardSet } from "../../runtime/graph/shards.ts";

/**
 * Histories that made other schedulers hang or compute twice, as a worker lives through them; numbered as in the design's
 * scheduling.md, section 7. A is the worker, B and C are peers, x → y is a dependency. "3@7" is row 3 under attempt 7.
 */

const x = 1;
const y = 2;
const z = 3;

test("7: x runs on A, is made on B, A is to run y(x); the old x fails: swallowed, x comes from B", () => {
  const a = new WorkerScript();
  a.compute(x, 10);
  a.starts(x);
  a.free(x, 10);
  assert.equal(a.state(x), "cancelling");
  a.compute(y, 12, [[x, 11, "B"]]);
  assert.equal(a.state(x), "salvaging");
  assert.deepEqual(a.fetches(), [], "nothing is fetched while the old x may still give it");
  a.fail(x);
  assert.equal(a.state(x), "fetching");
  assert.deepEqual(a.fetches(), [["B", [x]]]);
  a.fetched(1, "B", [x]);
  a.starts(y);
  a.finish(y);
  assert.deepEqual(a.reports(), ["holds 1@11", "finished 2@12"]);
});

test("8: the same, but the old x succeeds: it stands in for the copy, y runs, nothing is fetched", () => {
  const a = new WorkerScript();
  a.compute(x, 10);
  a.starts(x);
  a.free(x, 10);
  a.compute(y, 12, [[x, 11, "B"]]);
  a.finish(x);
  assert.deepEqual(a.reports(), ["holds 1@11"]);
  assert.deepEqual(a.fetches(), []);
  a.starts(y);
});

test("9: x is on its way from B, B dies, A is to compute x itself: at once, the transfer's end means nothing", () => {
  const a = new WorkerScript();
  a.compute(y, 12, [[x, 11, "B"]]);
  assert.deepEqual(a.fetches(), [["B", [x]]]);
  a.free(y, 12);
  a.compute(x, 13);
  a.starts(x);
  a.fetchFailed(1, "B");
  assert.equal(a.state(x), "executing");
  a.finish(x);
  assert.deepEqual(a.reports(), ["finished 1@13"]);
});

test("30: what lies here is the handle of shards that went with their worker, and A is to cut them anew: it does, at once", () => {
  const a = new WorkerScript();
  a.compute(y, 12, [[x, 11, "B"]]);
  a.fetchedHandle(1, "B", x, new ShardSet("B", "1", 2));
  a.compute(x, 13);
  a.starts(x);
});

test("10: x lies here unbidden and A is told to compute it: not run, reported done under the new attempt", () => {
  const a = new WorkerScript();
  a.compute(y, 12, [[x, 11, "B"]]);
  a.fetched(1, "B", [x]);
  assert.deepEqual(a.reports(), ["holds 1@11"]);
  a.compute(x, 13);
  assert.deepEqual(a.reports(), ["finished 1@13"]);
  a.free(x, 11);
  assert.equal(a.state(x), "memory", "the free of the old attempt does not reach the new one");
});

test("11: freed and wanted again in the same words, while it runs and while it is fetched: one body, one request", () => {
  const a = new WorkerScript();
  a.compute(x, 10);
  a.starts(x);
  a.free(x, 10);
  a.compute(x, 11);
  assert.equal(a.state(x), "executing");
  a.startsNothing();
  a.finish(x);
  assert.deepEqual(a.reports(), ["finished 1@11"]);
  a.compute(z, 20, [[y, 12, "B"]]);
  assert.deepEqual(a.fetches(), [["B", [y]]]);
  a.compute(4, 21, [[y, 12, "B"]]);
  assert.deepEqual(a.fetches(), [], "one request serves both");
});

test("12: compute, free, fetch, free, compute during one run: one body, the last attempt is reported", () => {
  const a = new WorkerScript();
  a.compute(x, 10);
  a.starts(x);
  a.free(x, 10);
  a.compute(y, 12, [[x, 11, "B"]]);
  assert.equal(a.state(x), "salvaging");
  a.free(y, 12);
  assert.equal(a.state(x), "cancelling");
  a.compute(x, 14);
  a.startsNothing();
  a.finish(x);
  assert.deepEqual(a.reports(), ["finished 1@14"]);
});

test("13: freed and asked for anew between ready and running: it neither sticks nor runs twice", () => {
  const a = new WorkerScript();
  a.compute(x, 10);
  a.free(x, 10);
  assert.equal(a.state(x), "absent");
  a.compute(x, 11);
  a.starts(x);
  a.startsNothing();
  a.finish(x);
  assert.deepEqual(a.reports(), ["finished 1@11"]);
});

test("an aborted body that is wanted after all and fails runs again: its failure says nothing of the task", () => {
  const a = new WorkerScript();
  a.compute(x, 10);
  a.starts(x);
  a.free(x, 10);
  a.compute(x, 11);
  a.fail(x);
  assert.deepEqual(a.reports(), []);
  a.starts(x);
  a.fail(x);
  assert.deepEqual(a.reports(), ["failed 1@11"], "the second failure is its own");
});

test("14: what came of x cannot be read: y, which reads it, fails and is heard; cancelled before, nothing is left of it", () => {
  const unreadable = new ChunkFault(new Error("these bytes are no value"));
  const a = new WorkerScript();
  a.compute(y, 12, [[x, 11, "B"]]);
  a.step({ kind: "fetched", transfer: 1, peer: "B", chunks: [{ row: x, since: 0, value: unreadable, bytes: 8 }] });
  assert.deepEqual([a.state(x), a.state(y)], ["memory", "queued"]);
  a.starts(y);
  a.fail(y);
  assert.deepEqual(a.reports(), ["holds 1@11", "failed 2@12"]);
  a.free(x, 11);
  a.isEmpty();
  a.compute(y, 14, [[x, 13, "B"]]);
  a.free(y, 14);
  assert.equal(a.state(x), "absent");
  a.step({ kind: "fetched", transfer: 2, peer: "B", chunks: [{ row: x, since: 0, value: unreadable, bytes: 8 }] });
  assert.deepEqual(a.reports(), []);
  a.isEmpty();
});

test("15: y is cancelled while it runs, its input x is freed: x goes at once, y's end leaves nothing", () => {
  const a = new WorkerScript();
  a.compute(x, 10);
  a.starts(x);
  a.finish(x);
  a.compute(y, 11, [[x, 10]]);
  a.starts(y);
  a.free(y, 11);
  a.free(x, 10);
  assert.equal(a.state(x), "absent");
  assert.equal(a.state(y), "cancelling");
  a.finish(y);
  a.isEmpty();
});

test("16: a row is forgotten while it is queued for a fetch, and made anew: the queue does not hold the dead one", () => {
  const a = new WorkerScript();
  a.compute(y, 12, [[x, 11, "B"]]);
  a.compute(4, 13, [[z, 11, "B"]]);
  assert.deepEqual(a.fetches(), [["B", [x]]], "B is busy with x; z waits");
  a.free(4, 13);
  assert.equal(a.state(z), "absent");
  a.compute(4, 15, [[z, 14, "C"]]);
  assert.deepEqual(a.fetches(), [["C", [z]]]);
  a.fetched(1, "B", [x]);
  assert.deepEqual(a.fetches(), [], "nothing more is asked of B");
});

test("17, 21: the holder does not have what it should: the task goes back with its name, and comes again for the other one", () => {
  const a = new WorkerScript();
  a.compute(y, 12, [[x, 11, "B"]]);
  a.fetched(1, "B", [x], [x]);
  assert.deepEqual(a.reports(), ["missing 2@12"]);
  assert.equal(a.state(x), "absent");
  a.fetches();
  a.compute(y, 13, [[x, 11, "C"]]);
  assert.deepEqual(a.fetches(), [["C", [x]]]);
  a.fetched(2, "C", [x]);
  a.starts(y);
});

test("y waits for x from B; z is to read y and a newer x: the older x gives way and takes y along, so z goes back with it, and x does not come", () => {
  const a = new WorkerScript();
  a.compute(y, 12, [[x, 11, "B"]]);
  assert.deepEqual(a.fetches(), [["B", [x]]]);
  a.compute(z, 15, [
    [y, 12],
    [x, 14, "C"],
  ]);
  assert.deepEqual(a.reports(), ["missing 2@12", "missing 3@15"]);
  assert.deepEqual([a.state(x), a.state(y), a.state(z)], ["absent", "absent", "absent"]);
  assert.deepEqual(a.fetches(), []);
});

test("y reads x from B, is told to stop and asked for again; x is made here anew, then y fails: y goes back, x is made on", () => {
  for (const isMade of [false, true]) {
    const a = new WorkerScript();
    a.compute(y, 12, [[x, 11, "B"]]);
    a.fetched(1, "B", [x]);
    a.starts(y);
    a.free(y, 12);
    a.compute(y, 13, [[x, 11, "B"]]);
    a.free(x, 11);
    a.compute(x, 14);
    a.starts(x);
    if (isMade) a.finish(x);
    a.fetches();
    a.reports();
    a.fail(y);
    assert.deepEqual(a.reports(), ["missing 2@13"]);
    assert.equal(a.state(x), isMade ? "memory" : "executing");
    assert.deepEqual(a.fetches(), [], "nobody is asked for the older x");
    a.compute(y, 15, [[x, 14]]);
    if (!isMade) a.finish(x);
    a.starts(y);
  }
});

test("18: B, which holds x and y, is busy, and then has neither; x is to be made here, y lies with C: y comes from there", () => {
  const a = new WorkerScript();
  a.compute(z, 20, [
    [x, 11, "B"],
    [y, 12, "B"],
  ]);
  assert.deepEqual(a.fetches(), [["B", [x, y]]]);
  const busy = [x, y].map((row) => absentChunk(row, LATER));
  a.step({ kind: "fetched", transfer: 1, peer: "B", chunks: busy });
  assert.deepEqual([a.state(x), a.state(y), a.state(z)], ["fetching", "fetching", "waiting"]);
  assert.deepEqual(a.reports(), [], "a holder that is busy has lost nothing");
  assert.deepEqual(a.fetches(), [["B", [x, y]]], "it is asked again");
  a.fetched(2, "B", [x, y], [x, y]);
  assert.deepEqual(a.reports(), ["missing 3@20"]);
  assert.deepEqual([a.state(x), a.state(y), a.state(z)], ["absent", "absent", "absent"]);
  a.compute(x, 21);
  a.compute(z, 22, [
    [x, 21],
    [y, 12, "C"],
  ]);
  assert.deepEqual(a.fetches(), [["C", [y]]]);
  a.starts(x);
  a.fetched(3, "C", [y]);
  a.startsNothing();
  a.finish(x);
  a.starts(z);
});

test("19: one peer fails with x and z on their way to one task: both leave in one step, the task goes back once", () => {
  const a = new WorkerScript();
  a.compute(y, 12, [
    [x, 11, "B"],
    [z, 10, "B"],
  ]);
  assert.deepEqual(a.fetches(), [["B", [x, z]]]);
  a.fetchFailed(1, "B");
  assert.deepEqual(a.reports(), ["missing 2@12"]);
  assert.deepEqual([a.state(x), a.state(z), a.state(y)], ["absent", "absent", "absent"]);
});

test("20: dependent and dependency go while x is on its way: late data leaves no zombie", () => {
  const a = new WorkerScript();
  a.compute(y, 12, [[x, 11, "B"]]);
  a.free(y, 12);
  a.fetched(1, "B", [x]);
  assert.deepEqual(a.reports(), []);
  a.isEmpty();
});

test("a task sent ahead of x goes back when x does, in all three states of x", () => {
  for (const steps of [0, 1, 2]) {
    const a = new WorkerScript();
    a.compute(x, 10, steps === 0 ? [[z, 9, "B"]] : []);
    a.compute(y, 11, [[x, 10]]);
    if (steps === 2) a.starts(x);
    a.free(x, 10);
    assert.deepEqual(a.reports(), ["missing 2@11"]);
    assert.equal(a.state(y), "absent");
  }
});

test("a number given to another task: the body that still runs is nobody's, and the new task runs", () => {
  const a = new WorkerScript();
  a.compute(x, 10);
  a.starts(x);
  a.free(x, 10);
  a.forgetLayer(1);
  a.define(2, 10);
  a.compute(x, 11, [], 2);
  assert.deepEqual(a.brain.out.orphans.splice(0), [x], "the shell lets go of the body");
  a.starts(x);
  a.finish(x, "of the new task");
  assert.equal(a.brain.rows.value(x), "of the new task");
  a.brain.orphanEnded();
  assert.deepEqual(a.reports(), ["finished 1@11"]);
});

test("a number given to another task: a copy of the old one that nobody knew of gives way", () => {
  const a = new WorkerScript();
  a.compute(y, 12, [[x, 11, "B"]]);
  a.fetched(1, "B", [x]);
  a.free(y, 12);
  a.forgetLayer(1);
  a.define(2, 12);
  a.compute(x, 13, [], 2);
  assert.equal(a.state(x), "queued", "it is computed, not answered with the old value");
  a.compute(y, 14, [[z, 13, "C"]], 2);
  assert.deepEqual(a.fetches().at(-1), ["C", [z]]);
});

test("an input that is freed while its task stands in the queue: the task goes back instead of running without it", () => {
  const a = new WorkerScript();
  a.compute(x, 10);
  a.starts(x);
  a.finish(x);
  a.compute(y, 11, [[x, 10]]);
  a.free(x, 10);
  a.startsNothing();
  assert.deepEqual(a.reports(), ["finished 1@10", "missing 2@11"]);
});

test("another scheduler leads: nothing of the former one's numbers is left, running bodies end unheard", () => {
  const a = new WorkerScript();
  a.compute(x, 10);
  a.starts(x);
  a.compute(y, 11);
  a.say({ type: "welcome", epoch: 2, incarnation: 1, join: 2 });
  assert.deepEqual(a.brain.out.orphans.splice(0), [x]);
  assert.deepEqual([...a.brain.layers.keys()], []);
  assert.deepEqual(a.reports(), []);
  a.brain.orphanEnded();
  a.isEmpty();
});

test("an input that was a handle is gone while y runs: y goes back and names who held it; wanted no more, it just ends", () => {
  const a = new WorkerScript();
  const handle = new ShardSet("A", "1-1", 2);
  a.compute(x, 10);
  a.starts(x);
  a.finish(x, handle);
  assert.deepEqual(a.located(), [x], "the result is said to exist only here");
  a.reports();
  a.compute(y, 11, [[x, 10]]);
  a.starts(y);
  a.inputGone(y, handle);
  assert.equal(a.state(y), "absent");
  assert.deepEqual(a.reports(), ["missing 2@11"]);
  a.compute(y, 12, [[x, 10]]);
  a.starts(y);
  a.free(x, 10);
  a.inputGone(y, handle);
  assert.deepEqual(a.reports(), ["missing 2@12"], "the handle went first: the scheduler knows");
  a.compute(y, 13, [[x, 11, "B"]]);
  a.fetched(1, "B", [x]);
  a.reports();
  a.starts(y);
  a.free(y, 13);
  a.inputGone(y, handle);
  assert.deepEqual(a.reports(), []);
});

test("an inventory tells shards that lie here from handles of what lies elsewhere", () => {
  const a = new WorkerScript();
  for (const [row, home] of [
    [x, "A"],
    [y, "B"],
  ] as const) {
    a.compute(row, 10 + row);
    a.starts(row);
    a.finish(row, new ShardSet(home, "1-1", 2));
  }
  const { rows, located, handles } = a.brain.inventory();
  assert.deepEqual(
    [located, handles].map((places) => [...places].map((at) => rows[at])),
    [[x], [y]],
  );
});

test("a task whose input has gone since it arrived is not given to a thief, who could not fetch it", () => {
  const given = (isFreed: boolean): readonly number[] => {
    const a = new WorkerScript();
    a.compute(x, 10);
    a.starts(x);
    a.finish(x);
    for (let row = 10; row < 16; row++) a.compute(row, row, [[x, 10]]);
    if (isFreed) a.free(x, 10);
    const digest = HeldDigest.of([]);
    const wish = { epoch: 1, thief: "B", incarnation: 1, most: 4, meanUs: 1e6, bytesPerUs: 100, resources: {}, digest };
    a.step({ kind: "steal", event: { type: "asked", ticket: 1, ask: { type: "ask", ...wish } } });
    return a.brain.out.grants.splice(0).flatMap(({ grant }) => grant.rows);
  };
  assert.ok(given(false).length > 0);
  assert.deepEqual(given(true), []);
});
