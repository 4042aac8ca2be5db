import { RankSet } from "./rank-set.ts";

/** What rows of one queue ask of a worker; rows that ask nothing never wait behind rows that do. */
export interface Constraint {
  readonly workers: readonly string[] | undefined;
  readonly allowOtherWorkers: boolean;
  readonly resources: Readonly<Record<string, number>> | undefined;
}

/** Rows with a static order of their own: what a queue needs to know of a slab. */
export interface RankedRows {
  readonly count: number;
  readonly generation: number;
  /** Number of the client that submitted them. */
  readonly owner: number;
  rankOf(row: number): number;
  rowOfRank(rank: number): number;
}

/** Sets of more ranks than this are kept while they are empty. */
const KEPT_FROM = 32;

/** Ready rows of one slab with one priority and one constraint, least rank first. */
export class ReadyQueue {
  readonly slab: RankedRows;
  readonly priority: number;
  readonly constraint: Constraint | null;
  private ranks: RankSet | undefined;
  private readonly home: ReadyQueues;

  constructor(home: ReadyQueues, slab: RankedRows, priority: number, constraint: Constraint | null) {
    this.home = home;
    this.slab = slab;
    this.priority = priority;
    this.constraint = constraint;
  }

  get size(): number {
    return this.ranks?.size ?? 0;
  }

  add(row: number): void {
    this.ranks ??= new RankSet(this.slab.count);
    if (this.ranks.size === 0) this.home.open(this);
    this.ranks.add(this.slab.rankOf(row));
  }

  remove(row: number): void {
    const { ranks } = this;
    if (ranks === undefined) return;
    ranks.remove(this.slab.rankOf(row));
    if (ranks.size > 0) return;
    this.home.close(this);
    // Thousands of submissions of a call each wait for their futures to be dropped: what is made anew in no time is not kept.
    if (this.slab.count <= KEPT_FROM) this.ranks = undefined;
  }

  has(row: number): boolean {
    return this.ranks?.has(this.slab.rankOf(row)) ?? false;
  }

  /** The row to run first, or -1. */
  first(): number {
    const rank = this.ranks?.least() ?? -1;
    return rank < 0 ? -1 : this.slab.rowOfRank(rank);
  }

  /** The row that is to run next after another, or -1. */
  after(row: number): number {
    const rank = this.ranks?.above(this.slab.rankOf(row)) ?? -1;
    return rank < 0 ? -1 : this.slab.rowOfRank(rank);
  }
}

/** The queues that hold something, most urgent first: by priority, then by age of the submission. */
export class ReadyQueues {
  readonly nonEmpty: ReadyQueue[] = [];
  /** Queues that hold something, by owner. */
  private readonly byOwner = new Map<number, number>();
  /** Some client may only have so much at once, so that its queues may be passed over. */
  isShared = false;

  /** Whether the order of queues alone does not say whose turn it is. */
  get isContended(): boolean {
    return this.isShared || this.byOwner.size > 1;
  }

  open(queue: ReadyQueue): void {
    let low = 0;
    let high = this.nonEmpty.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (isBefore(this.nonEmpty[middle] as ReadyQueue, queue)) low = middle + 1;
      else high = middle;
    }
    this.nonEmpty.splice(low, 0, queue);
    this.byOwner.set(queue.slab.owner, (this.byOwner.get(queue.slab.owner) ?? 0) + 1);
  }

  close(queue: ReadyQueue): void {
    const at = this.nonEmpty.indexOf(queue);
    if (at < 0) return;
    this.nonEmpty.splice(at, 1);
    const left = (this.byOwner.get(queue.slab.owner) ?? 1) - 1;
    if (left > 0) this.byOwner.set(queue.slab.owner, left);
    else this.byOwner.delete(queue.slab.owner);
  }

  get size(): number {
    return this.nonEmpty.reduce((sum, queue) => sum + queue.size, 0);
  }
}

function isBefore(a: ReadyQueue, b: ReadyQueue): boolean {
  return a.priority !== b.priority ? a.priority > b.priority : a.slab.generation < b.slab.generation;
}
