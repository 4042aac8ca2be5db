import assert from "node:assert/strict";
import { test } from "node:test";
import { pause } from "../../../runtime/base/pause.ts";
import { ManualClock } from "../../support/manual-clock.ts";

test("a pause ends after its time, or at once when its signal is aborted, and leaves no timer", async () => {
  const clock = new ManualClock();
  const stop = new AbortController();
  const whole = pause(clock, 10, stop.signal);
  await clock.advance(10);
  assert.equal(await whole, true);
  const cut = pause(clock, 10, stop.signal);
  stop.abort();
  assert.equal(await cut, false);
  assert.equal(await pause(clock, 10, stop.signal), false);
  assert.equal(clock.timerCount, 0);
});
