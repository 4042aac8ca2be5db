import assert from "node:assert/strict";
import { test } from "node:test";
import { SchedulerScript } from "../../support/scheduler-script.ts";

const alone = (count: number): number[][] => Array.from({ length: count }, () => []);
/** Row i reads row i - 1. */
const chain = (count: number): number[][] => Array.from({ length: count }, (_, i) => (i === 0 ? [] : [i - 1]));

const script = (): SchedulerScript => new SchedulerScript({ A: 1 }, {}, 3);
const released = (s: SchedulerScript, count: number): number =>
  Array.from({ length: count }, (_, row) => s.state(row)).filter((state) => state === "released").length;
const readers = [1, 2, 3, 4, 5, 6, 7, 8];
/** A finishes what it was sent of some rows, and what it is sent then. */
function finishAll(s: SchedulerScript, rows: readonly number[]): void {
  const next = (): number | undefined => rows.find((row) => s.state(row) === "processing");
  for (let row = next(); row !== undefined; row = next()) s.finished("A", row, s.attempt(row));
}

/** Futures that the client was told have failed. */
const erred = (s: SchedulerScript): number => s.news().filter((news) => news.startsWith("erred")).length;

test("a large submission is taken in over several turns, a few rows each", () => {
  const s = script();
  s.submit("a", alone(8), [0, 1, 2, 3, 4, 5, 6, 7], 1);
  assert.equal(s.toClient.at(-1)?.type, "accepted", "it is accepted at once");
  const left = [released(s, 8)];
  for (; s.brain.hasMore; s.more()) left.push(released(s, 8));
  left.push(released(s, 8));
  assert.ok(
    left.every((count, i) => i === 0 || (left[i - 1] as number) - count <= 3),
    left.join(" "),
  );
  assert.deepEqual([left[0] !== 0, left.at(-1)], [true, 0]);
});

test("what one wanted row reads, however deep, is taken in over several turns too", () => {
  const s = script();
  s.submit("a", chain(10), [9], 1);
  assert.ok(released(s, 10) >= 7);
  let turns = 0;
  for (; s.brain.hasMore; turns++) s.more();
  assert.equal(released(s, 10), 0);
  assert.ok(turns >= 3 && turns <= 5, `${turns} turns`);
});

test("what a client says while its submission is taken in counts afterwards, in order", () => {
  const s = script();
  s.submit("a", alone(8), [0, 1, 2, 3, 4, 5, 6, 7], 1);
  s.release(1, 8);
  s.submit("b", alone(2), [0, 1], 20);
  assert.equal(s.brain.state.slabs.size, 1, "the second waits");
  while (s.brain.hasMore) s.more();
  assert.deepEqual([...s.brain.state.layers.keys()], ["b"]);
  assert.equal(s.brain.state.clients.get("c")?.handleCount, 2);
});

test("a small submission does not wait for another client's large one", () => {
  const s = script();
  s.client({ type: "hello", hello: 1, version: "test" }, "other");
  s.submit("a", alone(30), [...alone(30).keys()], 1);
  s.submit("b", alone(1), [0], 1, undefined, "other");
  const row = s.brain.state.layers.get("b")?.base as number;
  assert.equal(s.state(row), "ready");
  assert.ok(s.brain.hasMore, "the large one goes on");
});

test("a client that goes while its submission is taken in leaves nothing behind", () => {
  const s = script();
  s.submit("a", chain(10), [9, 5], 1);
  s.more();
  s.expireClients();
  while (s.brain.hasMore) s.more();
  assert.deepEqual([s.brain.state.slabs.size, s.brain.state.layers.size, s.brain.state.clients.size], [0, 0, 0]);
});

test("a result is held while readers of it are still to be taken in, and let go of once they are done", () => {
  const s = script();
  // What had its effect cannot be made again: to let go of it too soon is to lose it.
  s.submit("a", [[], ...readers.map(() => [0])], readers, 1, { effectful: "once" });
  s.finished("A", 0, s.attempt(0));
  finishAll(s, readers);
  assert.ok(s.brain.hasMore, "some are still to come, and nobody else needs the result");
  assert.equal(s.state(0), "memory");
  while (s.brain.hasMore) s.more();
  finishAll(s, readers);
  assert.equal(s.state(0), "released");
  assert.equal(erred(s), 0);
  s.release(1, 8);
  s.isEmpty();
});

test("a result is held while a handle for it is still to be taken in", () => {
  const s = script();
  s.submit("a", [[], [0], ...alone(7)], [...readers, 0], 1, { effectful: "once" });
  s.finished("A", 0, s.attempt(0));
  s.finished("A", 1, s.attempt(1));
  assert.ok(s.brain.hasMore, "its handle is still to come, and nobody reads it any more");
  assert.equal(s.state(0), "memory");
  while (s.brain.hasMore) s.more();
  assert.equal(s.state(0), "memory");
  finishAll(s, readers);
  assert.equal(erred(s), 0);
  s.release(1, 9);
  s.isEmpty();
});

test("what failed is not tried again for readers that are still to be taken in", () => {
  const s = script();
  s.submit("a", [[], ...readers.map(() => [0])], readers, 1);
  s.failed("A", 0, s.attempt(0));
  assert.equal(s.state(0), "erred");
  while (s.brain.hasMore) s.more();
  assert.equal(s.state(0), "released", "nobody reads it any more");
  assert.equal(s.attempt(0), 1, "it ran once");
  assert.equal(erred(s), readers.length);
  s.release(1, 8);
  s.isEmpty();
});

test("what runs is not recalled where readers of it are still to be taken in", () => {
  const s = new SchedulerScript({ A: 2 }, {}, 6);
  // 1 reads 0; 3 reads 1 and 2, which fails; 10 reads 1 too, and is taken in last.
  s.submit("a", [[], [0], [], [1, 2], ...alone(6), [1]], [3, 4, 5, 6, 7, 8, 9, 10], 1, { effectful: "once" });
  s.finished("A", 0, s.attempt(0));
  s.failed("A", 2, s.attempt(2));
  assert.ok(s.brain.hasMore);
  assert.equal(s.state(1), "processing");
  while (s.brain.hasMore) s.more();
  finishAll(s, [1, 4, 5, 6, 7, 8, 9, 10]);
  assert.equal(s.state(10), "memory");
  s.release(1, 8);
  s.isEmpty();
});

test("a client that goes leaves nothing held either", () => {
  const s = script();
  s.submit("a", [[], ...readers.map(() => [0])], readers, 1);
  s.finished("A", 0, s.attempt(0));
  finishAll(s, readers);
  s.expireClients();
  while (s.brain.hasMore) s.more();
  s.isEmpty();
});
