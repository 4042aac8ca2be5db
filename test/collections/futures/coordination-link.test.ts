import assert from "node:assert/strict";
import { test } from "node:test";
import type { ClientReach } from "../../../collections/futures/client-reach.ts";
import { askCoordination } from "../../../collections/futures/coordination-link.ts";
import { systemClock } from "../../../runtime/base/clock.ts";
import { type ErrorCode, ShoalError } from "../../../runtime/base/errors.ts";

/** A client's reach whose asks fail with these codes, one after the other, and are then answered. */
function reachThatFails(codes: readonly ErrorCode[]): { readonly reach: ClientReach; readonly asked: () => number } {
  let asked = 0;
  const ask = async (): Promise<unknown> => {
    const code = codes[asked++];
    if (code !== undefined) throw new ShoalError(code, { code });
    return "answer";
  };
  const options = { id: "c", clock: systemClock };
  const session = { isOpen: true, isClosed: false, epoch: 1, onWorkers: () => () => {}, options };
  const reach = { cluster: { name: "test", system: { ask } }, executor: { session } } as unknown as ClientReach;
  return { reach, asked: () => asked };
}

test("a wait goes on when its scheduler gives way to another, though nobody answers for a while", async () => {
  const { reach, asked } = reachThatFails(["CLOSED", "NO_RESPONDERS", "NO_RESPONDERS"]);
  assert.equal((await askCoordination<string>(reach, { op: "length", name: "q" } as never)).value, "answer");
  assert.equal(asked(), 4);
});

test("with no scheduler there at all it fails at once", async () => {
  const { reach, asked } = reachThatFails(["NO_RESPONDERS"]);
  await assert.rejects(askCoordination(reach, { op: "length", name: "q" } as never), { code: "NO_RESPONDERS" });
  assert.equal(asked(), 1);
});
