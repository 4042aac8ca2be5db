import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { readRequest, type Transfer, writeRequest } from "../../../actors/chunk/chunk-request.ts";
import { ChunkSource } from "../../../actors/chunk/chunk-source.ts";
import { LocalBus } from "../../../runtime/bus/local-bus.ts";
import { ManualClock, settle } from "../../support/manual-clock.ts";

const LARGE = new Uint8Array(4_000_000);
const LEASE_MS = 60_000;

/** A source that answers one question at a time, with something that is pulled in parts. */
function oneAtATime(t: TestContext) {
  const clock = new ManualClock();
  const bus = new LocalBus({ carries: "bytes", clock });
  const asked: number[] = [];
  const source = new ChunkSource(
    { bus, clock, subject: "holder", givesMax: 1 },
    ({ rows }) => {
      asked.push(...rows);
      return rows.map((row) => ({ row, since: 0, value: LARGE, bytes: LARGE.byteLength }));
    },
    () => {},
  );
  t.after(() => {
    source.close();
    return bus.close();
  });
  const get = (row: number): void => {
    const request = { type: "get", rows: [row], attempts: [1], looks: false } as const;
    bus.request("holder", writeRequest(bus, request), { timeoutMs: 10 * LEASE_MS }).catch(() => {});
  };
  const done = (transfer: Transfer["transfer"]): void =>
    bus.publish("holder", writeRequest(bus, { type: "done", transfer }));
  return { clock, asked, get, done };
}

test("a question beyond those that may be answered at a time waits until an answer has been pulled to its end", async (t) => {
  const { asked, get, done } = oneAtATime(t);
  for (const row of [1, 2, 3]) get(row);
  await settle();
  assert.deepEqual(asked, [1]);
  done(1);
  await settle();
  assert.deepEqual(asked, [1, 2]);
  done(2);
  await settle();
  assert.deepEqual(asked, [1, 2, 3]);
});

test("who died while it pulled keeps others waiting no longer than its lease", async (t) => {
  const { clock, asked, get } = oneAtATime(t);
  for (const row of [1, 2]) get(row);
  await settle();
  assert.deepEqual(asked, [1]);
  await clock.advance(2 * LEASE_MS);
  assert.deepEqual(asked, [1, 2]);
});

test("readRequest() gives what writeRequest() was given", () => {
  const bus = new LocalBus({ carries: "bytes" });
  const request = { type: "done", transfer: 3 } as const;
  assert.deepEqual(readRequest(writeRequest(bus, request)), request);
});
