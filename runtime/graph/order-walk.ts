import type { Dependents, TaskEdges } from "./dependencies.ts";

/** Where a walk goes on when what it aimed at is done. */
export type NextTarget =
  /** The outputs as they are numbered, or the other way round. */
  | { readonly kind: "outputs"; readonly reversed: boolean }
  /** A reader of the result that has been held longest (or shortest): close what is open before opening more. */
  | { readonly kind: "held"; readonly newest: boolean };

export interface WalkPlan {
  readonly next: NextTarget;
  /** Run at once what frees as much as it makes. */
  readonly eager: boolean;
}

/** What all walks over a graph read. */
export interface WalkGraph {
  readonly edges: TaskEdges;
  readonly dependents: Dependents;
  /** How many different rows each row reads. */
  readonly inputCounts: Uint32Array;
  /** The inputs of each row, the one that needs most room first. */
  readonly sortedInputs: Uint32Array;
}

/**
 * One depth-first walk: aims at a target, computes what it needs, the input that needs most room first (Sethi and
 * Ullman's rule), and on the way runs what frees memory. O(tasks + edges), without recursion.
 * @returns rows in the order in which they run
 */
export function walkGraph(graph: WalkGraph, plan: WalkPlan): Uint32Array {
  const walk = new Walk(graph, plan.eager);
  const { count } = graph.edges;
  const { next } = plan;
  for (let i = 0; i < count; i++) {
    const output = next.kind === "outputs" && next.reversed ? count - 1 - i : i;
    if (walk.isOutput(output)) walk.aim(output);
    if (next.kind === "outputs") continue;
    for (let row = walk.heldReader(next.newest); row !== NONE; row = walk.heldReader(next.newest)) walk.aim(row);
  }
  return walk.sequence;
}

class Walk {
  readonly sequence: Uint32Array;
  private filled = 0;
  private readonly graph: WalkGraph;
  private readonly eager: boolean;
  private readonly done: Uint8Array;
  /** Inputs still missing, and readers still to come. */
  private readonly missing: Uint32Array;
  private readonly uses: Uint32Array;
  private readonly inputCursor: Uint32Array;
  private readonly readerCursor: Uint32Array;
  private readonly stack: number[] = [];
  private readonly runnable: number[] = [];
  private readonly held: number[] = [];
  private oldest = 0;

  constructor(graph: WalkGraph, eager: boolean) {
    const { count } = graph.edges;
    this.graph = graph;
    this.eager = eager;
    this.sequence = new Uint32Array(count);
    this.done = new Uint8Array(count);
    this.missing = graph.inputCounts.slice();
    this.uses = new Uint32Array(count);
    for (let row = 0; row < count; row++)
      this.uses[row] = (graph.dependents.offsets[row + 1] as number) - (graph.dependents.offsets[row] as number);
    this.inputCursor = graph.edges.inputOffsets.slice(0, count);
    this.readerCursor = graph.dependents.offsets.slice(0, count);
  }

  isOutput(row: number): boolean {
    return this.graph.dependents.offsets[row + 1] === this.graph.dependents.offsets[row];
  }

  aim(target: number): void {
    const { edges, sortedInputs } = this.graph;
    const { stack, done, inputCursor } = this;
    stack.push(target);
    for (let row = stack.at(-1); row !== undefined; row = stack.at(-1)) {
      if (done[row] === 1) {
        stack.pop();
        continue;
      }
      const end = edges.inputOffsets[row + 1] as number;
      let at = inputCursor[row] as number;
      while (at < end && done[sortedInputs[at] as number] === 1) at += 1;
      inputCursor[row] = at;
      if (at < end) stack.push(sortedInputs[at] as number);
      else {
        stack.pop();
        this.emit(row);
        if (this.eager) this.runEager();
      }
    }
  }

  /** A reader, still to come, of the result held longest or shortest; of a few, the one that misses least. */
  heldReader(newest: boolean): number {
    const { held, uses } = this;
    if (newest) {
      while (held.length > 0 && uses[held.at(-1) as number] === 0) held.pop();
      return held.length === 0 ? NONE : this.nearestReader(held.at(-1) as number);
    }
    while (this.oldest < held.length && uses[held[this.oldest] as number] === 0) this.oldest += 1;
    return this.oldest === held.length ? NONE : this.nearestReader(held[this.oldest] as number);
  }

  private nearestReader(row: number): number {
    const { rows, offsets } = this.graph.dependents;
    const end = offsets[row + 1] as number;
    let at = this.readerCursor[row] as number;
    while (at < end && this.done[rows[at] as number] === 1) at += 1;
    this.readerCursor[row] = at;
    let best = NONE;
    for (const last = Math.min(end, at + READERS_LOOKED_AT); at < last; at++) {
      const reader = rows[at] as number;
      if (this.done[reader] === 1) continue;
      if (best === NONE || (this.missing[reader] as number) < (this.missing[best] as number)) best = reader;
    }
    return best;
  }

  private emit(row: number): void {
    const { edges, dependents } = this.graph;
    this.done[row] = 1;
    this.sequence[this.filled++] = row;
    if ((this.uses[row] as number) > 0) this.held.push(row);
    for (let e = dependents.offsets[row] as number; e < (dependents.offsets[row + 1] as number); e++) {
      const reader = dependents.rows[e] as number;
      const missing = ((this.missing[reader] as number) - 1) >>> 0;
      this.missing[reader] = missing;
      if (missing === 0 && this.eager) this.runnable.push(reader);
    }
    for (let e = edges.inputOffsets[row] as number; e < (edges.inputOffsets[row + 1] as number); e++) {
      const input = edges.inputs[e] as number;
      if (isRepeated(edges, row, e)) continue;
      const uses = ((this.uses[input] as number) - 1) >>> 0;
      this.uses[input] = uses;
      // Its last reader now frees it, and may have become worth running at once.
      if (uses === 1 && this.eager) this.offerLastReader(input);
    }
  }

  private offerLastReader(row: number): void {
    const { rows, offsets } = this.graph.dependents;
    for (let e = this.readerCursor[row] as number; e < (offsets[row + 1] as number); e++) {
      const reader = rows[e] as number;
      if (this.done[reader] === 1) continue;
      if (this.missing[reader] === 0) this.runnable.push(reader);
      return;
    }
  }

  private runEager(): void {
    for (let row = this.runnable.pop(); row !== undefined; row = this.runnable.pop()) {
      if (this.done[row] === 1) continue;
      const isOutput = this.isOutput(row);
      const gain = this.frees(row) - (isOutput ? 0 : 1);
      if (gain < 0) continue;
      this.emit(row);
      if (gain === 0 && !isOutput) this.useUp(row);
    }
  }

  /**
   * A result that stands in for another one of its kind goes on to its few readers if they all can run: else all its like would be
   * made first, and each lie there whole until its readers, which often keep little of it, have their turn.
   */
  private useUp(row: number): void {
    const { rows, offsets } = this.graph.dependents;
    const from = offsets[row] as number;
    const to = offsets[row + 1] as number;
    if (to - from > READERS_USED_UP) return;
    for (let e = from; e < to; e++) if (this.missing[rows[e] as number] !== 0) return;
    for (let e = from; e < to; e++) if (this.done[rows[e] as number] === 0) this.emit(rows[e] as number);
  }

  private frees(row: number): number {
    const { edges } = this.graph;
    let freed = 0;
    for (let e = edges.inputOffsets[row] as number; e < (edges.inputOffsets[row + 1] as number); e++)
      if (this.uses[edges.inputs[e] as number] === 1 && !isRepeated(edges, row, e)) freed += 1;
    return freed;
  }
}

/** Whether the e-th edge names an input that an earlier edge of the row named; rows with many inputs name each once. */
function isRepeated(edges: TaskEdges, row: number, e: number): boolean {
  const from = edges.inputOffsets[row] as number;
  if (e - from > REPEATS_LOOKED_AT) return false;
  for (let at = from; at < e; at++) if (edges.inputs[at] === edges.inputs[e]) return true;
  return false;
}

const READERS_LOOKED_AT = 8;
const READERS_USED_UP = 4;
const REPEATS_LOOKED_AT = 64;
export const NONE = 0xffffffff;
