import assert from "node:assert/strict";
import { test } from "node:test";
import { ClientSession } from "../../../actors/client/client-session.ts";
import { STANDING } from "../../../actors/client/submission-record.ts";
import type { ShoalError } from "../../../runtime/base/errors.ts";
import { LocalBus } from "../../../runtime/bus/local-bus.ts";
import type { Graph } from "../../../runtime/graph/graph.ts";
import type { FromClient } from "../../../runtime/protocol/client-scheduler.ts";
import { ManualClock } from "../../support/manual-clock.ts";

/** A session with two futures, greeted by a scheduler; what it says is kept. */
function openSession(): { session: ClientSession; said: FromClient[]; welcome(hello: number): void } {
  const said: FromClient[] = [];
  const options = { cluster: "test", id: "c", version: "1", bus: new LocalBus(), clock: new ManualClock() } as const;
  const session = new ClientSession({ ...options, heartbeatMs: 1000, functions: "any" });
  session.attach({ tell: (message) => void said.push(message), beginAnew: () => {}, now: () => 0 });
  const welcome = (hello: number): void =>
    session.take({ type: "clientWelcome", hello, epoch: 1, version: "1", workers: [] }, false);
  welcome(1);
  const first = session.reserve(2);
  session.scattered(["a", "b"], Float64Array.of(8, 8), ["w", "w"], first);
  session.take({ type: "accepted", request: 1, tasks: 2 }, false);
  said.length = 0;
  return { session, said, welcome };
}

const wordsIn = (said: readonly FromClient[]): string[] =>
  said.map((one) => `${one.type} ${"handles" in one ? [...one.handles].join(" ") : ""}`.trim());

test("what is cancelled while the session is mended is cancelled when it stands again", () => {
  const { session, said, welcome } = openSession();
  session.take({ type: "resync" } as never, false);
  session.cancel([1], "enough");
  welcome(2);
  assert.deepEqual(wordsIn(said), ["hello", "cancel 1", "resume 1 2"]);
});

test("what is tried again while the session is mended is asked for before the session asks how things stand", () => {
  const { session, said, welcome } = openSession();
  session.take({ type: "erred", handles: [2], errors: [{ thrown: new Error("no") }], errorOf: [0] } as never, false);
  session.take({ type: "resync" } as never, false);
  session.retry([2]);
  assert.equal(session.record(2).standingOf(2), STANDING.pending);
  welcome(2);
  assert.deepEqual(wordsIn(said), ["hello", "retry 2", "resume 1 2"]);
});

test("a wish that was seen to is not said again", () => {
  const { session, said, welcome } = openSession();
  session.cancel([1], "enough");
  session.take({ type: "erred", handles: [1], errors: [{ thrown: new Error("no") }], errorOf: [0] } as never, false);
  session.take({ type: "resync" } as never, false);
  welcome(2);
  assert.deepEqual(wordsIn(said), ["cancel 1", "hello", "resume 1 2"]);
});

test("a hello of before that comes late ends the link it is followed by: its welcome has the session begin anew", () => {
  const { session, said, welcome } = openSession();
  session.take({ type: "resync" } as never, false);
  welcome(1);
  assert.deepEqual(wordsIn(said), ["hello"], "it has just begun anew");
  welcome(2);
  welcome(1);
  session.cancel([1], "enough");
  welcome(3);
  assert.deepEqual(wordsIn(said), ["hello", "resume 1 2", "hello", "cancel 1", "resume 1 2"]);
});

/** A graph of one task that reads a future. */
const readerOf = (session: ClientSession, handle: number): Graph => {
  const lease = { session, handles: Uint32Array.of(handle) };
  const held = { kind: "held", name: `held-${handle}`, grid: [1], keys: undefined, lease } as const;
  return { layers: [held], wants: [{ layer: held, indices: undefined }] } as unknown as Graph;
};

test("what was not taken keeps its reason: it is not asked after, not tried again, and what reads it fails with it", () => {
  const { session, said, welcome } = openSession();
  const first = session.submit(readerOf(session, 1), { priority: 0, retries: 0 }).first;
  const overloaded = { shoal: true, code: "OVERLOADED", message: "too many", details: {} };
  session.take({ type: "declined", request: 2, error: overloaded }, false);
  session.take({ type: "resync" } as never, false);
  said.length = 0;
  welcome(2);
  assert.deepEqual(wordsIn(said), ["resume 1 2"]);
  session.retry([first]);
  const reader = session.submit(readerOf(session, first), { priority: 0, retries: 0 });
  assert.equal(said.length, 1, "nothing of it is said");
  for (const handle of [first, reader.first]) {
    assert.equal(session.record(handle).standingOf(handle), STANDING.erred);
    assert.equal((session.record(handle).errorOf(handle) as ShoalError).code, "OVERLOADED");
  }
});
