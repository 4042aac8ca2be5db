import assert from "node:assert/strict";
import { test } from "node:test";
import { WorkerOut } from "../../../actors/scheduler/outbox.ts";
import type { WireLayer } from "../../../runtime/protocol/wire-layer.ts";

const LAYER = { kind: "data", values: { kind: "numbers", data: new Float64Array(4) } } as unknown as WireLayer;

function give(out: WorkerOut, row: number, attempt: number): void {
  const builder = out.builder(1, LAYER);
  builder.addTask(row, attempt, 0, 0, true);
  builder.addInput(9, 1, out.holder("w9"));
}

/** What is said, in short. */
const said = (out: WorkerOut): string[] =>
  out.take().map((message) => {
    if (message.type === "free") return `free ${message.rows.join()} of ${message.attempts.join()}`;
    if (message.type !== "compute") return message.type;
    const rows = message.batches.map((batch) => `${batch.rows.join()} of ${batch.attempts.join()}`);
    return `compute ${rows.join("; ")} from ${message.holders.join()}`;
  });

test("WorkerOut: what is given and taken back in one turn is taken back after it was given", () => {
  const out = new WorkerOut();
  give(out, 5, 100);
  give(out, 6, 101);
  out.free(5, 100);
  out.free(7, 40);
  give(out, 5, 102);
  assert.deepEqual(said(out), ["compute 5,6 of 100,101 from w9", "free 5,7 of 100,40", "compute 5 of 102 from w9"]);
});

test("WorkerOut: a former attempt is taken back before its row is given anew, in one message", () => {
  const out = new WorkerOut();
  give(out, 6, 101);
  out.free(5, 100);
  give(out, 5, 102);
  assert.deepEqual(said(out), ["free 5 of 100", "compute 6,5 of 101,102 from w9"]);
});
