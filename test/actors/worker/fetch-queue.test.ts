import assert from "node:assert/strict";
import { test } from "node:test";
import { fetchChunks } from "../../../actors/chunk/chunk-exchange.ts";
import { LATER } from "../../../actors/chunk/chunk-frame.ts";
import { ChunkDoor } from "../../../actors/worker/chunk-door.ts";
import { FetchQueue } from "../../../actors/worker/fetch-queue.ts";
import { PeerSignals } from "../../../actors/worker/peer-signals.ts";
import { WorkerScript } from "../../../infra/testing/worker-script.ts";
import { ActivityMeter } from "../../../runtime/base/activity-meter.ts";
import { systemClock } from "../../../runtime/base/clock.ts";
import { LocalBus } from "../../../runtime/bus/local-bus.ts";

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
  assert.deepEqual(queue.begin(), [
    { transfer: 3, peer: "B", rows: [1], attempts: [7], bytesMax: Number.POSITIVE_INFINITY },
  ]);
  assert.equal(queue.arrived(1, 1), false);
  queue.again(1, 1);
  assert.deepEqual(queue.end(1), [], "nor does its end, which may come thirty seconds later, lose a row");
  assert.equal(queue.arrived(3, 1), true);
  assert.equal(queue.arrived(2, 3), true, "others are not asked again");
});

test("no more peers are asked at a time than it may; the next is asked as one has answered", () => {
  const queue = new FetchQueue(1);
  for (const [row, peer] of [
    [1, "B"],
    [2, "C"],
  ] as const) {
    queue.remember(row, 7, peer);
    queue.enqueue(row);
  }
  assert.deepEqual(
    queue.begin().map(({ peer }) => peer),
    ["B"],
  );
  assert.deepEqual(queue.begin(), []);
  queue.arrived(1, 1);
  queue.end(1);
  assert.deepEqual(
    queue.begin().map(({ peer }) => peer),
    ["C"],
  );
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

test("what may be on its way is shared by the questions that are open: less for each of many, a mebibyte at least", () => {
  const eachOf = (peers: number, bytesMax: number): number[] => {
    const queue = new FetchQueue();
    for (let row = 0; row < peers; row++) {
      queue.remember(row, 1, `p${row}`);
      queue.enqueue(row);
    }
    return [...new Set(queue.begin(bytesMax).map((request) => request.bytesMax))];
  };
  assert.deepEqual(eachOf(1, 400e6), [200e6], "others may come any moment");
  assert.deepEqual(eachOf(20, 400e6), [20e6]);
  assert.deepEqual(eachOf(200, 400e6), [8e6], "fifty questions are open at most");
  assert.deepEqual(eachOf(20, 1000), [1 << 20]);
  assert.deepEqual(eachOf(20, Number.POSITIVE_INFINITY), [Number.POSITIVE_INFINITY]);
});

test("a worker gives no more in an answer than it is asked for, beyond the first chunk; the rest comes later", async (t) => {
  const bus = new LocalBus();
  const holder = new WorkerScript("B");
  for (const row of [1, 2, 3]) {
    holder.compute(row, row);
    holder.starts(row);
    holder.finish(row, `${row}`, 8000);
  }
  const peers = new PeerSignals();
  const parts = { brain: holder.brain, shards: undefined as never, stealing: undefined as never, peers };
  const meter = new ActivityMeter(() => 0);
  const door = new ChunkDoor({ bus, clock: systemClock, cluster: "c", id: "B", meter }, parts, () => {});
  t.after(() => door.close());
  const bytesOf = async (bytesMax?: number): Promise<number[]> => {
    const wanted = { rows: [1, 2, 3], attempts: [1, 2, 3], ...(bytesMax === undefined ? {} : { bytesMax }) };
    const chunks = await fetchChunks({ bus }, "shoal.c.worker.B.peer", wanted, { timeoutMs: 5000 });
    return chunks.map(({ bytes }) => bytes);
  };
  assert.deepEqual(await bytesOf(17_000), [8000, 8000, LATER]);
  assert.deepEqual(await bytesOf(1), [8000, LATER, LATER]);
  assert.deepEqual(await bytesOf(), [8000, 8000, 8000]);
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
