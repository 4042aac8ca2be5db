import assert from "node:assert/strict";
import { existsSync, statSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { jetstreamManager } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";
import { NatsServer } from "../../../infra/nats/server.ts";
import { ShoalError } from "../../../runtime/base/errors.ts";
import { startTestNats } from "../../support/nats.ts";

const isGone = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return false;
  } catch {
    return true;
  }
};

describe("NatsServer", () => {
  test("starts on a free loopback port, stops, and leaves nothing behind", async () => {
    const server = await NatsServer.start();
    assert.match(server.url, /^nats:\/\/127\.0\.0\.1:\d{4,5}$/);
    const pid = server.pid as number;
    const connection = await connect({ servers: server.url });
    assert.ok(connection.info !== undefined && connection.info.jetstream !== true);
    await connection.close();
    await server.stop();
    await server.stop();
    assert.ok(isGone(pid));
    assert.equal(existsSync(server.folder), false);
  });

  test("with a token, only who says it is let in, and others of the machine cannot read it", async (t) => {
    const server = await startTestNats(t, { token: "open-sesame" });
    await assert.rejects(connect({ servers: server.url, maxReconnectAttempts: 0 }), /authorization/i);
    await (await connect({ servers: server.url, token: "open-sesame" })).close();
    assert.equal(statSync(join(server.folder, "nats.conf")).mode & 0o077, 0);
  });

  test("an address of version 6 stands in brackets", async (t) => {
    const server = await startTestNats(t, { host: "::1" });
    assert.match(server.url, /^nats:\/\/\[::1\]:\d+$/);
    await (await connect({ servers: server.url })).close();
  });

  test("two servers do not meet", async (t) => {
    const [one, two] = await Promise.all([startTestNats(t), startTestNats(t)]);
    assert.notEqual(one.port, two.port);
  });

  test("JetStream keeps its store over a kill and a restart on the same port", async (t) => {
    const server = await startTestNats(t, { jetStream: true });
    const { port } = server;
    const first = await connect({ servers: server.url, maxReconnectAttempts: 0 });
    await (await jetstreamManager(first)).streams.add({ name: "journal", subjects: ["journal.>"] });
    await server.kill();
    await first.closed();
    await server.restart();
    assert.equal(server.port, port);
    const second = await connect({ servers: server.url });
    assert.equal((await (await jetstreamManager(second)).streams.info("journal")).config.name, "journal");
    await second.close();
  });

  test("a configuration the server refuses is an error in the server's words", async () => {
    await assert.rejects(NatsServer.start({ config: "max_payload: many" }), (error) => {
      assert.ok(error instanceof ShoalError && error.code === "CONNECT");
      assert.match(error.message, /nats-server ended with 1: .*nats\.conf:1:/s);
      return true;
    });
  });

  test("a program that cannot be run, or never gets ready, is an error", async (t) => {
    await assert.rejects(
      NatsServer.start({ program: "/no/such/nats-server" }),
      /\/no\/such\/nats-server cannot be run: .*ENOENT/,
    );
    const folder = await mkdtemp(join(tmpdir(), "shoal-never-ready-"));
    t.after(() => rm(folder, { recursive: true }));
    const program = join(folder, "never-ready");
    await writeFile(program, "#!/bin/sh\nexec tail -f /dev/null\n", { mode: 0o755 });
    await assert.rejects(NatsServer.start({ program, readyTimeoutMs: 20 }), /is not ready after 20 ms/);
  });
});
