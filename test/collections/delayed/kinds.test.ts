import assert from "node:assert/strict";
import { test } from "node:test";
import { Client, compute, type Delayed, delayed, persist } from "shoal";

const load = delayed(function load(n: number): number {
  return n;
});
const clean = delayed(function clean(n: number): number {
  if (n > 8) throw new RangeError(`${n} is too much`);
  return n + 1;
});

interface Told {
  readonly name: string;
  readonly finishedTotal: number;
  readonly failedTotal: number;
  readonly memory: number;
}

for (const mode of ["inline", "threads"] as const)
  test(`lazy calls of several functions go by the names of these, though they are one layer: ${mode}`, async () => {
    const client = await Client.local(mode === "inline" ? { mode } : { mode, workers: 1 });
    try {
      const [held] = persist([1, 2, 3].map((n) => clean(load(n))));
      assert.deepEqual(await compute(...held), [2, 3, 4]);
      await assert.rejects(clean(load(9)).compute(), /9 is too much/);
      const asked = await client.ask(`shoal.${client.clusterName}.scheduler`, { type: "figures" });
      const { prefixes } = asked as { prefixes: readonly Told[] };
      const told = new Map(prefixes.map((one) => [one.name, one]));
      assert.deepEqual([...told.keys()].sort(), ["clean", "load"]);
      assert.deepEqual([told.get("load")?.finishedTotal, told.get("load")?.failedTotal], [4, 0]);
      assert.deepEqual([told.get("clean")?.finishedTotal, told.get("clean")?.failedTotal], [3, 1]);
      assert.equal(told.get("clean")?.memory, 3);
      const story = (await client.ask(client.taskAddress((held[0] as Delayed<number>).taskKeys()[0] as string), {
        type: "story",
      })) as {
        prefix: string;
      };
      assert.equal(story.prefix, "clean");
    } finally {
      await client.close();
    }
  });
