import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { Client } from "../../index.ts";
import { startTestNats } from "../support/nats.ts";
import { bareClient } from "./bare-client.mjs";

const server = await startTestNats({ after });
let client: Client;
let bare: Awaited<ReturnType<typeof bareClient>>;
let folder: string;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "shoal-gate-"));
  client = await Client.local({ mode: "nats", nats: server.url, cluster: "bare", workers: 2 });
  bare = await bareClient(server.url, "bare");
});

after(async () => {
  await bare.close();
  await client.close();
  await rm(folder, { recursive: true });
});

/** Runs until the file appears: the test decides when. */
const waitsFor = async (file: string): Promise<string> => {
  const { access } = await import("node:fs/promises");
  for (;;) {
    try {
      await access(file);
      return file;
    } catch {
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
};

/** Counts what it reads when the file appears. */
const countsAfter = async (data: Float64Array, file: string): Promise<number> => {
  const { access } = await import("node:fs/promises");
  for (;;) {
    try {
      await access(file);
      return data.length;
    } catch {
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
};

async function until(holds: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setImmediate(resolve));
}

const stateOf = async (key: string): Promise<string> =>
  (await bare.task(client.taskAddress(key), { type: "state" })).state;

test("a bare NATS client lists the actors of a cluster", async () => {
  const future = client.submit((x: number) => x + 1, 1, { key: "listed" });
  await future.wait();
  const actors = await bare.actors();
  assert.equal(actors.scheduler, "shoal.bare.scheduler");
  assert.equal(actors.workers.length, 2);
  assert.equal(actors.clients.length, 1);
  assert.ok(actors.tasks.some((one: { key: string; state: string }) => one.key === "listed" && one.state === "memory"));
  future.release();
});

test("a chunk larger than a message is fetched whole by a client, and in ranges by a bare one", async () => {
  const future = client.submit((n: number) => new Uint8Array(n).fill(7), 1_200_000, { key: "large" });
  await future.wait();
  const address = client.chunkAddress("large");
  const { base64 } = (await client.ask(address, { type: "get" })) as { base64: string };
  assert.equal(Buffer.from(base64, "base64").length, 1_200_000);
  assert.equal((await bare.task(address, { type: "get" })).error.code, "OVERSIZE");
  const part = await bare.task(address, { type: "get", from: 1_199_998, to: 1_900_000 });
  assert.deepEqual(
    { ...part, base64: "" },
    { kind: "part", of: "array", key: "large", type: "Uint8Array", from: 1_199_998, bytes: 1_200_000, base64: "" },
  );
  assert.deepEqual([...Buffer.from(part.base64, "base64")], [7, 7]);
  assert.match((await bare.task(address, { type: "get", from: -1 })).error.message, /A range of bytes is/);
  future.release();
});

test("a bare NATS client reads a task in every state, watches it, and cancels it while it runs", async () => {
  const gate = join(folder, "gate-1");
  const first = client.submit(waitsFor, gate, { key: "first" });
  const second = client.submit((path: string) => path.length, first, { key: "second" });
  await until(async () => (await stateOf("first").catch(() => "")) === "processing");
  assert.ok(["waiting", "assigned"].includes(await stateOf("second")));
  const seen = await bare.watch(client.taskAddress("second"));
  await writeFile(gate, "");
  assert.equal(await second.result(), gate.length);
  await until(() => seen.at(-1) === "memory");
  assert.ok(seen.includes("processing"));

  const stuck = client.submit(waitsFor, join(folder, "never"), { key: "stuck" });
  await until(async () => (await stateOf("stuck").catch(() => "")) === "processing");
  const answer = await bare.task(client.taskAddress("stuck"), { type: "cancel", reason: "by hand" });
  assert.equal(answer.cancelled, true);
  assert.equal(answer.state, "erred");
  await assert.rejects(stuck.result(), { code: "CANCELLED", message: /by hand/ });
  // A function cannot be taken off its thread; what it still gives is dropped.
  await writeFile(join(folder, "never"), "");
  first.release();
  second.release();
  stuck.release();
  await until(
    async () => (await bare.task(client.taskAddress("second"), { type: "state" })).error?.code === "UNKNOWN_KEY",
  );
});

test("a bare NATS client sees ready and erred tasks, and has one retried", async () => {
  const gate = join(folder, "gate-2");
  const flag = join(folder, "flag");
  const blockers = Array.from({ length: 8 }, (_, i) => client.submit(waitsFor, gate, { key: `blocker-${i}` }));
  await until(async () =>
    (await Promise.all(blockers.map((one) => stateOf(one.key).catch(() => "")))).includes("ready"),
  );
  await writeFile(gate, "");
  await client.gather(blockers);
  const flaky = client.submit(
    async (path: string) => {
      const { access } = await import("node:fs/promises");
      await access(path);
      return "there";
    },
    flag,
    { key: "flaky" },
  );
  await assert.rejects(flaky.result(), { code: "TASK_FAILED" });
  assert.equal(await stateOf("flaky"), "erred");
  await writeFile(flag, "");
  const answer = await bare.task(client.taskAddress("flaky"), { type: "retry" });
  assert.equal(answer.retried, true);
  await until(async () => (await stateOf("flaky")) === "memory");
});

test("a bare NATS client fetches a chunk's bytes, also after it moved", async () => {
  const made = client.submit((n: number) => Float64Array.from({ length: n }, (_, i) => i / 2), 4, { key: "chunk-a" });
  await made.wait();
  const address = client.chunkAddress("chunk-a");
  assert.deepEqual(await bare.bytes(address), [0, 0.5, 1, 1.5]);
  const meta = await bare.task(address, { type: "meta" });
  const other = client.workers.map((worker) => worker.id).find((id) => id !== meta.holders[0]) as string;
  // A reader that must run elsewhere takes a copy there, which is none too many as long as it runs; then the first copy goes.
  const gate = join(folder, "gate-3");
  const reader = client.submit(countsAfter, made, gate, { workers: [other] });
  await until(async () => (await bare.task(address, { type: "meta" })).holders.length === 2);
  assert.equal((await bare.task(address, { type: "drop" })).dropped, true);
  assert.deepEqual((await bare.task(address, { type: "meta" })).holders, [other]);
  assert.deepEqual(await bare.bytes(address), [0, 0.5, 1, 1.5]);
  await writeFile(gate, "");
  assert.equal(await reader.result(), 4);
});

test("questions that make no sense are answered with what would", async () => {
  const error = (await bare.task("shoal.bare.scheduler", { type: "dance" })).error;
  assert.match(error.message, /ask whoAreYou, status/);
  const gone = (await bare.task(client.taskAddress("no such key"), { type: "state" })).error;
  assert.equal(gone.code, "UNKNOWN_KEY");
});

for (const mode of ["inline", "threads", "processes"] as const)
  test(`the same questions through ask: ${mode}`, async () => {
    const local = await Client.local({ mode, workers: mode === "inline" ? 1 : 2 });
    try {
      const future = local.submit((x: number) => [x, x + 1], 41, { key: "asked" });
      await future.wait();
      const report = (await local.ask(local.taskAddress("asked"), { type: "state" })) as { state: string; key: string };
      assert.equal(report.state, "memory");
      const chunk = (await local.ask(local.chunkAddress("asked"), { type: "get" })) as { kind: string; value: unknown };
      assert.deepEqual(chunk.value, [41, 42]);
      await assert.rejects(local.ask(local.taskAddress("nobody"), { type: "state" }), { code: "UNKNOWN_KEY" });
    } finally {
      await local.close();
    }
  });
