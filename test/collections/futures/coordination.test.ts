import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Client, type Future } from "../../../index.ts";

const square = (x: number): number => x * x;

for (const mode of ["inline", "threads", "processes", "nats"] as const)
  describe(`coordination, ${mode}`, () => {
    const open = (): Promise<Client> => Client.local({ mode, workers: 1, slots: 4 });

    test("locks, semaphores and events, their waits and their ends", async () => {
      await using client = await open();
      const lock = client.lock("x");
      const held = await lock.acquire();
      assert.equal(await lock.locked(), true);
      assert.equal(await lock.tryAcquire(), undefined);
      await assert.rejects(lock.acquire({ timeout: 20 }), { code: "TIMEOUT" });
      const cancel = new AbortController();
      const waits = lock.acquire({ signal: cancel.signal });
      cancel.abort();
      await assert.rejects(waits, { code: "CANCELLED" });
      const next = lock.acquire();
      assert.equal(await held.release(), true);
      assert.equal(await held.release(), false);
      const after = await next;
      assert.ok(after.fence > held.fence);
      {
        await using _ = after;
      }
      assert.equal(await lock.locked(), false);
      const semaphore = client.semaphore("s", 2);
      const order = await Promise.all([1, 2, 3].map((n) => semaphore.run(() => n)));
      assert.deepEqual(order, [1, 2, 3]);
      await using both = await client.multiLock(["x", "y"]).acquire();
      assert.deepEqual(both.names, ["x", "y"]);
      const event = client.event("go");
      const gone = event.wait({ timeout: "10s" });
      await event.set();
      await gone;
      assert.equal(await event.isSet(), true);
    });

    test("queues and variables carry values and futures; what is in them stays alive", async () => {
      await using client = await open();
      const queue = client.queue<{ at: number; future: Future<number> }>("q", { maxSize: 2 });
      const future = client.submit(square, 12);
      await queue.put({ at: 1, future });
      await future.wait();
      future.release();
      const got = await queue.get({ timeout: "10s" });
      assert.equal(got.at, 1);
      assert.equal(await got.future.result(), 144);
      const variable = client.variable<Map<string, unknown>>("v");
      await assert.rejects(variable.get({ timeout: 20 }), { code: "TIMEOUT" });
      await variable.set(
        new Map<string, unknown>([
          ["f", got.future],
          ["n", new Float64Array([1, 2])],
        ]),
      );
      got.future.release();
      const read = await variable.get();
      assert.equal(await (read.get("f") as Future<number>).result(), 144);
      assert.deepEqual(read.get("n"), new Float64Array([1, 2]));
      // A future that was handed over is an argument like any other.
      assert.equal(await client.submit(square, read.get("f") as Future<number>).result(), 144 * 144);
      assert.equal(await variable.delete(), true);
      const failing = client.submit(() => {
        throw new RangeError("no");
      });
      await queue.put({ at: 2, future: failing as unknown as Future<number> });
      await assert.rejects((await queue.get()).future.result(), { code: "TASK_FAILED" });
    });

    test("who holds what, and how busy they are", async () => {
      await using client = await open();
      const future = client.submit(square, 3);
      await future.wait({ timeout: "20s" });
      const [worker] = client.workers.map((one) => one.id);
      assert.deepEqual([...(await client.whoHas([future]))], [[future.key, [worker]]]);
      assert.deepEqual([...client.ncores()], [[worker, 4]]);
      assert.deepEqual([...(await client.processing())], [[worker, 0]]);
    });

    test("topics, datasets, metadata and logged events", async () => {
      await using client = await open();
      const topic = client.topic<{ n: number }>("news");
      const news = await topic.subscribe();
      for (let n = 0; n < 3; n++) topic.publish({ n });
      const seen: number[] = [];
      for await (const { n } of news) if (seen.push(n) === 3) break;
      assert.deepEqual(seen, [0, 1, 2]);
      const futures = client.map(square, [1, 2, 3]);
      await client.publishDataset("squares", futures);
      await client.gather(futures);
      for (const future of futures) future.release();
      await assert.rejects(client.publishDataset("squares", 1), { code: "NAME_TAKEN" });
      assert.deepEqual(await client.listDatasets(), ["squares"]);
      const again = (await client.getDataset("squares")) as Future<number>[];
      assert.deepEqual(await client.gather(again), [1, 4, 9]);
      assert.equal(await client.unpublishDataset("squares"), true);
      await assert.rejects(client.getDataset("squares"), { code: "UNKNOWN_KEY" });
      await client.setMetadata("a/b", { deep: [1] });
      assert.deepEqual(await client.getMetadata("a/b"), { deep: [1] });
      assert.equal(await client.getMetadata("a/c", 7), 7);
      await client.logEvent("steps", "first");
      await client.logEvent("steps", { second: 2 });
      assert.deepEqual(
        (await client.getEvents("steps")).map((one) => one.message),
        ["first", { second: 2 }],
      );
    });
  });
