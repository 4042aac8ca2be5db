import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { Worker } from "node:worker_threads";
import { endThread } from "../../../infra/cluster/end-thread.ts";
import { ManualClock } from "../../support/manual-clock.ts";

test("a thread in a loop is ended", async () => {
  const clock = new ManualClock();
  const thread = new Worker("for (;;);", { eval: true, execArgv: [] });
  await once(thread, "online");
  await endThread(thread, "w0", clock);
  assert.equal(clock.timerCount, 0);
});

test("a thread in native code is left to itself after a while, with a warning", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "shoal-thread-"));
  t.after(() => rm(folder, { recursive: true }));
  const pipe = join(folder, "pipe");
  execFileSync("mkfifo", [pipe]);
  const clock = new ManualClock();
  const code = `require("node:child_process").spawnSync("cat", [${JSON.stringify(pipe)}])`;
  const thread = new Worker(code, { eval: true, execArgv: [] });
  const exited = once(thread, "exit");
  // Open once its reader is, which runs only while the thread waits for it.
  const writer = await open(pipe, "w");
  const warned = once(process, "warning");
  const ended = endThread(thread, "w0", clock);
  await clock.advance(5000);
  await ended;
  const [warning] = (await warned) as [Error & { code: string }];
  assert.equal(warning.code, "THREAD_STAYS");
  assert.match(warning.message, /thread of worker w0 did not end within 5000 ms/);
  thread.ref();
  await writer.close();
  await exited;
});
