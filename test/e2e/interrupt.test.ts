import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";
import { isProcessAlive } from "../../runtime/base/process-alive.ts";

const LIMIT = { timeout: 120_000 };

/** A program in the midst of a computation that takes minutes; it says which processes work for it. */
const program = (mode: string): string => `
import { Client, delayed } from "shoal";
const client = await Client.local({ mode: "${mode}", workers: 2 });
const spin = delayed((ms) => {
  const until = performance.now() + ms;
  while (performance.now() < until);
  return ms;
});
const total = delayed((parts) => parts.length)(Array.from({ length: 6000 }, () => spin(20)));
const first = client.submit(() => 1);
await first.result();
total.compute().catch(() => {});
await new Promise((resolve) => setTimeout(resolve, 100));
process.stdout.write(JSON.stringify([...client.workerPids.values()]) + "\\n");
setInterval(() => {}, 1000);
`;

for (const mode of ["inline", "threads", "processes"] as const)
  test(`Ctrl-C ends a program in the midst of a computation, and its workers with it (${mode})`, LIMIT, async () => {
    const args = ["--import", "tsx", "--conditions=shoal-source", "--input-type=module", "--eval", program(mode)];
    const { NODE_TEST_CONTEXT: _, ...env } = process.env;
    const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"], env });
    const exited = once(child, "exit") as Promise<[number | null, NodeJS.Signals | null]>;
    const [said] = (await once(child.stdout, "data")) as [Buffer];
    child.kill("SIGINT");
    const [code, signal] = await exited;
    assert.ok(signal === "SIGINT" || (code ?? 0) > 128, `${code} ${signal}`);
    const workers = (JSON.parse(said.toString()) as number[]).filter((pid) => pid !== child.pid);
    assert.equal(workers.length, mode === "processes" ? 2 : 0);
    // They see that their parent is gone, and end what they run first.
    const untilMs = performance.now() + 60_000;
    while (workers.some(isProcessAlive) && performance.now() < untilMs) await new Promise(setImmediate);
    assert.deepEqual(workers.filter(isProcessAlive), []);
  });
