import { invariant } from "../../runtime/base/errors.ts";
import type { ClientShare, FromClient } from "../../runtime/protocol/client-scheduler.ts";
import { type SchedulerFailure, unknownHandleError } from "./failures.ts";
import type { RowBits } from "./row-bits.ts";

/** Wants of one layer: the row of each, and its handle. */
export interface WantedRows {
  readonly count: number;
  readonly handleBase: number;
  rowAt(i: number): number;
}

/**
 * A submission whose rows are made and whose wants are not all given yet: large ones are taken in over several turns, so that
 * no turn is long. Until it is done, what its client says later waits.
 */
export interface Intake {
  readonly wants: readonly WantedRows[];
  /** The want that is being given, and how many of its rows were. */
  at: number;
  given: number;
  /** Rows that are to become needed. */
  readonly stack: number[];
  /** Slabs that are kept meanwhile: the submission's own, and those that it reads. */
  readonly slabs: ReadonlySet<number>;
  /** Rows with readers or handles that are still to be taken in: it counts among their needers, or they would be let go of, and made or run again. */
  readonly held: number[];
  /** The rows of its wants, once somebody asks. */
  wanted: RowBits | undefined;
}

/** Handles a client was given together, and the rows they stand for. */
interface HandleRange {
  readonly first: number;
  readonly count: number;
  /** First of neighbouring rows, or each row. */
  readonly rows: number | Uint32Array;
  /** Handles not yet released. */
  left: number;
  /** Bits of released handles; made at the first release of a part. */
  released: Uint8Array | undefined;
}

/** A submission that was not taken, and the handles that its client took for it. */
export interface Refusal {
  readonly request: number;
  readonly problem: SchedulerFailure;
  readonly handles: readonly (readonly [first: number, count: number])[];
}

/** Of older ones a client has heard, unless it said so many in a row without listening. */
const REFUSALS_MAX = 10_000;

/** A client session: what it wants, by handle. */
export class ClientRecord {
  readonly id: string;
  readonly number: number;
  lastSeenMs: number;
  /** The newest submission that was applied: a repeated one is acknowledged and otherwise ignored. */
  requestMax = 0;
  /** As it asked for it. */
  share: ClientShare = {};
  weight = 1;
  atOnceMax = Number.POSITIVE_INFINITY;
  /** Rows of its submissions that are with workers. */
  inFlight = 0;
  /** Rows of its submissions that are known. */
  rows = 0;
  /** Work handed out for it, in microseconds by its weight: who has least comes first. */
  servedUs = 0;
  /** A submission of its that is being taken in, and what it said meanwhile. */
  intake: Intake | undefined;
  readonly waiting: FromClient[] = [];
  private readonly ranges: HandleRange[] = [];
  private readonly refusals: Refusal[] = [];

  constructor(id: string, number: number, nowMs: number) {
    this.id = id;
    this.number = number;
    this.lastSeenMs = nowMs;
  }

  /** What it submitted counts for it, its share and its bounds. */
  own(slab: { owner: number; readonly count: number }): void {
    slab.owner = this.number;
    this.rows += slab.count;
  }

  /** Whether as many of its tasks are with workers as may be at once. */
  get isAtQuota(): boolean {
    return this.inFlight >= this.atOnceMax;
  }

  /** Remembers what was not taken: its client may not have heard, and speak of it again. */
  noteRefusal(refusal: Refusal): void {
    this.refusals.push(refusal);
    if (this.refusals.length > REFUSALS_MAX) this.refusals.shift();
  }

  /** Why a submission was not taken; undefined if it was. */
  refusalOf(request: number): SchedulerFailure | undefined {
    return this.refusals.find((one) => one.request === request)?.problem;
  }

  /** Why a handle that is not known is not. */
  whyUnknown(handle: number): SchedulerFailure {
    const has = ([first, count]: readonly [number, number]): boolean => handle >= first && handle < first + count;
    return this.refusals.find(({ handles }) => handles.some(has))?.problem ?? unknownHandleError(handle);
  }

  /** Ranges stay sorted. Handles mostly grow; those of scattered data were reserved before the transfer. */
  give(first: number, count: number, rows: number | Uint32Array): void {
    invariant(!this.knowsAny(first, count), `handle ${first} and ${count - 1} more of ${this.id} are new`);
    if (count === 0) return;
    let at = this.ranges.length;
    while (at > 0 && (this.ranges[at - 1] as HandleRange).first > first) at -= 1;
    this.ranges.splice(at, 0, { first, count, rows, left: count, released: undefined });
  }

  /** Whether one of these handles was given and is not forgotten. */
  knowsAny(first: number, count: number): boolean {
    let at = this.ranges.length;
    while (at > 0 && (this.ranges[at - 1] as HandleRange).first >= first + count) at -= 1;
    const range = this.ranges[at - 1];
    return count > 0 && range !== undefined && range.first + range.count > first;
  }

  /** The row of a handle, or -1 if it is released or was never given. */
  rowOf(handle: number): number {
    const range = this.ranges[this.find(handle)];
    if (range === undefined || range.released?.[handle - range.first] === 1) return -1;
    return rowAt(range, handle);
  }

  /** Takes a handle back; gives its row, or -1. */
  take(handle: number): number {
    const at = this.find(handle);
    const range = this.ranges[at];
    if (range === undefined || range.released?.[handle - range.first] === 1) return -1;
    const row = rowAt(range, handle);
    range.left -= 1;
    if (range.left === 0) this.ranges.splice(at, 1);
    else {
      range.released ??= new Uint8Array(range.count);
      range.released[handle - range.first] = 1;
    }
    return row;
  }

  /** Every handle that is held. */
  *handles(): Generator<number> {
    for (const range of this.ranges)
      for (let i = 0; i < range.count; i++) if (range.released?.[i] !== 1) yield range.first + i;
  }

  get handleCount(): number {
    return this.ranges.reduce((sum, range) => sum + range.left, 0);
  }

  /** The position of a handle's range, or -1. */
  private find(handle: number): number {
    let low = 0;
    let high = this.ranges.length - 1;
    while (low <= high) {
      const middle = (low + high) >>> 1;
      const range = this.ranges[middle] as HandleRange;
      if (handle < range.first) high = middle - 1;
      else if (handle >= range.first + range.count) low = middle + 1;
      else return middle;
    }
    return -1;
  }
}

const rowAt = (range: HandleRange, handle: number): number =>
  typeof range.rows === "number" ? range.rows + handle - range.first : (range.rows[handle - range.first] as number);
