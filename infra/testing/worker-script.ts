import assert from "node:assert/strict";
import { checkWorker } from "../../actors/worker/invariants.ts";
import { WorkerBrain } from "../../actors/worker/worker-brain.ts";
import type { WorkerBrainOptions } from "../../actors/worker/worker-brain-options.ts";
import type { WorkerEvent } from "../../actors/worker/worker-event.ts";
import { workerTaskChart } from "../../actors/worker/worker-states.ts";
import type { ShardSet } from "../../runtime/graph/shards.ts";
import { type FromWorker, LOCAL, type ToWorker } from "../../runtime/protocol/scheduler-worker.ts";

/** An input of a scripted task: its row, the attempt that made it, and who has it (nobody: it is here). */
export type ScriptInput = readonly [row: number, attempt: number, holder?: string];

/**
 * A worker's brain alone: no threads, clock or messages, told by hand what a scheduler and its peers would tell it, step by step. After
 * each step its invariants are checked. Tasks go by rows and attempts, as on the wire; states are those of docs/charts.md.
 * @throws AssertionError where an invariant does not hold, or another task starts than is said
 * @see https://distributed.dask.org/en/stable/worker-state.html (`ws`, `handle_stimulus`)
 * @example
 * const worker = new WorkerScript();
 * worker.compute(0, 7);
 * worker.compute(1, 8, [[0, 7]]); // reads row 0, which is to be here
 * worker.starts(0);
 * worker.state(1); // "waiting"
 * worker.finish(0);
 * worker.state(1); // "queued"
 * worker.reports(); // ["finished 0@7"]
 */
export class WorkerScript {
  readonly brain: WorkerBrain;
  private readonly reported: FromWorker[] = [];

  constructor(name = "A", options: WorkerBrainOptions = {}) {
    this.brain = new WorkerBrain(name, (items) => ({ kind: "live", items }), options);
    this.say({ type: "welcome", epoch: 1, incarnation: 1, join: 1 });
    this.define(1);
  }

  /** Tells of a layer; tasks belong to layer 1 unless they say otherwise. */
  define(id: number, since = 0): void {
    const layer = { id, since, kind: "tasks", name: `layer-${id}`, grid: [100], calls: [], inputs: [] } as const;
    this.say({ type: "layers", layers: [layer] });
  }

  /** The scheduler sends a task. */
  compute(row: number, attempt: number, inputs: readonly ScriptInput[] = [], layer = 1): void {
    const holders = inputs.map(([, , holder]) => holder ?? "");
    const batch = {
      layer,
      rows: Uint32Array.of(row),
      attempts: Float64Array.of(attempt),
      indices: Uint32Array.of(0),
      priorities: Float64Array.of(row),
      wanted: Uint8Array.of(0),
      callOf: new Uint32Array(0),
      inputOffsets: Uint32Array.of(0, inputs.length),
      inputs: Uint32Array.from(inputs, ([input]) => input),
      inputAttempts: Float64Array.from(inputs, ([, made]) => made),
      inputHolders: Uint16Array.from(inputs, ([, , holder], i) => (holder === undefined ? LOCAL : i)),
      ownOffsets: new Uint32Array(0),
      own: { kind: "numbers", data: new Float64Array(0) } as const,
    };
    this.say({ type: "compute", holders, batches: [batch] });
  }

  /** The scheduler has a row forgotten. */
  free(row: number, attempt: number): void {
    this.say({ type: "free", rows: Uint32Array.of(row), attempts: Float64Array.of(attempt) });
  }

  forgetLayer(id: number): void {
    this.say({ type: "forgetLayers", ids: Uint32Array.of(id) });
  }

  /** Any other word of the scheduler's. */
  say(message: ToWorker): void {
    this.step({ kind: "message", message });
  }

  step(event: WorkerEvent): void {
    this.brain.step(event);
    this.turn();
  }

  /** The next task begins to run; it is this row. */
  starts(row: number): void {
    assert.equal(this.brain.takeRunnable(), row, `row ${row} starts`);
    this.turn();
  }

  /** No task may begin to run now. */
  startsNothing(): void {
    assert.equal(this.brain.takeRunnable(), -1, "nothing may start");
    this.turn();
  }

  /** The running task of a row gave a value. */
  finish(row: number, value: unknown = `value of ${row}`, bytes = 8): void {
    this.brain.finished(row, value, bytes, 1, undefined);
    this.turn();
  }

  /** A running task finds that what a handle among its inputs stands for is gone. */
  inputGone(row: number, handle: ShardSet): void {
    this.brain.inputGone(row, handle, new Error(`row ${row}`));
    this.turn();
  }

  /** Rows reported to exist only here, of reports not yet asked for. */
  located(): number[] {
    return this.reported.flatMap((one) =>
      one.type === "finished" ? [...one.located].map((at) => one.rows[at] as number) : [],
    );
  }

  /** The running task of a row threw. */
  fail(row: number): void {
    this.brain.failed(row, new Error(`row ${row}`));
    this.turn();
  }

  /** Requests for chunks that begin now: [peer, rows]. */
  fetches(): [string, number[]][] {
    return this.open.splice(0).map(({ peer, rows }) => [peer, [...rows]]);
  }

  /** A peer's answer to the at-th transfer; `missing` rows it does not have. */
  fetched(transfer: number, peer: string, rows: readonly number[], missing: readonly number[] = []): void {
    const bytesOf = (row: number): number => (missing.includes(row) ? -1 : 8);
    const chunks = rows.map((row) => ({ row, since: 0, value: `copy of ${row}`, bytes: bytesOf(row) }));
    this.brain.step({ kind: "fetched", transfer, peer, chunks });
    this.turn();
  }

  /** What came is the handle of shards that another worker keeps. */
  fetchedHandle(transfer: number, peer: string, row: number, set: ShardSet): void {
    this.brain.step({ kind: "fetched", transfer, peer, chunks: [{ row, since: 0, value: set, bytes: 8 }] });
    this.turn();
  }

  /** A peer did not answer the at-th transfer. */
  fetchFailed(transfer: number, peer: string): void {
    this.brain.step({ kind: "fetchFailed", transfer, peer });
    this.turn();
  }

  /** The state of a row by the worker's chart. */
  state(row: number): string {
    return workerTaskChart.states[this.brain.rows.state(row)] as string;
  }

  /** What was reported since it was last asked, in short: "finished 3@7" is row 3, attempt 7. */
  reports(): string[] {
    return this.reported.splice(0).flatMap((message) => {
      const { rows, attempts } = message as { rows?: Uint32Array; attempts?: Float64Array };
      return [...(rows ?? [])].map((row, i) => `${message.type} ${row}@${attempts?.[i]}`);
    });
  }

  /** Nothing is left of any task. */
  isEmpty(): void {
    assert.deepEqual([...this.brain.rows.rows()], []);
    assert.equal(this.brain.managedBytes, 0);
    assert.equal(this.brain.executing, 0);
  }

  private readonly open: { readonly peer: string; readonly rows: readonly number[] }[] = [];

  private turn(): void {
    this.brain.endTurn();
    this.open.push(...this.brain.out.fetches.splice(0));
    this.reported.push(...this.brain.out.takeReports());
    this.brain.out.aborts.splice(0);
    checkWorker(this.brain);
  }
}
