import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { Client, ShoalError } from "shoal";
import { runCommand, startCommand } from "../../support/command-line.ts";

const script = fileURLToPath(new URL("./report.fixture.ts", import.meta.url));

test("four terminals find each other by the cluster's name, and end when they are asked to", async (t) => {
  const nats = startCommand(t, ["nats", "--port", "0"]);
  const [, url = ""] = await nats.says(/is ready at (nats:\S+)/);
  const env = { SHOAL_NATS: url, SHOAL_CLUSTER: "terminals" };

  const worker = startCommand(t, ["worker", "--workers", "2", "--resource", "GPU=1"], { env });
  await worker.says(/has no scheduler yet; the workers join when "shoal scheduler --cluster terminals" runs/);
  const scheduler = startCommand(t, ["scheduler"], { env });
  await scheduler.says(/Scheduler 0\.1\.0 of cluster "terminals" is ready/);

  const run = await runCommand(["run", script, "--month", "11"], { env });
  assert.deepEqual(
    { code: run.code, stderr: run.stderr, said: JSON.parse(run.stdout) },
    { code: 0, stderr: "", said: { sum: 30, elsewhere: true, args: ["--month", "11"] } },
  );

  const json = await runCommand(["status", "--json"], { env });
  const status = JSON.parse(json.stdout) as { cluster: string; workers: { slots: number; pid: number }[] };
  assert.equal(status.cluster, "terminals");
  assert.equal(status.workers.length, 2);
  const plain = await runCommand(["status"], { env });
  assert.match(
    plain.stdout,
    /^Cluster terminals, Shoal 0\.1\.0: 2 workers, 0 clients\nTasks: none; 0 ready; 6 finished/,
  );
  assert.match(plain.stdout, /\nArrays on this machine: (OpenBLAS|WebAssembly)/);

  const top = await runCommand(["top"], { env });
  assert.match(top.stdout, /^Cluster terminals, Shoal 0\.1\.0: 2 workers, .*\n0 tasks open, 6 finished, 0 failed\n/);
  const logs = await runCommand(["logs"], { env });
  assert.match(logs.stdout, /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d {2}info {3}worker w0-\S+ joined: process \d+/m);

  const second = await runCommand(["scheduler"], { env });
  assert.equal(second.code, 1);
  assert.match(
    second.stderr,
    /^shoal scheduler: Cluster "terminals" has a scheduler already \(it runs Shoal 0\.1\.0 as process \d+ on \S+\): stop it, or give this one another name with --cluster$/m,
  );

  assert.deepEqual(await worker.stop("SIGINT"), { code: 0, signal: null });
  assert.match(worker.stdout, /Workers for cluster "terminals" stopped/);
  const left = await runCommand(["status"], { env });
  assert.match(left.stdout, /: 0 workers, /, "the scheduler heard that the workers left");
  assert.deepEqual(await scheduler.stop("SIGTERM"), { code: 0, signal: null });
  assert.deepEqual(await nats.stop("SIGTERM"), { code: 0, signal: null });
});

test("tap shows what actors say, and ends after a count", async (t) => {
  const nats = startCommand(t, ["nats", "--port", "0"]);
  const [, url = ""] = await nats.says(/is ready at (nats:\S+)/);
  const env = { SHOAL_NATS: url };
  const tap = startCommand(t, ["tap", "scheduler", "--count", "3"], { env });
  await tap.says(/Listening to scheduler/);
  const scheduler = startCommand(t, ["scheduler"], { env });
  await scheduler.says(/is ready/);
  const client = await Client.connect(url);
  t.after(() => client.close());
  assert.deepEqual(await tap.exit, { code: 0, signal: null });
  const lines = tap.stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { subject: string; from: string; messages: { type: string }[] });
  assert.equal(lines.length, 3);
  assert.equal(lines[0]?.subject, "shoal.default.scheduler");
  assert.match(String(lines[0]?.from), /^shoal\.default\.client\.c-/);
  assert.deepEqual(lines[0]?.messages[0], { type: "hello", hello: 1, version: "0.1.0" });
});

test("a client without a scheduler is told how to start one", async (t) => {
  const nats = startCommand(t, ["nats", "--port", "0"]);
  const [, url = ""] = await nats.says(/is ready at (nats:\S+)/);
  await assert.rejects(Client.connect(url, { cluster: "empty", timeout: "300ms" }), (error) => {
    assert.ok(error instanceof ShoalError);
    assert.equal(error.code, "NO_SCHEDULER");
    assert.equal(
      error.message,
      'No scheduler of cluster "empty" answered within 300 ms: start one with "npx shoal scheduler --cluster empty", or check the cluster\'s name',
    );
    return true;
  });
  const status = await runCommand(["status", "--cluster", "empty", "--nats", url]);
  assert.equal(status.code, 1);
  assert.match(status.stderr, /Cluster "empty" has no scheduler: start one with "npx shoal scheduler --cluster empty"/);
});
