import assert from "node:assert/strict";
import { test } from "node:test";
import type { ActorCall, ActorReply } from "../../../actors/coordination/actor-calls.ts";
import type { CallState } from "../../../actors/coordination/calls-heard.ts";
import { type ActorLane, ActorLine } from "../../../collections/futures/actor-line.ts";
import { ShoalError } from "../../../runtime/base/errors.ts";
import { ManualClock } from "../../support/manual-clock.ts";

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
  const clock = new ManualClock();
  /** What the actor says of calls by their numbers, and what was asked of it. */
  const states = new Map<number, CallState>();
  const inquired: number[][] = [];
  const gone: { error?: ShoalError } = {};
  const inquire = async (numbers: readonly number[]): Promise<CallState[]> => {
    inquired.push([...numbers]);
    if (gone.error !== undefined) throw gone.error;
    return numbers.map((number) => states.get(number) ?? "unheard");
  };
  const line = new ActorLine({ line: "l", clock, ask, inquire }, isDirect);
  const call = (name: string, bytes = SMALL): void => {
    line.call({ op: "call", name, args: new Uint8Array(bytes) }).then(
      () => outcomes.push(name),
      (error: ShoalError) => outcomes.push(`${name}: ${error.code}`),
    );
  };
  /** What was begun is over, as far as it can be. */
  const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  return { asked, ends, outcomes, call, settled, clock, states, inquired, gone };
}

test("a call that never came is said again by the main way, once: its first answer is welcome all the same", async () => {
  const { asked, ends, outcomes, call, clock } = world();
  for (const name of ["a", "b"]) call(name);
  ends[1]?.answer();
  await clock.advance(499);
  assert.deepEqual(asked, ["direct a", "direct b"]);
  await clock.advance(1001);
  call("c");
  assert.deepEqual(asked.slice(2), ["main a", "main c"]);
  ends[0]?.answer();
  ends[3]?.answer();
  await clock.advance(0);
  assert.deepEqual(outcomes, ["b", "a", "c"]);
});

test("by the main way nobody has taken it, and its caller looks for the actor; an answer that was lost is for the caller to judge", async () => {
  const { outcomes, call, clock, states } = world(false);
  call("a");
  call("b");
  states.set(1, "done");
  await clock.advance(600);
  assert.deepEqual(outcomes, []);
  await clock.advance(1000);
  assert.deepEqual(outcomes, ["a: NO_RESPONDERS"]);
  // A large answer may be on its way for long.
  await clock.advance(25_000);
  assert.deepEqual(outcomes, ["a: NO_RESPONDERS"]);
  await clock.advance(10_000);
  assert.deepEqual(outcomes, ["a: NO_RESPONDERS", "b: ACTOR_FAILED"]);
});

test("a call that runs is asked after less and less, and never given up; that of an actor that is no more at once", async () => {
  const { outcomes, call, clock, states, inquired, gone } = world();
  call("a");
  states.set(0, "open");
  await clock.advance(60_000);
  assert.deepEqual(outcomes, []);
  assert.ok(inquired.length < 20, `${inquired.length} inquiries a minute`);
  gone.error = new ShoalError("it was stopped", { code: "ACTOR_FAILED" });
  await clock.advance(5000);
  assert.deepEqual(outcomes, ["a: ACTOR_FAILED"]);
  const before = inquired.length;
  await clock.advance(60_000);
  assert.equal(inquired.length, before, "with nothing under way nobody is asked");
});

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
