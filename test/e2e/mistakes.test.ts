import assert from "node:assert/strict";
import { chmod, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { Client, ShoalError } from "shoal";
import { schedulerActor } from "../../actors/scheduler/scheduler.ts";
import { joinNats } from "../../infra/cluster/join-nats.ts";
import { SCHEDULER_DEFAULTS } from "../../infra/cluster/start-scheduler.ts";
import { ActorSystem } from "../../runtime/actor/system.ts";
import { actorCodec } from "../../runtime/protocol/actor-codec.ts";
import { task } from "../../runtime/wire/function-task.ts";
import { runCommand } from "../support/command-line.ts";
import { startTestNats } from "../support/nats.ts";

/** Each mistake of a user ends in one readable line that says what to do. */
function failsWith(code: string, message: string | RegExp): (error: unknown) => true {
  return (error) => {
    assert.ok(error instanceof ShoalError, String(error));
    assert.equal(error.code, code);
    if (typeof message === "string") assert.equal(error.message, message);
    else assert.match(error.message, message);
    return true;
  };
}

test("wrong NATS credentials: the client and the command line name them and the server", async (t) => {
  const server = await startTestNats(t, { config: 'authorization { user: "ann", password: "right" }' });
  const message = `The NATS server at ${server.url} refused the password of user "ann"; check the credentials given to connect against the server's configuration`;
  await assert.rejects(Client.connect(server.url, { user: "ann", password: "wrong" }), failsWith("CONNECT", message));
  const { code, stderr } = await runCommand(["worker", "--nats", server.url, "--user", "ann"], {
    env: { SHOAL_NATS_PASSWORD: "wrong" },
  });
  assert.equal(code, 1);
  assert.equal(stderr, `shoal worker: ${message}\n`);
});

test("no NATS server: the client and the command line say how to start one", async () => {
  const message =
    /No NATS server answers at nats:\/\/127\.0\.0\.1:1 \(connection refused\); start one with `npx shoal nats`/;
  await assert.rejects(Client.connect("nats://127.0.0.1:1"), failsWith("CONNECT", message));
  const { code, stderr } = await runCommand(["scheduler", "--nats", "nats://127.0.0.1:1"]);
  assert.equal(code, 1);
  assert.match(stderr, message);
});

test("another version of the scheduler: clients and workers name both versions and end", async (t) => {
  const server = await startTestNats(t);
  const bus = await joinNats({ servers: server.url }, "default", "scheduler");
  const system = new ActorSystem({ bus, codec: actorCodec });
  t.after(async () => {
    system.close();
    await bus.close();
  });
  const options = {
    ...SCHEDULER_DEFAULTS,
    cluster: "default",
    epoch: 1,
    version: "9.9.9",
    isMemory: () => false,
    isRunning: () => false,
  };
  system.spawn(schedulerActor(options));
  await bus.flush();
  await assert.rejects(
    Client.connect(server.url),
    failsWith("VERSION", "This client runs Shoal 0.1.0, the scheduler 9.9.9: install one version everywhere"),
  );
  const { code, stderr, stdout } = await runCommand(["worker", "--workers", "2"], { env: { SHOAL_NATS: server.url } });
  assert.equal(code, 1);
  const reason = "the worker runs Shoal 0.1.0, the scheduler 9.9.9: install one version everywhere";
  assert.equal(stderr.match(new RegExp(`Worker w\\S+ is gone for good: ${reason}`, "g"))?.length, 2, stderr);
  assert.match(stdout, /Workers for cluster "default" stopped: no worker is left/);
});

test("a NATS server that is too old: named with its version and the one that is needed", async (t) => {
  const old = createServer((socket) => {
    socket.on("error", () => {});
    socket.write('INFO {"server_id":"A","version":"2.8.4","max_payload":1048576,"headers":true,"proto":1}\r\n');
    socket.on("data", (data) => data.includes("PING") && socket.write("PONG\r\n"));
  });
  await new Promise<void>((resolve) => old.listen(0, "127.0.0.1", resolve));
  t.after(() => old.close());
  const url = `nats://127.0.0.1:${(old.address() as AddressInfo).port}`;
  const message = /^The NATS server at 127\.0\.0\.1:\d+ is version 2\.8\.4, at least 2\.9\.0 is needed; upgrade it$/;
  await assert.rejects(Client.connect(url), failsWith("VERSION", message));
});

test("a nats-server that is too old, is missing, or is something else: shoal nats says which and what to do", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "shoal-mistakes-"));
  t.after(() => rm(folder, { recursive: true }));
  const program = async (name: string, prints: string): Promise<string> => {
    const path = join(folder, name);
    await writeFile(path, `#!/bin/sh\necho '${prints}'\n`);
    await chmod(path, 0o755);
    return path;
  };
  const cases = [
    [
      await program("old", "nats-server: v2.8.4"),
      /The NATS server \S+\/old is version 2\.8\.4, at least 2\.9\.0 is needed/,
    ],
    [
      await program("other", "hello"),
      /other, named by SHOAL_NATS_SERVER, is not a nats-server: it calls itself "hello"/,
    ],
    [
      join(folder, "none"),
      /The nats-server named by SHOAL_NATS_SERVER, \S+\/none, does not run; set SHOAL_NATS_SERVER/,
    ],
  ] as const;
  for (const [path, message] of cases) {
    const { code, stderr } = await runCommand(["nats", "--port", "0"], { env: { SHOAL_NATS_SERVER: path } });
    assert.equal(code, 1);
    assert.match(stderr, message);
    assert.equal(stderr.trim().split("\n").length, 1, stderr);
  }
});

test("a worker without the module of a function: the task's error names the module", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "shoal-module-"));
  t.after(() => rm(folder, { recursive: true }));
  const file = join(folder, "geese.mjs");
  await writeFile(file, "export function honk(n) { return 'honk'.repeat(n); }\n");
  const url = pathToFileURL(file).href;
  const { honk } = (await import(url)) as { honk: (n: number) => string };
  const client = await Client.local({ mode: "processes", workers: 1 });
  t.after(() => client.close());
  await rename(file, join(folder, "gone.mjs"));
  const named = task({ url } as ImportMeta, "honk", honk);
  await assert.rejects(client.submit(named, 2).result(), (error) => {
    assert.ok(error instanceof ShoalError);
    assert.equal(error.code, "TASK_FAILED");
    const { cause } = error as { cause?: unknown };
    assert.ok(cause instanceof ShoalError, String(cause));
    assert.equal(cause.code, "MISSING_MODULE");
    assert.equal(
      cause.message,
      `Module ${url} cannot be imported here: install it on every worker, or hand it over with client.uploadModule()`,
    );
    return true;
  });
});

test("a result that cannot leave its process fails with the reason, for who gathers it and for tasks elsewhere", async (t) => {
  const client = await Client.local({ mode: "processes", workers: 2 });
  t.after(() => client.close());
  const [here, there] = [...client.workerPids.keys()] as [string, string];
  const stuck = client.submit(() => ({ pad: "x".repeat(4000), map: new WeakMap() }), { workers: [here] });
  const reason = /^A result cannot be moved between processes: .*WeakMap.*Return plain data/;
  await assert.rejects(stuck.result(), failsWith("NOT_PORTABLE", reason));
  const reader = client.submit((value) => typeof value, stuck, { workers: [there] });
  await assert.rejects(reader.result(), (error) => {
    assert.ok(error instanceof ShoalError && error.code === "TASK_FAILED", String(error));
    assert.match((error.cause as Error).message, reason);
    return true;
  });
});
