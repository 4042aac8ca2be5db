import assert from "node:assert/strict";
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { Client, taskScope } from "shoal";
import * as db from "shoal/bag";

const PARTITIONS = 40;
const ITEMS = 20_000;

function folderFor(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "shoal-exchange-"));
  t.after(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** How often each number was written down, by all processes. */
function counted(folder: string): Map<number, number> {
  const counts = new Map<number, number>();
  for (const file of readdirSync(folder))
    for (const line of readFileSync(join(folder, file), "utf8").trim().split("\n"))
      counts.set(Number(line), (counts.get(Number(line)) ?? 0) + 1);
  return counts;
}

/** Groups of items by their last two digits: cutters write their first item down, readers each group they made. */
function grouping(cutters: string, readers: string) {
  const write = appendFileSync;
  return db
    .range(ITEMS, { npartitions: PARTITIONS })
    .mapPartitions((items: Iterable<number>) => {
      const list = [...items];
      write(`${cutters}/${process.pid}`, `${list[0]}\n`);
      return list;
    })
    .groupby((x: number) => x % 100, { npartitions: PARTITIONS })
    .map(([key, items]: [number, number[]]) => {
      write(`${readers}/${process.pid}`, `${key}\n`);
      const end = process.hrtime.bigint() + 5_000_000n;
      while (process.hrtime.bigint() < end);
      return [key, items.length, items.reduce((sum, x) => sum + x, 0)];
    });
}

const expected = Array.from({ length: 100 }, (_, key) => [
  key,
  ITEMS / 100,
  (ITEMS / 100) * key + (100 * ((ITEMS / 100) * (ITEMS / 100 - 1))) / 2,
]);
const sorted = (rows: unknown): number[][] =>
  (rows as number[][]).toSorted((a, b) => (a[0] as number) - (b[0] as number));

for (const mode of ["threads", "processes", "nats"] as const)
  test(`an exchange gives every item to its group once, ${mode}`, async (t) => {
    const client = await Client.local({ mode, workers: 2 });
    t.after(() => client.close());
    const [cutters, readers] = [folderFor(t), folderFor(t)];
    assert.deepEqual(sorted(await grouping(cutters, readers).compute()), expected);
    assert.deepEqual([...counted(cutters).values()], new Array(PARTITIONS).fill(1), "each block was cut once");
    assert.deepEqual([...counted(readers).values()], new Array(100).fill(1));
  });

test("what runs behind an exchange in one task knows its task still", async (t) => {
  const client = await Client.local({ mode: "threads", workers: 2 });
  t.after(() => client.close());
  const workers = await db
    .range(8, { npartitions: 4 })
    .groupby((x: number) => x % 4, { npartitions: 4 })
    .map(() => taskScope().worker)
    .compute();
  assert.equal((workers as string[]).length, 4);
  assert.ok((workers as string[]).every((worker) => client.workerPids.has(worker)));
});

test("SIGKILL of a worker while shards are read: right groups, and only what lay there is cut again", async (t) => {
  const client = await Client.local({ mode: "processes", workers: 2 });
  t.after(() => client.close());
  const [cutters, readers] = [folderFor(t), folderFor(t)];
  const result = grouping(cutters, readers).compute();
  const [pid] = client.workerPids.values();
  while (counted(readers).size < 30) await new Promise((resolve) => setImmediate(resolve));
  process.kill(pid as number, "SIGKILL");
  assert.deepEqual(sorted(await result), expected);
  const lost = readFileSync(join(cutters, String(pid)), "utf8")
    .trim()
    .split("\n")
    .map(Number);
  for (const [first, times] of counted(cutters))
    assert.ok(times === 1 || (times === 2 && lost.includes(first)), `block ${first} was cut ${times} times`);
});

test("shards on disk count as spilled, and as results, until their readers are done; what went there and back is told", async (t) => {
  const client = await Client.local({ mode: "inline", memoryLimit: "8 MB" });
  t.after(() => client.close());
  let open = (): void => {};
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  const grouped = db
    .range(400_000, { npartitions: 4 })
    .groupby((x: number) => x % 8, { npartitions: 4 })
    .mapPartitions(async (groups: AsyncIterable<[number, number[]]> | Iterable<[number, number[]]>) => {
      await gate;
      const sizes: number[] = [];
      for await (const [, items] of groups) sizes.push(items.length);
      return sizes;
    });
  const sizes = grouped.compute();
  const figures = async () => (await client.status()).workers[0] as { spilledBytes: number; managedBytes: number };
  let seen = await figures();
  while (seen.spilledBytes === 0) seen = await figures();
  assert.ok(seen.managedBytes >= seen.spilledBytes);
  open();
  assert.deepEqual(await sizes, new Array(8).fill(50_000));
  while ((await figures()).spilledBytes > 0);
  const bytes = new Map<string, number>();
  while (["encode", "write", "read", "decode"].some((one) => !bytes.has(one)))
    for (const one of await client.getActivities()) if (one.context === "exchange") bytes.set(one.activity, one.bytes);
  assert.ok((bytes.get("write") as number) > 400_000, `${bytes.get("write")} bytes written`);
  assert.ok((bytes.get("read") as number) > 400_000, `${bytes.get("read")} bytes read`);
});
