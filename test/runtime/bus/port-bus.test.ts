import assert from "node:assert/strict";
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { MessageChannel, Worker } from "node:worker_threads";
import { NatsServer } from "../../../infra/nats/server.ts";
import { ShoalError } from "../../../runtime/base/errors.ts";
import type { Bus, BusMessage, Frame, FrameCodec } from "../../../runtime/bus/bus.ts";
import { LocalBus } from "../../../runtime/bus/local-bus.ts";
import { connectNatsBus } from "../../../runtime/bus/nats-connect.ts";
import { PortBus } from "../../../runtime/bus/port-bus.ts";
import { ipcChannel, messagePortChannel } from "../../../runtime/bus/port-channel.ts";
import { attachPort } from "../../../runtime/bus/port-hub.ts";
import { type BusWorld, busCases } from "../../cases/bus-cases.ts";
import { copyCodec, v8Codec } from "../../support/frame-codecs.ts";
import { startTestNats, watchStatus } from "../../support/nats.ts";

const peer = new URL("../../support/bus-peer.ts", import.meta.url);
const SECOND = { timeoutMs: 10_000 };
const hasCode = (code: string) => (error: unknown) => error instanceof ShoalError && error.code === code;

async function leafOf(hub: Bus, codec: FrameCodec | undefined): Promise<PortBus> {
  const { port1, port2 } = new MessageChannel();
  attachPort(hub, messagePortChannel(port1), codec === undefined ? {} : { codec });
  return PortBus.open(messagePortChannel(port2));
}

function forkPeer(role: "hub" | "leaf"): ChildProcess {
  return fork(fileURLToPath(peer), {
    execArgv: ["--import", "tsx", "--conditions=shoal-source"],
    serialization: "advanced",
    env: { ...process.env, BUS_PEER_ROLE: role },
  });
}

busCases("port bus over MessagePort: a hub and two leaves", async (): Promise<BusWorld> => {
  const hub = new LocalBus({ payloadBytesMax: 1_000_000 });
  const leaves = await Promise.all([leafOf(hub, copyCodec), leafOf(hub, copyCodec)]);
  const close = async () => {
    for (const leaf of leaves) await leaf.close();
    await hub.close();
  };
  return { buses: [hub, ...leaves], open: () => leafOf(hub, copyCodec), close };
});

busCases("port bus over MessagePort: leaves alone", async (): Promise<BusWorld> => {
  const hub = new LocalBus({ payloadBytesMax: 1_000_000 });
  const leaves = await Promise.all([leafOf(hub, copyCodec), leafOf(hub, copyCodec), leafOf(hub, copyCodec)]);
  return { buses: leaves, open: () => leafOf(hub, copyCodec), close: () => hub.close() };
});

busCases("port bus over a child process's IPC: the hub is the child", async (): Promise<BusWorld> => {
  const children: ChildProcess[] = [];
  const open = async () => {
    const child = forkPeer("hub");
    children.push(child);
    return PortBus.open(ipcChannel(child));
  };
  const buses = [await open()];
  const close = async () => {
    for (const bus of buses) await bus.close();
    // Without a bus the child has nothing left to do and ends by itself.
    for (const child of children) if (child.exitCode === null) await once(child, "exit");
  };
  return { buses, open, close };
});

busCases("port bus over MessagePort: the hub is a NATS bus", async (): Promise<BusWorld> => {
  const server = await NatsServer.start();
  const hubs = await Promise.all([connectNatsBus({ servers: server.url }), connectNatsBus({ servers: server.url })]);
  const open = () => leafOf(hubs[0] as Bus, undefined);
  const leaves = await Promise.all([open(), leafOf(hubs[1] as Bus, undefined)]);
  const close = async () => {
    for (const hub of hubs) await hub.close();
    await server.stop();
  };
  return { buses: [hubs[0] as Bus, ...leaves], open, close };
});

test("a leaf is told what happens to its hub's NATS connection", async (t) => {
  const server = await startTestNats(t);
  const hub = await connectNatsBus({ servers: server.url, reconnectDelayMs: 20 });
  const leaf = await leafOf(hub, undefined);
  const statuses = watchStatus(leaf);
  leaf.subscribe("echo", (message) => message.respond(message.payload));
  await leaf.flush();
  await server.kill();
  await statuses.next("disconnected");
  await assert.rejects(leaf.request("echo", new Uint8Array(0), SECOND), hasCode("CONNECT"));
  leaf.publish("echo", new Uint8Array(0));
  await leaf.request("echo", new Uint8Array(0), SECOND).catch(() => {});
  await server.restart();
  assert.equal((await statuses.next("reconnected")).lost, 1);
  assert.equal(((await leaf.request("echo", new Uint8Array(3), SECOND)).payload as Uint8Array).byteLength, 3);
  // What the hub cannot pass on is refused here already.
  assert.equal(leaf.carries, "bytes");
  const frame = { bytes: new Uint8Array(1), shared: [new SharedArrayBuffer(8)] };
  assert.throws(() => leaf.publish("x", frame), /a Frame with shared buffers; this bus carries/);
  await hub.close();
});

test("a worker thread takes part over the hub; shared buffers cross by reference", async () => {
  const hub = new LocalBus();
  const loader = `import("tsx/esm/api").then(({ register }) => { register(); return import(${JSON.stringify(peer.href)}); });`;
  const ready = new Promise<void>((resolve) => void hub.subscribe("ready", () => resolve()));
  const worker = new Worker(loader, { eval: true });
  attachPort(hub, messagePortChannel(worker), { codec: copyCodec });
  await ready;
  const answer = await hub.request("peer.echo", new Uint8Array([1, 2]), SECOND);
  assert.deepEqual([...(answer.payload as Uint8Array)], [1, 2]);
  const leaf = await leafOf(hub, copyCodec);
  assert.equal(leaf.carries, "shared");
  const shared = new SharedArrayBuffer(16);
  await leaf.request("peer.fill", { bytes: new Uint8Array(1), shared: [shared] }, SECOND);
  assert.deepEqual([...new Float64Array(shared)], [4, 4], "the worker wrote into this thread's memory");
  const pending = assert.rejects(leaf.request("peer.silent", new Uint8Array(0), { timeoutMs: 30 }), hasCode("TIMEOUT"));
  await pending;
  await worker.terminate();
  await assert.rejects(leaf.request("peer.echo", new Uint8Array(0), SECOND), hasCode("NO_RESPONDERS"));
  await hub.close();
});

test("death of the hub: disconnected, requests fail at once, then closed", async () => {
  const child = forkPeer("hub");
  const leaf = await PortBus.open(ipcChannel(child));
  const statuses = watchStatus(leaf);
  leaf.subscribe("silent", () => {});
  await leaf.flush();
  const pending = assert.rejects(leaf.request("silent", new Uint8Array(0), { timeoutMs: 60_000 }), {
    code: "CONNECT",
    message: /The hub is lost, so silent cannot answer: the other side is gone/,
  });
  await leaf.flush();
  child.kill("SIGKILL");
  await pending;
  const { cause } = await statuses.next("closed");
  assert.deepEqual(
    statuses.seen.map(({ kind }) => kind),
    ["disconnected", "closed"],
  );
  assert.ok(cause?.code === "CONNECT");
  assert.throws(() => leaf.publish("x", new Uint8Array(0)), hasCode("CLOSED"));
});

test("death of a leaf: its subscriptions go, the hub is told, others live on", async () => {
  const hub = new LocalBus();
  const child = forkPeer("leaf");
  const ready = new Promise<void>((resolve) => void hub.subscribe("ready", () => resolve()));
  let reason = "";
  const ended = new Promise<void>((resolve) => {
    const onEnd = (why: string) => {
      reason = why;
      resolve();
    };
    attachPort(hub, ipcChannel(child), { codec: copyCodec, onEnd });
  });
  await ready;
  await hub.request("peer.echo", new Uint8Array(0), SECOND);
  hub.publish("peer.die", new Uint8Array(0));
  await ended;
  assert.match(reason, /the other side is gone/);
  await assert.rejects(hub.request("peer.echo", new Uint8Array(0), SECOND), hasCode("NO_RESPONDERS"));
  await hub.close();
});

test("a hub that closes ends its leaves; one that is gone before the greeting is an error", async () => {
  const hub = new LocalBus();
  const leaf = await leafOf(hub, copyCodec);
  const statuses = watchStatus(leaf);
  await hub.close();
  assert.equal((await statuses.next("disconnected")).reason, "the hub closed the port");
  const { port1, port2 } = new MessageChannel();
  port1.close();
  await assert.rejects(PortBus.open(messagePortChannel(port2)), /The hub of the port did not greet/);
});

test("leaf to leaf passes undecoded; the hub's own listener gets the message itself, decoded once", async () => {
  let decoded = 0;
  let encoded = 0;
  const codec: FrameCodec = {
    toFrame: (payload) => {
      encoded += 1;
      return v8Codec.toFrame(payload);
    },
    fromFrame: (frame) => {
      decoded += 1;
      return v8Codec.fromFrame(frame);
    },
  };
  const hub = new LocalBus();
  const [a, b] = await Promise.all([leafOf(hub, codec), leafOf(hub, codec)]);
  const heard: unknown[] = [];
  b.subscribe("x", (message) => heard.push(v8Codec.fromFrame({ bytes: message.payload as Uint8Array })));
  await b.flush();
  a.publish("x", v8Codec.toFrame({ n: 1 }));
  await a.flush();
  await b.flush();
  assert.deepEqual([heard, decoded, encoded], [[{ n: 1 }], 0, 0]);
  for (let i = 0; i < 2; i++) hub.subscribe("x", (message) => heard.push(message.payload));
  a.publish("x", v8Codec.toFrame({ n: 2 }));
  await a.flush();
  await b.flush();
  assert.equal(decoded, 1);
  assert.deepEqual(heard.length, 4);
  hub.publish("x", { n: 3 });
  await hub.flush();
  await b.flush();
  assert.deepEqual(heard.at(-1), { n: 3 });
  assert.equal(encoded, 1);
  await hub.close();
});

test("only wanted messages cross, in one post per turn, frames laid at multiples of eight", async () => {
  const hub = new LocalBus();
  const { port1, port2 } = new MessageChannel();
  const inner = messagePortChannel(port1);
  let posts = 0;
  const post: typeof inner.post = (batch) => {
    posts += 1;
    inner.post(batch);
  };
  const counted = { ...inner, post };
  attachPort(hub, counted, { codec: copyCodec });
  const leaf = await PortBus.open(messagePortChannel(port2));
  const heard: BusMessage[] = [];
  leaf.subscribe("wanted.*", (message) => heard.push(message));
  await leaf.flush();
  posts = 0;
  for (let i = 0; i < 500; i++) {
    hub.publish("unwanted", new Uint8Array([i]));
    hub.publish(`wanted.${i}`, new Uint8Array(i % 11).fill(i));
  }
  await hub.flush();
  await leaf.flush();
  assert.equal(heard.length, 500);
  assert.ok(posts <= 3, `${posts} posts`);
  assert.ok(heard.every(({ payload }) => (payload as Uint8Array).byteOffset % 8 === 0));
  await hub.close();
});

test("what cannot be carried, or joined, is refused with the remedy", async () => {
  const hub = new LocalBus();
  const leaf = await leafOf(hub, copyCodec);
  assert.throws(() => leaf.publish("a", { not: "a frame" } as unknown as Frame), /carries a Uint8Array or a Frame/);
  assert.throws(() => attachPort(hub, messagePortChannel(new MessageChannel().port1)), /needs a codec; pass \{ codec/);
  assert.throws(() => ipcChannel({} as ChildProcess), /has no IPC channel; start it with stdio "ipc"/);
  await hub.close();
});
