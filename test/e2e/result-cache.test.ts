import assert from "node:assert/strict";
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import * as db from "../../collections/bag/index.ts";
import { Client, delayed } from "../../index.ts";

/** Functions that leave a line in a file each time they run, in whatever process that is. */
function ledger(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), "shoal-cache-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "runs");
  appendFileSync(file, "");
  return { file, runs: () => readFileSync(file, "utf8").split("\n").length - 1 };
}

for (const mode of ["inline", "threads", "processes", "nats"] as const)
  test(`what was dear is found again by computations that share it: ${mode}`, async (t) => {
    const { file, runs } = ledger(t);
    const client = await Client.local({
      mode,
      cache: { limit: "10 MB", least: "5ms" },
      ...(mode === "inline" ? {} : { workers: 2 }),
    });
    t.after(() => client.close());
    const dear = delayed(async (n: number) => {
      const fs = await import("node:fs");
      fs.appendFileSync(file, "x\n");
      for (const until = Date.now() + 20; Date.now() < until; );
      return n * n;
    });
    const parts = [1, 2, 3, 4].map((n) => dear(n));
    const sum = delayed((values: number[]) => values.reduce((a, b) => a + b, 0));
    assert.equal(await sum(parts).compute(), 30);
    assert.equal(runs(), 4);
    // Another computation over the same parts, and the same one once more: nothing is held meanwhile.
    assert.equal(await sum(parts.slice(1)).compute(), 29);
    assert.equal(await sum(parts).compute(), 30);
    assert.equal(runs(), 4);
    const { hits, results, bytesMax } = await client.cache();
    assert.ok(hits >= 7 && results >= 4, `${hits} hits, ${results} results`);
    assert.equal(bytesMax, 10e6);

    const tens = async (items: Iterable<number>): Promise<number[]> => {
      const fs = await import("node:fs");
      fs.appendFileSync(file, "x\n");
      for (const until = Date.now() + 20; Date.now() < until; );
      return [...items].map((n) => n * 10);
    };
    // Made anew over the same function it has the same names.
    const bag = () => db.fromSequence([1, 2, 3, 4], { npartitions: 2 }).mapPartitions(tens);
    assert.deepEqual(await bag().compute(), [10, 20, 30, 40]);
    assert.deepEqual(await bag().compute(), [10, 20, 30, 40]);
    assert.equal(runs(), 6);

    await client.clearCache();
    assert.equal((await client.cache()).results, 0);
    assert.equal(await sum(parts).compute(), 30);
    assert.equal(runs(), 10);
    await client.cache(false);
    assert.equal(await sum(parts).compute(), 30);
    assert.equal(runs(), 14);
  });

test("what a cache may be is checked where it is said", async () => {
  const local = (cache: unknown): Promise<Client> => Client.local({ mode: "inline", cache: cache as never });
  await assert.rejects(local("two gigabytes"), SyntaxError);
  await assert.rejects(local({ size: "2 GB" }), TypeError);
  await assert.rejects(local({ least: "1s" }), /needs a limit/);
  await assert.rejects(local(true), /an amount of memory/);
  const client = await local("1 MB");
  await assert.rejects(client.cache({ limit: "1 MB", halfLife: 0 }), RangeError);
  assert.equal((await client.cache({ limit: 5 })).bytesMax, 5);
  await client.close();
});
