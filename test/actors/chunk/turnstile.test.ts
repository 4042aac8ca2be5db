import assert from "node:assert/strict";
import { test } from "node:test";
import { Turnstile } from "../../../actors/chunk/turnstile.ts";
import { settle } from "../../support/manual-clock.ts";

/** Works that end when they are told, and the order in which they began. */
function works(turnstile: Turnstile) {
  const begun: string[] = [];
  const ends = new Map<string, { resolve: (value: string) => void; reject: (error: Error) => void }>();
  const pass = (name: string): Promise<string> =>
    turnstile.pass(() => {
      begun.push(name);
      return new Promise<string>((resolve, reject) => ends.set(name, { resolve, reject }));
    });
  return {
    begun,
    pass,
    end: (name: string) => ends.get(name)?.resolve(name),
    fail: (name: string, error: Error) => ends.get(name)?.reject(error),
  };
}

test("so much work goes on at a time; what is beyond begins in its order as others end, well or not", async () => {
  const { begun, pass, end, fail } = works(new Turnstile(2));
  const [a, b, c, d] = ["a", "b", "c", "d"].map(pass) as [
    Promise<string>,
    Promise<string>,
    Promise<string>,
    Promise<string>,
  ];
  assert.deepEqual(begun, ["a", "b"], "at once, in the same step");
  fail("b", new Error("b broke"));
  await assert.rejects(b, /b broke/);
  assert.deepEqual(begun, ["a", "b", "c"]);
  end("a");
  assert.equal(await a, "a");
  assert.deepEqual(begun, ["a", "b", "c", "d"]);
  end("c");
  end("d");
  assert.deepEqual(await Promise.all([c, d]), ["c", "d"]);
});

test("without a limit nothing waits; what waits when it closes never begins", async () => {
  const open = works(new Turnstile());
  for (const name of ["a", "b", "c"]) void open.pass(name);
  assert.deepEqual(open.begun, ["a", "b", "c"]);
  const turnstile = new Turnstile(1);
  const { begun, pass, end } = works(turnstile);
  void pass("a");
  void pass("b");
  assert.equal(turnstile.waitingCount, 1);
  turnstile.close();
  end("a");
  await settle();
  assert.deepEqual(begun, ["a"]);
});
