import type { AxisRuns } from "../../../runtime/graph/call.ts";
import { kernel } from "../../../runtime/wire/function-spec.ts";
import { axisSize } from "../chunk-spec.ts";
import { type CumulativeOptions, cumulativeBlocks } from "../cumulative.ts";
import { dtypeInfo, parseDType } from "../dtype.ts";
import type { SumDType } from "../dtype-of.ts";
import { reinterpret } from "../kernels/reinterpret.ts";
import { known } from "../known.ts";
import { argsortBlocks, eachBlock, sortBlocks, topkBlocks } from "../ordering.ts";
import type { ReduceOptions } from "../reduction.ts";
import { flipBlocks, rollBlocks } from "../roll.ts";
import { type PointIndexer, vindexBlocks } from "../vindex.ts";
import type { ArrayKind, Of, Same } from "./kind.ts";
import { ProductMethods } from "./product-methods.ts";

type TopkOptions = { readonly axis?: number; readonly splitEvery?: ReduceOptions["splitEvery"] };
const VIEW = kernel("shoal:collections/array/kernels/reinterpret", "reinterpret", reinterpret);

/** Running totals, order along an axis, points. @see https://docs.dask.org/en/stable/array-api.html */
export abstract class BlockMethods<K extends ArrayKind> extends ProductMethods<K> {
  /** Running sums along an axis; flattened without one. */
  cumsum(options: CumulativeOptions = {}): Of<K, SumDType<K["own"]>> {
    return this.made(cumulativeBlocks(this.asBlocks(), "sum", options));
  }

  /** Running products along an axis; flattened without one. */
  cumprod(options: CumulativeOptions = {}): Of<K, SumDType<K["own"]>> {
    return this.made(cumulativeBlocks(this.asBlocks(), "prod", options));
  }

  /** The k greatest (falling) or, for k < 0, least (rising) elements along an axis. */
  topk(k: number, options: TopkOptions = {}): Same<K> {
    return this.made(topkBlocks(this.asBlocks(), k, known(options, "topk", "axis", "splitEvery")));
  }

  /** The places of {@link topk}'s elements. */
  argtopk(k: number, options: TopkOptions = {}): Of<K, "int64"> {
    return this.made(
      topkBlocks(this.asBlocks(), k, { ...known(options, "argtopk", "axis", "splitEvery"), places: true }),
    );
  }

  /** Elements in rising order along an axis, which becomes one chunk; NaN last. */
  sort(axis = -1): Same<K> {
    return this.made(sortBlocks(this.asBlocks(), axis));
  }

  /** Places in rising order along an axis, which becomes one chunk. */
  argsort(axis = -1): Of<K, "int64"> {
    return this.made(argsortBlocks(this.asBlocks(), axis));
  }

  /** Elements at points: lists of positions, which broadcast; null or ":" takes an axis whole, another slice a part of it. */
  vindex(...indexers: PointIndexer[]): Same<K> {
    return this.made(vindexBlocks(this.asBlocks(), indexers));
  }

  /** Elements reversed along axes; all if none is named. */
  flip(axis?: number | readonly number[] | null): Same<K> {
    return this.made(flipBlocks(this.asBlocks(), axis));
  }

  /** Elements moved along axes, those pushed over the end coming in at the start; flattened without an axis. */
  roll(shift: number | readonly number[], options: { readonly axis?: number | readonly number[] } = {}): Same<K> {
    return this.made(rollBlocks(this.asBlocks(), shift, known(options, "roll", "axis").axis));
  }

  /** The same bytes read as another dtype. @throws TypeError if an element would have another size and the last axis does not fit */
  view(dtype: string): Of<K> {
    const blocks = this.asBlocks();
    const to = parseDType(dtype);
    const [from, into] = [dtypeInfo(blocks.dtype).itemsize, dtypeInfo(to).itemsize];
    const last = blocks.axes[blocks.axes.length - 1];
    const axes = blocks.axes.map(
      (runs, axis): AxisRuns =>
        axis === blocks.axes.length - 1 ? runs.map(([size, count]) => [(size * from) / into, count] as const) : runs,
    );
    if (last !== undefined && !Number.isInteger((axisSize(last) * from) / into))
      throw new TypeError(`${axisSize(last)} elements of ${blocks.dtype} cannot be read as ${to}`);
    return this.made(eachBlock("view", VIEW, to, blocks, { axes, dtype: to }));
  }
}
