import assert from "node:assert/strict";
import { test } from "node:test";
import { Client, type Future, ShoalError } from "shoal";

const modes = ["threads", "processes", "nats"] as const;

/** Which process made a value, and the value: who was asked to compute it again would tell. */
const made = (x: number): { readonly x: number; readonly by: string } => ({
  x,
  by: `${process.pid} ${performance.timeOrigin}`,
});

async function holdersOf(client: Client, futures: readonly Future<unknown>[]): Promise<string[][]> {
  const held = await client.whoHas(futures);
  return futures.map(({ key }) => [...(held.get(key) ?? [])].sort());
}

for (const mode of modes) {
  test(`${mode}: replicate has results lie on as many workers as asked, and makes up for a copy that is lost`, async (t) => {
    const client = await Client.local({ mode, workers: 3 });
    t.after(() => client.close());
    const futures = client.map(made, [1, 2, 3, 4]);
    await client.gather(futures);
    await client.replicate(futures, { copies: 2 });
    for (const holders of await holdersOf(client, futures)) assert.equal(holders.length, 2);
    await client.replicate(futures);
    const all = client.workers.map(({ id }) => id).sort();
    for (const holders of await holdersOf(client, futures)) assert.deepEqual(holders, all);
    const held = await client.hasWhat();
    for (const id of all)
      for (const { key } of futures) assert.ok(held.get(id)?.includes(key), `${id} says it has ${key}`);
    const before = await client.gather(client.map((one: { by: string }) => one.by, futures));
    await client.retireWorkers([all[0] as string]);
    assert.deepEqual(await client.gather(client.map((one: { by: string }) => one.by, futures)), before);
  });

  test(`${mode}: workers that are retired leave what they hold to others: nothing is lost or computed again`, async (t) => {
    const client = await Client.local({ mode, workers: 3 });
    t.after(() => client.close());
    const [one, two] = client.workers.map(({ id }) => id) as [string, string];
    const scattered = await client.scatter([{ big: new Float64Array(100_000).fill(7) }, "small"], { workers: [one] });
    const futures = client.map(
      made,
      Array.from({ length: 60 }, (_, x) => x),
    );
    const before = await client.gather(futures);
    const slow = client.map(
      async (x: number) => {
        await new Promise((resolve) => setTimeout(resolve, 20));
        return x;
      },
      Array.from({ length: 30 }, (_, x) => x),
    );
    await client.retireWorkers([one, two]);
    assert.deepEqual(client.workers.map(({ id }) => id).includes(one), false);
    assert.equal(client.workers.length, 1, "none came in their place");
    const after = await client.gather(client.map((value: object) => ({ ...value }), futures));
    assert.deepEqual(after, before, "the same values, made by the same processes");
    assert.deepEqual(
      await client.gather(slow),
      Array.from({ length: 30 }, (_, x) => x),
    );
    const [big, small] = (await client.gather(scattered as Future<unknown>[])) as [{ big: Float64Array }, string];
    assert.equal(big.big[99_999], 7);
    assert.equal(small, "small");
    const [last] = client.workers.map(({ id }) => id);
    await assert.rejects(
      client.retireWorkers([last as string]),
      (error: unknown) => error instanceof ShoalError && error.code === "DENIED",
    );
    assert.equal(await client.submit((x: number) => x + 1, 1).result(), 2, "the last one works on");
  });
}

test("rebalance spreads what lies on one worker over all, and the copies it leaves behind go", async (t) => {
  const client = await Client.local({ mode: "threads", workers: 2 });
  t.after(() => client.close());
  const [one, two] = client.workers.map(({ id }) => id) as [string, string];
  const values = Array.from({ length: 20 }, (_, i) => new Float64Array(1000).fill(i));
  const futures = (await client.scatter(values, { workers: [one] })) as Future<Float64Array>[];
  await client.rebalance(futures);
  const holders = (await holdersOf(client, futures)).map((names) => names.join());
  assert.deepEqual([...new Set(holders)].sort(), [one, two].sort(), "each lies in one place");
  const left = holders.filter((name) => name === one).length;
  assert.ok(left >= 9 && left <= 11, `${left} of 20 stayed`);
  assert.deepEqual(await client.gather(futures), values);
});

test("scatter with broadcast puts a value on every worker, with hash an equal one is the same", async (t) => {
  const client = await Client.local({ mode: "threads", workers: 3 });
  t.after(() => client.close());
  const everywhere = await client.scatter({ answer: 42 }, { broadcast: true });
  assert.equal((await holdersOf(client, [everywhere]))[0]?.length, 3);
  const twice = await client.scatter({ answer: 43 }, { broadcast: 2, hash: true });
  assert.equal((await holdersOf(client, [twice]))[0]?.length, 2);
  const again = await client.scatter({ answer: 43 }, { hash: true });
  assert.equal(again.key, twice.key);
  await assert.rejects(client.replicate([everywhere], { copies: 0 }), RangeError);
  await assert.rejects(client.retireWorkers(["nobody"]), { code: "UNKNOWN_KEY" });
});
