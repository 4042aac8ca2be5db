import { blockIndex, blockKey, type TaskKey } from "../../runtime/graph/key.ts";
import type { WireLayer } from "../../runtime/protocol/wire-layer.ts";
import type { ReadyQueue } from "./ready-queue.ts";

/** A layer whose tasks have rows in a slab. */
export interface SlabLayer {
  /** The scheduler's number of the layer, known to workers. */
  readonly id: number;
  readonly layer: WireLayer;
  /** Number of its prefix in the estimates. */
  readonly prefix: number;
  /** The same by call, where tasks of several kinds are one layer. */
  readonly kinds: readonly number[] | undefined;
  /** Grids of the layers it reads, for blockwise layers. */
  readonly sourceGrids: readonly (readonly number[])[];
}

/**
 * The rows of one submission: neighbouring numbers, edges in compressed sparse rows, a static order. It lives until
 * none of its rows is needed and no later slab reads it.
 */
export class Slab {
  readonly id: number;
  readonly base: number;
  readonly count: number;
  /** Age: earlier submissions run first. */
  readonly generation: number;
  /** The newest attempt when it came: those of its own rows are newer. With a row's number, it tells one life of the row from all others. */
  readonly since: number;
  readonly layers: readonly SlabLayer[];
  /** First row of each layer, counted from the base; the row count at the end. */
  readonly bases: Uint32Array;
  /** Inputs of row base + i: inputs[inputOffsets[i]] …, as rows of the whole scheduler. */
  readonly inputOffsets: Uint32Array;
  readonly inputs: Uint32Array;
  /** Dependents within this slab, likewise. */
  readonly outOffsets: Uint32Array;
  readonly outs: Uint32Array;
  /** Static order; null where it is the order of rows. */
  private readonly ranks: Uint32Array | null;
  private readonly byRank: Uint32Array | null;
  /** Slabs whose rows are inputs here. */
  readonly reads: readonly number[];
  /** Of the submission; layers may add to it. */
  readonly priority: number;
  queues: readonly ReadyQueue[] = [];
  /** Position in `queues`, by layer. */
  queueOfLayer: Uint16Array = new Uint16Array(0);
  /** Number of the client that submitted it; -1 where a summary tells of it and that client was gone. */
  owner = -1;
  /** Rows in a state other than released. */
  active = 0;
  /** Later slabs that read this one. */
  readers = 0;

  constructor(parts: {
    id: number;
    base: number;
    generation: number;
    since: number;
    layers: readonly SlabLayer[];
    bases: Uint32Array;
    inputOffsets: Uint32Array;
    inputs: Uint32Array;
    ranks: Uint32Array | null;
    reads: readonly number[];
    priority: number;
  }) {
    this.id = parts.id;
    this.base = parts.base;
    this.generation = parts.generation;
    this.since = parts.since;
    this.layers = parts.layers;
    this.bases = parts.bases;
    this.count = parts.bases[parts.bases.length - 1] as number;
    this.inputOffsets = parts.inputOffsets;
    this.inputs = parts.inputs.length === 0 ? NO_ROWS : parts.inputs;
    this.reads = parts.reads;
    this.priority = parts.priority;
    this.ranks = parts.ranks;
    this.byRank = parts.ranks === null ? null : inverse(parts.ranks);
    [this.outOffsets, this.outs] = dependents(this.base, this.count, this.inputOffsets, this.inputs);
  }

  /** Position of the layer a row belongs to. */
  layerAt(row: number): number {
    const at = row - this.base;
    let low = 0;
    let high = this.layers.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if ((this.bases[middle] as number) <= at) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** Number of a row's prefix in the estimates. @param at position of its layer */
  prefixOf(row: number, at = this.layerAt(row)): number {
    const { prefix, kinds, layer } = this.layers[at] as SlabLayer;
    if (kinds === undefined || layer.kind !== "tasks") return prefix;
    return kinds[layer.callOf?.[row - this.base - (this.bases[at] as number)] ?? 0] as number;
  }

  rankOf(row: number): number {
    return this.ranks === null ? row - this.base : (this.ranks[row - this.base] as number);
  }

  rowOfRank(rank: number): number {
    return this.base + (this.byRank === null ? rank : (this.byRank[rank] as number));
  }

  /** False for a source. */
  hasInputs(row: number): boolean {
    const at = row - this.base;
    return this.inputOffsets[at] !== this.inputOffsets[at + 1];
  }

  keyOf(row: number): TaskKey {
    const at = this.layerAt(row);
    const { layer } = this.layers[at] as SlabLayer;
    const index = row - this.base - (this.bases[at] as number);
    const named = layer.kind === "tasks" || layer.kind === "data" ? layer.keys?.[index] : undefined;
    return named ?? blockKey(layer.name, blockIndex(layer.grid, index));
  }
}

function inverse(ranks: Uint32Array): Uint32Array {
  const rows = new Uint32Array(ranks.length);
  for (let i = 0; i < ranks.length; i++) rows[ranks[i] as number] = i;
  return rows;
}

function dependents(
  base: number,
  count: number,
  inputOffsets: Uint32Array,
  inputs: Uint32Array,
): [Uint32Array, Uint32Array] {
  if (inputs.length === 0) return [NO_ROWS, NO_ROWS];
  const offsets = new Uint32Array(count + 1);
  for (const input of inputs) {
    const at = input - base;
    if (at >= 0 && at < count) offsets[at + 1] = (offsets[at + 1] as number) + 1;
  }
  for (let i = 0; i < count; i++) offsets[i + 1] = (offsets[i + 1] as number) + (offsets[i] as number);
  const filled = offsets.slice();
  const outs = new Uint32Array(offsets[count] as number);
  for (let i = 0; i < count; i++)
    for (let e = inputOffsets[i] as number; e < (inputOffsets[i + 1] as number); e++) {
      const at = (inputs[e] as number) - base;
      if (at >= 0 && at < count) outs[(filled[at] = (filled[at] as number) + 1) - 1] = base + i;
    }
  return [offsets, outs];
}

const NO_ROWS = new Uint32Array(0);
