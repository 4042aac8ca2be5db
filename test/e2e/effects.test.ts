import assert from "node:assert/strict";
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { Client, type Future, ShoalError, taskScope } from "shoal";
import { SERVER_CONFIG } from "../../infra/nats/server.ts";
import { type RunningCommand, startCommand } from "../support/command-line.ts";
import { startTestNats } from "../support/nats.ts";

const TASKS = 400;
const xs = Array.from({ length: TASKS }, (_, x) => x);

/** One act of a task on the world, in the order in which they were had. */
interface Act {
  readonly x: number;
  readonly fence: number;
}

/** Takes 5 ms, then acts: a line in the one journal of the world, with its fencing token. */
function acting(file: string): (x: number) => Promise<number> {
  const write = appendFileSync;
  return async (x) => {
    const { fence } = taskScope();
    await new Promise((resolve) => setTimeout(resolve, 5));
    write(file, `${x} ${fence}\n`);
    return x * x;
  };
}

const actsIn = (file: string): Act[] =>
  readFileSync(file, "utf8")
    .trim()
    .split("\n")
    .map((line) => {
      const [x, fence] = line.split(" ").map(Number) as [number, number];
      return { x, fence };
    });

interface ActingCluster {
  readonly client: Client;
  readonly file: string;
  readonly leader: RunningCommand;
  readonly standby: RunningCommand;
}

async function startCluster(t: TestContext, name: string): Promise<ActingCluster> {
  const folder = mkdtempSync(join(tmpdir(), "shoal-effects-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const server = await startTestNats(t, { config: SERVER_CONFIG, jetStream: true });
  const env = { SHOAL_NATS: server.url, SHOAL_CLUSTER: name };
  const leader = startCommand(t, ["scheduler", "--no-page", "--lease", "1s"], { env });
  await leader.says(/is ready at .*, with a journal/);
  const standby = startCommand(t, ["scheduler", "--no-page", "--standby", "--lease", "1s"], { env });
  await standby.says(/Standby of cluster/);
  await startCommand(t, ["worker", "--workers", "2"], { env }).says(/2 workers for/);
  const client = await Client.connect(server.url, { cluster: name });
  t.after(() => client.close());
  await client.waitForWorkers(2);
  return { client, file: join(folder, "acts"), leader, standby };
}

async function outcomeOf(future: Future<number>): Promise<number | string> {
  const error = await future.exception();
  if (error === undefined) return future.result();
  assert.ok(error instanceof ShoalError, String(error));
  return `${error.code} ${error.message.includes("its effect was had")}`;
}

test("tasks that may act once: the scheduler is killed, and each has acted once", async (t) => {
  const { client, file, leader, standby } = await startCluster(t, "acting");
  const futures = client.map(acting(file), xs, { effectful: "once" });
  await client.gather(futures.slice(0, 100));
  await leader.stop("SIGKILL");
  await standby.says(/goes on where the scheduler of epoch \d+ ended/);
  assert.deepEqual(
    await client.gather(futures),
    xs.map((x) => x * x),
  );
  const acts = actsIn(file).map(({ x }) => x);
  assert.deepEqual(
    acts.sort((a, b) => a - b),
    xs,
  );
});

test("tasks that may act once: a worker is killed, then the scheduler; what was had is not had again, what runs again has a greater token", async (t) => {
  const { client, file, leader, standby } = await startCluster(t, "killed");
  const futures = client.map(acting(file), xs, { effectful: "once" });
  await client.gather(futures.slice(0, 100));
  const known = new Map(actsIn(file).map(({ x, fence }) => [x, fence]));
  const [pid = 0] = (await client.stats()).workerPids;
  process.kill(pid, "SIGKILL");
  await client.gather(futures.slice(-1)).catch(() => {});
  await leader.stop("SIGKILL");
  await standby.says(/goes on where the scheduler of epoch \d+ ended/);
  const outcomes = await Promise.all(futures.map(outcomeOf));
  const acts = new Map<number, number[]>(xs.map((x) => [x, []]));
  for (const { x, fence } of actsIn(file)) acts.get(x)?.push(fence);
  outcomes.forEach((outcome, x) => {
    const fences = acts.get(x) as number[];
    assert.ok(outcome === x * x || outcome === "LOST_DATA true", `${x}: ${outcome}`);
    assert.ok(fences.length > 0, `${x} acted`);
    assert.deepEqual(
      fences,
      [...new Set(fences)].sort((a, b) => a - b),
      `tokens of ${x} grow`,
    );
    if (x < 100) assert.deepEqual(fences, [known.get(x)], `${x} was known to have acted`);
  });
  const again = [...acts.values()].filter((fences) => fences.length > 1).length;
  const lost = outcomes.filter((outcome) => typeof outcome === "string").length;
  assert.ok(lost > 0 && lost < TASKS, "what lay on one of two workers is lost, and is not made again");
  t.diagnostic(`${lost} results lost with their worker, ${again} of ${TASKS} ran again`);
});
