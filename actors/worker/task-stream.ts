import type { TaskRuns, TransferColumns } from "../../runtime/protocol/events.ts";
import type { LayerDefinition } from "../../runtime/protocol/wire-layer.ts";
import { kindOf } from "./kind-of.ts";

/** Short tasks of a kind that follow each other make one run of at most so long. */
const RUN_MS = 4;
/** A pause within a run is at most so long. */
const PAUSE_MS = 0.5;
/** Runs that are kept until they are told; what comes then is added to the last of its kind. */
const RUNS_MAX = 512;
const TRANSFERS_MAX = 256;

/** A task that ran, and what it gave. */
export interface RanTask {
  readonly row: number;
  readonly attempt: number;
  /** Which of its layer's calls it makes. */
  readonly call: number;
  /** By the worker's clock. */
  readonly startMs: number;
  readonly endMs: number;
  readonly bytes: number;
  readonly failed: boolean;
}

/** What ran when, by the worker's clock. */
export interface RunInterval {
  readonly prefix: string;
  readonly startMs: number;
  readonly endMs: number;
}

interface Run extends RunInterval {
  readonly row: number;
  readonly attempt: number;
  endMs: number;
  busyMs: number;
  count: number;
  failed: number;
  bytes: number;
}

export interface Transfer {
  readonly from: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly chunks: number;
  readonly bytes: number;
}

/**
 * What a worker ran and fetched since it was last asked: bounded however much that is, and nothing at all while nobody
 * watches.
 */
export class TaskStream {
  /** Whether somebody watches; whoever notes asks first. */
  isWatched = false;
  private runs: Run[] = [];
  private transfers: Transfer[] = [];
  private readonly lastOfKind = new Map<string, Run>();
  private openLayer: LayerDefinition | undefined;
  private openCall = 0;
  private open: Run | undefined;

  /** Notes a task that ran. About 20 ns where it joins the run before. */
  note(layer: LayerDefinition, task: RanTask): void {
    const { open } = this;
    if (
      open !== undefined &&
      task.startMs - open.endMs < PAUSE_MS &&
      task.endMs - open.startMs < RUN_MS &&
      this.isOfOpenKind(open, layer, task.call)
    )
      join(open, task);
    else this.begin(layer, task);
  }

  /** Batches of several submissions come by turns: their tasks are of a kind though their layers differ. */
  private isOfOpenKind(open: Run, layer: LayerDefinition, call: number): boolean {
    if (layer === this.openLayer && call === this.openCall) return true;
    if (kindOf(layer, call) !== open.prefix) return false;
    this.openLayer = layer;
    this.openCall = call;
    return true;
  }

  /** Chunks or shards that came from a peer; one that it did not have weighs nothing. */
  noteArrival(way: Omit<Transfer, "chunks" | "bytes">, chunks: readonly { readonly bytes: number }[]): void {
    if (!this.isWatched) return;
    const bytes = chunks.reduce((sum, chunk) => sum + Math.max(chunk.bytes, 0), 0);
    this.noteTransfer({ ...way, chunks: chunks.length, bytes });
  }

  noteTransfer(transfer: Transfer): void {
    if (this.transfers.length < TRANSFERS_MAX) this.transfers.push(transfer);
    else {
      const last = this.transfers.at(-1) as Transfer;
      const { chunks, bytes } = last;
      this.transfers[TRANSFERS_MAX - 1] = {
        ...transfer,
        chunks: chunks + transfer.chunks,
        bytes: bytes + transfer.bytes,
      };
    }
  }

  /** What was noted, and forgets it. @param offsetMs from the worker's clock to milliseconds since 1970 */
  take(offsetMs: number): { runs?: TaskRuns; transfers?: TransferColumns } {
    const { runs, transfers } = this;
    this.forget();
    return {
      ...(runs.length === 0 ? {} : { runs: runColumns(runs, offsetMs) }),
      ...(transfers.length === 0 ? {} : { transfers: transferColumns(transfers, offsetMs) }),
    };
  }

  /** What is noted now, in the order of time. */
  intervals(): readonly RunInterval[] {
    return this.runs;
  }

  forget(): void {
    this.runs = [];
    this.transfers = [];
    this.lastOfKind.clear();
    this.open = undefined;
    this.openLayer = undefined;
  }

  private begin(layer: LayerDefinition, task: RanTask): void {
    const prefix = kindOf(layer, task.call);
    const last = this.lastOfKind.get(prefix);
    if (this.runs.length >= RUNS_MAX && last !== undefined) {
      join(last, task);
      return;
    }
    const { row, attempt, startMs, endMs, bytes, failed } = task;
    const run = {
      prefix,
      row,
      attempt,
      startMs,
      endMs,
      busyMs: endMs - startMs,
      count: 1,
      failed: failed ? 1 : 0,
      bytes,
    };
    this.runs.push(run);
    this.lastOfKind.set(prefix, run);
    this.open = run;
    this.openLayer = layer;
    this.openCall = task.call;
  }
}

function join(run: Run, task: RanTask): void {
  if (task.endMs > run.endMs) run.endMs = task.endMs;
  run.busyMs += task.endMs - task.startMs;
  run.count += 1;
  run.bytes += task.bytes;
  if (task.failed) run.failed += 1;
}

function runColumns(runs: readonly Run[], offsetMs: number): TaskRuns {
  const names = new Map<string, number>();
  const prefix = runs.map((run) => {
    let at = names.get(run.prefix);
    if (at === undefined) names.set(run.prefix, (at = names.size));
    return at;
  });
  return {
    prefixes: [...names.keys()],
    prefix,
    startMs: runs.map((run) => rounded(run.startMs + offsetMs)),
    spanUs: runs.map((run) => Math.round((run.endMs - run.startMs) * 1000)),
    busyUs: runs.map((run) => Math.round(run.busyMs * 1000)),
    count: runs.map((run) => run.count),
    failed: runs.map((run) => run.failed),
    bytes: runs.map((run) => run.bytes),
    row: runs.map((run) => run.row),
    attempt: runs.map((run) => run.attempt),
  };
}

function transferColumns(transfers: readonly Transfer[], offsetMs: number): TransferColumns {
  return {
    from: transfers.map((one) => one.from),
    startMs: transfers.map((one) => rounded(one.startMs + offsetMs)),
    durationUs: transfers.map((one) => Math.round((one.endMs - one.startMs) * 1000)),
    chunks: transfers.map((one) => one.chunks),
    bytes: transfers.map((one) => one.bytes),
  };
}

/** Microseconds are fine enough for people, and shorter in JSON. */
const rounded = (ms: number): number => Math.round(ms * 1000) / 1000;
