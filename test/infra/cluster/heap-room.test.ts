import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { Worker } from "node:worker_threads";
import { startedWithRoom } from "../../../infra/cluster/heap-room.ts";

/** Makes a hundred blocks of 4 MB and many small things, holds four blocks at a time, and tells how often all of its heap was marked meanwhile. */
const BLOCKS = `
  const { parentPort } = require("node:worker_threads");
  const { PerformanceObserver, constants } = require("node:perf_hooks");
  let marked = 0;
  const observer = new PerformanceObserver((list) => {
    for (const { detail } of list.getEntries()) if (detail.kind === constants.NODE_PERFORMANCE_GC_MAJOR) marked += 1;
  });
  observer.observe({ entryTypes: ["gc"] });
  const held = [];
  for (let i = 0; i < 100; i++) {
    held[i % 4] = new Float64Array(500_000);
    const small = [];
    for (let k = 0; k < 100_000; k++) small.push({ k });
  }
  setImmediate(() => setImmediate(() => parentPort.postMessage(marked)));
`;

/** How often the heaps of three threads were marked, one after the other: one alone may be marked once or twice more by chance. */
async function markingsOf(start: (make: () => Worker) => Worker): Promise<number> {
  let sum = 0;
  for (let n = 0; n < 3; n++) {
    const thread = start(() => new Worker(BLOCKS, { eval: true, execArgv: [] }));
    const [marked] = (await once(thread, "message")) as [number];
    await thread.terminate();
    sum += marked;
  }
  return sum;
}

test("a thread started with room marks its heap less often for its blocks; threads after it are as ever", async () => {
  const before = await markingsOf((make) => make());
  const roomy = await markingsOf(startedWithRoom);
  const after = await markingsOf((make) => make());
  assert.ok(roomy < before, `${roomy} times with room, ${before} without`);
  assert.ok(roomy < after, `${roomy} times with room, ${after} in a thread that started later`);
});

test("a thread that cannot be made leaves the flag as it was", async () => {
  assert.throws(() => startedWithRoom(() => new Worker("./no such module", { execArgv: ["--no-such-flag"] })));
  const roomy = await markingsOf(startedWithRoom);
  assert.ok(roomy < (await markingsOf((make) => make())));
});
