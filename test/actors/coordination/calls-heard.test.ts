import assert from "node:assert/strict";
import { test } from "node:test";
import { ActorCalls, type ActorReply } from "../../../actors/coordination/actor-calls.ts";
import { CallsHeard } from "../../../actors/coordination/calls-heard.ts";
import { encodeValue, flattenValue } from "../../../runtime/wire/value.ts";

test("every call counts once, in whatever order they come", () => {
  const heard = new CallsHeard();
  const hear = (number: number, line = "a"): boolean => heard.hear({ line, number });
  assert.deepEqual(
    [0, 3, 1, 3, 1, 0, 2].map((number) => hear(number)),
    [true, true, true, false, false, false, true],
  );
  assert.equal(hear(0, "b"), true, "lines know nothing of each other");
  assert.deepEqual(
    [0, 2, 4].map((number) => heard.has({ line: "a", number })),
    [true, true, false],
  );
  assert.equal(heard.has({ line: "c", number: 0 }), false);
});

test("what is remembered has a bound: of many lines those that came last, of a line with holes the last of these", () => {
  const heard = new CallsHeard();
  for (let i = 0; i < 5000; i++) heard.hear({ line: `${i}`, number: 0 });
  assert.equal(heard.has({ line: "0", number: 0 }), false);
  assert.equal(heard.has({ line: "4999", number: 0 }), true);
  heard.hear({ line: "far", number: 1e9 });
  assert.equal(heard.hear({ line: "far", number: 1e9 - 5 }), true);
  assert.equal(heard.hear({ line: "far", number: 7 }), false, "so late that it counts as having come");
});

test("an actor says what became of calls, and makes none twice", async () => {
  let finish: (value: number) => void = () => {};
  let made = 0;
  const instance = {
    later: () => {
      made += 1;
      return new Promise<number>((resolve) => {
        finish = resolve;
      });
    },
  };
  const calls = new ActorCalls("a", instance, undefined);
  const answers: ActorReply[] = [];
  const question = { answer: (reply: ActorReply) => void answers.push(reply), fail: assert.fail };
  const args = flattenValue(encodeValue([], { shareMemory: false }));
  const take = (number: number): void =>
    calls.take({ op: "call", name: "later", args, as: { line: "l", number } }, question);
  take(0);
  take(2);
  take(0);
  assert.deepEqual(calls.statesOf("l", [0, 1, 2]), ["open", "unheard", "open"]);
  assert.deepEqual(calls.statesOf("m", [0]), ["unheard"]);
  finish(1);
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(calls.statesOf("l", [0, 1, 2]), ["done", "unheard", "open"]);
  take(0);
  finish(2);
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual([made, answers.length], [2, 2]);
});

test("a line that speaks all along is remembered, however many others spoke once", () => {
  const heard = new CallsHeard();
  for (let number = 0; number < 5000; number++) {
    assert.ok(heard.hear({ line: "driver", number }));
    assert.ok(heard.hear({ line: `task ${number}`, number: 0 }));
  }
  assert.ok(heard.has({ line: "driver", number: 17 }));
  assert.equal(heard.hear({ line: "driver", number: 17 }), false, "said again, it counts once");
  assert.equal(heard.has({ line: "task 0", number: 0 }), false);
});
