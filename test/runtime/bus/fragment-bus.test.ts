import assert from "node:assert/strict";
import { test } from "node:test";
import { systemClock } from "../../../runtime/base/clock.ts";
import type { BusMessage } from "../../../runtime/bus/bus.ts";
import { FragmentBus } from "../../../runtime/bus/fragment-bus.ts";
import { LocalBus } from "../../../runtime/bus/local-bus.ts";

const LIMIT = 1000;

function pair(): { bus: FragmentBus; inner: LocalBus } {
  const inner = new LocalBus({ carries: "bytes", payloadBytesMax: LIMIT });
  return { inner, bus: new FragmentBus(inner, { clock: systemClock, payloadBytesMax: 1_000_000 }) };
}

const bytesOf = (message: BusMessage): Uint8Array =>
  message.payload instanceof Uint8Array ? message.payload : (message.payload as { bytes: Uint8Array }).bytes;
const pattern = (size: number): Uint8Array => Uint8Array.from({ length: size }, (_, i) => (i * 31) & 0xff);

test("FragmentBus carries messages larger than the bus below, in order with small ones", async () => {
  const { bus } = pair();
  const seen: number[] = [];
  bus.subscribe("a.*", (message) => {
    assert.deepEqual(bytesOf(message), pattern(bytesOf(message).length));
    seen.push(bytesOf(message).length);
  });
  const sizes = [10, 999, 1001, 50_000, 3, 123_457, 7];
  for (const size of sizes) bus.publish("a.b", { bytes: pattern(size) });
  await bus.flush();
  assert.deepEqual(seen, sizes);
});

test("FragmentBus gives every subscription the whole message", async () => {
  const { bus } = pair();
  let count = 0;
  for (let i = 0; i < 3; i++) bus.subscribe("x", (message) => void (count += bytesOf(message).length));
  bus.publish("x", { bytes: pattern(5000) });
  await bus.flush();
  assert.equal(count, 15_000);
});

test("FragmentBus keeps the reply subject of a large request", async () => {
  const { bus } = pair();
  bus.subscribe("ask", (message) => message.respond({ bytes: Uint8Array.of(bytesOf(message).length & 0xff) }));
  const answers: number[] = [];
  bus.subscribe("answers", (message) => answers.push(bytesOf(message)[0] as number));
  bus.publish("ask", { bytes: pattern(4000) }, { reply: "answers" });
  await bus.flush();
  assert.deepEqual(answers, [4000 & 0xff]);
});

test("FragmentBus refuses what is larger than it may carry, and drops a message with a lost fragment", async () => {
  const { bus, inner } = pair();
  assert.throws(() => bus.publish("a", { bytes: pattern(1_000_001) }), { code: "OVERSIZE" });
  const publish = inner.publish.bind(inner);
  let count = 0;
  inner.publish = (subject, payload, options) => {
    if (++count !== 2) publish(subject, payload, options);
  };
  let seen = 0;
  bus.subscribe("a", () => {
    seen += 1;
  });
  bus.publish("a", { bytes: pattern(5000) });
  bus.publish("a", { bytes: pattern(3) });
  await bus.flush();
  assert.equal(seen, 1);
});
