import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { ShoalError } from "../../../runtime/base/errors.ts";
import { Random } from "../../../runtime/base/random.ts";
import { createReceiver, type ReceiverEffect, stepReceiver } from "../../../runtime/wire/frame-receiver.ts";
import { createSender, stepSender } from "../../../runtime/wire/frame-sender.ts";
import { cutFrame, FRAME_BYTES_MAX, FRAME_HEADER_BYTES, planFrames, readFrame } from "../../../runtime/wire/frames.ts";

const bytesOf = (length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => i * 31 + (i >> 8));
const failure = (code: string) => (error: unknown) => error instanceof ShoalError && error.code === code;

test("cutFrame() and readFrame() are each other's reverse, within the size asked for", () => {
  for (const total of [0, 1, 8, 967, 968, 969, 5000]) {
    const payload = bytesOf(total);
    const plan = planFrames(total, 1000);
    const joined = new Uint8Array(total);
    for (let i = 0; i < plan.count; i++) {
      const frame = cutFrame(payload, plan, 9, i);
      assert.ok(frame.byteLength <= 1000);
      const odd = new Uint8Array(frame.byteLength + 1).subarray(1);
      odd.set(frame);
      const read = readFrame(i % 2 === 0 ? frame : Buffer.from(odd.buffer, 1));
      assert.equal(read.transfer, 9);
      joined.set(read.body, read.index * read.strideBytes);
    }
    assert.deepEqual(joined, payload);
  }
  assert.equal(planFrames(FRAME_BYTES_MAX).count, 2);
  assert.equal(planFrames(FRAME_BYTES_MAX - FRAME_HEADER_BYTES).count, 1);
  assert.throws(() => planFrames(10, 39), RangeError);
});

test("readFrame() refuses every single changed byte and every truncation", () => {
  const frame = cutFrame(bytesOf(100), planFrames(100), 1, 0);
  for (let at = 0; at < frame.length; at++) {
    if (at >= 28 && at < FRAME_HEADER_BYTES) continue;
    const changed = frame.slice();
    changed[at] = (changed[at] as number) ^ 0x10;
    assert.throws(() => readFrame(changed), failure("DECODE"), `byte ${at}`);
  }
  for (let length = 0; length < frame.length; length++)
    assert.throws(() => readFrame(frame.slice(0, length)), failure("DECODE"));
});

/** Runs both brains over a link that loses, repeats and reorders; gives the last effect and the most bytes on the way. */
function transfer(total: number, frameBytesMax: number, windowBytes: number, seed: number, loss: number) {
  const random = new Random(seed);
  const payload = bytesOf(total);
  const sender = createSender({ transfer: 5, payload, frameBytesMax });
  const receiver = createReceiver({ transfer: 5, payloadBytesMax: 1e6, windowBytes });
  const onTheWay: Uint8Array[] = [];
  let mostBytes = 0;
  let end: ReceiverEffect | undefined;
  const answer = (effects: readonly ReceiverEffect[]): void => {
    for (const effect of effects) {
      if (effect.kind === "complete" || effect.kind === "fail") end = effect;
      else if (!random.chance(loss)) {
        for (const { frame } of stepSender(sender, effect)) {
          if (!random.chance(loss)) onTheWay.push(frame);
          if (random.chance(loss)) onTheWay.push(frame);
        }
        mostBytes = Math.max(
          mostBytes,
          onTheWay.reduce((sum, frame) => sum + frame.byteLength - FRAME_HEADER_BYTES, 0),
        );
      }
    }
  };
  answer(stepReceiver(receiver, { kind: "begin" }));
  for (let turn = 0; end === undefined; turn++) {
    assert.ok(turn < 20_000, "the transfer came to no end");
    const [bytes] = onTheWay.splice(loss === 0 ? 0 : random.below(Math.max(1, onTheWay.length)), 1);
    answer(stepReceiver(receiver, bytes === undefined ? { kind: "silence" } : { kind: "frame", bytes }));
  }
  return { end, payload, mostBytes, sender, receiver };
}

test("sender and receiver carry a payload, and no more than the window is on its way", () => {
  for (const total of [0, 1, 500, 50_000]) {
    const { end, payload, mostBytes } = transfer(total, 1032, 4000, 1, 0);
    assert.deepEqual(end, { kind: "complete", payload });
    assert.ok(mostBytes <= 4000, `${mostBytes} bytes`);
  }
});

test("sender and receiver finish over links that lose, repeat and reorder frames and credit", () => {
  fc.assert(
    fc.property(fc.nat(20_000), fc.nat(), fc.constantFrom(0.05, 0.3), (total, seed, loss) => {
      const { end, payload } = transfer(total, 1032, 3000, seed, loss);
      assert.deepEqual(end, { kind: "complete", payload });
    }),
    { numRuns: 100 },
  );
});

test("receiver refuses an announced size beyond its limit before taking memory", () => {
  const huge = cutFrame(bytesOf(64), { count: 1e6, strideBytes: 64, totalBytes: 2 ** 40 }, 5, 0);
  let allocated = 0;
  const receiver = createReceiver({
    transfer: 5,
    payloadBytesMax: 1000,
    windowBytes: 100,
    allocate: (bytes) => new Uint8Array((allocated += bytes)),
  });
  const [effect] = stepReceiver(receiver, { kind: "frame", bytes: huge });
  assert.ok(effect?.kind === "fail" && effect.error.code === "OVERSIZE");
  assert.equal(allocated, 0);
  assert.deepEqual(stepReceiver(receiver, { kind: "silence" }), []);
});

test("receiver refuses frames of another transfer or another cut", () => {
  const payload = bytesOf(100);
  const plan = planFrames(100, 64);
  for (const stranger of [cutFrame(payload, plan, 6, 1), cutFrame(payload, planFrames(100, 48), 5, 1)]) {
    const receiver = createReceiver({ transfer: 5, payloadBytesMax: 1000, windowBytes: 100 });
    stepReceiver(receiver, { kind: "frame", bytes: cutFrame(payload, plan, 5, 0) });
    const [effect] = stepReceiver(receiver, { kind: "frame", bytes: stranger });
    assert.ok(effect?.kind === "fail" && effect.error.code === "DECODE");
  }
});

test("sender sends nothing without credit, and nothing after the end", () => {
  const sender = createSender({ transfer: 1, payload: bytesOf(100), frameBytesMax: 64 });
  assert.deepEqual(stepSender(sender, { kind: "credit", bytes: 31 }), []);
  assert.equal(stepSender(sender, { kind: "credit", bytes: 1 }).length, 1);
  assert.deepEqual(stepSender(sender, { kind: "missing", indices: [3, -1, 99] }), []);
  stepSender(sender, { kind: "end" });
  assert.deepEqual(stepSender(sender, { kind: "credit", bytes: 1e6 }), []);
});
