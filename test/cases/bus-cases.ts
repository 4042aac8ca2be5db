import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { ShoalError } from "../../runtime/base/errors.ts";
import type { Bus, BusMessage, BusStatus } from "../../runtime/bus/bus.ts";

/** Several buses that reach each other; the same bus several times where it is one for all. */
export interface BusWorld {
  readonly buses: readonly Bus[];
  /** One more bus of this world, for cases that end it. Its end must not harm the others. */
  open(): Promise<Bus>;
  close(): Promise<void>;
}

const text = (message: BusMessage): string => Buffer.from(message.payload as Uint8Array).toString();
const bytes = (value: string | number): Uint8Array => new Uint8Array(Buffer.from(String(value)));
const hasCode = (code: string) => (error: unknown) => error instanceof ShoalError && error.code === code;
const SECOND = { timeoutMs: 10_000 };

/** All that every bus must do. Payloads are bytes, which all buses carry. */
export function busCases(name: string, makeWorld: () => Promise<BusWorld>): void {
  describe(name, () => {
    let world: BusWorld;
    let count = 0;
    // The clock's timers do not keep a process alive, and an in-process bus has no socket that would.
    const alive = setInterval(() => {}, 60_000);
    before(async () => {
      world = await makeWorld();
    });
    after(async () => {
      clearInterval(alive);
      await world?.close();
    });
    const fresh = () => `case${++count}`;
    const bus = (at: number): Bus => world.buses[at % world.buses.length] as Bus;
    /** What was sent before has arrived everywhere: each bus asks each other, on the path the messages took. */
    const settled = async () => {
      for (const one of world.buses) await one.flush();
      const probe = `probe${++count}`;
      for (const [at, target] of world.buses.entries()) {
        const answering = target.subscribe(`${probe}.${at}`, (message) => message.respond(bytes("")));
        await target.flush();
        for (const one of world.buses) await one.request(`${probe}.${at}`, bytes(""), SECOND);
        answering.unsubscribe();
      }
    };
    const listen = async (at: number, pattern: string, queue?: string) => {
      const heard: string[] = [];
      const options = queue === undefined ? undefined : { queue };
      const handler = (message: BusMessage) => heard.push(`${message.subject}=${text(message)}`);
      const subscription = bus(at).subscribe(pattern, handler, options);
      await bus(at).flush();
      return { heard, subscription };
    };

    test("wildcards: * is one token, > is one or more", async () => {
      const s = fresh();
      const star = await listen(0, `${s}.*.c`);
      const tail = await listen(1, `${s}.>`);
      const exact = await listen(2, `${s}.b.c`);
      for (const subject of [`${s}.b.c`, `${s}.x.c`, `${s}.b`, s, `${s}.b.c.d`]) bus(3).publish(subject, bytes("!"));
      await settled();
      assert.deepEqual(star.heard, [`${s}.b.c=!`, `${s}.x.c=!`]);
      assert.deepEqual(tail.heard, [`${s}.b.c=!`, `${s}.x.c=!`, `${s}.b=!`, `${s}.b.c.d=!`]);
      assert.deepEqual(exact.heard, [`${s}.b.c=!`]);
    });

    test("one message reaches each of several subscriptions once, the publisher's own included", async () => {
      const s = fresh();
      const listeners = await Promise.all([0, 0, 1, 2].map((at) => listen(at, s)));
      bus(0).publish(s, bytes("m"));
      await settled();
      assert.deepEqual(
        listeners.map(({ heard }) => heard.length),
        [1, 1, 1, 1],
      );
    });

    test("order: each subscription sees one publisher's messages in order", async () => {
      const s = fresh();
      const { heard } = await listen(1, `${s}.*`);
      for (let i = 0; i < 3000; i++) bus(2).publish(`${s}.${i % 3}`, bytes(i));
      await settled();
      assert.deepEqual(
        heard.map((line) => Number(line.split("=")[1])),
        Array.from({ length: 3000 }, (_, i) => i),
      );
    });

    test("queue groups: one member takes each message, all members take some, and plain listeners hear all", async () => {
      const s = fresh();
      const members = await Promise.all([0, 1, 2].map((at) => listen(at, s, "crew")));
      const other = await listen(1, `${s}`, "other");
      const plain = await listen(2, s);
      await settled();
      for (let i = 0; i < 600; i++) bus(i).publish(s, bytes(i));
      await settled();
      const shares = members.map(({ heard }) => heard.length);
      assert.equal(
        shares.reduce((a, b) => a + b),
        600,
      );
      assert.equal(new Set(members.flatMap(({ heard }) => heard)).size, 600);
      assert.ok(Math.min(...shares) >= 60, `shares ${shares.join(", ")}`);
      assert.equal(other.heard.length, 600);
      assert.equal(plain.heard.length, 600);
    });

    test("queue groups: a group of one name is one group on different patterns", async () => {
      const s = fresh();
      const one = await listen(0, `${s}.a`, "crew");
      const two = await listen(0, `${s}.*`, "crew");
      await settled();
      for (let i = 0; i < 100; i++) bus(1).publish(`${s}.a`, bytes(i));
      await settled();
      assert.equal(one.heard.length + two.heard.length, 100);
    });

    test("queue groups: when a member leaves the others take its share", async () => {
      const s = fresh();
      const gone = await listen(0, s, "crew");
      const stays = await listen(1, s, "crew");
      gone.subscription.unsubscribe();
      await settled();
      for (let i = 0; i < 50; i++) bus(2).publish(s, bytes(i));
      await settled();
      assert.deepEqual([gone.heard.length, stays.heard.length], [0, 50]);
    });

    test("request: the answer comes back, many at a time, each to its asker", async () => {
      const s = fresh();
      bus(0).subscribe(`${s}.*`, (message) => message.respond(bytes(`${message.subject}:${text(message)}`)));
      await bus(0).flush();
      const answers = await Promise.all(
        Array.from({ length: 300 }, (_, i) => bus(i).request(`${s}.${i}`, bytes(i), SECOND)),
      );
      assert.deepEqual(
        answers.map(text),
        answers.map((_, i) => `${s}.${i}:${i}`),
      );
    });

    test("request: a reply subject can be handed on, and a third one answers", async () => {
      const s = fresh();
      bus(0).subscribe(`${s}.front`, (m) => bus(0).publish(`${s}.back`, m.payload, { reply: m.reply as string }));
      bus(1).subscribe(`${s}.back`, (message) => message.respond(bytes("from the back")));
      await settled();
      assert.equal(text(await bus(2).request(`${s}.front`, bytes(""), SECOND)), "from the back");
    });

    test("request: nobody there is said at once", async () => {
      const s = fresh();
      const gone = await listen(0, s);
      gone.subscription.unsubscribe();
      await settled();
      for (const one of world.buses)
        await assert.rejects(one.request(s, bytes(""), { timeoutMs: 60_000 }), (error: ShoalError) => {
          assert.equal(error.message, `Nobody listens on ${s}`);
          return hasCode("NO_RESPONDERS")(error);
        });
    });

    test("request: silence ends in TIMEOUT, and a late answer harms nobody", async () => {
      const s = fresh();
      const held: BusMessage[] = [];
      bus(0).subscribe(s, (message) => held.push(message));
      await bus(0).flush();
      await assert.rejects(bus(1).request(s, bytes(""), { timeoutMs: 40 }), (error: ShoalError) => {
        assert.equal(error.message, `${s} did not answer within 40 ms`);
        return hasCode("TIMEOUT")(error) && error.retryable;
      });
      await settled();
      for (const message of held) message.respond(bytes("late"));
      await settled();
      assert.equal(held.length, 1);
    });

    test("request: a signal abandons it, before and during", async () => {
      const s = fresh();
      await listen(0, s);
      const stop = new AbortController();
      const pending = bus(1).request(s, bytes(""), { timeoutMs: 60_000, signal: stop.signal });
      stop.abort(new Error("user pressed a key"));
      await assert.rejects(pending, /The request to case\d+ was abandoned: user pressed a key/);
      await assert.rejects(bus(1).request(s, bytes(""), { timeoutMs: 9, signal: stop.signal }), hasCode("CANCELLED"));
    });

    test("request: a bad timeout is refused", async () => {
      await assert.rejects(bus(0).request("x", bytes(""), { timeoutMs: Number.NaN }), RangeError);
      await assert.rejects(bus(0).request("x", bytes(""), { timeoutMs: -1 }), RangeError);
    });

    test("respond: without a reply subject it is an error", async () => {
      const s = fresh();
      const thrown: unknown[] = [];
      bus(0).subscribe(s, (message) => {
        try {
          message.respond(bytes("x"));
        } catch (error) {
          thrown.push(error);
        }
      });
      await bus(0).flush();
      bus(1).publish(s, bytes(""));
      await settled();
      assert.ok(thrown.length === 1 && hasCode("SUBJECT")(thrown[0]));
    });

    test("unsubscribe: no call comes after it, though messages were on their way", async () => {
      const s = fresh();
      let calls = 0;
      const subscription = bus(0).subscribe(s, () => {
        calls += 1;
        if (calls === 3) subscription.unsubscribe();
      });
      await bus(0).flush();
      for (let i = 0; i < 10; i++) bus(1).publish(s, bytes(i));
      await settled();
      subscription.unsubscribe();
      assert.equal(calls, 3);
    });

    test("publish: a handler is never called inside it", async () => {
      const s = fresh();
      let inside = false;
      let calledInside = false;
      await new Promise<void>((resolve) => {
        bus(0).subscribe(s, () => {
          calledInside = inside;
          resolve();
        });
        inside = true;
        bus(0).publish(s, bytes(""));
        inside = false;
      });
      assert.equal(calledInside, false);
    });

    test("a throwing handler harms no other, stays subscribed, and is reported", async () => {
      const s = fresh();
      const failures: BusStatus[] = [];
      const watching = bus(0).onStatus((status) => failures.push(status));
      let calls = 0;
      bus(0).subscribe(s, () => {
        calls += 1;
        throw new Error("handler broke");
      });
      const other = await listen(0, s);
      for (let i = 0; i < 3; i++) bus(1).publish(s, bytes(i));
      await settled();
      watching.unsubscribe();
      assert.equal(calls, 3);
      assert.equal(other.heard.length, 3);
      assert.equal(failures.length, 3);
      for (const status of failures) {
        assert.ok(status.kind === "failed" && status.subject === s);
        assert.equal((status.error as Error).message, "handler broke");
      }
    });

    test("hostile subjects are refused before they leave, and the bus lives on", async () => {
      const s = fresh();
      const all = await listen(0, `${s}.>`);
      const hostile = [
        "",
        `${s}..x`,
        `${s}.`,
        `${s}.a b`,
        `${s}.a\r\nPUB ${s}.forged 0\r\n\r\n`,
        `${s}.\ud800`,
        `${s}.\0`,
      ];
      for (const subject of [...hostile, `${s}.${"x".repeat(10_000)}`, `${s}.*`, `${s}.>`]) {
        assert.throws(() => bus(1).publish(subject, bytes("")), hasCode("SUBJECT"), JSON.stringify(subject));
        await assert.rejects(bus(1).request(subject, bytes(""), SECOND), hasCode("SUBJECT"));
        assert.throws(() => bus(1).publish(`${s}.ok`, bytes(""), { reply: subject }), hasCode("SUBJECT"));
      }
      for (const subject of [...hostile, `${s}.x*`, `>.${s}`]) {
        assert.throws(() => bus(1).subscribe(subject, () => {}), hasCode("SUBJECT"), JSON.stringify(subject));
      }
      assert.throws(() => bus(1).subscribe(s, () => {}, { queue: "a b" }), hasCode("SUBJECT"));
      assert.throws(() => bus(1).subscribe(s, () => {}, { queue: "" }), hasCode("SUBJECT"));
      bus(1).publish(`${s}.é.%2E`, bytes("sound"));
      await settled();
      assert.deepEqual(all.heard, [`${s}.é.%2E=sound`]);
    });

    test("oversize payloads are refused with their size, the largest still goes", async () => {
      const s = fresh();
      const limit = bus(1).payloadBytesMax;
      assert.ok(Number.isFinite(limit), "the world must set a limit");
      const sizes: number[] = [];
      bus(0).subscribe(s, (message) => sizes.push((message.payload as Uint8Array).byteLength));
      await bus(0).flush();
      assert.throws(
        () => bus(1).publish(s, new Uint8Array(limit + 1)),
        (error: ShoalError) => {
          assert.match(
            error.message,
            new RegExp(`The message to ${s} has ${limit + 1} bytes, this bus carries ${limit} at most`),
          );
          return hasCode("OVERSIZE")(error);
        },
      );
      await assert.rejects(bus(1).request(s, new Uint8Array(limit + 1), SECOND), hasCode("OVERSIZE"));
      bus(1).publish(s, new Uint8Array(limit));
      await settled();
      assert.deepEqual(sizes, [limit]);
    });

    test("large bodies arrive whole, and do not change when the sender reuses nothing", async () => {
      const s = fresh();
      const size = Math.min(bus(1).payloadBytesMax, 700_000);
      const heard: Uint8Array[] = [];
      bus(0).subscribe(s, (message) => heard.push(message.payload as Uint8Array));
      await bus(0).flush();
      for (let i = 0; i < 12; i++) bus(1).publish(s, new Uint8Array(size).fill(i));
      bus(1).publish(s, new Uint8Array(0));
      await settled();
      assert.deepEqual(
        heard.map((body) => body.byteLength),
        [...new Array<number>(12).fill(size), 0],
      );
      heard.slice(0, 12).forEach((body, i) => {
        assert.ok(body.every((byte) => byte === i));
      });
    });

    test("many subscriptions: each of 2000 subjects finds its own", async () => {
      const s = fresh();
      const hits = new Array<number>(2000).fill(0);
      const subscriptions = hits.map((_, i) =>
        bus(0).subscribe(`${s}.${i}.x`, () => (hits[i] = (hits[i] as number) + 1)),
      );
      await bus(0).flush();
      await settled();
      for (let i = 0; i < 2000; i++) bus(1).publish(`${s}.${i}.x`, bytes(i));
      await settled();
      assert.ok(hits.every((n) => n === 1));
      for (const subscription of subscriptions) subscription.unsubscribe();
      await settled();
      bus(1).publish(`${s}.7.x`, bytes(""));
      await settled();
      assert.equal(hits[7], 1);
    });

    test("drain: what is here is handled, answers still leave, then it is closed", async () => {
      const s = fresh();
      const one = await world.open();
      const heard: number[] = [];
      one.subscribe(s, (message) => {
        heard.push(Number(text(message)));
        if (message.reply !== undefined) message.respond(bytes("done"));
      });
      await one.flush();
      await settled();
      for (let i = 0; i < 100; i++) one.publish(s, bytes(i));
      await one.flush();
      await one.drain();
      assert.deepEqual(
        heard,
        Array.from({ length: 100 }, (_, i) => i),
      );
      assert.throws(() => one.publish(s, bytes("")), hasCode("CLOSED"));
    });

    test("close: everything after it is CLOSED, open requests fail, twice is once, others live on", async () => {
      const s = fresh();
      const one = await world.open();
      const statuses: BusStatus[] = [];
      one.onStatus((status) => statuses.push(status));
      one.subscribe(s, () => {});
      await one.flush();
      const pending = one.request(s, bytes(""), { timeoutMs: 60_000 });
      const failed = assert.rejects(pending, hasCode("CLOSED"));
      await Promise.all([one.close(), one.close()]);
      await failed;
      await one.close();
      assert.deepEqual(statuses, [{ kind: "closed", cause: undefined }]);
      assert.throws(() => one.publish(s, bytes("")), hasCode("CLOSED"));
      assert.throws(() => one.subscribe(s, () => {}), hasCode("CLOSED"));
      await assert.rejects(one.request(s, bytes(""), SECOND), hasCode("CLOSED"));
      await assert.rejects(one.flush(), hasCode("CLOSED"));
      await settled();
    });
  });
}
