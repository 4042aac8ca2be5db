import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { type ShoalError, SshCluster } from "shoal";
import { SERVER_CONFIG } from "../../../infra/nats/server.ts";
import { isProcessAlive } from "../../../runtime/base/process-alive.ts";
import { sourceProgram } from "../../support/command-line.ts";
import { startTestNats } from "../../support/nats.ts";

const LIMIT = { timeout: 180_000 };
const ssh = [process.execPath, fileURLToPath(new URL("./fake-ssh.fixture.mjs", import.meta.url))];
const shoal = sourceProgram.join(" ");

test("SshCluster starts a scheduler and workers on machines, and ends them in order", LIMIT, async (t) => {
  const server = await startTestNats(t, { config: SERVER_CONFIG });
  const cluster = await SshCluster.start({
    hosts: ["m1", "m2", "m3"],
    nats: server.url,
    ssh,
    shoal,
    schedulerOptions: ["--no-page"],
    workerOptions: ["--workers", "1", "--env", "NOTE=it's a test"],
    timeout: "90s",
  });
  t.after(() => cluster.close());
  const client = await cluster.connect({ timeout: "30s" });
  t.after(() => client.close());
  await client.waitForWorkers(2, { timeout: "60s" });
  const told = [...(await client.run(() => `${process.env["FAKE_SSH_HOST"]} ${process.env["NOTE"]}`)).values()];
  assert.deepEqual(told.sort(), ["m2 it's a test", "m3 it's a test"]);
  assert.deepEqual(await client.gather(client.map((n: number) => n * n, [1, 2, 3])), [1, 4, 9]);
  const { workerPids } = await client.stats();
  await client.close();
  await cluster.close();
  assert.deepEqual(workerPids.filter(isProcessAlive), []);
});

test("a machine that cannot be reached is named, with what ssh said; nothing stays behind", LIMIT, async (t) => {
  const server = await startTestNats(t, { config: SERVER_CONFIG });
  const started = SshCluster.start({ hosts: ["m1", "unreachable"], nats: server.url, ssh, shoal, timeout: "90s" });
  const error = (await started.catch((thrown: unknown) => thrown)) as ShoalError;
  assert.equal(error.code, "CONNECT");
  assert.match(error.message, /started on unreachable ended: ssh: connect to host unreachable .* No route to host/);
  await assert.rejects(SshCluster.start({ hosts: [], nats: server.url }), RangeError);
});
