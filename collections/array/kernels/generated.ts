import { Chunk, sizeOf } from "../chunk.ts";
import type { AnyData, DType } from "../dtype.ts";
import { lendOrAllocate, withArena } from "./simd/arena.ts";
import type { FillCall } from "./simd/fill-functions.ts";

/** Gives the call that fills `count` elements at an address, from a place on. */
export type FillCallOf = (address: number, count: number, from: number) => FillCall | undefined;

/** What lies in memory, and how it is looked at. */
interface Seen {
  readonly shape: readonly number[];
  readonly isCheap: boolean;
  readonly view: (chunk: Chunk) => Chunk;
}

/**
 * A block that a formula gives, not written yet: ranges and random numbers. What folds it lends it memory that is used
 * again for the next block; only where it becomes a chunk does it get memory of its own. Filling it twice gives the same.
 */
export class Generated {
  readonly dtype: DType;
  readonly shape: readonly number[];
  /** {@link fill} can begin at any multiple of this; Infinity: only at the first element. */
  readonly piece: number;
  private readonly seenThrough: Seen | undefined;
  private readonly formula: (out: AnyData, from: number) => void;
  /**
   * The same as one call of WebAssembly, which another thread may do: so many elements from a place on, to an address; undefined
   * where there is none.
   */
  readonly call: FillCallOf | undefined;

  /** @param formula fills memory with the elements from a place on, a multiple of `piece` */
  constructor(
    dtype: DType,
    shape: readonly number[],
    formula: (out: AnyData, from: number) => void,
    piece = Number.POSITIVE_INFINITY,
    seenThrough?: Seen,
    call?: FillCallOf,
  ) {
    this.call = call;
    this.seenThrough = seenThrough;
    this.dtype = dtype;
    this.shape = shape;
    this.formula = formula;
    this.piece = piece;
  }

  /** Whether filling takes less than keeping: those that can begin anywhere are loops of a few instructions. */
  get isCheap(): boolean {
    return this.seenThrough?.isCheap ?? Number.isFinite(this.piece);
  }

  /** Fills memory with elements, row-major, from a place on. */
  fill(out: AnyData, from = 0): void {
    this.formula(out, from);
  }

  /** The same elements through a change of view, such as other axes; still not written. */
  seen(shape: readonly number[], change: (chunk: Chunk) => Chunk): Generated {
    const { seenThrough } = this;
    return new Generated(this.dtype, shape, this.formula, Number.POSITIVE_INFINITY, {
      shape: seenThrough?.shape ?? this.shape,
      isCheap: this.isCheap,
      view: (chunk) => change(seenThrough === undefined ? chunk : seenThrough.view(chunk)),
    });
  }

  /** The elements in memory that `memory` gives for so many. */
  into(memory: (dtype: DType, size: number) => AnyData): Chunk {
    const shape = this.seenThrough?.shape ?? this.shape;
    const data = memory(this.dtype, sizeOf(shape));
    this.fill(data);
    const chunk = new Chunk(data, this.dtype, shape);
    return this.seenThrough === undefined ? chunk : this.seenThrough.view(chunk);
  }
}

/** Lends memory to generated blocks while `use` runs, which must not keep the chunks. */
export function withLent<T>(inputs: readonly (Chunk | Generated)[], use: (chunks: readonly Chunk[]) => T): T {
  return withArena(() =>
    use(
      inputs.map((one) => {
        return one instanceof Generated ? one.into(lendOrAllocate) : one;
      }),
    ),
  );
}
