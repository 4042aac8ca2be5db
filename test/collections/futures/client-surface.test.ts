import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { asCompleted, Client, type Future } from "shoal";

const LIMIT = { timeout: 60_000 };

for (const mode of ["inline", "threads", "processes"] as const) {
  let client: Client;
  before(async () => {
    client = await Client.local({ mode, workers: 2 });
  });
  after(() => client.close());
  const named = (what: string): string => `${what} (${mode})`;

  test(named("hasWhat() and whoHas() agree; story() tells a task's state"), LIMIT, async () => {
    const futures = client.map((n: number) => [n], [1, 2, 3, 4]);
    await client.gather(futures);
    const held = await client.hasWhat();
    const holders = await client.whoHas(futures);
    for (const { key } of futures) assert.ok(held.get(holders.get(key)?.[0] as string)?.includes(key));
    assert.equal((await client.story(futures[0] as Future<unknown>)).state, "memory");
  });

  test(named("fireAndForget() runs what nobody wants any more, then lets it go"), LIMIT, async () => {
    const ran = client.event(`ran-${mode}`);
    const future = client.submit(async (event: typeof ran) => event.set(), ran);
    await client.fireAndForget(future);
    future.release();
    await ran.wait({ timeout: "20s" });
    await assert.rejects(client.fireAndForget({ key: "nobody", handle: 0 } as never), { code: "UNKNOWN_KEY" });
  });

  test(named("recreateErrorLocally() runs the failing task here, with its real inputs"), LIMIT, async () => {
    const parts = client.submit((n: number) => Array.from({ length: n }, (_, i) => i), 4);
    const failing = client.submit((xs: number[]) => {
      if (xs.length === 4) throw new RangeError(`bad sum ${xs.reduce((a, b) => a + b, 0)}`);
      return xs.length;
    }, parts);
    const after = client.submit((n: number) => n + 1, failing);
    await assert.rejects(after.result(), { code: "TASK_FAILED" });
    parts.release();
    await assert.rejects(client.recreateErrorLocally(after), new RangeError("bad sum 6"));
    const fine = client.submit((a: number, b: number) => a * b, 6, 7);
    assert.equal(await client.recreateTaskLocally(fine), 42);
    await assert.rejects(client.recreateErrorLocally(fine), TypeError);
  });

  test(named("runOnScheduler() runs beside the scheduler; run() on every worker"), LIMIT, async () => {
    assert.equal(await client.runOnScheduler((a: number, b: number) => a + b, 1, 2), 3);
    assert.equal(await client.runOnScheduler(() => process.pid), process.pid);
    const pids = await client.run(() => process.pid);
    assert.equal(pids.size, client.workers.length);
  });

  test(named("map() of a stream reads it no faster than it is read"), LIMIT, async () => {
    let given = 0;
    let ended = false;
    async function* endless(): AsyncGenerator<number> {
      try {
        for (;;) yield given++;
      } finally {
        ended = true;
      }
    }
    const seen: number[] = [];
    for await (const future of client.map((n: number) => n * 2, endless(), { inFlight: 3 })) {
      seen.push(await future.result());
      assert.ok(given <= seen.length + 4, `${given} were taken for ${seen.length} read`);
      if (seen.length === 20) break;
    }
    assert.deepEqual(
      seen,
      Array.from({ length: 20 }, (_, i) => i * 2),
    );
    assert.ok(ended);
  });

  test(named("asCompleted() takes more while it is read, gives batches, and results"), LIMIT, async () => {
    const done = asCompleted(client.map((n: number) => n, [0, 1, 2]));
    assert.equal(done.count, 3);
    const seen: number[] = [];
    for await (const future of done) {
      const value = await future.result();
      seen.push(value);
      if (value < 3) done.add(client.submit((n: number) => n + 10, value));
    }
    assert.deepEqual(
      seen.sort((a, b) => a - b),
      [0, 1, 2, 10, 11, 12],
    );
    assert.ok(done.isEmpty);
    const batched = asCompleted(client.map((n: number) => n, [1, 2, 3, 4]));
    let total = 0;
    for await (const batch of batched.batches()) total += batch.length;
    assert.equal(total, 4);
    const pairs: number[] = [];
    for await (const [, value] of asCompleted(client.map((n: number) => n, [5, 6])).withResults()) pairs.push(value);
    assert.deepEqual(pairs.sort(), [5, 6]);
  });

  test(named("scatter() by hash sends equal values once; records keep their names"), LIMIT, async () => {
    const [a, b] = await client.scatter([{ x: 1 }, { x: 1 }], { hash: true });
    assert.equal(a?.key, b?.key);
    const again = await client.scatter({ x: 1 }, { hash: true });
    assert.equal(again.key, a?.key);
    assert.deepEqual(await client.gather([a, b, again] as Future<unknown>[]), [{ x: 1 }, { x: 1 }, { x: 1 }]);
    const record = await client.scatterRecord({ low: 1, high: "two" });
    assert.equal(
      await client.submit((low: number, high: string) => high + low, record.low, record.high).result(),
      "two1",
    );
    const last = client.workers.at(-1)?.id as string;
    const there = await client.scatter([1, 2, 3], { workers: [last] });
    for (const holders of (await client.whoHas(there)).values()) assert.deepEqual(holders, [last]);
    await assert.rejects(client.scatter(1, { workers: ["nobody"] }), { code: "UNKNOWN_KEY" });
  });

  test(named("futuresByKey() gives futures of others' tasks"), LIMIT, async () => {
    const mine = client.submit((n: number) => n + 1, 1);
    await mine.wait();
    const [other, none] = await client.futuresByKey([mine.key, "unknown"]);
    assert.equal(none, undefined);
    mine.release();
    assert.equal(await (other as Future<number>).result(), 2);
  });
}

test("waitForWorkers() says how many are there when its time is over", async () => {
  await using client = await Client.local({ mode: "inline" });
  await assert.rejects(client.waitForWorkers(2, { timeout: 20 }), {
    code: "TIMEOUT",
    message: /^Of 2 workers of cluster "inline" 1 is there after 20 ms: start more/,
    details: { cluster: "inline", workers: 2, present: 1, timeoutMs: 20 },
  });
});

for (const mode of ["inline", "threads", "nats"] as const)
  test(
    `an asynchronous task that nobody wants any more gives its slot up, though it never settles (${mode})`,
    LIMIT,
    async () => {
      const own = await Client.local({ mode, workers: 1, slots: 1 });
      try {
        const begun = own.event("begun");
        const endless = own.submit(async (event: typeof begun) => {
          await event.set();
          return new Promise<never>(() => {});
        }, begun);
        await begun.wait({ timeout: "20s" });
        endless.cancel();
        await assert.rejects(endless.result(), { code: "CANCELLED" });
        assert.equal(await own.submit((n: number) => n + 1, 1).result({ timeout: "20s" }), 2);
      } finally {
        await own.close();
      }
    },
  );
