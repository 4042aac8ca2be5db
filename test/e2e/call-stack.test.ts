import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Client, type ShoalError } from "shoal";

for (const mode of ["threads", "processes", "nats"] as const)
  describe(`callStack(), ${mode}`, { timeout: 90_000 }, () => {
    test("tells what a busy worker is in the midst of, and which task that is", async () => {
      await using client = await Client.local({ mode, workers: 2 });
      const shared = client.submit(() => 1);
      await shared.result();
      const busy = client.submit(function outer() {
        function spin(): number {
          let sum = 0;
          for (;;) sum += Math.sqrt(sum + 1);
        }
        return spin();
      });
      const waits = client.submit(() => new Promise<never>(() => {}));
      const seen = async () => [...(await client.callStack()).values()].flat();
      let calls = await seen();
      // Both have begun, and one has come to where it waits.
      const isThere = (): boolean =>
        calls.some(({ key, stack }) => key === busy.key && stack.length > 1) &&
        calls.some(({ key, stack }) => key === waits.key && stack.length === 0);
      while (!isThere()) {
        await new Promise(setImmediate);
        calls = await seen();
      }
      const spinning = calls.find(({ key }) => key === busy.key);
      assert.match(spinning?.stack[0] ?? "", /^outer /);
      assert.match(spinning?.stack[1] ?? "", /^spin /);
      // Math.sqrt may be on top of it.
      assert.ok((spinning?.stack.length ?? 9) <= 3, String(spinning?.stack));
      assert.ok((spinning?.ms ?? -1) >= 0);
      assert.deepEqual(calls.find(({ key }) => key === waits.key)?.stack, []);
      const chosen = await client.callStack([waits]);
      assert.deepEqual([...chosen.keys()].sort(), client.workers.map(({ id }) => id).sort());
      assert.deepEqual(
        [...chosen.values()].flat().map(({ key }) => key),
        [waits.key],
      );
      client.cancel([busy, waits]);
    });

    test("a worker that does nothing runs nothing", async () => {
      await using client = await Client.local({ mode, workers: 1 });
      const [calls] = [...(await client.callStack()).values()];
      assert.deepEqual(
        calls?.filter(({ key }) => key !== ""),
        [],
      );
    });
  });

test("callStack() says why it cannot be had inline, and what is no future", async () => {
  await using client = await Client.local({ mode: "inline" });
  await assert.rejects(client.callStack(), (error: ShoalError) => {
    assert.equal(error.code, "NOT_SUPPORTED");
    assert.match(error.message, /getProfile\(\)/);
    return true;
  });
  await using threads = await Client.local({ mode: "threads", workers: 1 });
  await assert.rejects(threads.callStack([7 as never]), TypeError);
});
