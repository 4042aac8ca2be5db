import assert from "node:assert/strict";
import { test } from "node:test";
import { Client } from "shoal";
import { authorizationConfig, type Login, type Role } from "../../infra/nats/permissions.ts";
import { SERVER_CONFIG } from "../../infra/nats/server.ts";
import { runCommand, startCommand } from "../support/command-line.ts";
import { startTestNats } from "../support/nats.ts";

const cluster = "secured";
const logins = (["client", "scheduler", "worker", "observer"] as const).map(
  (role): Login => ({ role, kind: "password", user: role, password: `${role}-secret` }),
);
const envOf = (role: Role, url: string): NodeJS.ProcessEnv => ({
  SHOAL_NATS: url,
  SHOAL_CLUSTER: cluster,
  SHOAL_NATS_USER: role,
  SHOAL_NATS_PASSWORD: `${role}-secret`,
});

test("a whole cluster works where every role has its own login and may do no more than it needs", async (t) => {
  const server = await startTestNats(t, { config: SERVER_CONFIG + authorizationConfig(cluster, logins) });
  const scheduler = startCommand(t, ["scheduler"], { env: envOf("scheduler", server.url) });
  await scheduler.says(/is ready/);
  const workers = startCommand(t, ["worker", "--workers", "2"], { env: envOf("worker", server.url) });
  const tap = startCommand(t, ["tap"], { env: envOf("observer", server.url) });
  await tap.says(/Listening/);
  const client = await Client.connect(server.url, { cluster, user: "client", password: "client-secret" });
  t.after(() => client.close());
  await client.waitForWorkers(2);

  // Small results, results of other workers, results that are fetched, data that is scattered and pulled in parts.
  const squares = client.map((x: number) => x * x, [1, 2, 3, 4]);
  const total = client.submit((...xs: number[]) => xs.reduce((a, b) => a + b, 0), ...squares);
  assert.equal(await total.result(), 30);
  const big = await client.scatter([new Float64Array(400_000).fill(2), new Float64Array(400_000).fill(3)]);
  const dot = client.submit(
    (a: Float64Array, b: Float64Array) => a.reduce((sum, x, i) => sum + x * (b[i] as number), 0),
    ...(big as [never, never]),
  );
  assert.equal(await dot.result(), 2_400_000);
  const back = await client.submit((a: Float64Array) => a.map((x) => x + 1), big[0] as never).result();
  assert.deepEqual([back.length, back[0], back[399_999]], [400_000, 3, 3]);

  // Questions to actors, and a worker that dies.
  const state = (await client.ask(client.taskAddress(total.key), { type: "state" })) as { state: string };
  assert.equal(state.state, "memory");
  const { workers: before } = client;
  process.kill((before[0] as { pid: number }).pid, "SIGKILL");
  assert.deepEqual(await client.gather(client.map((x: number) => x + 1, [1, 2, 3])), [2, 3, 4]);
  await client.waitForWorkers(2);
  const status = await runCommand(["status", "--json"], { env: envOf("client", server.url) });
  assert.equal(status.code, 0, status.stderr);

  // Nothing that was needed was refused.
  for (const [name, command] of Object.entries({ scheduler, workers, tap }))
    assert.doesNotMatch(command.stdout + command.stderr, /does not let this login|ermission/, name);
  assert.match(tap.stdout, /"subject":"shoal\.secured\.scheduler".*"type":"submit"/);
  assert.deepEqual(await workers.stop("SIGTERM"), { code: 0, signal: null });
  assert.deepEqual(await scheduler.stop("SIGTERM"), { code: 0, signal: null });
});

test("a login of another role is told so, at once, by whoever it is given to", async (t) => {
  const server = await startTestNats(t, { config: SERVER_CONFIG + authorizationConfig(cluster, logins) });
  for (const role of ["observer", "worker", "scheduler"] as const) {
    const open = Client.connect(server.url, { cluster, user: role, password: `${role}-secret` });
    await assert.rejects(open, { code: "DENIED", message: /^This login (is not one of a client of|may not speak to)/ });
  }
  const started = await runCommand(["scheduler"], { env: envOf("worker", server.url) });
  assert.match(started.stderr, /This login is not one of a scheduler of cluster "secured"/);
  assert.equal(started.code, 1);
  const joined = await runCommand(["worker"], { env: envOf("client", server.url) });
  assert.match(joined.stderr, /This login is not one of a worker of cluster "secured"/);
  assert.equal(joined.code, 1);
});

test("services: scheduler and workers answer $SRV.PING, INFO and STATS", async (t) => {
  const server = await startTestNats(t, { config: SERVER_CONFIG });
  const client = await Client.local({ mode: "nats", nats: server.url, cluster: "served", workers: 2 });
  t.after(() => client.close());
  assert.equal(await client.submit(() => 6 * 7).result(), 42);
  const { connect } = await import("@nats-io/transport-node");
  const bare = await connect({ servers: server.url });
  t.after(() => bare.close());
  const askAll = async (subject: string, count: number) => {
    const answers: Record<string, unknown>[] = [];
    for await (const message of await bare.requestMany(subject, "", { maxMessages: count, maxWait: 10_000 }))
      answers.push(message.json());
    return answers;
  };
  const pings = await askAll("$SRV.PING", 3);
  assert.deepEqual(pings.map(({ name }) => name).sort(), ["shoal-scheduler", "shoal-worker", "shoal-worker"]);
  const workers = await askAll("$SRV.INFO.shoal-worker", 2);
  assert.deepEqual(
    workers.map(({ metadata }) => Number((metadata as { pid: string }).pid)).sort(),
    [...client.workerPids.values()].sort(),
  );
  const [stats] = await askAll("$SRV.STATS.shoal-scheduler", 1);
  const [endpoint] = (stats as { endpoints: { num_requests: number; subject: string; data: { workers: number } }[] })
    .endpoints;
  assert.deepEqual(
    [endpoint?.subject, endpoint?.num_requests, endpoint?.data.workers],
    ["shoal.served.scheduler", 1, 2],
  );
});
