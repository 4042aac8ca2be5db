import assert from "node:assert/strict";
import { test } from "node:test";
import { ShoalError } from "../../../runtime/base/errors.ts";
import { Leadership } from "../../../runtime/journal/leadership.ts";
import type { Lease, LeaseHolder } from "../../../runtime/journal/lease.ts";
import { LeaseStore, MemoryLease } from "../../../runtime/journal/memory-lease.ts";
import { ManualClock } from "../../support/manual-clock.ts";

const LEASE_MS = 900;

/** A lease that answers a renewal when it is told to, and notes what else it is asked. */
class SlowLease implements Lease {
  readonly ttlMs = LEASE_MS;
  readonly asked: string[] = [];
  answer: (revision: number | undefined) => void = () => {};
  refuse: (error: Error) => void = () => {};

  async acquire(): Promise<number> {
    this.asked.push("acquire");
    return 1;
  }

  renew(): Promise<number | undefined> {
    this.asked.push("renew");
    return new Promise((resolve, reject) => {
      this.answer = resolve;
      this.refuse = reject;
    });
  }

  async release(revision: number): Promise<void> {
    this.asked.push(`release ${revision}`);
  }

  async find(): Promise<undefined> {
    this.asked.push("find");
    await this.onFind();
    return undefined;
  }

  onFind: () => Promise<void> = async () => {};

  async close(): Promise<void> {}
}

async function leading() {
  const lease = new SlowLease();
  const clock = new ManualClock();
  const onLost = (): void => assert.fail("it was given back, not lost");
  const leadership = (await Leadership.tryTake({ lease, clock, holder: "a", onLost })) as Leadership;
  await clock.advance(300);
  assert.deepEqual(lease.asked, ["acquire", "renew"]);
  return { lease, clock, leadership };
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test("a lease that is given back while a renewal is on its way is not taken again by it", async () => {
  const { lease, clock, leadership } = await leading();
  const released = leadership.release();
  lease.answer(undefined);
  await released;
  await clock.advance(3000);
  assert.deepEqual(lease.asked, ["acquire", "renew", "release 1"]);
});

test("a lease that is given back while a renewal succeeds is given back under its new revision", async () => {
  const { lease, clock, leadership } = await leading();
  const released = leadership.release();
  await settled();
  assert.deepEqual(
    lease.asked,
    ["acquire", "renew"],
    "a process may end as soon as it is given back: the renewal comes first",
  );
  lease.answer(2);
  await released;
  await clock.advance(3000);
  assert.deepEqual(lease.asked, ["acquire", "renew", "release 2"]);
});

test("a renewal that fails after the lease was given back is not tried again", async () => {
  const { lease, clock, leadership } = await leading();
  const released = leadership.release();
  lease.refuse(new Error("the server is away"));
  await released;
  await clock.advance(3000);
  assert.deepEqual(lease.asked, ["acquire", "renew", "find", "release 1"], "it may stand under another revision");
});

test("a lease that is given back while its entry is looked for is not taken again", async () => {
  const { lease, clock, leadership } = await leading();
  let released = Promise.resolve();
  lease.onFind = async () => {
    released = leadership.release();
  };
  lease.answer(undefined);
  await settled();
  await released;
  await clock.advance(3000);
  assert.deepEqual(lease.asked, ["acquire", "renew", "find", "release 1"]);
});

test("a lease that another one had meanwhile is lost also where its own entry stands again, by a question whose answer was lost", async () => {
  const store = new LeaseStore();
  const clock = new ManualClock();
  const lease = new MemoryLease(store, clock, LEASE_MS);
  const other = new MemoryLease(store, clock, LEASE_MS);
  let lost = 0;
  const leadership = (await Leadership.tryTake({ lease, clock, holder: "a", onLost: () => (lost += 1) })) as Leadership;
  const { acquire, renew } = lease;
  // It stands still, another one leads and is gone, and the answer to its taking it anew is lost.
  lease.renew = async () => {
    store.entry = undefined;
    await other.acquire("b");
    store.entry = undefined;
    lease.renew = renew;
    return undefined;
  };
  lease.acquire = async (holder) => {
    await acquire.call(lease, holder);
    throw new ShoalError("No answer", { code: "TIMEOUT", retryable: true });
  };
  await clock.advance(LEASE_MS);
  assert.equal(lost, 1);
  assert.equal(store.entry, undefined, "it is given back");
  assert.equal(leadership.isSure, false);
});

/** A lease of one's own in a store whose words about who holds it may be told to be others than they are. */
async function holding() {
  const store = new LeaseStore();
  const clock = new ManualClock();
  const lease = new MemoryLease(store, clock, LEASE_MS);
  const told = { lost: 0, retaken: 0, doubts: [] as (string | undefined)[] };
  const leadership = (await Leadership.tryTake({
    lease,
    clock,
    holder: "a",
    onLost: () => (told.lost += 1),
    onRetaken: () => (told.retaken += 1),
    onDoubt: (reason) => told.doubts.push(reason),
  })) as Leadership;
  /** Says once what a server says that is behind the others. */
  const say = (found: LeaseHolder | undefined): void => {
    const { find } = lease;
    lease.find = async () => {
      lease.find = find;
      return found;
    };
  };
  return { store, clock, lease, leadership, told, say };
}

test("a lease that ran out, where a server that is behind still has its entry, is taken anew", async () => {
  const { store, clock, leadership, told, say } = await holding();
  store.entry = undefined;
  say({ holder: "a", revision: 1 });
  await clock.advance(LEASE_MS / 3);
  assert.equal(store.entry, undefined, "what was read is not borne out by what could be written");
  assert.equal(told.lost, 0);
  await clock.advance(LEASE_MS);
  assert.equal((store.entry as LeaseStore["entry"])?.holder, "a");
  assert.deepEqual(told, { lost: 0, retaken: 1, doubts: [] });
  assert.ok(leadership.isSure);
  leadership.end();
});

test("a lease that is held under another revision than is known is renewed later, where a server that is behind has no entry", async () => {
  const { store, clock, lease, leadership, told, say } = await holding();
  const { renew } = lease;
  lease.renew = async (holder, revision) => {
    lease.renew = renew;
    await lease.renew(holder, revision);
    throw new ShoalError("No answer", { code: "TIMEOUT", retryable: true });
  };
  await clock.advance(LEASE_MS / 3);
  assert.equal(store.entry?.revision, 2);
  say(undefined);
  await clock.advance(LEASE_MS / 3);
  assert.equal(told.lost, 0);
  await clock.advance(LEASE_MS / 3);
  assert.ok(leadership.isSure);
  assert.equal(told.lost, 0);
  leadership.end();
});

test("an entry of another that is older than one's own is no sign of its being lost; one that grows is", async () => {
  const { store, clock, leadership, told, say } = await holding();
  store.entry = undefined;
  say({ holder: "b", revision: 0 });
  await clock.advance(LEASE_MS / 3);
  assert.equal(told.lost, 0);
  await clock.advance(LEASE_MS / 3);
  assert.ok(leadership.isSure, "taken anew");
  await clock.advance(LEASE_MS);
  store.entry = undefined;
  const former = store.revision;
  store.revision = 0;
  const other = new MemoryLease(store, clock, LEASE_MS);
  const first = (await other.acquire("b")) as number;
  await clock.advance(LEASE_MS / 3);
  assert.ok(first < former, "the bucket was made anew");
  assert.equal(told.lost, 0, "it may be behind");
  await other.renew("b", first);
  await clock.advance(LEASE_MS / 3);
  assert.equal(told.lost, 1);
});

test("a server that does not tell for long whether the lease is held is spoken of once, and once more when it does", async () => {
  const { clock, lease, leadership, told } = await holding();
  const { renew } = lease;
  lease.renew = () => Promise.reject(new ShoalError("No answer", { code: "TIMEOUT", retryable: true }));
  await clock.advance(LEASE_MS);
  assert.equal(leadership.isSure, false);
  assert.deepEqual(told.doubts, [], "it may be back at once");
  await clock.advance(LEASE_MS * 3);
  assert.deepEqual(told.doubts, ["ShoalError: No answer"]);
  lease.renew = renew;
  await clock.advance(LEASE_MS / 3);
  assert.ok(leadership.isSure);
  assert.deepEqual(told.doubts, ["ShoalError: No answer", undefined]);
  leadership.end();
});

test("one answer that is lost leaves time to ask again before the lease runs out", async () => {
  const { store, clock, lease, leadership } = await holding();
  const { renew } = lease;
  lease.renew = async () => {
    lease.renew = renew;
    await new Promise<void>((resolve) => void clock.setTimer(LEASE_MS / 2, resolve));
    throw new ShoalError("No answer", { code: "TIMEOUT", retryable: true });
  };
  await clock.advance(LEASE_MS - 1);
  assert.equal(store.entry?.revision, 2);
  assert.ok(leadership.isSure);
  leadership.end();
});

test("however often a renewal is not answered, one alone can have taken effect: another that led meanwhile is noticed", async () => {
  const { store, clock, lease, told } = await holding();
  const { renew } = lease;
  lease.renew = () => Promise.reject(new ShoalError("No answer", { code: "TIMEOUT", retryable: true }));
  await clock.advance(LEASE_MS * 2);
  const other = new MemoryLease(store, clock, LEASE_MS);
  await other.renew("b", (await other.acquire("b")) as number);
  store.entry = undefined;
  lease.renew = renew;
  await clock.advance(LEASE_MS / 3);
  assert.equal(told.lost, 1);
  assert.equal(store.entry, undefined, "it is given back");
});

test("a lease is not lost where servers let several renewals under one revision take effect", async () => {
  const { store, clock, leadership, lease, told } = await holding();
  const { renew } = lease;
  // As a cluster of nats-server 2.9 does whose renewals wait for a majority.
  lease.renew = async (holder) => {
    const { revision } = store.entry as NonNullable<LeaseStore["entry"]>;
    await renew.call(lease, holder, revision);
    throw new ShoalError("No answer", { code: "TIMEOUT", retryable: true });
  };
  await clock.advance(LEASE_MS * 0.7);
  assert.ok((store.entry?.revision ?? 0) > 2, "more than one of them");
  lease.renew = renew;
  await clock.advance(LEASE_MS / 3);
  assert.equal(told.lost, 0);
  assert.ok(leadership.isSure);
  leadership.end();
});
