import assert from "node:assert/strict";
import type { ServerResponse } from "node:http";
import { test } from "node:test";
import { Observer } from "../../../actors/observer/observer.ts";
import { LiveViews } from "../../../infra/dashboard/live-views.ts";
import type { Clock } from "../../../runtime/base/clock.ts";
import { LocalBus } from "../../../runtime/bus/local-bus.ts";
import { ManualClock } from "../../support/manual-clock.ts";

/** What a page was sent of the task stream: the attempts of its rectangles. */
class ReadPage {
  readonly attempts: number[] = [];
  readonly response = {
    writeHead: () => {},
    on: () => {},
    end: () => {},
    destroyed: false,
    writableLength: 0,
    write: (frame: string) => {
      if (!frame.startsWith("event: runs")) return;
      const { runs } = JSON.parse(frame.slice(frame.indexOf("data: ") + 6)) as { runs: readonly (readonly number[])[] };
      this.attempts.push(...runs.map((run) => run[7] as number));
    },
  } as unknown as ServerResponse;
}

test("a page that comes between two frames is sent no run twice, and misses none", async () => {
  const clock = new ManualClock();
  const asked = { cluster: "test", wallMs: () => clock.now(), ask: () => Promise.reject(new Error("nobody")) };
  const observer = new Observer({ bus: new LocalBus(), clock, ...asked });
  const views = new LiveViews(observer, clock);
  let attempt = 0;
  const ran = (): void => {
    attempt += 1;
    const columns = { prefix: [0], startMs: [attempt], spanUs: [5], busyUs: [5], count: [1], failed: [0], bytes: [8] };
    const runs = { prefixes: ["inc"], ...columns, row: [1], attempt: [attempt] };
    observer.brain.step({ kind: "event", event: { type: "worker", worker: "a", runs } }, attempt);
  };
  const pages = Array.from({ length: 4 }, () => new ReadPage());
  for (const page of pages) {
    ran();
    views.add(page.response, { view: "status", of: "" }, true);
    ran();
    if (page === pages[1]) await clock.advance(500);
  }
  await clock.advance(500);
  for (const { attempts } of pages) assert.deepEqual(attempts, [1, 2, 3, 4, 5, 6, 7, 8]);
  views.close();
  observer.close();
});

test("pages that take much of the thread are shown less often, two seconds apart at most", async () => {
  for (const [costMs, everyMs] of [
    [1, 500],
    [10, 1000],
    [400, 2000],
  ] as const) {
    const clock = new ManualClock();
    let took = 0;
    const slow = { ...plainClock(clock), now: () => clock.now() + took };
    const asked = { cluster: "test", wallMs: () => clock.now(), ask: () => Promise.reject(new Error("nobody")) };
    const observer = new Observer({ bus: new LocalBus(), clock, ...asked });
    const views = new LiveViews(observer, slow);
    const sent: number[] = [];
    const write = (frame: string): void => {
      if (!frame.startsWith("event: view")) return;
      sent.push(clock.now());
      took += costMs;
    };
    const { response } = new ReadPage();
    views.add(Object.assign(response, { write }), { view: "logs", of: "" }, false);
    await clock.advance(10_000);
    const pauses = sent.slice(3).map((at, i) => at - (sent[i + 2] as number));
    assert.deepEqual([...new Set(pauses)], [everyMs], String(costMs));
    views.close();
    observer.close();
  }
});

test("many pages are shown less often each: sixteen frames a second leave at most", async () => {
  for (const [count, everyMs] of [
    [8, 500],
    [24, 1500],
    [100, 2000],
  ] as const) {
    const clock = new ManualClock();
    const asked = { cluster: "test", wallMs: () => clock.now(), ask: () => Promise.reject(new Error("nobody")) };
    const observer = new Observer({ bus: new LocalBus(), clock, ...asked });
    const views = new LiveViews(observer, clock);
    const sent: number[] = [];
    const pages = Array.from({ length: count }, () => new ReadPage());
    for (const page of pages) views.add(page.response, { view: "logs", of: "" }, false);
    const [first] = pages as [ReadPage];
    Object.assign(first.response, {
      write: (frame: string) => frame.startsWith("event: view") && sent.push(clock.now()),
    });
    await clock.advance(12_000);
    const pauses = sent.slice(2).map((at, i) => at - (sent[i + 1] as number));
    assert.deepEqual([...new Set(pauses)], [everyMs], `${count} pages`);
    views.close();
    observer.close();
  }
});

const plainClock = (clock: ManualClock): Clock => ({
  now: () => clock.now(),
  setTimer: (delayMs, run) => clock.setTimer(delayMs, run),
  clearTimer: (timer) => clock.clearTimer(timer),
});
