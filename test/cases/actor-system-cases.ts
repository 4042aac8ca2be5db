import assert from "node:assert/strict";
import { test } from "node:test";
import type { Actor, ActorContext, ActorSpec, Envelope } from "../../runtime/actor/actor.ts";
import { ActorSystem, type ActorSystemOptions } from "../../runtime/actor/system.ts";
import type { TapEvent } from "../../runtime/actor/tap.ts";
import { virtualActors } from "../../runtime/actor/virtual-actors.ts";
import { ShoalError } from "../../runtime/base/errors.ts";
import type { Bus } from "../../runtime/bus/bus.ts";

export interface SystemUnderTest {
  readonly bus: Bus;
  readonly options: Omit<ActorSystemOptions, "bus">;
  /** Settles when all messages on their way have arrived and their turns are over. */
  settle(): Promise<void>;
  close(): Promise<void>;
}

const soon = { timeoutMs: 2000 };

/** The rules that actor systems keep on every kind of bus. */
export function actorSystemCases(name: string, make: () => Promise<SystemUnderTest>): void {
  const check = (rule: string, body: (system: ActorSystem, under: SystemUnderTest) => Promise<void>): void => {
    test(`ActorSystem over ${name}: ${rule}`, async () => {
      const under = await make();
      const system = new ActorSystem({ bus: under.bus, ...under.options });
      try {
        await body(system, under);
      } finally {
        system.close();
        await under.close();
      }
    });
  };

  check("asks are answered, with values and with errors that keep their code", async (system) => {
    const echo = system.spawn(
      answering("test.echo", ({ message, question }) => {
        const { fail, value } = message as { fail?: string; value?: unknown };
        if (fail === "shoal")
          question?.fail(new ShoalError("no such key", { code: "UNKNOWN_KEY", details: { key: "k" } }));
        else if (fail === "plain") question?.fail(new Error("oops"));
        else question?.answer(value);
      }),
    );
    assert.deepEqual(await echo.ask({ value: { a: [1, "two", null] } }, soon), { a: [1, "two", null] });
    assert.equal(await system.ask("test.echo", { value: 5 }, soon), 5);
    await assert.rejects(
      echo.ask({ fail: "shoal" }, soon),
      (error: ShoalError) => error.code === "UNKNOWN_KEY" && error.details["key"] === "k",
    );
    await assert.rejects(echo.ask({ fail: "plain" }, soon), { code: "ACTOR_FAILED", message: "Error: oops" });
    await assert.rejects(system.ask("test.nobody", { value: 1 }, soon), { code: "NO_RESPONDERS" });
  });

  check(
    "bare JSON questions get JSON answers, and JSON without a reply is a message",
    async (system, { bus, settle }) => {
      const heard: unknown[] = [];
      system.spawn(
        answering("test.json", ({ message, question }) => {
          heard.push(message);
          if ((message as { type: string }).type === "bytes") question?.answer({ data: new Uint8Array(3) });
          else if ((message as { type: string }).type === "bad")
            question?.fail(new ShoalError("no", { code: "NOT_SUPPORTED" }));
          else question?.answer({ state: "memory" });
        }),
      );
      const say = async (text: string): Promise<unknown> =>
        JSON.parse(
          Buffer.from((await bus.request("test.json", Buffer.from(text), soon)).payload as Uint8Array).toString(),
        );
      assert.deepEqual(await say('{"type":"state"}'), { state: "memory" });
      assert.deepEqual(await say('{"type":"bad"}'), {
        error: { code: "NOT_SUPPORTED", message: "no", retryable: false, details: {} },
      });
      assert.equal(((await say('{"type":"bytes"}')) as { error: { code: string } }).error.code, "NOT_SUPPORTED");
      assert.equal(((await say("{nonsense")) as { error: { code: string } }).error.code, "DECODE");
      bus.publish("test.json", Buffer.from('{"type":"note"}'));
      await settle();
      assert.deepEqual(heard.at(-1), { type: "note" });
    },
  );

  check(
    "what a turn says leaves as one frame for each addressee, and arrives in order as one batch",
    async (system, { settle }) => {
      const batches: unknown[][] = [];
      const frames: TapEvent[] = [];
      system.tap.listen((event) => void (event.kind === "sent" && frames.push(event)));
      for (const address of ["test.a", "test.b"])
        system.spawn(
          receiving(address, (batch) => void batches.push([address, ...batch.map(({ message }) => message)])),
        );
      const source = system.spawn(
        receiving("test.source", (batch, context) => {
          for (const { message } of batch)
            for (let i = 0; i < 3; i++) {
              context.tell("test.a", `${message}${i}`);
              if (i === 1) context.tell("test.b", `${message}${i}`);
            }
        }),
      );
      source.tell("x");
      await settle();
      assert.deepEqual(batches, [
        ["test.a", "x0", "x1", "x2"],
        ["test.b", "x1"],
      ]);
      assert.equal(frames.filter((event) => event.kind === "sent" && event.from === "test.source").length, 2);
    },
  );

  check("links begin, go on, and show a gap after a restart of either end", async (system, { settle }) => {
    const seen: (string | undefined)[] = [];
    const sink = () =>
      receiving("test.sink", (batch) => {
        for (const { link, message } of batch) {
          if (message === "die") throw new Error("died");
          seen.push(link);
        }
      });
    system.spawn(sink());
    const source = system.spawn(
      receiving("test.source", (batch, context) => {
        for (const { message } of batch) {
          if (message === "die") throw new Error("died");
          context.tell("test.sink", message);
        }
      }),
    );
    const step = async (address: string, message: unknown) => {
      system.tell(address, message);
      await settle();
    };
    await step(source.address, 1);
    await step(source.address, 2);
    await step("test.sink", "die");
    await step(source.address, 3);
    await step(source.address, "die");
    await step(source.address, 4);
    await step("test.sink", "outside");
    assert.deepEqual(seen, ["begun", "next", "gap", "begun", undefined]);
  });

  check("a crash discards what the turn said, fails its questions, and starts afresh", async (system, { settle }) => {
    const told: unknown[] = [];
    let made = 0;
    system.spawn(receiving("test.other", (batch) => void told.push(...batch.map(({ message }) => message))));
    const ref = system.spawn({
      address: "test.shaky",
      make: () => {
        made += 1;
        let count = 0;
        return {
          receive: (batch, context) => {
            for (const { message, question } of batch) {
              count += 1;
              context.tell("test.other", count);
              if (message === "crash" || (message as { type?: string } | null)?.type === "crash")
                throw new Error("boom");
              question?.answer(count);
            }
          },
        };
      },
    });
    assert.equal(await ref.ask({ type: "count" }, soon), 1);
    assert.equal(await ref.ask({ type: "count" }, soon), 2);
    await assert.rejects(
      ref.ask({ type: "crash" }, soon),
      (error: ShoalError) => error.code === "ACTOR_FAILED" && /boom/.test(error.message),
    );
    assert.equal(await ref.ask({ type: "count" }, soon), 1, "it has lost its memory");
    assert.equal(made, 2);
    await settle();
    assert.deepEqual(told, [1, 2, 1]);
  });

  check(
    "virtual actors are found when spoken to, share one subscription, and forward with the asker kept",
    async (system) => {
      const rows = new Map([
        ["x-1", "memory"],
        ["x-2", "waiting"],
      ]);
      system.spawn(
        virtualActors({
          pattern: "test.task.*",
          resolve: (token) => rows.get(token),
          receive: (state, { question, message }) => {
            const { type } = message as { type: string };
            if (type === "where") question?.forward("test.holder");
            else if (type === "throw") throw new RangeError("bad row");
            else question?.answer({ state });
          },
        }),
      );
      system.spawn(answering("test.holder", ({ question }) => question?.answer({ here: true })));
      assert.deepEqual(await system.ask("test.task.x-2", { type: "state" }, soon), { state: "waiting" });
      await assert.rejects(system.ask("test.task.x-9", { type: "state" }, soon), { code: "UNKNOWN_KEY" });
      await assert.rejects(system.ask("test.task.x-1", { type: "throw" }, soon), /bad row/);
      assert.deepEqual(await system.ask("test.task.x-1", { type: "where" }, soon), { here: true });
    },
  );

  check("a full mailbox answers OVERLOADED and its sender's next frame shows the gap", async (system, { settle }) => {
    const links: (string | undefined)[] = [];
    system.spawn({
      address: "test.small",
      mailbox: { capacity: 2 },
      make: () => ({
        receive: (batch) => {
          for (const { link, question } of batch) {
            if (link !== undefined) links.push(link);
            question?.answer("ok");
          }
        },
      }),
    });
    const source = system.spawn(
      receiving("test.source", (batch, context) => {
        for (const { message } of batch) for (let i = 0; i < (message as number); i++) context.tell("test.small", i);
      }),
    );
    for (const count of [1, 3, 1]) {
      source.tell(count);
      await settle();
    }
    assert.deepEqual(links, ["begun", "gap"]);
    const answers = await Promise.allSettled(
      Array.from({ length: 20 }, () => system.ask("test.small", { n: 1 }, soon)),
    );
    const refused = answers.filter((one) => one.status === "rejected");
    for (const one of refused) assert.equal((one.reason as ShoalError).code, "OVERLOADED");
    assert.ok(answers.length - refused.length >= 2, "what found room was answered");
  });

  check("watchers hear of a stop, and of an address where nobody is", async (system, { settle }) => {
    const downs: unknown[] = [];
    system.spawn({
      address: "test.watcher",
      make: (context) => {
        context.watch("test.watched");
        context.watch("test.nobody");
        return { receive: (batch) => void downs.push(...batch.map(({ message }) => message)) };
      },
    });
    await settle();
    assert.deepEqual(downs, [
      { type: "down", address: "test.watched", reason: "stopped" },
      { type: "down", address: "test.nobody", reason: "stopped" },
    ]);
  });
}

/** An actor of one function a turn. */
export function receiving(
  address: string,
  receive: (batch: readonly Envelope[], context: ActorContext) => void,
): ActorSpec {
  return { address, make: (): Actor => ({ receive }) };
}

/** An actor of one function a message. */
export function answering(address: string, receive: (envelope: Envelope) => void): ActorSpec {
  return receiving(address, (batch) => batch.forEach(receive));
}
