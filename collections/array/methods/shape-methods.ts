import { type ArrayLike, operandOf } from "../array-like.ts";
import { axisOf, type Blocks, shapeOf } from "../blocks.ts";
import type { ChunkSpec } from "../chunk-spec.ts";
import { type DType, parseDType } from "../dtype.ts";
import type { RealDType } from "../dtype-of.ts";
import { castBlocks } from "../elementwise.ts";
import { getBlocks, type Indexer } from "../get.ts";
import { rechunkBlocks, rechunkTo } from "../rechunk.ts";
import { reshapeBlocks, transposeBlocks } from "../reshape.ts";
import { setBlocks } from "../set.ts";
import { reaxisBlocks } from "../slicing.ts";
import type { ArrayKind, Of, Same } from "./kind.ts";
import { ReductionMethods } from "./reduction-methods.ts";

/** Indexing, assignment, and the order and shape of axes. @see https://docs.dask.org/en/stable/array-slicing.html */
export abstract class ShapeMethods<K extends ArrayKind> extends ReductionMethods<K> {
  /**
   * Elements by position: one indexer per axis, axes left out are taken whole.
   * @throws RangeError for positions out of bounds, with axis and size
   * @example
   * x.get("::2", [0, 5, 9]); x.get(-1); x.get("…", da.newaxis); x.get(x.gt(0));
   */
  get(...indexers: Indexer[]): Same<K> {
    return this.made(getBlocks(this.asBlocks(), indexers));
  }

  /**
   * A new array in which the elements at the indexers are replaced; the value broadcasts to them.
   * @example
   * x.set(["1:3", 0], 7); x.set([x.lt(0)], 0);
   */
  set(indexers: readonly Indexer[], value: ArrayLike): Same<K> {
    return this.made(
      setBlocks(this.asBlocks(), indexers, operandOf(value) as Exclude<ReturnType<typeof operandOf>, null>),
    );
  }

  /** The elements in another dtype; floats are cut towards zero, integers wrap. */
  astype<D extends DType>(dtype: D): Of<K, D>;
  astype(dtype: string): Of<K>;
  astype(dtype: string): Of<K> {
    return this.made(castBlocks(this.asBlocks(), parseDType(dtype)));
  }

  /** Axes in another order, reversed if none is given. */
  transpose(axes?: readonly number[]): Same<K> {
    return this.made(transposeBlocks(this.asBlocks(), axes));
  }

  /** The array with its axes reversed. */
  get T(): Same<K> {
    return this.transpose();
  }

  /** Two axes exchanged. */
  swapaxes(a: number, b: number): Same<K> {
    const blocks = this.asBlocks();
    const order = blocks.axes.map((_, axis) => axis);
    const [one, two] = [axisOf(a, order.length), axisOf(b, order.length)];
    order[one] = two;
    order[two] = one;
    return this.made(transposeBlocks(blocks, order));
  }

  /** The elements in row-major order in another shape; one length may be -1. */
  reshape(shape: number | readonly number[]): Same<K> {
    return this.made(reshapeBlocks(this.asBlocks(), typeof shape === "number" ? [shape] : shape));
  }

  /** The elements in row-major order on one axis. */
  ravel(): Same<K> {
    return this.reshape([-1]);
  }

  /** As {@link ravel}. */
  flatten(): Same<K> {
    return this.reshape([-1]);
  }

  /** Axes of length one left out, all or those named. @throws RangeError if one is longer */
  squeeze(axis?: number | readonly number[]): Same<K> {
    const blocks = this.asBlocks();
    return this.made(squeezed(blocks, axis));
  }

  /** The same elements in other chunks. @throws RangeError if they do not add up to the shape */
  rechunk(chunks: ChunkSpec = "auto"): Same<K> {
    return this.made(rechunkBlocks(this.asBlocks(), chunks));
  }

  /** The real parts. */
  get real(): Of<K, RealDType<K["own"]>> {
    return this.applied("real");
  }

  /** The imaginary parts. */
  get imag(): Of<K, RealDType<K["own"]>> {
    return this.applied("imag");
  }

  /** Values below `low` or above `high` put to the limits; null leaves an end open. */
  clip(low: ArrayLike | null, high: ArrayLike | null): Of<K> {
    return this.applied("clip", low, high);
  }

  /** Rounded to decimals, half to even. */
  round(decimals = 0): Same<K> {
    if (!Number.isInteger(decimals)) throw new TypeError(`Decimals are a whole number, got ${String(decimals)}`);
    return this.applied("round", decimals);
  }
}

function squeezed(blocks: Blocks, axis: number | readonly number[] | undefined): Blocks {
  const shape = shapeOf(blocks);
  const wanted = (axis === undefined ? shape.flatMap((n, at) => (n === 1 ? [at] : [])) : [axis].flat()).map((one) =>
    axisOf(one, shape.length),
  );
  for (const one of wanted)
    if (shape[one] !== 1) throw new RangeError(`Axis ${one} has ${shape[one]} elements and cannot be squeezed out`);
  // One element may lie beside blocks without any.
  const single = rechunkTo(
    blocks,
    blocks.axes.map((runs, at) => (wanted.includes(at) ? [[1, 1]] : runs)),
  );
  return reaxisBlocks(
    single,
    shape.flatMap((_, at) => (wanted.includes(at) ? [] : [at])),
  );
}
