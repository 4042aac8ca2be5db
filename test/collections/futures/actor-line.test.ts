import assert from "node:assert/strict";
import { test } from "node:test";
import type { ActorCall, ActorReply } from "../../../actors/coordination/actor-calls.ts";
import { type ActorLane, ActorLine } from "../../../collections/futures/actor-line.ts";
import { ShoalError } from "../../../runtime/base/errors.ts";

const SMALL = 100;
const LARGE = 40_000;

/** A line whose other end is the test: what it was asked, by which way, and how it is answered. */
function world(isDirect = true) {
  const asked: string[] = [];
  const ends: { answer(): void; refuse(): void; fail(): void }[] = [];
  const outcomes: string[] = [];
  const ask = (lane: ActorLane, { name }: ActorCall): Promise<ActorReply> => {
    asked.push(`${lane} ${name}`);
    return new Promise((resolve, reject) => {
      ends.push({
        answer: () => resolve({ value: new Uint8Array(0) }),
        refuse: () => reject(new ShoalError("nobody", { code: "NO_RESPONDERS", retryable: true })),
        fail: () => reject(new ShoalError("too late", { code: "TIMEOUT" })),
      });
    });
  };
  const line = new ActorLine(ask, isDirect);
  const call = (name: string, bytes = SMALL): void => {
    line.call({ op: "call", name, args: new Uint8Array(bytes) }).then(
      () => outcomes.push(name),
      (error: ShoalError) => outcomes.push(`${name}: ${error.code}`),
    );
  };
  /** What was begun is over, as far as it can be. */
  const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  return { asked, ends, outcomes, call, settled };
}

test("small calls go directly and side by side; a large one waits for them, and those behind it for that", async () => {
  const { asked, ends, outcomes, call, settled } = world();
  for (const name of ["a", "b"]) call(name);
  call("large", LARGE);
  call("c");
  assert.deepEqual(asked, ["direct a", "direct b"]);
  ends[1]?.answer();
  await settled();
  assert.equal(asked.length, 2);
  ends[0]?.answer();
  await settled();
  assert.deepEqual(asked.slice(2), ["main large"]);
  ends[2]?.answer();
  await settled();
  assert.deepEqual(asked.slice(3), ["direct c"]);
  ends[3]?.answer();
  await settled();
  assert.deepEqual(outcomes, ["b", "a", "large", "c"]);
});

test("where nobody answers directly, calls go by the main thread in the order in which they were made", async () => {
  const { asked, ends, outcomes, call, settled } = world();
  for (const name of ["a", "b"]) call(name);
  ends[0]?.refuse();
  ends[1]?.refuse();
  await settled();
  call("c");
  assert.deepEqual(asked, ["direct a", "direct b", "main a", "main b", "main c"]);
  for (const end of ends.slice(2)) end.answer();
  await settled();
  assert.deepEqual(outcomes, ["a", "b", "c"]);
  call("d");
  assert.equal(asked.at(-1), "main d");
});

test("nobody by either way, and what a call fails with, is its caller's to know", async () => {
  const { asked, ends, outcomes, call, settled } = world();
  call("a");
  ends[0]?.refuse();
  await settled();
  ends[1]?.refuse();
  call("b");
  await settled();
  ends[2]?.fail();
  await settled();
  assert.deepEqual(asked, ["direct a", "main a", "main b"]);
  assert.deepEqual(outcomes, ["a: NO_RESPONDERS", "b: TIMEOUT"]);
});

test("no more is under way directly than sockets hold; without a direct way there is no limit", async () => {
  const { asked, ends, call, settled } = world();
  for (let i = 0; i < 20; i++) call(`${i}`, 30_000);
  assert.equal(asked.length, 8);
  ends[0]?.answer();
  await settled();
  assert.equal(asked.at(-1), "direct 8");
  const within = world(false);
  for (let i = 0; i < 20; i++) within.call(`${i}`, LARGE);
  assert.equal(within.asked.filter((one) => one.startsWith("main")).length, 20);
});
