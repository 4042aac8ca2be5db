import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type RanTask, TaskStream } from "../../../actors/worker/task-stream.ts";
import type { LayerDefinition } from "../../../runtime/protocol/wire-layer.ts";

const layer = (name: string, prefix?: string): LayerDefinition => ({
  id: 1,
  since: 0,
  kind: "tasks",
  name,
  prefix,
  grid: [10],
  calls: [],
  inputs: [],
});
const ran = (row: number, startMs: number, endMs: number, more: Partial<RanTask> = {}): RanTask => ({
  row,
  attempt: row + 100,
  call: 0,
  startMs,
  endMs,
  bytes: 8,
  failed: false,
  ...more,
});

describe("TaskStream", () => {
  test("tasks of several kinds in one layer make runs of their own", () => {
    const stream = new TaskStream();
    stream.isWatched = true;
    const mixed = { ...layer("delayed-1a2b"), kinds: ["load", "clean"] };
    stream.note(mixed, ran(1, 0, 1, { call: 0 }));
    stream.note(mixed, ran(2, 1, 2, { call: 0 }));
    stream.note(mixed, ran(3, 2, 3, { call: 1 }));
    const { runs } = stream.take(0);
    assert.deepEqual(
      [runs?.prefixes, runs?.prefix, runs?.count],
      [
        ["load", "clean"],
        [0, 1],
        [2, 1],
      ],
    );
  });

  test("short tasks of a layer in a row are one run, which names the first of them", () => {
    const stream = new TaskStream();
    const inc = layer("inc-3fa9");
    stream.note(inc, ran(0, 10, 10.5));
    stream.note(inc, ran(1, 10.6, 11));
    stream.note(inc, ran(2, 11, 12, { failed: true, bytes: 0 }));
    assert.deepEqual(stream.take(1000).runs, {
      prefixes: ["inc"],
      prefix: [0],
      startMs: [1010],
      spanUs: [2000],
      busyUs: [1900],
      count: [3],
      failed: [1],
      bytes: [16],
      row: [0],
      attempt: [100],
    });
  });

  test("short tasks of a kind in a row are one run though they are of several submissions", () => {
    const stream = new TaskStream();
    const layers = [layer("tasks-1", "inc"), layer("tasks-2", "inc"), layer("tasks-3", "sum")];
    for (const [i, one] of layers.entries()) stream.note(one, ran(i, i, i + 0.9));
    const { runs } = stream.take(0);
    assert.deepEqual(
      [runs?.prefixes, runs?.count, runs?.row],
      [
        ["inc", "sum"],
        [2, 1],
        [0, 2],
      ],
    );
  });

  test("a pause, another kind or a long task begin a run", () => {
    const stream = new TaskStream();
    const [inc, sum] = [layer("inc-3fa9"), layer("tasks-1", "sum")];
    stream.note(inc, ran(0, 0, 0.1));
    stream.note(inc, ran(1, 2, 2.1));
    stream.note(sum, ran(2, 2.1, 2.2));
    stream.note(sum, ran(3, 2.2, 50));
    const { runs } = stream.take(0);
    assert.deepEqual(runs?.row, [0, 1, 2, 3]);
    assert.deepEqual(runs?.prefixes, ["inc", "sum"]);
    assert.deepEqual(runs?.prefix, [0, 0, 1, 1]);
  });

  test("however much runs, little is told and nothing is left out of the sums", () => {
    const stream = new TaskStream();
    const kinds = [layer("a-0000"), layer("b-0000")];
    for (let i = 0; i < 100_000; i++) stream.note(kinds[i % 2] as LayerDefinition, ran(i, i, i + 0.5));
    const { runs } = stream.take(0);
    assert.ok(runs !== undefined && runs.count.length <= 512);
    assert.equal(
      runs.count.reduce((sum, n) => sum + n, 0),
      100_000,
    );
    assert.deepEqual(stream.take(0), {});
  });

  test("transfers beyond the bound are added to the last", () => {
    const stream = new TaskStream();
    for (let i = 0; i < 1000; i++) stream.noteTransfer({ from: "b", startMs: i, endMs: i + 1, chunks: 1, bytes: 10 });
    const { transfers } = stream.take(0);
    assert.equal(transfers?.bytes.length, 256);
    assert.equal(
      transfers?.bytes.reduce((sum, n) => sum + n, 0),
      10_000,
    );
  });
});

test("noteArrival() weighs what came, nothing for what was gone, and notes nothing while nobody watches", () => {
  const stream = new TaskStream();
  const chunks = [{ bytes: 700 }, { bytes: -1 }, { bytes: 300 }];
  stream.noteArrival({ from: "b", startMs: 1, endMs: 3 }, chunks);
  assert.equal(stream.take(0).transfers, undefined);
  stream.isWatched = true;
  stream.noteArrival({ from: "b", startMs: 1, endMs: 3 }, chunks);
  const { transfers } = stream.take(0);
  assert.deepEqual([transfers?.from, transfers?.chunks, transfers?.bytes], [["b"], [3], [1000]]);
});
