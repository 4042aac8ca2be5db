import assert from "node:assert/strict";
import { test } from "node:test";
import type { ShardKeeper } from "../../../actors/chunk/shard-keeper.ts";
import { PeerSignals } from "../../../actors/worker/peer-signals.ts";
import { ShardDoor } from "../../../actors/worker/shard-door.ts";
import { WorkerBrain } from "../../../actors/worker/worker-brain.ts";
import { memoryConfig } from "../../../collections/futures/memory-options.ts";
import { workerSurroundings } from "../../../infra/cluster/worker-surroundings.ts";
import { config } from "../../../runtime/base/config.ts";
import type { BusMessage } from "../../../runtime/bus/bus.ts";
import { LocalBus } from "../../../runtime/bus/local-bus.ts";
import { clusterSubjects } from "../../../runtime/bus/subject.ts";
import { ShardSet } from "../../../runtime/graph/shards.ts";
import { ManualClock, settle } from "../../support/manual-clock.ts";

test("shards are read from no more workers at a time than a worker may ask", async (t) => {
  const bus = new LocalBus();
  t.after(() => bus.close());
  const open: BusMessage[] = [];
  const homes = ["B", "C", "D"];
  for (const home of homes) bus.subscribe(clusterSubjects("c").workerPeer(home), (message) => void open.push(message));
  const options = { bus, clock: new ManualClock(), cluster: "c", id: "A", connections: { outgoing: 2 } };
  const door = new ShardDoor(options, {} as ShardKeeper, new PeerSignals());
  const sets = homes.map((home) => new ShardSet(home, `set of ${home}`, 1));
  const read = door.read(sets, [0, 0, 0]);
  await settle();
  assert.equal(open.length, 2);
  const answer = (message: BusMessage | undefined, value: string): void =>
    message?.respond({ chunks: [{ row: 0, since: 0, value, bytes: 1 }] });
  answer(open[0], "b");
  await settle();
  assert.equal(open.length, 3);
  answer(open[1], "c");
  answer(open[2], "d");
  assert.deepEqual(await read, ["b", "c", "d"]);
});

test("worker.connections.outgoing and incoming are those of workers that are started where they are set", async (t) => {
  const bus = new LocalBus();
  t.after(() => bus.close());
  const settings = {
    cluster: "c",
    id: "w",
    incarnation: 1,
    slots: 1,
    resources: {},
    heartbeatMs: 1000,
    functions: "any",
    memory: memoryConfig({ memoryLimit: false }, 1, "results"),
    preload: [],
    environment: {},
  } as const;
  const limits = () => workerSurroundings(bus, settings).connections;
  assert.deepEqual(limits(), { outgoing: undefined, incoming: undefined });
  const set = { "worker.connections.outgoing": 3, "worker.connections.incoming": 4 };
  assert.deepEqual(config.with(set, limits), { outgoing: 3, incoming: 4 });
  for (const wrong of [0, 1.5, "many"])
    assert.throws(() => config.with({ "worker.connections.incoming": wrong as number }, limits), { code: "CONFIG" });
});

test("a worker asks no more peers at a time than its limit says", () => {
  const brain = new WorkerBrain("A", (items) => ({ kind: "live", items }), { connections: { outgoing: 1 } });
  for (const [row, peer] of [
    [1, "B"],
    [2, "C"],
  ] as const) {
    brain.fetches.remember(row, 1, peer);
    brain.fetches.enqueue(row);
  }
  brain.endTurn();
  assert.deepEqual(
    brain.out.fetches.map(({ peer }) => peer),
    ["B"],
  );
});
