import assert from "node:assert/strict";
import { test } from "node:test";
import { Client, compute, delayed } from "shoal";
import * as da from "shoal/array";
import * as db from "shoal/bag";

const modes = ["inline", "threads", "processes", "nats"] as const;

/** A bit of everything; its answer as JSON, with what must not depend on the mode. */
async function program(): Promise<string> {
  const x = da.arange(0, 24, { chunks: 5 }).reshape([4, 6]);
  const words = db.fromSequence(["b", "a", "b", "c", "b", "a"], { npartitions: 3 });
  const add = delayed((a: number, b: number) => a + b);
  const bytes = delayed(() => new Uint8Array(3_000_000).fill(7));
  const size = delayed((data: Uint8Array) => data.reduce((sum, byte) => sum + byte, 0));
  const [sums, counts, number, total] = await compute(
    x.sum({ axis: 0 }),
    words.frequencies(),
    add(add(1, 2), add(3, 4)),
    size(bytes()),
  );
  return JSON.stringify([
    Array.from((sums as { data: Iterable<number | bigint> }).data, Number),
    [...counts].sort(),
    number,
    total,
  ]);
}

test("the same program gives the same answer in every mode", async () => {
  const expected = JSON.stringify([
    [36, 40, 44, 48, 52, 56],
    [
      ["a", 2],
      ["b", 3],
      ["c", 1],
    ],
    10,
    21_000_000,
  ]);
  assert.equal(await program(), expected, "without a client");
  for (const mode of modes) {
    const client = await Client.local({ mode, workers: 2 });
    try {
      assert.equal(await program(), expected, mode);
      const pids = await client.gather(client.map(() => process.pid, [1, 2, 3, 4]));
      const elsewhere = mode === "processes" || mode === "nats";
      assert.ok(
        pids.every((pid) => (pid !== process.pid) === elsewhere),
        `${mode} ran in ${pids}`,
      );
    } finally {
      await client.close();
    }
  }
});

for (const mode of modes)
  test(`functions are arguments of tasks, also inside containers, mode ${mode}`, async () => {
    const client = await Client.local({ mode, workers: 1 });
    try {
      const inc = (n: number): number => n + 1;
      const apply = (f: (n: number) => number, n: number): number => f(n);
      const all = (fs: readonly ((n: number) => number)[], n: number): number => fs.reduce((value, f) => f(value), n);
      const named = ({ f, n }: { f: (n: number) => number; n: number }): number => f(n);
      assert.equal(await client.submit(apply, inc, 1).result(), 2);
      assert.equal(await client.submit(all, [inc, (n: number) => n * 10], 1).result(), 20);
      assert.equal(await client.submit(named, { f: inc, n: 5 }).result(), 6);
      assert.deepEqual(await client.gather(client.map((f: typeof inc) => f(1), [inc, (n: number) => n * 10])), [2, 10]);
      assert.equal(await delayed(all)([inc, inc], 3).compute(), 5);
      assert.equal(await delayed(named)({ f: inc, n: delayed(inc)(5) as unknown as number }).compute(), 7);
      assert.equal(await client.submit(inc, delayed(inc)(5)).result(), 7);
    } finally {
      await client.close();
    }
  });
