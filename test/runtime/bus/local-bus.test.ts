import assert from "node:assert/strict";
import { test } from "node:test";
import type { BusMessage } from "../../../runtime/bus/bus.ts";
import { LocalBus, type LocalBusOptions } from "../../../runtime/bus/local-bus.ts";
import { busCases } from "../../cases/bus-cases.ts";
import { copyCodec, v8Codec } from "../../support/frame-codecs.ts";

const world = (options: LocalBusOptions) => async () => {
  const bus = new LocalBus(options);
  return { buses: [bus], open: async () => new LocalBus(options), close: () => bus.close() };
};

busCases("local bus", world({ payloadBytesMax: 1_000_000 }));
busCases("local bus, strict", world({ payloadBytesMax: 1_000_000, codec: copyCodec }));

test("LocalBus hands payloads over by reference", async () => {
  const bus = new LocalBus();
  const heard: unknown[] = [];
  const sent = { any: new Map([[1, () => 2]]) };
  bus.subscribe("a", (message) => heard.push(message.payload));
  bus.publish("a", sent);
  await bus.flush();
  assert.equal(heard[0], sent);
});

test("LocalBus in strict mode gives every receiver a copy of what the payload was when published", async () => {
  const bus = new LocalBus({ codec: v8Codec });
  const heard: { n: number }[] = [];
  for (let i = 0; i < 2; i++) bus.subscribe("a", (message) => heard.push(message.payload as { n: number }));
  const sent = { n: 1 };
  bus.publish("a", sent);
  sent.n = 2;
  await bus.flush();
  assert.deepEqual(heard, [{ n: 1 }, { n: 1 }]);
  assert.notEqual(heard[0], heard[1]);
});

test("LocalBus: two subscribers that answer each other forever leave timers and sockets their turn", async () => {
  const bus = new LocalBus();
  let rounds = 0;
  let isOver = false;
  const volley = (to: string) => async (message: BusMessage) => {
    rounds += 1;
    if (rounds % 2 === 0) await null;
    if (!isOver) bus.publish(to, message.payload);
  };
  bus.subscribe("ping", volley("pong"));
  bus.subscribe("pong", volley("ping"));
  bus.publish("ping", 0);
  await new Promise<void>((resolve) => setImmediate(() => setImmediate(resolve)));
  isOver = true;
  assert.ok(rounds > 100, `only ${rounds} rounds`);
  await bus.drain();
});

test("LocalBus: shares of a queue group differ by one at most", async () => {
  const bus = new LocalBus();
  const shares = [0, 0, 0];
  for (let i = 0; i < 3; i++) bus.subscribe("q", () => (shares[i] = (shares[i] as number) + 1), { queue: "g" });
  for (let i = 0; i < 100; i++) bus.publish("q", i);
  await bus.flush();
  assert.deepEqual(shares, [34, 33, 33]);
});

test("LocalBus: a handler's error with no status listener is thrown as uncaught", async () => {
  const bus = new LocalBus();
  bus.subscribe("a", () => {
    throw new Error("nobody watches");
  });
  const caught = new Promise((resolve) => {
    process.setUncaughtExceptionCaptureCallback((error) => {
      process.setUncaughtExceptionCaptureCallback(null);
      resolve(error);
    });
  });
  bus.publish("a", 1);
  assert.match(String(await caught), /nobody watches/);
});
