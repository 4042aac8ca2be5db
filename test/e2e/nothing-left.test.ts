import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { promisify } from "node:util";
import { SERVER_CONFIG } from "../../infra/nats/server.ts";
import { startTestNats } from "../support/nats.ts";

const run = promisify(execFile);
const LIMIT = { timeout: 180_000 };

/**
 * A program that uses a client in every way that opens something, closes it, and tells what is left: resources that would keep it alive,
 * child processes, listening sockets. It must then end by itself.
 */
const program = (open: string): string => `
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { asCompleted, Client, delayed } from "shoal";

/** Live resources beyond the standard streams, which a pipe to whoever runs this may have, and what runs at once. */
const passing = ["PipeWrap", "TTYWrap", "Immediate"];
const resources = () => process.getActiveResourcesInfo().filter((kind) => !passing.includes(kind)).sort();
const children = () => readFileSync(\`/proc/self/task/\${process.pid}/children\`, "utf8").trim().split(" ").filter(Boolean);
const sockets = () => readdirSync("/proc/self/fd").filter((fd) => {
  try {
    return readlinkSync(\`/proc/self/fd/\${fd}\`).startsWith("socket:");
  } catch {
    return false;
  }
}).length;
const threads = () => readdirSync("/proc/self/task").length;

class Counter { n = 0; add(by) { this.n += by; return this.n; } }
async function use(client) {
  const futures = client.map((n) => n + 1, [1, 2, 3]);
  for await (const future of asCompleted(futures)) await future.result();
  await delayed((n) => n * 2)(4).compute();
  // What cannot leave is refused, and holds nobody up.
  await delayed((one) => one)(new (class Odd { #secret = 1; })()).compute().catch(() => {});
  const counter = await client.actor(Counter);
  await counter.add(1);
  await client.queue("q").put(1);
  await client.lock("l").acquire();
  await client.topic("t").subscribe();
  await client.forwardLogging();
  const endless = client.submit(() => new Promise(() => {}));
  endless.result().catch(() => {});
  client.event("never").wait().catch(() => {});
  await client.scatter(new Float64Array(100_000));
}
// What the first use of each library keeps for good is there before it is counted.
{ const first = ${open}; await use(first); await first.close(); }
const before = { resources: resources(), children: children(), sockets: sockets(), threads: threads() };
const pids = [];
for (let i = 0; i < 2; i++) {
  const client = ${open};
  pids.push(...client.workerPids.values());
  await use(client);
  await client.close();
}
const more = () => {
  const known = [...before.resources];
  const resourcesMore = resources().filter((kind) => {
    const at = known.indexOf(kind);
    if (at >= 0) known.splice(at, 1);
    return at < 0;
  });
  const childrenMore = children().filter((pid) => !before.children.includes(pid));
  return [...resourcesMore, ...childrenMore, sockets() > before.sockets ? "socket" : [], threads() > before.threads ? "thread" : []].flat();
};
// What has been closed is gone when the system says so.
for (let looked = 0; looked < 200 && more().length > 0; looked++) await new Promise((resolve) => setTimeout(resolve, 20));
console.log(JSON.stringify({ left: more(), pids: pids.filter((pid) => pid !== process.pid) }));
`;

interface Told {
  /** What there is more of than before. */
  readonly left: readonly string[];
  readonly pids: readonly number[];
}

async function leftBy(open: string): Promise<Told> {
  const args = ["--import", "tsx", "--conditions=shoal-source", "--input-type=module", "--eval", program(open)];
  const { stdout } = await run(process.execPath, args, { timeout: 120_000 });
  return JSON.parse(stdout.trim().split("\n").at(-1) as string) as Told;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

const isLinux = process.platform === "linux";

for (const mode of ["inline", "threads", "processes", "nats"] as const)
  test(`nothing is left running or listening when a client is closed, and the program ends by itself (${mode})`, {
    ...LIMIT,
    skip: isLinux ? false : "what a process has is read from /proc",
  }, async () => {
    const { left, pids } = await leftBy(`await Client.local({ mode: "${mode}", workers: 2, page: true })`);
    assert.deepEqual(left, []);
    assert.deepEqual(pids.filter(isAlive), []);
  });

test("a client that joins a cluster leaves nothing either, and its leases are free", {
  ...LIMIT,
  skip: isLinux ? false : "what a process has is read from /proc",
}, async (t) => {
  const server = await startTestNats(t, { config: SERVER_CONFIG });
  const { Client } = await import("shoal");
  const home = await Client.local({ mode: "nats", nats: server.url, workers: 1, cluster: "left" });
  t.after(() => home.close());
  const { left } = await leftBy(`await Client.connect("${server.url}", { cluster: "left" })`);
  assert.deepEqual(left, []);
  assert.ok((await home.lock("l").tryAcquire()) !== undefined, "what it held is free");
  const { clients } = await home.status();
  assert.equal(clients, 1);
});
