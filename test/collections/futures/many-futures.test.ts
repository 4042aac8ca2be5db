import assert from "node:assert/strict";
import { test } from "node:test";
import { Client } from "shoal";

const COUNT = 100_000;
const LIMIT = { timeout: 120_000 };

for (const mode of ["inline", "threads"] as const)
  test(`${COUNT} futures made, awaited and let go leave nothing behind (${mode})`, LIMIT, async () => {
    await using client = await Client.local({ mode, workers: 1 });
    const before = await client.status();
    const futures = client.map(
      (n: number) => n + 1,
      Array.from({ length: COUNT }, (_, i) => i),
    );
    const values = await client.gather(futures);
    assert.equal(values[COUNT - 1], COUNT);
    for (const future of futures) future.release();
    // What is let go of is told in the same turn; a question afterwards finds it done.
    let status = await client.status();
    for (let asked = 0; asked < 200 && status.slabs > before.slabs; asked++) status = await client.status();
    assert.equal(status.slabs, before.slabs);
    assert.deepEqual(status.tasks, before.tasks);
    assert.equal(client.executor.session.findRecord((futures[0] as { handle: number }).handle), undefined);
    for (const keys of (await client.hasWhat()).values()) assert.deepEqual(keys, []);
  });
