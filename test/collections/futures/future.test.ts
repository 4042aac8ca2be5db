import assert from "node:assert/strict";
import { test } from "node:test";
import { Client, type Future, TaskError, wait } from "shoal";

const never = (): Promise<never> => new Promise(() => {});
const fails = (): never => {
  throw new RangeError("no");
};

test("exception() gives the task's error only: a wait that ends before the task does throws", async () => {
  await using client = await Client.local({ mode: "inline" });
  const open = client.submit(never);
  await assert.rejects(open.exception({ timeout: 5 }), { code: "TIMEOUT" });
  const reason = new RangeError("enough");
  await assert.rejects(open.exception({ signal: AbortSignal.abort(reason) }), reason);
  assert.equal(open.status, "pending");
  open.cancel();
  assert.equal(((await open.exception()) as { code?: string }).code, "CANCELLED");
});

test("exception() of a future that is done tells what became of it, whatever its signal says", async () => {
  await using client = await Client.local({ mode: "inline" });
  const [fine, failed] = [client.submit(() => 1), client.submit(fails)];
  assert.equal(await fine.exception(), undefined);
  assert.ok((await failed.exception()) instanceof TaskError);
  const late = { signal: AbortSignal.abort(new RangeError("late")) };
  assert.equal(await fine.exception(late), undefined);
  assert.ok((await failed.exception(late)) instanceof TaskError);
});

test("wait() throws when the time is over or its signal is aborted, and counts what is not done", async () => {
  await using client = await Client.local({ mode: "inline" });
  const futures: Future<unknown>[] = [client.submit(() => 1), client.submit(fails), client.submit(never)];
  const { done, pending } = await wait(futures, { until: "first", timeout: "20s" });
  assert.ok(done.size >= 1 && pending.has(futures[2] as Future<unknown>));
  assert.equal((await wait(futures.slice(0, 2), { timeout: "20s" })).done.size, 2);
  await assert.rejects(wait(futures, { timeout: 50 }), {
    code: "TIMEOUT",
    message: "1 of 3 futures are not done after 50 ms; wait longer, or look at their status",
    details: { timeoutMs: 50, pending: 1 },
  });
  await assert.rejects(wait(futures.slice(2), { until: "first", timeout: 1 }), { code: "TIMEOUT" });
  const reason = new RangeError("enough");
  await assert.rejects(wait(futures, { signal: AbortSignal.abort(reason) }), reason);
  assert.deepEqual(await wait([], { until: "first" }), { done: new Set(), pending: new Set() });
});

test("a future that was released is named by its key; what is no future is refused", async () => {
  await using client = await Client.local({ mode: "inline" });
  const [gone, kept] = client.map((n: number) => n, [1, 2]) as [Future<number>, Future<number>];
  assert.deepEqual(await client.gather([gone, kept]), [1, 2]);
  gone.release();
  const named = { code: "CANCELLED", details: { key: gone.key }, message: new RegExp(gone.key) };
  await assert.rejects(gone.result(), named);
  await assert.rejects(gone.wait(), named);
  await assert.rejects(client.gather([kept, gone]), named);
  const refused = (futures: unknown, message: string): Promise<void> =>
    assert.rejects(client.gather(futures as never), { name: "TypeError", message });
  await refused(5, "gather takes a list of futures, not 5");
  await refused({ a: kept }, "gather takes a list of futures, not an object");
  await refused([1], "Item 0 of the futures of gather is 1, and no future");
  await refused(kept, "gather takes a list of futures, not one future; write gather([future]), or use its own methods");
  assert.throws(() => client.cancel([undefined] as never), /Item 0 of the futures of cancel is undefined/);
});
