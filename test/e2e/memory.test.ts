import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readlinkSync, rmSync } from "node:fs";
import { watch } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import * as da from "../../collections/array/index.ts";
import { Client, type ShoalError, wait } from "../../index.ts";
import { startTestNats } from "../support/nats.ts";

const BLOCK = 250_000;
const block = (i: number): Float64Array => new Float64Array(250_000).fill(i);
const sum = (values: Float64Array): number => values.reduce((a, b) => a + b, 0);

/** Makes more than fits, reads all of it, and gives what lay on disk at the end. */
async function overfill(client: Client, blocks: number): Promise<{ spilled: number; diskErrors: string[] }> {
  const made = client.map(
    block,
    Array.from({ length: blocks }, (_, i) => i),
  );
  const sums = await client.gather(client.map(sum, made));
  assert.deepEqual(
    sums,
    sums.map((_, i) => i * BLOCK),
  );
  const { workers } = await client.status();
  const back = await client.gather(made.slice(0, 3));
  assert.deepEqual(
    back.map((one) => one[BLOCK - 1]),
    [0, 1, 2],
  );
  return {
    spilled: workers.reduce((bytes, worker) => bytes + worker.spilledBytes, 0),
    diskErrors: workers.flatMap(({ diskError }) => diskError ?? []),
  };
}

for (const mode of ["inline", "threads", "processes"] as const)
  test(`${mode}: results that do not fit in memory lie on disk, and are all there`, async () => {
    const client = await Client.local({ mode, workers: 1, memoryLimit: mode === "processes" ? "250 MB" : "40 MB" });
    try {
      const { spilled, diskErrors } = await overfill(client, mode === "processes" ? 100 : 40);
      assert.ok(spilled > 0, "something had to leave memory");
      assert.deepEqual(diskErrors, []);
    } finally {
      await client.close();
    }
  });

test("blocks of files leave memory unwritten, and are all there though the files are removed", async () => {
  const folder = mkdtempSync(join(tmpdir(), "shoal-origin-"));
  const client = await Client.local({
    mode: "threads",
    workers: 1,
    memoryLimit: "40 MB",
    memory: { spillFolder: join(folder, "spill") },
  });
  try {
    const rows = da.arange(40 * BLOCK, { chunks: BLOCK, dtype: "float64" });
    await da.toNpyStack(join(folder, "stack"), rows);
    const kept = (await da.fromNpyStack(join(folder, "stack"))).persist();
    await wait(await client.futuresOf(kept));
    assert.ok(openBelow(join(folder, "stack")) > 20, "most had to leave memory");
    assert.deepEqual(filesIn(join(folder, "spill")), []);
    rmSync(join(folder, "stack"), { recursive: true });
    assert.equal(Number(await kept.sum().compute()), (40 * BLOCK * (40 * BLOCK - 1)) / 2);
  } finally {
    await client.close();
    rmSync(folder, { recursive: true });
  }
});

/** Files below a folder that this process has open. */
const openBelow = (folder: string): number =>
  readdirSync("/proc/self/fd").filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`).startsWith(folder);
    } catch {
      // The listing itself was open, and is not any more.
      return false;
    }
  }).length;

const filesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true }).flatMap((one) => (one.isFile() ? one.name : []));

/** A disk of a few megabytes, for those who may mount one. */
function smallDisk(): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), "shoal-small-disk-"));
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=10m", "tmpfs", folder], { stdio: "ignore" });
    return folder;
  } catch {
    rmSync(folder, { recursive: true });
    return undefined;
  }
}

test("a disk that is full loses nothing: results stay in memory, the answer is right, and the status says why", async (t) => {
  const disk = smallDisk();
  if (disk === undefined) return t.skip("only those who may mount a file system have a small disk to fill");
  const client = await Client.local({
    mode: "threads",
    workers: 1,
    memoryLimit: "40 MB",
    memory: { spillFolder: disk },
  });
  try {
    const { spilled, diskErrors } = await overfill(client, 40);
    assert.ok(spilled > 0 && spilled < 11e6);
    assert.match(diskErrors.join(), /ENOSPC/);
  } finally {
    await client.close();
    execFileSync("umount", [disk]);
    rmSync(disk, { recursive: true });
  }
});

test("a task that takes more memory than its worker may fails, saying so, with the memory it took; others go on", async () => {
  const client = await Client.local({ mode: "processes", workers: 1, memoryLimit: "250 MB", allowedFailures: 0 });
  try {
    const hungry = client.submit(async () => {
      const taken: Uint8Array[] = [];
      for (;;) {
        taken.push(new Uint8Array(20_000_000).fill(taken.length));
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    });
    const error = (await hungry.exception()) as ShoalError;
    assert.equal(error.code, "KILLED_WORKER");
    assert.match(error.message, /raise memoryLimit/);
    assert.equal(error.details["outOfMemory"], true);
    assert.equal(error.details["signal"], "SIGKILL");
    assert.ok(Array.isArray(error.details["log"]));
    const { bytes } = error.details["memory"] as { bytes: number[] };
    assert.ok((bytes.at(-1) as number) > 200e6 && bytes.length > 1);
    assert.equal(await client.submit((n: number) => n + 1, 1).result(), 2);
  } finally {
    await client.close();
  }
});

for (const mode of ["threads", "processes", "nats"] as const)
  test(`${mode}: a function that never returns is ended when it is cancelled, and its slot comes back`, async (t) => {
    const folder = mkdtempSync(join(tmpdir(), "shoal-endless-"));
    const watching = new AbortController();
    const appeared = watch(folder, { signal: watching.signal })[Symbol.asyncIterator]().next();
    const client = await Client.local({
      mode,
      workers: 1,
      ...(mode === "nats" ? { nats: (await startTestNats(t)).url } : {}),
    });
    try {
      const endless = client.submit(
        async (file: string) => {
          const { writeFileSync } = await import("node:fs");
          writeFileSync(file, "");
          for (;;);
        },
        join(folder, "started"),
      );
      await appeared;
      watching.abort();
      const waiting = client.submit((n: number) => n, 1);
      client.cancel([endless]);
      await assert.rejects(endless.result(), { code: "CANCELLED" });
      assert.equal(await waiting.result(), 1);
      assert.equal(await client.submit((n: number) => n + 1, 1).result(), 2);
    } finally {
      await client.close();
      rmSync(folder, { recursive: true });
    }
  });
