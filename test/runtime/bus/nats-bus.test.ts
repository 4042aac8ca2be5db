import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { connect as connectCurrent } from "@nats-io/transport-node";
import { connect as connectFormer } from "nats";
import type { NatsServer } from "../../../infra/nats/server.ts";
import { ShoalError } from "../../../runtime/base/errors.ts";
import type { BusMessage } from "../../../runtime/bus/bus.ts";
import { NatsBus } from "../../../runtime/bus/nats-bus.ts";
import { connectNatsBus } from "../../../runtime/bus/nats-connect.ts";
import type { NatsConnectionLike } from "../../../runtime/bus/nats-connection.ts";
import { type BusWorld, busCases } from "../../cases/bus-cases.ts";
import { startTestNats, watchStatus } from "../../support/nats.ts";

interface ConnectOptions {
  servers: string;
  user?: string;
  pass?: string;
  reconnectTimeWait?: number;
  maxReconnectAttempts?: number;
}
type Connect = (options: ConnectOptions) => Promise<NatsConnectionLike>;
const libraries: readonly (readonly [string, Connect])[] = [
  ["@nats-io/transport-node", connectCurrent],
  ["nats", connectFormer],
];
const shared = startTestNats({ after });
const hasCode = (code: string) => (error: unknown) => error instanceof ShoalError && error.code === code;
const text = (message: BusMessage): string => Buffer.from(message.payload as Uint8Array).toString();

for (const [library, connect] of libraries) {
  const world = (connections: number) => async (): Promise<BusWorld> => {
    const { url } = await shared;
    const owned: NatsConnectionLike[] = [];
    const open = async () => {
      const connection = await connect({ servers: url });
      owned.push(connection);
      return new NatsBus(connection);
    };
    const buses = await Promise.all(Array.from({ length: connections }, open));
    const close = async () => {
      for (const bus of buses) await bus.close();
      for (const connection of owned) await connection.close();
    };
    return { buses, open, close };
  };
  busCases(`NATS bus over ${library}, three connections`, world(3));
  busCases(`NATS bus over ${library}, one connection`, world(1));

  describe(`NatsBus over a connection of ${library}`, () => {
    test("closing the bus leaves a given connection open, and as it was", async () => {
      const connection = await connect({ servers: (await shared).url });
      const one = new NatsBus(connection);
      const other = new NatsBus(connection);
      const heard: string[] = [];
      other.subscribe("mine", (message) => heard.push(text(message)));
      one.subscribe("mine", () => assert.fail("closed buses hear nothing"));
      await one.close();
      assert.equal(connection.isClosed(), false);
      other.publish("mine", Buffer.from("still here"));
      await other.flush();
      await other.drain();
      assert.equal(connection.isClosed(), false);
      assert.deepEqual(heard, ["still here"]);
      await connection.close();
    });

    test("a connection closed by its owner closes the bus", async () => {
      const connection = await connect({ servers: (await shared).url });
      const bus = new NatsBus(connection);
      const statuses = watchStatus(bus);
      bus.subscribe("silent", () => {});
      const failed = assert.rejects(bus.request("silent", Buffer.from(""), { timeoutMs: 60_000 }), hasCode("CLOSED"));
      await bus.flush();
      await connection.close();
      await statuses.next("closed");
      await failed;
      assert.throws(() => bus.publish("x", Buffer.from("")), hasCode("CLOSED"));
      assert.throws(() => new NatsBus(connection), /The NATS connection is closed; hand over one that is open/);
    });

    test("server killed and restarted mid-traffic: told of it, requests fail at once, subscriptions are restored", async (t) => {
      const server = await startTestNats(t);
      const connection = await connect({ servers: server.url, reconnectTimeWait: 20, maxReconnectAttempts: -1 });
      const bus = new NatsBus(connection);
      const statuses = watchStatus(bus);
      const heard: number[] = [];
      bus.subscribe("count", (message) => heard.push(Number(text(message))));
      bus.subscribe("silent", () => {});
      for (let i = 0; i < 1000; i++) bus.publish("count", Buffer.from(String(i)));
      await bus.flush();
      const pending = assert.rejects(bus.request("silent", Buffer.from(""), { timeoutMs: 60_000 }), {
        code: "CONNECT",
        retryable: true,
      });
      await bus.flush();
      await server.kill();
      assert.match((await statuses.next("disconnected")).reason, /127\.0\.0\.1/);
      await pending;
      for (let i = 0; i < 100; i++) bus.publish("count", Buffer.from("lost"));
      await assert.rejects(bus.request("silent", Buffer.from(""), { timeoutMs: 60_000 }), hasCode("CONNECT"));
      await server.restart();
      assert.equal((await statuses.next("reconnected")).lost, 100);
      bus.publish("count", Buffer.from("-1"));
      await bus.flush();
      assert.deepEqual(heard, [...Array.from({ length: 1000 }, (_, i) => i), -1]);
      bus.subscribe("echo", (message) => message.respond(message.payload));
      assert.equal(text(await bus.request("echo", Buffer.from("again"), { timeoutMs: 10_000 })), "again");
      await connection.close();
    });

    test("permissions: a refused publish fails its requests at once, a refused subscription is reported", async (t) => {
      const permissions = 'permissions: { publish: ["ok", "_INBOX.>"], subscribe: ["ok", "_INBOX.>"] }';
      const config = `authorization: { users: [{ user: u, password: p, ${permissions} }] }`;
      const server = await startTestNats(t, { config });
      const connection = await connect({ servers: server.url, user: "u", pass: "p" });
      const bus = new NatsBus(connection);
      const statuses = watchStatus(bus);
      bus.subscribe("forbidden.sub", () => {});
      assert.deepEqual(await statuses.next("denied"), {
        kind: "denied",
        action: "subscribe",
        subject: "forbidden.sub",
      });
      const refused = bus.request("forbidden.pub", Buffer.from(""), { timeoutMs: 60_000 });
      await assert.rejects(refused, /The server's permissions do not let this user publish to forbidden\.pub/);
      assert.deepEqual(await statuses.next("denied"), { kind: "denied", action: "publish", subject: "forbidden.pub" });
      bus.subscribe("ok", (message) => message.respond(message.payload));
      assert.equal(text(await bus.request("ok", Buffer.from("fine"), { timeoutMs: 10_000 })), "fine");
      await connection.close();
    });
  });
}

test("NatsBus refuses an old server, with what it found and what it needs", async () => {
  const connection = {
    info: { version: "2.8.4", max_payload: 1 },
    isClosed: () => false,
    getServer: () => "10.0.0.9:4222",
  } as unknown as NatsConnectionLike;
  assert.throws(() => new NatsBus(connection), {
    code: "VERSION",
    message: "The NATS server at 10.0.0.9:4222 is version 2.8.4, at least 2.9.0 is needed; upgrade it",
  });
});

test("NatsBus refuses what it cannot carry", async () => {
  const bus = await connectNatsBus({ servers: (await shared).url });
  assert.throws(
    () => bus.publish("a", { not: "bytes" }),
    /The message to a is object; this bus carries a Uint8Array or a Frame/,
  );
  const frame = { bytes: new Uint8Array(1), shared: [new SharedArrayBuffer(8)] };
  assert.throws(() => bus.publish("a", frame), /is a Frame with shared buffers/);
  await bus.close();
});

test("NatsBus: a smaller max_payload of the server is held to", async (t) => {
  const server: NatsServer = await startTestNats(t, { config: "max_payload: 1000" });
  const bus = await connectNatsBus({ servers: server.url });
  assert.equal(bus.payloadBytesMax, 1000);
  assert.throws(() => bus.publish("a", new Uint8Array(1001)), hasCode("OVERSIZE"));
  await bus.close();
});

test("NatsBus says slow when the server does not take what is published, and recovers", async (t) => {
  const server = await startTestNats(t, { config: "max_payload: 8MB" });
  const bus = await connectNatsBus({ servers: server.url });
  const statuses = watchStatus(bus);
  const body = new Uint8Array(4 << 20);
  for (let i = 0; i < 17; i++) bus.publish("nobody", body);
  assert.match((await statuses.next("slow")).reason, /has yet to take \d+ bytes/);
  await bus.flush();
  bus.publish("nobody", body);
  await bus.flush();
  assert.equal(statuses.seen.length, 1);
  await bus.close();
});
