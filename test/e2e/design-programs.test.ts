import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { gzipSync } from "node:zlib";
import { type ActorProxy, asCompleted, Client, compute, type Delayed, delayed, type Future } from "shoal";
import * as db from "shoal/bag";

/** Programs of the design page outside of tables and arrays, as they stand there, in every mode. */

interface Hit {
  status: number;
  path: string;
}
interface Order {
  id: number;
}

const folder = mkdtempSync(join(tmpdir(), "shoal-design-"));
const hits: Hit[] = Array.from({ length: 300 }, (_, i) => ({ status: i % 3 === 0 ? 503 : 200, path: `/p${i % 7}` }));
const orders: Order[][] = [[{ id: 1 }, { id: 2 }], [], [{ id: 3 }]];
const paths = orders.map((_, i) => join(folder, `orders-${i}.json`));
before(() => {
  const lines = hits.map((hit) => JSON.stringify(hit));
  for (const [i, part] of [lines.slice(0, 150), lines.slice(150)].entries())
    writeFileSync(join(folder, `${i}.jsonl.gz`), gzipSync(`${part.join("\n")}\n`));
  for (const [i, path] of paths.entries()) writeFileSync(path, JSON.stringify(orders[i]));
});
after(() => rmSync(folder, { recursive: true, force: true }));

class Counter {
  total: number;
  constructor(total: number) {
    this.total = total;
  }
  add(amount: number): number {
    this.total += amount;
    return this.total;
  }
}

const fib = (n: number): number => (n < 2 ? n : fib(n - 1) + fib(n - 2));
const score = (user: string): number => user.length;

async function bagProgram(): Promise<void> {
  const top = await db
    .readText(join(folder, "*.jsonl.gz"))
    .map((line) => JSON.parse(line) as Hit)
    .filter((h) => h.status >= 500)
    .pluck("path")
    .frequencies()
    .topk(10, { key: ([, n]) => n })
    .compute();
  const typed: [string, number][] = top;
  const counts = new Map<string, number>();
  for (const { path } of hits.filter(({ status }) => status >= 500)) counts.set(path, (counts.get(path) ?? 0) + 1);
  assert.deepEqual(new Map(typed), counts);
  assert.equal(typed[0]?.[1], Math.max(...counts.values()));
}

async function delayedProgram(): Promise<void> {
  const load = delayed(async (path: string) => JSON.parse(await readFile(path, "utf8")) as Order[]);
  const total = delayed((xs: Order[][]) => xs.flat().length)(paths.map((p) => load(p)));
  const typed: Delayed<number> = total;
  assert.equal(await typed.compute(), 3);
  const [one, two] = await compute(total, total.add(1));
  assert.deepEqual([one, two], [3, 4]);
  assert.match(total.explain(), /tasks/);
  const svg = join(folder, "plan.svg");
  assert.match(await total.visualize(svg), /<svg/);
  assert.equal(await total.persist().compute(), 3);
}

async function futuresProgram(client: Client): Promise<void> {
  const { signal } = new AbortController();
  const future = client.submit((n: number) => fib(n), 20, { priority: 10, retries: 2, timeout: "30s", signal });
  const typed: Future<number> = future;
  assert.equal(await typed.result(), 6765);
  assert.ok(!("then" in future), "a future is no thenable");
  const users = ["ann", "bo", "carla"];
  const scores: number[] = [];
  for await (const f of asCompleted(client.map(score, users))) scores.push(await f.result());
  assert.deepEqual(scores.sort(), [2, 3, 5]);
}

async function actorProgram(client: Client): Promise<void> {
  const counter = await client.actor(Counter, 0);
  const typed: ActorProxy<Counter> = counter;
  assert.equal(await typed.add(5), 5);
  assert.equal(await counter.total, 5);
}

test("programs of the design run as written without a client", async () => {
  await bagProgram();
  await delayedProgram();
});

for (const mode of ["inline", "threads", "processes", "nats"] as const)
  test(`programs of the design run as written: ${mode}`, { timeout: 120_000 }, async () => {
    await using client = await Client.local({ mode, workers: 2 });
    await bagProgram();
    await delayedProgram();
    await futuresProgram(client);
    await actorProgram(client);
  });

/** Checked by the compiler alone: what must not be accepted. */
function refused(client: Client): void {
  // @ts-expect-error a number is no path
  delayed((path: string) => path)(3);
  // @ts-expect-error text is no number
  client.submit((n: number) => n, "3");
  // @ts-expect-error items are not of the function's kind
  client.map(score, [1, 2]);
  // @ts-expect-error the constructor takes a number
  void client.actor(Counter, "0");
}

void refused;
