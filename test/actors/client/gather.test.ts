import assert from "node:assert/strict";
import { test } from "node:test";
import { ClientSession } from "../../../actors/client/client-session.ts";
import { gather } from "../../../actors/client/gather.ts";
import { LocalBus } from "../../../runtime/bus/local-bus.ts";
import { ManualClock } from "../../support/manual-clock.ts";

/** A session with a future whose value lies with a worker at whose address nobody listens, and what becomes of its being gathered. */
async function gathering() {
  const clock = new ManualClock();
  const options = { cluster: "test", id: "c", version: "1", bus: new LocalBus(), clock } as const;
  const session = new ClientSession({ ...options, heartbeatMs: 1000, functions: "any" });
  session.attach({ tell: () => {}, beginAnew: () => {}, now: () => 0 });
  session.take({ type: "clientWelcome", hello: 1, epoch: 1, version: "1", workers: [] }, false);
  const handle = session.reserve(1);
  session.scattered(["a"], Float64Array.of(8), ["w"], handle);
  session.take({ type: "accepted", request: 1, tasks: 1 }, false);
  const place = { rows: Uint32Array.of(0), attempts: Float64Array.of(1), holders: ["w"], holderOf: Uint16Array.of(0) };
  const value = { bytes: Float64Array.of(8), resultOf: new Uint32Array(0), results: [] as never };
  session.take({ type: "inMemory", handles: Uint32Array.of(handle), ...place, ...value }, false);
  const outcome: unknown[] = [];
  gather(session, [handle]).then(
    (values) => outcome.push(values),
    (error) => outcome.push(error),
  );
  const pass = async (seconds: number): Promise<void> => {
    for (let i = 0; i < 20 * seconds && outcome.length === 0; i++) await clock.advance(50);
  };
  return { pass, session, handle, outcome };
}

test("a value whose holder is gone is waited for until the scheduler tells what became of it, which may take a takeover", async () => {
  const { pass, session, handle, outcome } = await gathering();
  await pass(45);
  assert.deepEqual(outcome, []);
  session.take({ type: "erred", handles: [handle], errors: [{}], errorOf: [0] } as never, false);
  await pass(2);
  assert.match(String(outcome[0]), /A task failed/);
});

test("a value that nobody gives and nobody says is lost is given up in the end", async () => {
  const { pass, outcome } = await gathering();
  await pass(60);
  assert.deepEqual(outcome, []);
  await pass(60);
  assert.match(String(outcome[0]), /The workers that hold 1 results do not give them/);
});
