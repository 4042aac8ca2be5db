import { compute } from "../core/compute.ts";
import { arrayOf, type ShoalArray } from "./array.ts";
import type { ArrayLike } from "./array-like.ts";
import { fullLike, zerosLike } from "./creation.ts";
import { dtypeInfo } from "./dtype.ts";
import { formatChunk } from "./format.ts";
import { broadcastTo, isclose, where } from "./functions.ts";
import type { Indexer } from "./get.ts";
import { contiguous } from "./kernels/pending.ts";
import { known } from "./known.ts";
import { type NDArray, type NestedValues, sourceOfNDArray } from "./ndarray.ts";
import type { ScalarLike } from "./scalar.ts";
import { isnan } from "./ufuncs.ts";

/** Options of reductions of masked arrays. */
export interface MaskedReduceOptions {
  readonly axis?: number | readonly number[];
  readonly keepdims?: boolean;
}

type Binary = "add" | "sub" | "mul" | "div" | "floordiv" | "mod" | "pow" | "lt" | "le" | "gt" | "ge" | "eq" | "ne";

const COMPARISONS: ReadonlySet<Binary> = new Set<Binary>(["lt", "le", "gt", "ge", "eq", "ne"]);

/**
 * A lazy array some of whose elements do not count: data, and a mask that is true where they do not. Work on it is work on
 * both, in the same blocks.
 * @see https://docs.dask.org/en/stable/array-api.html#masked-arrays
 * @example
 * await da.ma.maskedLess(da.fromArray([-1, 4, 6]), 0).mean().compute(); // 5
 */
export class MaskedArray {
  readonly data: ShoalArray;
  readonly mask: ShoalArray;
  /** What {@link filled} puts in place of masked elements. */
  readonly fillValue: ScalarLike;

  constructor(data: ShoalArray, mask: ShoalArray, fillValue: ScalarLike = defaultFill(data)) {
    if (mask.dtype !== "bool") throw new TypeError(`A mask holds booleans, not ${mask.dtype}`);
    this.data = data;
    this.mask = broadcastTo(mask, data.shape, { chunks: data.chunks as number[][] });
    this.fillValue = fillValue;
  }

  get shape(): readonly number[] {
    return this.data.shape;
  }

  get dtype(): string {
    return this.data.dtype;
  }

  /** The data with a value in place of masked elements. */
  filled(value: ScalarLike = this.fillValue): ShoalArray {
    return where(this.mask, fullLike(this.data, value), this.data);
  }

  /** An element-wise operation: masked where either side is. A fill value that was given stays, but for comparisons. */
  apply(name: Binary, other: ArrayLike | MaskedArray): MaskedArray {
    const right = other instanceof MaskedArray ? other.data : other;
    const apply = this.data[name] as (other: ArrayLike) => ShoalArray;
    const data = apply.call(this.data, right as ArrayLike);
    const mask = other instanceof MaskedArray ? this.mask.or(other.mask) : this.mask;
    return new MaskedArray(data, mask as ShoalArray, COMPARISONS.has(name) ? undefined : this.givenFill());
  }

  /** The elements in another dtype. */
  astype(dtype: Parameters<ShoalArray["astype"]>[0]): MaskedArray {
    return new MaskedArray(this.data.astype(dtype), this.mask, this.givenFill());
  }

  /** The fill value, if it is not the usual one of the dtype. */
  private givenFill(): ScalarLike | undefined {
    return Object.is(this.fillValue, defaultFill(this.data)) ? undefined : this.fillValue;
  }

  add(other: ArrayLike | MaskedArray): MaskedArray {
    return this.apply("add", other);
  }

  sub(other: ArrayLike | MaskedArray): MaskedArray {
    return this.apply("sub", other);
  }

  mul(other: ArrayLike | MaskedArray): MaskedArray {
    return this.apply("mul", other);
  }

  /** Quotients; masked too where the divisor is 0. */
  div(other: ArrayLike | MaskedArray): MaskedArray {
    const made = this.apply("div", other);
    const zero = arrayOf(other instanceof MaskedArray ? other.data : other).eq(0);
    return new MaskedArray(made.data, made.mask.or(zero) as ShoalArray, made.fillValue);
  }

  /** Indexing, as of arrays. */
  get(...indexers: Indexer[]): MaskedArray {
    return new MaskedArray(this.data.get(...indexers), this.mask.get(...indexers), this.fillValue);
  }

  /** How many elements count. */
  count(options: MaskedReduceOptions = {}): ShoalArray {
    return this.mask.not().sum(options);
  }

  sum(options: MaskedReduceOptions = {}): MaskedArray {
    return this.reduced(this.filled(0).sum(options), options);
  }

  prod(options: MaskedReduceOptions = {}): MaskedArray {
    return this.reduced(this.filled(1).prod(options), options);
  }

  mean(options: MaskedReduceOptions = {}): MaskedArray {
    return this.reduced(this.filled(0).sum(options).div(this.count(options)), options);
  }

  var(options: MaskedReduceOptions & { readonly ddof?: number } = {}): MaskedArray {
    const { ddof = 0, ...plain } = options;
    const left = this.count(plain).sub(ddof);
    const centred = this.data.sub(this.mean({ ...plain, keepdims: true }).data).square();
    const total = where(this.mask, zerosLike(centred), centred).sum(plain);
    // Too few elements have no variance: NumPy masks those, and does not divide by what is left of their count.
    return new MaskedArray(total.div(left), left.le(0));
  }

  std(options: MaskedReduceOptions & { readonly ddof?: number } = {}): MaskedArray {
    const { data, mask } = this.var(options);
    return new MaskedArray(data.sqrt(), mask);
  }

  min(options: MaskedReduceOptions = {}): MaskedArray {
    return this.reduced(this.filled(extremeOf(this.data, 1)).min(options), options);
  }

  max(options: MaskedReduceOptions = {}): MaskedArray {
    return this.reduced(this.filled(extremeOf(this.data, -1)).max(options), options);
  }

  /** Data and mask as eager arrays. */
  async compute(): Promise<MaskedValues> {
    const [data, mask] = (await compute(this.data, this.mask)) as [NDArray, NDArray];
    return {
      data,
      mask,
      toArray: () => withGaps(data.toArray(), mask.toArray()),
      toString: () => maskedText(data, mask),
    };
  }

  toString(): string {
    return `Masked ${String(this.data)}`;
  }

  private reduced(data: ShoalArray, options: MaskedReduceOptions): MaskedArray {
    return new MaskedArray(data, this.count(options).eq(0));
  }
}

/** What computing a {@link MaskedArray} gives. */
export interface MaskedValues {
  readonly data: NDArray;
  readonly mask: NDArray;
  /** Elements as nested lists, null where they are masked. */
  toArray(): NestedValues;
  /** As NumPy prints it, "--" where elements are masked. */
  toString(): string;
}

function maskedText(data: NDArray, mask: NDArray): string {
  const [own, gaps] = [contiguous(sourceOfNDArray(data)), contiguous(sourceOfNDArray(mask))];
  return formatChunk(own, (at) => (gaps.data as Uint8Array)[at - own.offset + gaps.offset] === 1);
}

function withGaps(values: NestedValues, mask: NestedValues): NestedValues {
  if (Array.isArray(values))
    return values.map((one, at) => withGaps(one, (mask as NestedValues[])[at] as NestedValues));
  return mask === true ? null : values;
}

function defaultFill(array: ShoalArray): ScalarLike {
  const { kind } = dtypeInfo(array.dtype);
  if (kind === "b") return true;
  return kind === "i" || kind === "u" ? (array.itemsize === 1 ? 63 : 999_999 % 2 ** (8 * array.itemsize - 1)) : 1e20;
}

/** A value that no minimum (sign 1) or maximum (sign -1) chooses while another is there. */
function extremeOf(array: ShoalArray, sign: 1 | -1): ScalarLike {
  const { kind, itemsize } = dtypeInfo(array.dtype);
  if (kind === "f") return sign * Infinity;
  if (kind === "b") return sign === 1;
  const bits = BigInt(8 * itemsize);
  if (kind === "u") return sign === 1 ? 2n ** bits - 1n : 0;
  return sign === 1 ? 2n ** (bits - 1n) - 1n : -(2n ** (bits - 1n));
}

/** Data with a mask: true where elements do not count. */
export const maskedArray = (
  data: ArrayLike,
  options: { readonly mask?: ArrayLike; readonly fillValue?: ScalarLike } = {},
): MaskedArray => {
  known(options, "maskedArray", "mask", "fillValue");
  const array = arrayOf(data);
  return new MaskedArray(array, arrayOf(options.mask ?? false), options.fillValue);
};

/** An array masked where a condition holds. */
export const maskedWhere = (condition: ArrayLike, x: ArrayLike): MaskedArray =>
  new MaskedArray(arrayOf(x), arrayOf(condition));

const comparing =
  (name: "eq" | "ne" | "lt" | "le" | "gt" | "ge") =>
  (x: ArrayLike, value: ScalarLike): MaskedArray => {
    const array = arrayOf(x);
    return new MaskedArray(array, array[name](value) as ShoalArray);
  };

const areEqual = comparing("eq");
/** Masked where elements equal a value, which is the fill value then. */
export const maskedEqual = (x: ArrayLike, value: ScalarLike): MaskedArray => {
  const { data, mask } = areEqual(x, value);
  return new MaskedArray(data, mask, value);
};
/** Masked where elements differ from a value. */
export const maskedNotEqual = comparing("ne");
/** Masked where elements are below a value. */
export const maskedLess = comparing("lt");
/** Masked where elements are not above a value. */
export const maskedLessEqual = comparing("le");
/** Masked where elements are above a value. */
export const maskedGreater = comparing("gt");
/** Masked where elements are not below a value. */
export const maskedGreaterEqual = comparing("ge");

/** Masked where elements lie between two values, both included. */
export function maskedInside(x: ArrayLike, low: number, high: number): MaskedArray {
  const array = arrayOf(x);
  const [a, b] = [Math.min(low, high), Math.max(low, high)];
  return new MaskedArray(array, array.ge(a).and(array.le(b)) as ShoalArray);
}

/** Masked where elements lie outside two values. */
export function maskedOutside(x: ArrayLike, low: number, high: number): MaskedArray {
  const { data, mask } = maskedInside(x, low, high);
  return new MaskedArray(data, mask.not());
}

/** Masked where elements are about a value, which is the fill value then. */
export const maskedValues = (
  x: ArrayLike,
  value: number,
  options: { readonly rtol?: number; readonly atol?: number } = {},
): MaskedArray => new MaskedArray(arrayOf(x), isclose(x, value, options), value);

/** Masked where elements are NaN or infinite. */
export function maskedInvalid(x: ArrayLike): MaskedArray {
  const array = arrayOf(x);
  return new MaskedArray(array, array.sub(array).ne(0).or(isnan(array)) as ShoalArray);
}

/** As {@link maskedInvalid}, with a value in the data in place of what is masked: the fill value, unless another is given. */
export function fixInvalid(x: ArrayLike, options: { readonly fillValue?: ScalarLike } = {}): MaskedArray {
  known(options, "fixInvalid", "fillValue");
  const { data, mask } = maskedInvalid(x);
  const whole = new MaskedArray(data, mask);
  return new MaskedArray(whole.filled(options.fillValue), mask, whole.fillValue);
}

/** The data with a value in place of masked elements; other arrays as they are. */
export const filled = (x: ArrayLike | MaskedArray, value?: ScalarLike): ShoalArray =>
  x instanceof MaskedArray ? x.filled(value) : arrayOf(x);
/** The data alone. */
export const getdata = (x: ArrayLike | MaskedArray): ShoalArray => (x instanceof MaskedArray ? x.data : arrayOf(x));
/** The mask alone; false everywhere for other arrays. */
export const getmaskarray = (x: ArrayLike | MaskedArray): ShoalArray =>
  x instanceof MaskedArray ? x.mask : zerosLike(arrayOf(x), { dtype: "bool" });
/** The same with another fill value. */
export const setFillValue = (x: MaskedArray, value: ScalarLike): MaskedArray => new MaskedArray(x.data, x.mask, value);
/** How many elements count. */
export const count = (x: ArrayLike | MaskedArray, options: MaskedReduceOptions = {}): ShoalArray =>
  getmaskarray(x).not().sum(options);
/** Mean of what counts, weighted if weights are given. */
export function average(
  x: MaskedArray,
  options: MaskedReduceOptions & { readonly weights?: ArrayLike } = {},
): MaskedArray {
  const { weights, ...plain } = options;
  if (weights === undefined) return x.mean(plain);
  const heavy = new MaskedArray(broadcastTo(weights, x.shape), x.mask);
  return x.mul(heavy).sum(plain).div(heavy.sum(plain));
}
