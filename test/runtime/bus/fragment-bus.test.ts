import assert from "node:assert/strict";
import { test } from "node:test";
import { systemClock } from "../../../runtime/base/clock.ts";
import { AnswerParts, wholeAnswer } from "../../../runtime/bus/answer-parts.ts";
import type { BusMessage } from "../../../runtime/bus/bus.ts";
import { FragmentBus } from "../../../runtime/bus/fragment-bus.ts";
import { LocalBus } from "../../../runtime/bus/local-bus.ts";
import { PortBus } from "../../../runtime/bus/port-bus.ts";
import { messagePortChannel } from "../../../runtime/bus/port-channel.ts";
import { attachPort } from "../../../runtime/bus/port-hub.ts";
import { ManualClock } from "../../support/manual-clock.ts";

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

test("FragmentBus asks large questions, in order with small ones, and fetches large answers to them", async () => {
  const { bus } = pair();
  const seen: number[] = [];
  bus.subscribe("ask", (message) => {
    seen.push(bytesOf(message).length);
    message.respond({ bytes: pattern(bytesOf(message).length) });
  });
  const sizes = [5, 4000, 3, 998, 999, 1000, 70_000, 8];
  const answers = await Promise.all(
    sizes.map((size) => bus.request("ask", { bytes: pattern(size) }, { timeoutMs: 1000 })),
  );
  assert.deepEqual(answers.map(bytesOf), sizes.map(pattern));
  assert.deepEqual(seen, sizes);
});

test("FragmentBus tells why a large question was not asked: nobody listens, it is too large, the bus is closed", async () => {
  const { bus, inner } = pair();
  const ask = (size: number) => bus.request("ask", { bytes: pattern(size) }, { timeoutMs: 1000 });
  await assert.rejects(ask(4000), { code: "NO_RESPONDERS" });
  await assert.rejects(ask(1_000_001), { code: "OVERSIZE" });
  bus.subscribe("ask", () => {});
  const asked = [ask(40_000), ask(50_000), ask(10)];
  await inner.close();
  for (const one of asked) await assert.rejects(one, { code: "CLOSED" });
});

test("FragmentBus fails large questions that wait in line when it is closed", async () => {
  const { bus } = pair();
  bus.subscribe("ask", () => {});
  const asked = [40_000, 50_000].map((size) => bus.request("ask", { bytes: pattern(size) }, { timeoutMs: 1000 }));
  const ends = Promise.allSettled(asked);
  await bus.close();
  for (const end of await ends) assert.equal(end.status === "rejected" && end.reason.code, "CLOSED");
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

test("FragmentBus fetches a large answer in parts, of several at once", async () => {
  const { bus, inner } = pair();
  const asker = new FragmentBus(inner, { clock: systemClock });
  bus.subscribe("ask", (message) => message.respond({ bytes: pattern(bytesOf(message)[0]! * 1000 + 1) }));
  const sizes = [0, 1, 9, 200];
  const answers = await Promise.all(
    sizes.map((size) => asker.request("ask", { bytes: Uint8Array.of(size) }, { timeoutMs: 5000 })),
  );
  assert.deepEqual(
    answers.map(bytesOf),
    sizes.map((size) => pattern(size * 1000 + 1)),
  );
});

test("FragmentBus refuses a large answer to an asker that cannot fetch parts", async () => {
  const { bus, inner } = pair();
  const refused: unknown[] = [];
  bus.subscribe("ask", (message) => {
    try {
      message.respond({ bytes: pattern(LIMIT + 1) });
    } catch (error) {
      refused.push((error as { code: string }).code);
      message.respond({ bytes: Uint8Array.of(7) });
    }
  });
  assert.deepEqual([...bytesOf(await inner.request("ask", { bytes: Uint8Array.of(1) }, { timeoutMs: 5000 }))], [7]);
  assert.deepEqual(refused, ["OVERSIZE"]);
});

test("FragmentBus keeps a large answer in parts also where the reply subject is published to", async () => {
  const { bus, inner } = pair();
  const asker = new FragmentBus(inner, { clock: systemClock });
  bus.subscribe("ask", ({ reply }) => bus.publish(reply as string, { bytes: pattern(5001) }));
  const answer = await asker.request("ask", { bytes: Uint8Array.of(1) }, { timeoutMs: 5000 });
  assert.deepEqual(bytesOf(answer), pattern(5001));
});

test("behind a port a large answer is fetched in parts, or refused to an asker that cannot fetch them", async () => {
  const { bus, inner } = pair();
  const asker = new FragmentBus(inner, { clock: systemClock });
  const { port1, port2 } = new MessageChannel();
  const hub = attachPort(bus, messagePortChannel(port1));
  const leaf = await PortBus.open(messagePortChannel(port2));
  leaf.subscribe("ask", (message) => {
    try {
      message.respond({ bytes: pattern(5001) });
    } catch (error) {
      message.respond({ bytes: Buffer.from((error as { code: string }).code) });
    }
  });
  await leaf.flush();
  const fetched = await asker.request("ask", { bytes: Uint8Array.of(1) }, { timeoutMs: 5000 });
  assert.deepEqual(bytesOf(fetched), pattern(5001));
  const refused = await inner.request("ask", { bytes: Uint8Array.of(1) }, { timeoutMs: 5000 });
  assert.equal(Buffer.from(bytesOf(refused)).toString(), "OVERSIZE");
  await leaf.close();
  hub.detach();
});

test("a large answer whose parts are not kept any more is an error that says so", async () => {
  const clock = new ManualClock();
  const answers = new AnswerParts(clock);
  const word = answers.keep(pattern(2500), LIMIT);
  const ask = async (request: Uint8Array): Promise<Uint8Array> => answers.wanted(request, LIMIT) as Uint8Array;
  assert.deepEqual(await wholeAnswer(word, "x", ask), pattern(2500));
  await assert.rejects(wholeAnswer(word, "x", ask), { code: "OVERSIZE", retryable: true });
  const late = answers.keep(pattern(2500), LIMIT);
  clock.advance(61_000);
  answers.keep(pattern(1), LIMIT);
  await assert.rejects(wholeAnswer(late, "x", ask), /part 0 is not kept any more; ask again/);
});
