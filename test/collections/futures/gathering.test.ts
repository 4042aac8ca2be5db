import assert from "node:assert/strict";
import { test } from "node:test";
import { Client } from "shoal";

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
