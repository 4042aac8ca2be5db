import assert from "node:assert/strict";
import { test } from "node:test";
import { Leadership } from "../../../runtime/journal/leadership.ts";
import type { Lease } from "../../../runtime/journal/lease.ts";
import { ManualClock } from "../../support/manual-clock.ts";

/** A lease that answers a renewal when it is told to, and notes what else it is asked. */
class SlowLease implements Lease {
  readonly ttlMs = 900;
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

  async release(): Promise<void> {
    this.asked.push("release");
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
  await leadership.release();
  lease.answer(undefined);
  await settled();
  await clock.advance(3000);
  assert.deepEqual(lease.asked, ["acquire", "renew", "release"]);
});

test("a lease that is given back while a renewal succeeds is given back under its new revision", async () => {
  const { lease, clock, leadership } = await leading();
  await leadership.release();
  lease.answer(2);
  await settled();
  await clock.advance(3000);
  assert.deepEqual(lease.asked, ["acquire", "renew", "release", "release"]);
});

test("a renewal that fails after the lease was given back is not tried again", async () => {
  const { lease, clock, leadership } = await leading();
  await leadership.release();
  lease.refuse(new Error("the server is away"));
  await settled();
  await clock.advance(3000);
  assert.deepEqual(lease.asked, ["acquire", "renew", "release"]);
});

test("a lease that is given back while it is taken again is given back once more", async () => {
  const { lease, clock, leadership } = await leading();
  lease.onFind = () => leadership.release();
  lease.answer(undefined);
  await settled();
  await clock.advance(3000);
  assert.deepEqual(lease.asked, ["acquire", "renew", "find", "release", "acquire", "release"]);
});
