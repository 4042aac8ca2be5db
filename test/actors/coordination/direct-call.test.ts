import assert from "node:assert/strict";
import { test } from "node:test";
import { ActorCalls } from "../../../actors/coordination/actor-calls.ts";
import { decodeDirectAnswer, encodeDirectCall, takeDirectCall } from "../../../actors/coordination/direct-call.ts";
import { errorFromWire } from "../../../runtime/wire/error-wire.ts";
import { decodeValue, encodeValue, flattenValue, unflattenValue } from "../../../runtime/wire/value.ts";
import { ByteBus } from "../../support/byte-bus.ts";

class Adder {
  total = 0;
  add(by: number): number {
    this.total += by;
    return this.total;
  }
  async later(by: number): Promise<number> {
    await Promise.resolve();
    return this.add(by);
  }
  fail(): void {
    throw new RangeError("too much");
  }
  large(): Uint8Array {
    return new Uint8Array(5000);
  }
}

/** An actor that takes calls at "direct" of a bus of bytes. */
function world(payloadBytesMax?: number) {
  const bus = new ByteBus(payloadBytesMax === undefined ? {} : { payloadBytesMax });
  const calls = new ActorCalls("a1", new Adder(), undefined);
  bus.subscribe("direct", (message) => takeDirectCall(message, (call, question) => calls.take(call, question)));
  const send = (bytes: Uint8Array) => bus.request("direct", bytes, { timeoutMs: 1000 }).then(decodeDirectAnswer);
  const call = async (op: "call" | "read", name: string, ...args: unknown[]): Promise<unknown> => {
    const reply = await send(
      encodeDirectCall({ op, name, args: flattenValue(encodeValue(args, { shareMemory: false })) }),
    );
    if ("error" in reply) throw errorFromWire(reply.error);
    return decodeValue(unflattenValue(reply.value));
  };
  return { calls, send, call };
}

test("calls and fields by direct calls: values, errors, one after another", async () => {
  const { call } = world();
  assert.deepEqual(
    await Promise.all([call("call", "later", 1), call("call", "add", 10), call("read", "total")]),
    [1, 11, 11],
  );
  await assert.rejects(call("call", "fail"), { name: "RangeError", message: "too much" });
  await assert.rejects(call("call", "größer"), /Adder\.größer is not a method/);
});

test("a direct call that is said again under its name is made once", async () => {
  const { call, send } = world();
  const args = flattenValue(encodeValue([5], { shareMemory: false }));
  const bytes = encodeDirectCall({ op: "call", name: "add", args, as: { line: "größer", number: 3 } });
  const again = bytes.slice();
  await send(bytes);
  let isAnswered = false;
  const answered = (): void => {
    isAnswered = true;
  };
  send(again).then(answered, answered);
  assert.equal(await call("read", "total"), 5);
  assert.equal(isAnswered, false, "whoever called first was answered");
});

test("a stopped actor, bytes that are no call, and an answer that is too large are failures", async () => {
  const { calls, send, call } = world(4096);
  await assert.rejects(send(Uint8Array.of(9, 0, 0)), { code: "DECODE", message: /no call/ });
  await assert.rejects(send(Uint8Array.of(0, 200, 0)), { code: "DECODE" });
  await assert.rejects(send(Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)), { code: "DECODE" });
  await assert.rejects(send(new Uint8Array(0)), { code: "DECODE" });
  await assert.rejects(call("call", "large"), { code: "OVERSIZE" });
  calls.stop();
  await assert.rejects(call("call", "add", 1), { code: "ACTOR_FAILED", message: /a1 was stopped/ });
});
