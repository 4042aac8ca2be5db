import assert from "node:assert/strict";
import { test } from "node:test";
import { FetchQueue } from "../../../actors/worker/fetch-queue.ts";
import { WorkerScript } from "../../../infra/testing/worker-script.ts";

/** A queue with rows asked of peers: B has 1 and 2, C has 3. */
function asked(): FetchQueue {
  const queue = new FetchQueue();
  for (const [row, peer] of [
    [1, "B"],
    [2, "B"],
    [3, "C"],
  ] as const) {
    queue.remember(row, 7, peer);
    queue.enqueue(row);
  }
  assert.deepEqual(
    queue.begin().map(({ transfer, peer, rows }) => [transfer, peer, rows]),
    [
      [1, "B", [1, 2]],
      [2, "C", [3]],
    ],
  );
  return queue;
}

test("askAgain() of a peer asks it for what has not come, at once; what comes of the former question is ignored", () => {
  const queue = asked();
  assert.equal(queue.arrived(1, 2), true);
  assert.deepEqual(queue.begin(), [], "a peer is asked one thing at a time");
  queue.askAgain("B");
  assert.deepEqual(queue.begin(), [{ transfer: 3, peer: "B", rows: [1], attempts: [7] }]);
  assert.equal(queue.arrived(1, 1), false);
  queue.again(1, 1);
  assert.deepEqual(queue.end(1), [], "nor does its end, which may come thirty seconds later, lose a row");
  assert.equal(queue.arrived(3, 1), true);
  assert.equal(queue.arrived(2, 3), true, "others are not asked again");
});

test("askAgain() after this worker's own link broke asks all of them, but for what nobody needs any more", () => {
  const queue = asked();
  queue.drop(2);
  queue.askAgain();
  assert.deepEqual(
    queue.begin().map(({ peer, rows }) => [peer, rows]),
    [
      ["B", [1]],
      ["C", [3]],
    ],
  );
});

test("a worker that hears of a peer's renewed session asks that peer again, though its question has not timed out", () => {
  const a = new WorkerScript();
  a.compute(9, 12, [
    [1, 11, "B"],
    [2, 11, "C"],
  ]);
  assert.deepEqual(a.fetches(), [
    ["B", [1]],
    ["C", [2]],
  ]);
  a.say({ type: "renewed", workers: ["B"] });
  assert.deepEqual(a.fetches(), [["B", [1]]]);
  a.fetchFailed(1, "B");
  assert.equal(a.state(1), "fetching", "what becomes of the lost question means nothing");
  a.fetched(3, "B", [1]);
  a.fetched(2, "C", [2]);
  a.starts(9);
});
