import assert from "node:assert/strict";
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { Client } from "shoal";
import { startCommand } from "../support/command-line.ts";

const TASKS = 400;
const xs = Array.from({ length: TASKS }, (_, x) => x);

/** Takes 5 ms and writes down that it ran. */
function recorded(folder: string): (x: number) => Promise<number> {
  const write = appendFileSync;
  return async (x) => {
    await new Promise((resolve) => setTimeout(resolve, 5));
    write(`${folder}/${process.pid}.log`, `${x}\n`);
    return x * x;
  };
}

const runsIn = (folder: string): number =>
  readdirSync(folder).reduce(
    (sum, name) => sum + readFileSync(join(folder, name), "utf8").trim().split("\n").length,
    0,
  );

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** So long it stands still where that is less than it may. */
const STILL_MS = 20_000;
const cases = [
  { title: "until it is given up: others do its work, and it is back afterwards", lease: "3s", isGivenUp: true },
  {
    title: "for 20 s, which is less than it may be silent: its work waits for it, nothing runs twice",
    lease: "60s",
    isGivenUp: false,
  },
] as const;

for (const { title, lease, isGivenUp } of cases)
  test(`SIGSTOP of a worker ${title}`, async (t) => {
    const folder = mkdtempSync(join(tmpdir(), "shoal-stop-"));
    t.after(() => rmSync(folder, { recursive: true }));
    const nats = startCommand(t, ["nats", "--port", "0"]);
    const [, url = ""] = await nats.says(/is ready at (nats:\S+)/);
    const env = { SHOAL_NATS: url, SHOAL_CLUSTER: "stopped" };
    await startCommand(t, ["scheduler", "--no-page", "--worker-lease", lease], { env }).says(/is ready at/);
    startCommand(t, ["worker", "--workers", "2"], { env });
    const client = await Client.connect(url, { cluster: "stopped" });
    t.after(() => client.close());
    await client.waitForWorkers(2, { timeout: "60s" });
    const scattered = await client.scatter({ kept: true }, { broadcast: true });
    const futures = client.map(recorded(folder), xs);
    await client.gather(futures.slice(0, 40));
    const [pid = 0] = (await client.stats()).workerPids;
    process.kill(pid, "SIGSTOP");
    t.after(() => {
      try {
        process.kill(pid, "SIGCONT");
      } catch {
        // It has ended with its command.
      }
    });
    if (!isGivenUp) await pause(STILL_MS);
    if (isGivenUp) {
      while ((await client.status()).workers.length > 1) await pause(100);
      assert.deepEqual(
        await client.gather(futures),
        xs.map((x) => x * x),
      );
    }
    process.kill(pid, "SIGCONT");
    assert.deepEqual(
      await client.gather(futures),
      xs.map((x) => x * x),
    );
    await client.waitForWorkers(2, { timeout: "60s" });
    assert.ok((await client.stats()).workerPids.includes(pid), "it is the same process");
    if (!isGivenUp) assert.equal(runsIn(folder), TASKS, "each ran once");
    assert.deepEqual(await client.submit((value: object) => ({ ...value }), scattered).result(), { kept: true });
  });
