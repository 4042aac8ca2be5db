import assert from "node:assert/strict";
import { test } from "node:test";
import { topLines } from "../../../infra/cli/top-lines.ts";
import type { PrefixFigures } from "../../../runtime/protocol/events.ts";

const head = {
  cluster: "prod",
  connection: "live",
  atMs: 0,
  version: "0.1.0",
  tasksPerSecond: 1234,
  workers: 1,
  tasks: { waiting: 3, processing: 2, memory: 5 },
  finished: 5,
  failed: 0,
} as const;
const inc = {
  name: "inc",
  waiting: 3,
  ready: 0,
  processing: 2,
  memory: 5,
  erred: 0,
  done: 0,
  idle: 0,
  bytes: 40,
  finishedTotal: 5,
  failedTotal: 0,
  computeUsTotal: 10,
  expectedUs: 2,
} satisfies PrefixFigures;
const worker = {
  id: "w0",
  status: "running",
  busy: 0.5,
  processing: 2,
  occupancyUs: 4000,
  managedBytes: 40,
  rssBytes: 1e8,
};
const figures = { prefixes: [inc], lacks: [], turns: { total: 1, count: 1, meanMs: 1, maxMs: 2 }, workers: [worker] };

test("topLines() tells progress and workers, and leaves columns out before a line is too wide", () => {
  const wide = topLines(head, figures, 100).join("\n");
  assert.match(
    wide,
    /^Cluster prod, Shoal 0\.1\.0: 1 workers, 1234 tasks\/s, longest turn 2\.0 ms\n5 tasks open, 5 finished, 0 failed/,
  );
  assert.match(wide, /inc {2}\[#{20}\.{20}\] 5\/10/);
  assert.match(wide, /w0 +50 % +2 +40 B +95\.37 MiB +4\.0 ms +running/);
  for (const columns of [20, 30, 40, 50, 80]) {
    const lines = topLines(head, figures, columns);
    for (const line of lines) assert.ok(line.length < columns, `${columns}: ${line}`);
    const text = lines.map((line) => line.trim()).join(" ");
    assert.match(text, /1234 tasks\/s, longest turn 2\.0 ms 5 tasks open, 5 finished, 0 failed/, `${columns}`);
  }
});

test("topLines() tells what tasks wait for that no worker has", () => {
  const lacks = [{ asks: "2 of gpu", tasks: 3, waitedMs: 8000, example: "fit-0" }];
  for (const columns of [40, 120]) {
    const text = topLines(head, { ...figures, lacks }, columns)
      .map((line) => line.trim())
      .join(" ");
    assert.match(text, /0 failed No worker for 3 tasks \(fit-0 is one\): waiting for 2 of gpu, for 8 s/, `${columns}`);
  }
});

test("topLines() says so where no scheduler tells anything", () => {
  assert.deepEqual(topLines({ ...head, connection: "waiting" }, figures, 80), [
    "Cluster prod: no scheduler tells anything",
  ]);
});
