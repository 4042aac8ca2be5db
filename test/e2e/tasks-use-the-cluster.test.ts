import assert from "node:assert/strict";
import { test } from "node:test";
import { Client, getClient, secede, taskScope } from "shoal";

interface Notes {
  readonly progress: number | null;
  readonly lines: readonly { readonly worker: string; readonly line: string }[];
}

/** Asks a task for its notes until they are so. */
async function notesOf(client: Client, key: string, holds: (notes: Notes) => boolean): Promise<Notes> {
  for (;;) {
    const notes = (await client.ask(client.taskAddress(key), { type: "notes" })) as Notes;
    if (holds(notes)) return notes;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

for (const mode of ["inline", "threads", "nats"] as const)
  test(`tasks that wait for what they submit, on one worker with one slot: none waits for ever, ${mode}`, async () => {
    await using client = await Client.local({ mode, workers: 1, slots: 1 });
    const sum = async (depth: number): Promise<number> => {
      if (depth === 0) return 1;
      const inner = getClient();
      const rejoin = secede();
      const own = taskScope().worker;
      const parts = await inner.gather([inner.submit(sum, depth - 1), inner.submit(sum, depth - 1)]);
      await rejoin();
      return own.length > 0 ? parts.reduce((a, b) => a + b, 0) : Number.NaN;
    };
    assert.equal(await client.submit(sum, 4).result(), 16);
    const { workers } = await client.status();
    assert.deepEqual(
      workers.map((one) => one.processing),
      [0],
    );
  });

test("a task that rejoined takes its slot: what comes after waits", async () => {
  await using client = await Client.local({ mode: "inline", slots: 1 });
  const order: string[] = [];
  const open = deferred();
  const first = client.submit(async () => {
    const rejoin = secede();
    await open.promise;
    await rejoin();
    order.push("first goes on");
    await Promise.resolve();
    order.push("first ends");
  });
  const second = client.submit(() => {
    order.push("second");
    open.resolve();
  });
  await client.gather([first, second]);
  assert.deepEqual(order, ["second", "first goes on", "first ends"]);
});

test("what a task said of itself is kept at its address when its worker has been killed", async () => {
  await using client = await Client.local({ mode: "processes", workers: 1 });
  const endless = async (): Promise<void> => {
    taskScope().progress(0.25);
    taskScope().log("a quarter is done");
    await new Promise(() => {});
  };
  const future = client.submit(endless, { key: "endless" });
  const before = await notesOf(client, "endless", (notes) => notes.lines.length > 0);
  const [[worker, pid] = ["", 0]] = [...client.workerPids];
  process.kill(pid, "SIGKILL");
  await notesOf(client, "endless", (notes) => notes.lines.length > 1);
  const { lines, progress } = await notesOf(client, "endless", () => true);
  assert.equal(progress, 0.25);
  assert.deepEqual(lines[0], before.lines[0]);
  assert.equal(lines[0]?.worker, worker);
  assert.notEqual(lines[1]?.worker, worker, "it ran again, elsewhere");
  client.cancel([future]);
});

test("a running task that is cancelled hears of it, and its slot comes back", async () => {
  await using client = await Client.local({ mode: "threads", workers: 1, slots: 1 });
  const listening = async (): Promise<string> => {
    const { signal } = taskScope();
    taskScope().log("runs");
    return new Promise((resolve) => signal.addEventListener("abort", () => resolve("stopped")));
  };
  const abort = new AbortController();
  const future = client.submit(listening, { key: "listening", signal: abort.signal });
  await notesOf(client, "listening", (notes) => notes.lines.length > 0);
  abort.abort();
  await assert.rejects(future.result(), { code: "CANCELLED" });
  assert.equal(await client.submit(() => "next").result(), "next");
});

function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve = (): void => {};
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

test("a retry with a delay waits so long, and no heartbeat longer", async () => {
  await using client = await Client.local({ mode: "inline" });
  let runs = 0;
  const began = performance.now();
  const flaky = (): number => {
    runs += 1;
    if (runs < 3) throw new Error("not yet");
    return runs;
  };
  assert.equal(await client.submit(flaky, { retries: 5, retryDelay: "20ms" }).result(), 3);
  assert.ok(performance.now() - began >= 60, "20 ms, then 40 ms");
});

for (const mode of ["threads", "processes"] as const)
  test(`a task's client knows the workers from its first call on, ${mode}`, async () => {
    class Counter {
      n = 0;
      add(by: number): number {
        this.n += by;
        return this.n;
      }
    }
    const first: Record<string, (client: Client) => Promise<unknown>> = {
      run: async (client) => (await client.run(() => 1)).size,
      actor: async (client) => (await client.actor(Counter)).add(5),
      scatter: async (client) => (await client.scatter(7)).result(),
      plugin: async (client) => (await client.registerPlugin({ setup: () => {} })).workers.length,
      dump: async (client) =>
        Object.keys((await client.dumpClusterState(undefined, { exclude: ["graph"] }))["workers"] as object).length,
      ncores: async (client) => (await client.processing()).size,
    };
    const seen: Record<string, unknown> = {};
    for (const [name, call] of Object.entries(first)) {
      // A cluster of its own each: the client of a worker's tasks is opened once.
      await using client = await Client.local({ mode, workers: 2 });
      seen[name] = await client.submit(async () => call(getClient()), { key: name }).result();
    }
    assert.deepEqual(seen, { run: 2, actor: 5, scatter: 7, plugin: 2, dump: 2, ncores: 2 });
  });
