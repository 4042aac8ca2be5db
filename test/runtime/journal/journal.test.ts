import assert from "node:assert/strict";
import { cp, rm } from "node:fs/promises";
import { join } from "node:path";
import { after, test } from "node:test";
import { type JetStreamManager, jetstreamManager, type PubAck } from "@nats-io/jetstream";
import { connect, type NatsConnection } from "@nats-io/transport-node";
import { systemClock } from "../../../runtime/base/clock.ts";
import { ShoalError } from "../../../runtime/base/errors.ts";
import { JetStreamJournal } from "../../../runtime/journal/jetstream-journal.ts";
import { KvLease } from "../../../runtime/journal/kv-lease.ts";
import { JournalStore, MemoryJournal } from "../../../runtime/journal/memory-journal.ts";
import { LeaseStore, MemoryLease } from "../../../runtime/journal/memory-lease.ts";
import { journalCases } from "../../cases/journal-cases.ts";
import { leaseCases } from "../../cases/lease-cases.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import { startTestNats } from "../../support/nats.ts";

const shared = startTestNats({ after }, { jetStream: true });
let names = 0;

async function connection(scope: { after(fn: () => Promise<void>): void }, url?: string): Promise<NatsConnection> {
  const nc = await connect({ servers: url ?? (await shared).url });
  scope.after(() => nc.close());
  return nc;
}

journalCases("MemoryJournal", async () => {
  const store = new JournalStore();
  return async () => new MemoryJournal(store);
});

journalCases("JetStreamJournal", async (t) => {
  const stream = `journal-${names++}`;
  return async () => JetStreamJournal.open(await connection(t), { stream, subject: `journal.${stream}` });
});

leaseCases("MemoryLease", async () => {
  const store = new LeaseStore();
  const clock = new ManualClock();
  return {
    open: async () => new MemoryLease(store, clock, 1000),
    expire: async () => clock.advance(1000),
  };
});

leaseCases("KvLease", async (t) => {
  const bucket = `lease-${names++}`;
  return {
    open: async () => KvLease.open(await connection(t), { bucket, ttlMs: 1000 }),
    expire: async (lease) => {
      // The server's own clock: asked until it has let go of the entry.
      while ((await lease.find()) !== undefined)
        await new Promise<void>((resolve) => void systemClock.setTimer(20, resolve));
    },
  };
});

test("KvLease keeps to the time of a bucket that is there, as its entries do", async (t) => {
  const bucket = `lease-${names++}`;
  const first = await KvLease.open(await connection(t), { bucket, ttlMs: 1000 });
  const second = await KvLease.open(await connection(t), { bucket, ttlMs: 30_000 });
  assert.deepEqual([first.ttlMs, second.ttlMs], [1000, 1000]);
});

test("a server without JetStream is named, and how to start it", async (t) => {
  const server = await startTestNats(t);
  const nc = await connection(t, server.url);
  const refused = (error: unknown): boolean => {
    assert.ok(error instanceof ShoalError);
    assert.equal(error.code, "NOT_SUPPORTED");
    assert.match(error.message, /: the NATS server runs without JetStream; start it with `nats-server -js` or/);
    return true;
  };
  await assert.rejects(JetStreamJournal.open(nc, { stream: "j", subject: "j" }), refused);
  await assert.rejects(KvLease.open(nc, { bucket: "l", ttlMs: 1000 }), refused);
});

test("JetStreamJournal keeps its records when the server is killed and started again", async (t) => {
  const server = await startTestNats(t, { jetStream: true });
  const options = { stream: "j", subject: "journal.j" };
  const journal = await JetStreamJournal.open(await connection(t, server.url), options);
  await journal.append(Buffer.from("kept"), { expected: 0, id: "1" });
  await server.kill();
  await assert.rejects(journal.append(Buffer.from("lost"), { expected: 1, id: "2" }), (error) => {
    assert.ok(error instanceof ShoalError);
    assert.ok(error.code === "CONNECT" || error.code === "TIMEOUT");
    return true;
  });
  await server.restart();
  const again = await JetStreamJournal.open(await connection(t, server.url), options);
  assert.deepEqual(await again.range(), { oldest: 1, newest: 1 });
  assert.equal(await again.append(Buffer.from("next"), { expected: 1, id: "3" }), 2);
});

test("JetStreamJournal tells a record from another that was given its number after the machine had lost it", async (t) => {
  const server = await startTestNats(t, { jetStream: true });
  const [store, onDisk] = [join(server.folder, "store"), join(server.folder, "on-disk")];
  const open = async () =>
    JetStreamJournal.open(await connection(t, server.url), { stream: "j", subject: "journal.j" });
  await (await open()).append(Buffer.from("a"), { expected: 0, id: "f1" });
  await server.kill();
  await cp(store, onDisk, { recursive: true });
  await server.restart();
  await (await open()).append(Buffer.from("lost"), { expected: 1, expectedId: "f1", id: "f2" });
  await server.kill();
  await rm(store, { recursive: true });
  await cp(onDisk, store, { recursive: true });
  await server.restart();
  const journal = await open();
  assert.equal(await journal.append(Buffer.from("b"), { expected: 1, expectedId: "f1", id: "l1" }), 2);
  await assert.rejects(
    journal.append(Buffer.from("too late"), { expected: 2, expectedId: "f2", id: "f3" }),
    (error) => error instanceof ShoalError && error.code === "DEPOSED",
  );
  assert.deepEqual(await journal.range(), { oldest: 1, newest: 2 });
});

/** Says a stream's first record again until the server no longer knows by its id that it was said: the server's own clock. */
async function untilForgotten(manager: JetStreamManager, id: string): Promise<void> {
  const say = (): Promise<PubAck> =>
    manager.jetstream().publish("journal.j", Buffer.from("a"), { msgID: id, expect: { lastSequence: 0 } });
  while ((await say().catch(() => undefined)) !== undefined)
    await new Promise<void>((resolve) => void systemClock.setTimer(20, resolve));
}

test("JetStreamJournal asks for the newest record where a server that was started anew no longer knows its id", async (t) => {
  const server = await startTestNats(t, { jetStream: true });
  const open = async () =>
    JetStreamJournal.open(await connection(t, server.url), { stream: "j", subject: "journal.j" });
  await (await open()).append(Buffer.from("a"), { expected: 0, id: "1" });
  const manager = await jetstreamManager(await connection(t, server.url));
  await manager.streams.update("j", { duplicate_window: 100_000_000 });
  await untilForgotten(manager, "1");
  assert.equal(await (await open()).append(Buffer.from("a"), { expected: 0, id: "1" }), 1, "it stands where it was to");
  await server.kill();
  await server.restart();
  const journal = await open();
  await assert.rejects(
    journal.append(Buffer.from("too late"), { expected: 1, expectedId: "another", id: "2" }),
    (error) => error instanceof ShoalError && error.code === "DEPOSED",
  );
  assert.equal(await journal.append(Buffer.from("b"), { expected: 1, expectedId: "1", id: "3" }), 2);
  assert.equal(await journal.append(Buffer.from("c"), { expected: 2, expectedId: "3", id: "4" }), 3);
});
