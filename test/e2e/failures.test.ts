import assert from "node:assert/strict";
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { Client, ShoalError } from "shoal";
import { SERVER_CONFIG } from "../../infra/nats/server.ts";
import { RunningCommand, startCommand } from "../support/command-line.ts";
import { startTestNats } from "../support/nats.ts";

interface Status {
  readonly clients: number;
  readonly tasks: Readonly<Record<string, number>>;
  readonly entered: Readonly<Record<string, number>>;
}

/** Asks until the scheduler's figures are so. */
async function until(client: Client, holds: (status: Status) => boolean): Promise<Status> {
  for (;;) {
    const status = (await client.status()) as unknown as Status;
    if (holds(status)) return status;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Keeps its thread busy for 5 ms and writes down that it ran. */
function recorded(folder: string): (x: number) => number {
  const write = appendFileSync;
  return (x) => {
    const end = process.hrtime.bigint() + 5_000_000n;
    while (process.hrtime.bigint() < end);
    write(`${folder}/${process.pid}.log`, `${x}\n`);
    return x * x;
  };
}

const TASKS = 2000;
const inputs = Array.from({ length: TASKS }, (_, x) => x);
const expected = inputs.map((x) => x * x);

for (const mode of ["processes", "nats"] as const)
  test(`SIGKILL of a worker process amid ${TASKS} tasks of 5 ms, ${mode}: every result is right, the worker is replaced`, async (t) => {
    const client = await Client.local({ mode, workers: 2 });
    t.after(() => client.close());
    const folder = mkdtempSync(join(tmpdir(), "shoal-kill-"));
    t.after(() => rmSync(folder, { recursive: true }));
    const futures = client.map(recorded(folder), inputs);
    const [[name, pid] = ["", 0]] = [...client.workerPids];
    await until(client, ({ entered }) => (entered["memory"] ?? 0) >= TASKS / 4);
    process.kill(pid, "SIGKILL");
    assert.deepEqual(await client.gather(futures), expected);
    await client.waitForWorkers(2);
    assert.equal(client.workerPids.size, 2);
    assert.ok(!client.workerPids.has(name), "another worker took its place");
    assert.equal(await client.submit(() => "alive").result(), "alive");
  });

test("nats-server killed and started again in mid-job: right answer, nothing is applied twice", async (t) => {
  const server = await startTestNats(t, { config: SERVER_CONFIG });
  const client = await Client.local({ mode: "nats", nats: server.url, workers: 2 });
  t.after(() => client.close());
  const folder = mkdtempSync(join(tmpdir(), "shoal-restart-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const futures = client.map(recorded(folder), inputs);
  const total = client.submit((...xs: number[]) => xs.reduce((sum, x) => sum + x, 0), ...futures.slice(0, 500));
  const pids = [...client.workerPids.values()];
  await until(client, ({ entered }) => (entered["memory"] ?? 0) >= TASKS / 4);
  await server.kill();
  await server.restart();
  assert.deepEqual(await client.gather(futures), expected);
  assert.equal(
    await total.result(),
    expected.slice(0, 500).reduce((sum, x) => sum + x, 0),
  );
  assert.deepEqual([...client.workerPids.values()], pids, "no worker was taken for dead");
  const ran = pids.flatMap((pid) =>
    readFileSync(join(folder, `${pid}.log`), "utf8")
      .trim()
      .split("\n")
      .map(Number),
  );
  assert.deepEqual(
    ran.sort((a, b) => a - b),
    inputs,
    "each task ran once",
  );
  const { entered } = (await client.status()) as unknown as Status;
  assert.equal(entered["memory"], TASKS + 1, "each result was taken once");
});

test("a client that is killed: its work is released after its lease, that of others stays", async (t) => {
  const server = await startTestNats(t, { config: SERVER_CONFIG });
  const env = { SHOAL_NATS: server.url };
  const scheduler = startCommand(t, ["scheduler", "--client-lease", "8s"], { env });
  await scheduler.says(/is ready/);
  const worker = startCommand(t, ["worker", "--workers", "1"], { env });
  await worker.says(/1 worker for/);
  const mine = await Client.connect(server.url);
  t.after(() => mine.close());
  await mine.waitForWorkers(1);
  const kept = mine.submit(() => "kept");
  await kept.wait();
  const script = fileURLToPath(new URL("./endless.fixture.ts", import.meta.url));
  const other = new RunningCommand(["run", script], { env });
  t.after(async () => void (await other.stop("SIGKILL")));
  await other.says(/submitted/);
  await until(mine, ({ clients, tasks }) => clients === 2 && (tasks["processing"] ?? 0) > 0);
  const lock = mine.lock("held by the killed");
  assert.equal(await lock.tryAcquire(), undefined);
  await other.stop("SIGKILL");
  const status = await until(mine, ({ clients }) => clients === 1);
  const left = Object.entries(status.tasks).filter(([, count]) => count > 0);
  assert.deepEqual(left, [["memory", 1]], "only what this client wants is left");
  assert.equal(await mine.submit(() => "next").result(), "next");
  assert.equal(await kept.result(), "kept");
  await (await lock.acquire({ timeout: "20s" })).release();
});

test("a task that kills its process every time is given up as KILLED_WORKER; the others succeed", async (t) => {
  const client = await Client.local({ mode: "processes", workers: 2, allowedFailures: 2 });
  t.after(() => client.close());
  const good = client.map((x: number) => x + 1, inputs.slice(0, 200));
  const bad = client.submit(() => process.kill(process.pid, "SIGKILL"), { key: "killer" });
  await assert.rejects(bad.result(), (error) => {
    assert.ok(error instanceof ShoalError);
    assert.equal(error.code, "KILLED_WORKER");
    assert.match(error.message, /^killer was running alone on w\S+ when it died, as were \d+ workers before/);
    assert.equal(error.details["key"], "killer");
    return true;
  });
  assert.deepEqual(
    await client.gather(good),
    inputs.slice(0, 200).map((x) => x + 1),
  );
  assert.equal(await client.submit(() => "alive").result(), "alive");
});
