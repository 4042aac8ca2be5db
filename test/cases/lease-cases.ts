import assert from "node:assert/strict";
import { test } from "node:test";
import type { Lease } from "../../runtime/journal/lease.ts";

interface TestScope {
  after(fn: () => Promise<void> | void): void;
}

export interface LeaseWorld {
  /** A place of one empty lease; the same one at each call. */
  open(): Promise<Lease>;
  /** Lets the time of the lease pass. */
  expire(lease: Lease): Promise<void>;
}

/** What every lease does. */
export function leaseCases(name: string, make: (scope: TestScope) => Promise<LeaseWorld>): void {
  test(`${name}: one holds it at a time, and who holds it can be read`, async (t) => {
    const world = await make(t);
    const [a, b] = [await world.open(), await world.open()];
    assert.equal(await a.find(), undefined);
    const revision = (await a.acquire("a")) as number;
    assert.ok(revision > 0);
    assert.equal(await b.acquire("b"), undefined);
    assert.deepEqual(await b.find(), { holder: "a", revision });
  });

  test(`${name}: renewals grow the revision; a former one renews and releases nothing`, async (t) => {
    const lease = await (await make(t)).open();
    const first = (await lease.acquire("a")) as number;
    const second = (await lease.renew("a", first)) as number;
    assert.ok(second > first);
    assert.equal(await lease.renew("a", first), undefined);
    await lease.release(first);
    assert.deepEqual(await lease.find(), { holder: "a", revision: second });
  });

  test(`${name}: released, it is free at once; the next revision is greater`, async (t) => {
    const world = await make(t);
    const [a, b] = [await world.open(), await world.open()];
    const first = (await a.acquire("a")) as number;
    await a.release(first);
    assert.equal(await b.find(), undefined);
    assert.ok(((await b.acquire("b")) as number) > first);
  });

  test(`${name}: not renewed for its time, it is another's; the former holder's renewal is refused`, async (t) => {
    const world = await make(t);
    const [a, b] = [await world.open(), await world.open()];
    const first = (await a.acquire("a")) as number;
    await world.expire(b);
    const second = (await b.acquire("b")) as number;
    assert.ok(second > first);
    assert.equal(await a.renew("a", first), undefined);
    assert.deepEqual(await a.find(), { holder: "b", revision: second });
  });
}
