import assert from "node:assert/strict";
import { test } from "node:test";
import type { ChunkRequest } from "../../../actors/chunk/chunk-request.ts";
import { PeerSignals } from "../../../actors/worker/peer-signals.ts";
import { ShardDoor } from "../../../actors/worker/shard-door.ts";
import { systemClock } from "../../../runtime/base/clock.ts";
import { LocalBus } from "../../../runtime/bus/local-bus.ts";
import { ShardSet, ShardsLostError } from "../../../runtime/graph/shards.ts";

type Asked = ChunkRequest & { type: "shards" };

/** The door of worker R, and peers A and B that give "set/place". */
function world(give = (set: string, place: number): string | undefined => `${set}/${place}`) {
  const bus = new LocalBus();
  const asked: [string, readonly string[]][] = [];
  for (const peer of ["A", "B"])
    bus.subscribe(`shoal.c.worker.${peer}.peer`, (message) => {
      const { sets, places } = message.payload as Asked;
      asked.push([peer, sets]);
      const values = sets.map((set, row) => give(set, places[row] as number));
      message.respond({
        chunks: values.map((value, row) => ({ row, since: 0, value, bytes: value === undefined ? -1 : 8 })),
      });
    });
  const door = new ShardDoor({ bus, clock: systemClock, cluster: "c", id: "R" }, undefined as never, new PeerSignals());
  return { door, asked };
}

test("a reader asks every worker once, for all that is meant for it there, and gets it in its order", async () => {
  const { door, asked } = world();
  const sets = ["A", "B", "A", "A", "B"].map((home, i) => new ShardSet(home, `s${i}`, 9));
  assert.deepEqual(await door.read(sets, [0, 1, 2, 3, 4]), ["s0/0", "s1/1", "s2/2", "s3/3", "s4/4"]);
  assert.deepEqual(asked, [
    ["A", ["s0", "s2", "s3"]],
    ["B", ["s1", "s4"]],
  ]);
});

test("what is gone is named, so that it is cut again", async () => {
  const { door } = world((set, place) => (set === "s1" ? undefined : `${set}/${place}`));
  const sets = ["A", "A"].map((home, i) => new ShardSet(home, `s${i}`, 2));
  await assert.rejects(door.read(sets, [0, 0]), (error) => error instanceof ShardsLostError);
});
