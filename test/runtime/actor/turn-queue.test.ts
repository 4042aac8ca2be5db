import assert from "node:assert/strict";
import { test } from "node:test";
import { TurnQueue } from "../../../runtime/actor/turn-queue.ts";

/** Runs turns of so many milliseconds each until the thread has looked at its other events `looks` times. */
function turnsBeforeLooks(turnMs: number, looks: number): Promise<number[]> {
  let now = 0;
  let turns = 0;
  const at: number[] = [];
  const queue = new TurnQueue(() => now);
  return new Promise((resolve) => {
    const look = (): void => {
      at.push(turns);
      if (at.length === looks) resolve(at);
      else setImmediate(look);
    };
    queue.add({
      turn: () => {
        now += turnMs;
        turns += 1;
        return at.length < looks;
      },
    });
    setImmediate(look);
  });
}

test("turns that take long leave the thread to others after some milliseconds", async () => {
  const at = await turnsBeforeLooks(1, 4);
  at.reduce((before, turns) => {
    assert.ok(turns - before <= 4, at.join(" "));
    return turns;
  });
  assert.ok((at.at(-1) as number) > 4, "and go on afterwards");
});

test("turns that take no time leave it after a bounded number", async () => {
  const at = await turnsBeforeLooks(0, 3);
  at.reduce((before, turns) => {
    assert.ok(turns - before <= 256, at.join(" "));
    return turns;
  });
});

test("a turn of one does not hold up the others that wait", () => {
  const took: string[] = [];
  const queue = new TurnQueue(
    () => 0,
    (run) => deferred.push(run),
  );
  const deferred: (() => void)[] = [];
  const taker = (name: string, turns: number) => ({
    turn: () => {
      took.push(name);
      return --turns > 0;
    },
  });
  queue.add(taker("a", 3));
  queue.add(taker("b", 1));
  while (deferred.length > 0) deferred.shift()?.();
  assert.equal(took.join(""), "abaa");
});
