import assert from "node:assert/strict";
import { test } from "node:test";
import { Client, delayed } from "shoal";

test("small results come with the scheduler's word; larger ones straight from the worker that holds them", async () => {
  await using client = await Client.local({ mode: "threads", workers: 1 });
  const { bus } = client.executor.session.options;
  let asked = 0;
  const listening = bus.subscribe(`shoal.${client.clusterName}.worker.*.peer`, () => {
    asked += 1;
  });
  const small = client.submit((n: number) => n + 1, 1);
  assert.equal(await small.result(), 2);
  assert.equal(asked, 0);
  const large = client.submit((n: number) => new Float64Array(n).fill(1), 1000);
  assert.equal((await large.result()).length, 1000);
  assert.ok(asked > 0);
  listening.unsubscribe();
});

test("a future that was let go is named by its key, whatever it is handed to", async () => {
  await using client = await Client.local({ mode: "inline" });
  const gone = client.submit((n: number) => n + 1, 1, { key: "let-go" });
  await gone.result();
  gone.release();
  const named = { code: "CANCELLED", message: /future let-go is let go/ };
  await assert.rejects(client.gather([gone]), named);
  await assert.rejects(gone.result(), named);
  assert.throws(() => client.submit((n: number) => n, gone), named);
  assert.throws(() => client.map((n: number) => n, [gone]), named);
  assert.throws(() => client.submit((ns: number[]) => ns.length, [gone] as never), named);
  await assert.rejects(async () => delayed((n: number) => n)(gone as never).compute(), named);
});

test("a symbol is refused by its name, captured or handed over", async () => {
  await using client = await Client.local({ mode: "threads", workers: 1 });
  const mine = Symbol("mine");
  const message = /is the symbol Symbol\(mine\), which has no meaning in another process; use a string/;
  await assert.rejects(client.submit(() => String(mine)).result(), { message });
  await assert.rejects(client.submit(String, mine).result(), { message });
});

test("delayed() refuses options that nobody reads", () => {
  assert.throws(() => delayed(Math.abs, { travers: true } as never), { message: /did you mean "traverse"/ });
  assert.throws(() => delayed(Math.abs, 5 as never), TypeError);
});
