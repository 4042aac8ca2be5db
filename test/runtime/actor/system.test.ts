import assert from "node:assert/strict";
import { test } from "node:test";
import { ActorSystem } from "../../../runtime/actor/system.ts";
import type { TapEvent } from "../../../runtime/actor/tap.ts";
import { LocalBus } from "../../../runtime/bus/local-bus.ts";
import { actorSystemCases, answering, receiving } from "../../cases/actor-system-cases.ts";
import { ByteBus, v8ActorCodec } from "../../support/byte-bus.ts";
import { ManualClock, settle } from "../../support/manual-clock.ts";

actorSystemCases("a bus of references", async () => {
  const bus = new LocalBus();
  return { bus, options: {}, settle, close: () => bus.close() };
});
actorSystemCases("a bus of bytes", async () => {
  const bus = new ByteBus();
  return { bus, options: { codec: v8ActorCodec }, settle, close: () => bus.close() };
});

test("ActorSystem takes what arrived together in one turn, and at most 1024 messages", async () => {
  const sizes: number[] = [];
  const system = new ActorSystem({ bus: new LocalBus() });
  const ref = system.spawn(receiving("test.many", (batch) => void sizes.push(batch.length)));
  for (let i = 0; i < 3000; i++) ref.tell(i);
  await settle();
  assert.equal(
    sizes.reduce((a, b) => a + b, 0),
    3000,
  );
  assert.ok(Math.max(...sizes) <= 1024, `turns of ${sizes}`);
  assert.ok(sizes.length < 10, `turns of ${sizes}`);
});

test("ActorSystem keeps other events going while two actors talk without end", async () => {
  const system = new ActorSystem({ bus: new LocalBus() });
  for (const [address, other] of [
    ["test.a", "test.b"],
    ["test.b", "test.a"],
  ] as const)
    system.spawn(receiving(address, (_, context) => context.tell(other, "ball")));
  system.tell("test.a", "ball");
  await new Promise((resolve) => setTimeout(resolve, 0));
  system.close();
});

test("ActorSystem refuses a second actor at an address and any actor once closed", async () => {
  const system = new ActorSystem({ bus: new LocalBus() });
  system.spawn(receiving("test.one", () => {}));
  assert.throws(() => system.spawn(receiving("test.one", () => {})), { code: "NAME_TAKEN" });
  assert.throws(
    () =>
      system.spawn({
        address: "test.bad",
        make: () => {
          throw new RangeError("no");
        },
      }),
    /no/,
  );
  assert.equal(system.has("test.bad"), false);
  assert.throws(() => system.spawn(receiving("bad subject", () => {})), { code: "SUBJECT" });
  system.close();
  assert.throws(() => system.spawn(receiving("test.two", () => {})), { code: "CLOSED" });
});

test("ActorSystem stops children with their parent, and crashes that nobody survives reach the owner", async () => {
  const log: string[] = [];
  const failures: unknown[] = [];
  const system = new ActorSystem({
    bus: new LocalBus(),
    onFailure: (error, actor) => void failures.push([actor, (error as Error).message]),
  });
  const child = (address: string) => ({
    address,
    supervision: { onCrash: "escalate" } as const,
    make: () => ({
      receive: () => {
        throw new Error(`${address} broke`);
      },
      stopped: (reason: string) => void log.push(`${address} ${reason}`),
    }),
  });
  system.spawn({
    address: "test.parent",
    supervision: { onCrash: "restart", restartsMax: 1, withinMs: 1000, onTooMany: "stop" },
    make: (context) => {
      context.spawn(child("test.c1"));
      context.spawn(child("test.c2"));
      return { receive: () => {}, stopped: (reason) => void log.push(`parent ${reason}`) };
    },
  });
  system.tell("test.c1", "go");
  await settle();
  assert.deepEqual(log, ["test.c1 crashed", "test.c2 parent-stopped", "parent restarting"]);
  assert.ok(system.has("test.c1") && system.has("test.c2"), "the parent started anew and so did its children");
  log.length = 0;
  system.tell("test.c2", "go");
  await settle();
  assert.deepEqual(log, ["test.c2 crashed", "test.c1 parent-stopped", "parent crashed"]);
  assert.deepEqual(failures, [["test.parent", "test.c2 broke"]]);
  assert.deepEqual([system.has("test.parent"), system.has("test.c1")], [false, false]);
});

test("ActorContext: timers and pipes reach the life that asked for them, and no other", async () => {
  const clock = new ManualClock();
  const system = new ActorSystem({ bus: new LocalBus(), clock });
  const heard: unknown[] = [];
  let release: (value: string) => void = () => {};
  system.spawn({
    address: "test.timed",
    make: (context) => ({
      receive: (batch) => {
        for (const { message } of batch) {
          heard.push(message);
          if (message === "arm") {
            context.after(10, "ten");
            context.after(5, "never").unsubscribe();
            context.pipe(new Promise<string>((resolve) => (release = resolve)), (outcome) => outcome);
            context.pipe(Promise.reject(new Error("lost")), (outcome) => outcome.status);
          }
          if (message === "crash") throw new Error("boom");
        }
      },
    }),
  });
  system.tell("test.timed", "arm");
  await settle();
  release("piped");
  await settle();
  await clock.advance(10);
  assert.deepEqual(heard, ["arm", "rejected", { status: "fulfilled", value: "piped" }, "ten"]);
  heard.length = 0;
  system.tell("test.timed", "arm");
  await settle();
  system.tell("test.timed", "crash");
  await settle();
  release("late");
  await clock.advance(20);
  assert.deepEqual(heard, ["arm", "rejected", "crash"], "a new life hears nothing of what the old one wanted");
  assert.equal(clock.timerCount, 0);
});

test("ActorContext.stop() ends the actor after its turn; what waits is answered CLOSED", async () => {
  const system = new ActorSystem({ bus: new LocalBus() });
  const ref = system.spawn({
    address: "test.leaver",
    make: () => ({
      receive: (batch, context) => {
        for (const { question } of batch) question?.answer("bye");
        context.stop();
      },
    }),
  });
  assert.equal(await ref.ask({}, { timeoutMs: 100 }), "bye");
  assert.equal(system.has("test.leaver"), false);
  await assert.rejects(ref.ask({}, { timeoutMs: 100 }), { code: "NO_RESPONDERS" });
});

test("ActorSystem tells watchers of silence, by its own clock", async () => {
  const clock = new ManualClock();
  const bus = new LocalBus();
  const system = new ActorSystem({ bus, clock, watch: { intervalMs: 100, ttlMs: 300 } });
  const downs: unknown[] = [];
  const mute = bus.subscribe("test.mute", () => {});
  system.spawn({
    address: "test.watcher",
    make: (context) => {
      context.watch("test.mute");
      return { receive: (batch) => void downs.push(...batch.map(({ message }) => message)) };
    },
  });
  await clock.advance(250);
  assert.deepEqual(downs, []);
  await clock.advance(100);
  assert.deepEqual(downs, [{ type: "down", address: "test.mute", reason: "silent" }]);
  mute.unsubscribe();
});

test("ActorSystem tells watchers of an actor of another system that stopped or started anew", async () => {
  const clock = new ManualClock();
  const bus = new LocalBus();
  const [here, there] = [0, 1].map(() => new ActorSystem({ bus, clock, watch: { intervalMs: 100, ttlMs: 300 } })) as [
    ActorSystem,
    ActorSystem,
  ];
  const downs: unknown[] = [];
  for (const address of ["test.stops", "test.crashes"])
    there.spawn(
      receiving(address, () => {
        throw new Error("crash");
      }),
    );
  here.spawn({
    address: "test.watcher",
    make: (context) => {
      for (const address of ["test.stops", "test.crashes"]) context.watch(address);
      return { receive: (batch) => void downs.push(...batch.map(({ message }) => message)) };
    },
  });
  await clock.advance(150);
  there.stop("test.stops");
  here.tell("test.crashes", "now");
  await settle();
  await clock.advance(100);
  assert.deepEqual(downs, [
    { type: "down", address: "test.stops", reason: "stopped" },
    { type: "down", address: "test.crashes", reason: "restarted" },
  ]);
  await clock.advance(1000);
  assert.equal(clock.timerCount, 0, "nobody is watched, so nobody is asked");
});

test("ActorSystem shows a tap what happens, and frames that cannot leave reach undelivered()", async () => {
  const events: TapEvent[] = [];
  const lost: unknown[] = [];
  const system = new ActorSystem({ bus: new LocalBus({ payloadBytesMax: 10 }) });
  system.tap.listen((event) => void events.push(event));
  system.spawn({
    address: "test.sender",
    make: () => ({
      receive: (batch, context) => {
        for (const { message } of batch) context.tell("bad subject", message);
      },
      undelivered: (address, messages, error) => void lost.push([address, messages, (error as { code: string }).code]),
    }),
  });
  system.tell("test.sender", "hello");
  await settle();
  assert.deepEqual(lost, [["bad subject", ["hello"], "SUBJECT"]]);
  assert.deepEqual(
    events.map(({ kind }) => kind),
    ["lifecycle", "sent", "received", "sent", "turn"],
  );
  const heard = events.length;
  const second = system.tap.listen(() => {});
  second.unsubscribe();
  assert.ok(system.tap.active);
  system.stop("test.sender");
  assert.equal(events.length, heard + 1);
});

test("ActorSystem without a codec says so when a frame must become bytes", async () => {
  const system = new ActorSystem({ bus: new ByteBus() });
  system.spawn(answering("test.json", ({ question }) => question?.answer("yes")));
  assert.equal(await system.ask("test.json", { type: "x" }, { timeoutMs: 1000 }), "yes");
  assert.throws(() => system.tell("test.elsewhere", 1), { code: "NOT_SUPPORTED" });
  const typed = new ActorSystem({ bus: system.bus, codec: v8ActorCodec });
  assert.equal(await typed.ask("test.json", { type: "x" }, { timeoutMs: 1000 }), "yes");
});

test("frames between actors of one system need no bus and no codec, and arrive later, never inside tell", async () => {
  const system = new ActorSystem({ bus: new ByteBus() });
  const value = { when: new Map([["a", 1]]) };
  const got: unknown[] = [];
  const arrived = new Promise<void>((resolve) => {
    system.spawn({
      address: "test.near",
      make: () => ({
        receive: (batch) => {
          got.push(...batch.map((one) => one.message));
          resolve();
        },
      }),
    });
  });
  system.tell("test.near", value);
  assert.equal(got.length, 0);
  await arrived;
  assert.equal(got[0], value);
});

test("ActorSystem.ask() in a frame carries values that JSON cannot", async () => {
  const system = new ActorSystem({ bus: new ByteBus(), codec: v8ActorCodec });
  system.spawn(answering("test.echo", ({ message, question }) => question?.answer(message)));
  const value = { data: Float64Array.of(1, 2), at: new Map([["a", 1n]]) };
  assert.deepEqual(await system.ask("test.echo", value, { timeoutMs: 1000, form: "frame" }), value);
  await assert.rejects(system.ask("test.echo", value, { timeoutMs: 1000 }), { code: "NOT_SUPPORTED" });
});
