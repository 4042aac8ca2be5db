import assert from "node:assert/strict";
import { test } from "node:test";
import { EventLoopWatch } from "shoal";

/** Keeps the thread for so long. */
function block(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}

test("EventLoopWatch tells of a thread that was kept for too long, and how long; then no more", async () => {
  const told: number[] = [];
  const first = later();
  const watch = new EventLoopWatch({
    limit: 250,
    interval: "5ms",
    onBlocked: (ms) => {
      told.push(ms);
      first.resolve();
    },
  });
  block(300);
  const hold = setInterval(() => {}, 1000);
  await first.promise;
  clearInterval(hold);
  assert.ok((told[0] as number) > 250);
  assert.ok(watch.longestMs >= (told[0] as number));
  watch.stop();
  const before = told.length;
  block(300);
  await new Promise(setImmediate);
  assert.equal(told.length, before);
});

test("by itself it warns, with a code", async (t) => {
  const warned = new Promise<Error & { code?: string }>((resolve) => process.once("warning", resolve));
  const watch = new EventLoopWatch({ limit: 100, interval: 5 });
  t.after(() => watch.stop());
  block(150);
  const hold = setInterval(() => {}, 1000);
  const warning = await warned;
  clearInterval(hold);
  assert.equal(warning.code, "LOOP_BLOCKED");
  assert.match(warning.message, /stood still for 0\.\d s/);
});

function later(): { promise: Promise<void>; resolve(): void } {
  let resolve = (): void => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve: () => resolve() };
}
