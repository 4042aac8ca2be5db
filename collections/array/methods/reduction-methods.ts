import type { DType } from "../dtype.ts";
import type { MeanDType, SpreadDType, SumDType } from "../dtype-of.ts";
import { applyBlocks } from "../elementwise.ts";
import type { ReductionName } from "../kernels/reduce.ts";
import { argReduceBlocks, type ReduceOptions, reduceBlocks } from "../reduction.ts";
import { FunctionMethods } from "./function-methods.ts";
import type { ArrayKind, Of, Same } from "./kind.ts";

type ArgOptions = Pick<ReduceOptions, "keepdims" | "splitEvery"> & { readonly axis?: number | null };

/** Reductions along axes, as trees over blocks. @see https://docs.dask.org/en/stable/array-api.html */
export abstract class ReductionMethods<K extends ArrayKind> extends FunctionMethods<K> {
  /** Sum; integers add up in 64 bits. */
  sum<R extends DType = SumDType<K["own"]>>(options: ReduceOptions<R> = {}): Of<K, NoInfer<R>> {
    return this.reduced("sum", options);
  }

  /** Product; integers in 64 bits. */
  prod<R extends DType = SumDType<K["own"]>>(options: ReduceOptions<R> = {}): Of<K, NoInfer<R>> {
    return this.reduced("prod", options);
  }

  /** Arithmetic mean. */
  mean<R extends DType = MeanDType<K["own"]>>(options: ReduceOptions<R> = {}): Of<K, NoInfer<R>> {
    return this.reduced("mean", options);
  }

  /** Variance; `ddof` is taken off the count. */
  var<R extends DType = SpreadDType<K["own"]>>(options: ReduceOptions<R> = {}): Of<K, NoInfer<R>> {
    return this.reduced("var", options);
  }

  /** Standard deviation; `ddof` is taken off the count. */
  std<R extends DType = SpreadDType<K["own"]>>(options: ReduceOptions<R> = {}): Of<K, NoInfer<R>> {
    return this.reduced("std", options);
  }

  /** Central moment of an order. */
  moment(order: number, options: ReduceOptions = {}): Of<K> {
    if (!Number.isInteger(order) || order < 0)
      throw new RangeError(`The order of a moment must be 0 or more, got ${order}`);
    return this.made(reduceBlocks(this.asBlocks(), "moment", { ...options, order }));
  }

  /** Least element; NaN if there is one. @throws RangeError if there is none */
  min(options: ReduceOptions = {}): Same<K> {
    return this.reduced("min", options);
  }

  /** Greatest element; NaN if there is one. @throws RangeError if there is none */
  max(options: ReduceOptions = {}): Same<K> {
    return this.reduced("max", options);
  }

  /** Greatest less least element. */
  ptp(options: ReduceOptions = {}): Of<K> {
    const blocks = this.asBlocks();
    const ends = [reduceBlocks(blocks, "max", options), reduceBlocks(blocks, "min", options)];
    return this.made(applyBlocks("subtract", ends));
  }

  /** Whether any element is true. */
  any(options: ReduceOptions = {}): Of<K, "bool"> {
    return this.reduced("any", options);
  }

  /** Whether all elements are true. */
  all(options: ReduceOptions = {}): Of<K, "bool"> {
    return this.reduced("all", options);
  }

  /** Position of the least element, the first of equals. */
  argmin(options: ArgOptions = {}): Of<K, "int64"> {
    return this.made(argReduceBlocks(this.asBlocks(), "argmin", options));
  }

  /** Position of the greatest element, the first of equals. */
  argmax(options: ArgOptions = {}): Of<K, "int64"> {
    return this.made(argReduceBlocks(this.asBlocks(), "argmax", options));
  }

  /** Sum, NaN counting as 0. */
  nansum<R extends DType = SumDType<K["own"]>>(options: ReduceOptions<R> = {}): Of<K, NoInfer<R>> {
    return this.reducedWithoutNan("sum", options);
  }

  /** Product, NaN counting as 1. */
  nanprod<R extends DType = SumDType<K["own"]>>(options: ReduceOptions<R> = {}): Of<K, NoInfer<R>> {
    return this.reducedWithoutNan("prod", options);
  }

  /** Mean of what is not NaN. */
  nanmean<R extends DType = MeanDType<K["own"]>>(options: ReduceOptions<R> = {}): Of<K, NoInfer<R>> {
    return this.reducedWithoutNan("mean", options);
  }

  /** Variance of what is not NaN. */
  nanvar<R extends DType = SpreadDType<K["own"]>>(options: ReduceOptions<R> = {}): Of<K, NoInfer<R>> {
    return this.reducedWithoutNan("var", options);
  }

  /** Standard deviation of what is not NaN. */
  nanstd<R extends DType = SpreadDType<K["own"]>>(options: ReduceOptions<R> = {}): Of<K, NoInfer<R>> {
    return this.reducedWithoutNan("std", options);
  }

  /** Least of what is not NaN. */
  nanmin(options: ReduceOptions = {}): Same<K> {
    return this.reducedWithoutNan("min", options);
  }

  /** Greatest of what is not NaN. */
  nanmax(options: ReduceOptions = {}): Same<K> {
    return this.reducedWithoutNan("max", options);
  }

  /** Position of the least of what is not NaN. */
  nanargmin(options: ArgOptions = {}): Of<K, "int64"> {
    return this.made(argReduceBlocks(this.asBlocks(), "argmin", { ...options, skipNan: true }));
  }

  /** Position of the greatest of what is not NaN. */
  nanargmax(options: ArgOptions = {}): Of<K, "int64"> {
    return this.made(argReduceBlocks(this.asBlocks(), "argmax", { ...options, skipNan: true }));
  }

  private reduced<R>(name: ReductionName, options: ReduceOptions): R {
    return this.made<R>(reduceBlocks(this.asBlocks(), name, options));
  }

  private reducedWithoutNan<R>(name: ReductionName, options: ReduceOptions): R {
    return this.made<R>(reduceBlocks(this.asBlocks(), name, { ...options, skipNan: true }));
  }
}
