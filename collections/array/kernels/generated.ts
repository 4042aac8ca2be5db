import { Chunk, emptyChunk, sizeOf } from "../chunk.ts";
import { type AnyData, allocate, type DType, lanesOf } from "../dtype.ts";

/**
 * A block that a formula gives, not written yet: ranges and random numbers. What folds it lends it memory that is used
 * again for the next block; only where it becomes a chunk does it get memory of its own. Filling it twice gives the same.
 */
export class Generated {
  readonly dtype: DType;
  readonly shape: readonly number[];
  /** Whether {@link fill} can begin anywhere. */
  readonly isDivisible: boolean;
  private readonly formula: (out: AnyData, from: number) => void;

  /** @param formula fills memory with the elements from a place on; one without a place begins at the first */
  constructor(dtype: DType, shape: readonly number[], formula: (out: AnyData, from: number) => void) {
    this.dtype = dtype;
    this.shape = shape;
    this.formula = formula;
    this.isDivisible = formula.length === 2;
  }

  /** Fills memory with elements, row-major, from a place on. */
  fill(out: AnyData, from = 0): void {
    this.formula(out, from);
  }

  /** The elements in memory of their own. */
  written(): Chunk {
    const chunk = emptyChunk(this.dtype, this.shape);
    this.fill(chunk.data as AnyData);
    return chunk;
  }
}

const BUFFERS_KEPT = 4;
const pool = new Map<DType, AnyData[]>();

/** Lends memory to generated blocks while `use` runs, which must not keep the chunks. */
export function withLent<T>(inputs: readonly (Chunk | Generated)[], use: (chunks: readonly Chunk[]) => T): T {
  const lent: { readonly dtype: DType; readonly data: AnyData }[] = [];
  const chunks = inputs.map((one) => {
    if (!(one instanceof Generated)) return one;
    const length = sizeOf(one.shape) * lanesOf(one.dtype);
    const data = borrow(one.dtype, length);
    lent.push({ dtype: one.dtype, data });
    const part = data.subarray(0, length) as AnyData;
    one.fill(part);
    return new Chunk(part, one.dtype, one.shape);
  });
  try {
    return use(chunks);
  } finally {
    for (const { dtype, data } of lent) giveBack(dtype, data);
  }
}

function borrow(dtype: DType, length: number): AnyData {
  const free = pool.get(dtype) ?? [];
  const at = free.findIndex((one) => one.length >= length);
  return at < 0 ? allocate(dtype, Math.ceil(length / lanesOf(dtype))) : (free.splice(at, 1)[0] as AnyData);
}

function giveBack(dtype: DType, data: AnyData): void {
  const free = pool.get(dtype) ?? [];
  if (free.length >= BUFFERS_KEPT) free.shift();
  pool.set(dtype, [...free, data]);
}
