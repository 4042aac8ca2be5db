import { refuseUnknownOptions } from "../../runtime/base/known-options.ts";
import type { AxisRuns } from "../../runtime/graph/call.ts";
import { kernel } from "../../runtime/wire/function-spec.ts";
import { arrayOf, asArray, type ShoalArray } from "./array.ts";
import type { ArrayLike } from "./array-like.ts";
import { axisOf, type Blocks } from "./blocks.ts";
import { axisBlocks, axisSize, type ChunkSpec } from "./chunk-spec.ts";
import { arange } from "./creation.ts";
import { type Fourier, fourierBlock, fourierLength } from "./kernels/fourier.ts";
import { known } from "./known.ts";
import { roll } from "./manipulate.ts";
import { oneOf } from "./one-of.ts";
import { eachBlock } from "./ordering.ts";
import { float } from "./scalar.ts";

const FOURIER = kernel("shoal:collections/array/kernels/fourier", "fourierBlock", fourierBlock);

/** Options of one-dimensional transforms. */
export interface FourierOptions {
  /** Elements used along the axis: cut, or filled up with zeros. */
  readonly n?: number;
  /** The axis, which must be one chunk; the last if left out. */
  readonly axis?: number;
  readonly norm?: FourierNorm;
}

/** Which direction is divided: the inverse by n ("backward", the default), both by its root ("ortho"), or the other ("forward"). */
export type FourierNorm = "backward" | "ortho" | "forward";

/** Options of transforms over several axes. */
export interface FourierManyOptions {
  /** Elements used along each axis. */
  readonly s?: readonly number[];
  readonly axes?: readonly number[];
  readonly norm?: FourierNorm;
}

function transformed(kind: Fourier["kind"], x: ArrayLike, options: FourierOptions = {}): ShoalArray {
  refuseUnknownOptions(options, ["n", "axis", "norm"], `fft.${kind}`);
  const norm = oneOf("norm", options.norm ?? "backward", ["backward", "ortho", "forward"]);
  const array: Blocks = arrayOf(x);
  const axis = axisOf(options.axis ?? -1, array.axes.length);
  const runs = array.axes[axis] as AxisRuns;
  if ((kind === "rfft" || kind === "ihfft") && array.dtype.startsWith("complex"))
    throw new TypeError(`${kind} is of real signals, not of ${array.dtype}; take real() first, or use fft`);
  if (axisBlocks(runs) > 1)
    throw new RangeError(
      `${kind} needs axis ${axis} in one chunk, it has ${axisBlocks(runs)}; rechunk({ ${axis}: -1 }) first`,
    );
  const isHalf = kind === "irfft" || kind === "hfft";
  const n = options.n ?? (isHalf ? 2 * (axisSize(runs) - 1) : axisSize(runs));
  if (!Number.isInteger(n) || n < 1) throw new RangeError(`${kind} of ${n} elements; at least 1 is needed`);
  const plan: Fourier = { kind, axis, n };
  const axes = array.axes.map((own, k): AxisRuns => (k === axis ? [[fourierLength(plan), 1]] : own));
  const made = asArray(eachBlock(kind, FOURIER, plan, array, { axes, dtype: isHalf ? "float64" : "complex128" }));
  if (norm === "backward") return made;
  const isForward = kind === "fft" || kind === "rfft" || kind === "hfft";
  const scale = norm === "ortho" ? Math.sqrt(n) : n;
  return isForward ? made.div(float(scale)) : made.mul(float(scale));
}

/** Discrete Fourier transform. @see https://docs.dask.org/en/stable/generated/dask.array.fft.fft.html */
export const fft = (x: ArrayLike, options?: FourierOptions): ShoalArray => transformed("fft", x, options);
/** Inverse of {@link fft}. */
export const ifft = (x: ArrayLike, options?: FourierOptions): ShoalArray => transformed("ifft", x, options);
/** The half of {@link fft} that says all of a real signal. */
export const rfft = (x: ArrayLike, options?: FourierOptions): ShoalArray => transformed("rfft", x, options);
/** Inverse of {@link rfft}; `n` is the length of the signal. */
export const irfft = (x: ArrayLike, options?: FourierOptions): ShoalArray => transformed("irfft", x, options);
/** Transform of a signal whose other half mirrors it; real. */
export const hfft = (x: ArrayLike, options?: FourierOptions): ShoalArray => transformed("hfft", x, options);
/** Inverse of {@link hfft}. */
export const ihfft = (x: ArrayLike, options?: FourierOptions): ShoalArray => transformed("ihfft", x, options);

/** One transform after another along `axes`, of as many elements as the options say for each. */
function overAxes(
  kind: "fft" | "ifft",
  x: ArrayLike,
  axes: readonly number[],
  options: FourierManyOptions,
): ShoalArray {
  return axes.reduce<ShoalArray>((so, axis, at) => transformed(kind, so, oneAxis(options, axis, at)), arrayOf(x));
}

const oneAxis = ({ s, norm }: FourierManyOptions, axis: number, at: number): FourierOptions => ({
  axis,
  ...(s === undefined ? {} : { n: s[at] as number }),
  ...(norm === undefined ? {} : { norm }),
});

const allAxes = (x: ArrayLike, options: FourierManyOptions): readonly number[] => {
  refuseUnknownOptions(options, ["s", "axes", "norm"], "A transform over several axes");
  const { s, axes } = options;
  const { ndim } = arrayOf(x);
  return axes ?? Array.from({ length: s?.length ?? ndim }, (_, at) => ndim - (s?.length ?? ndim) + at);
};

/** Transform over several axes, all if none are named. */
export const fftn = (x: ArrayLike, options: FourierManyOptions = {}): ShoalArray =>
  overAxes("fft", x, allAxes(x, options), options);
/** Inverse of {@link fftn}. */
export const ifftn = (x: ArrayLike, options: FourierManyOptions = {}): ShoalArray =>
  overAxes("ifft", x, allAxes(x, options), options);
/** Transform over the last two axes. */
export const fft2 = (x: ArrayLike, options: FourierManyOptions = {}): ShoalArray =>
  fftn(x, { axes: [-2, -1], ...options });
/** Inverse of {@link fft2}. */
export const ifft2 = (x: ArrayLike, options: FourierManyOptions = {}): ShoalArray =>
  ifftn(x, { axes: [-2, -1], ...options });

/** Transform of a real signal over several axes; the last of them is halved. */
export function rfftn(x: ArrayLike, options: FourierManyOptions = {}): ShoalArray {
  const axes = allAxes(x, options);
  const last = axes[axes.length - 1] as number;
  const half = rfft(x, oneAxis(options, last, axes.length - 1));
  return overAxes("fft", half, axes.slice(0, -1), options);
}

/** Inverse of {@link rfftn}. */
export function irfftn(x: ArrayLike, options: FourierManyOptions = {}): ShoalArray {
  const axes = allAxes(x, options);
  const last = axes[axes.length - 1] as number;
  return irfft(overAxes("ifft", x, axes.slice(0, -1), options), oneAxis(options, last, axes.length - 1));
}

/** {@link rfftn} over the last two axes. */
export const rfft2 = (x: ArrayLike, options: FourierManyOptions = {}): ShoalArray =>
  rfftn(x, { axes: [-2, -1], ...options });
/** Inverse of {@link rfft2}. */
export const irfft2 = (x: ArrayLike, options: FourierManyOptions = {}): ShoalArray =>
  irfftn(x, { axes: [-2, -1], ...options });

/** Options of {@link fftfreq} and {@link rfftfreq}. */
export interface FrequencyOptions {
  /** From sample to sample; default 1. */
  readonly d?: number;
  readonly chunks?: ChunkSpec;
}

/** The spacing of samples is given by itself or among the options. */
function frequenciesOf(
  what: string,
  d: number | FrequencyOptions,
  rest: FrequencyOptions,
): Required<Pick<FrequencyOptions, "d">> & FrequencyOptions {
  const options = typeof d === "number" ? { ...rest, d } : { d: 1, ...d };
  if (typeof known(options, what, "d", "chunks").d !== "number")
    throw new TypeError(`The spacing d of ${what} is a number, not ${String(options.d)}`);
  return options;
}

/** Frequencies of {@link fft}'s elements for a spacing of samples. */
export function fftfreq(n: number, spacing: number | FrequencyOptions = 1, rest: FrequencyOptions = {}): ShoalArray {
  const { d, ...options } = frequenciesOf("fftfreq", spacing, rest);
  const at = arange(0, n, options);
  const half = Math.floor((n - 1) / 2) + 1;
  return at.sub(at.ge(half).astype("int64").mul(n)).div(float(n * d));
}

/** Frequencies of {@link rfft}'s elements for a spacing of samples. */
export function rfftfreq(n: number, spacing: number | FrequencyOptions = 1, rest: FrequencyOptions = {}): ShoalArray {
  const { d, ...options } = frequenciesOf("rfftfreq", spacing, rest);
  return arange(0, Math.floor(n / 2) + 1, options).div(float(n * d));
}

const shifted = (x: ArrayLike, axes: number | readonly number[] | undefined, sign: 1 | -1): ShoalArray => {
  const array = arrayOf(x);
  const list =
    axes === undefined ? array.shape.map((_, at) => at) : [axes].flat().map((one) => axisOf(one, array.ndim));
  const by = list.map((axis) =>
    sign === 1 ? Math.floor((array.shape[axis] as number) / 2) : -Math.floor((array.shape[axis] as number) / 2),
  );
  if (list.length === 0) return array;
  const whole = list.filter((axis) => axisBlocks(array.axes[axis] as AxisRuns) === 1);
  const moved = roll(array, by, { axis: list });
  return whole.length === 0 ? moved : moved.rechunk(Object.fromEntries(whole.map((axis) => [axis, -1])));
};

/** The element of frequency 0 moved to the middle. */
export const fftshift = (x: ArrayLike, options: { readonly axes?: number | readonly number[] } = {}): ShoalArray =>
  shifted(x, known(options, "fftshift", "axes").axes, 1);
/** Inverse of {@link fftshift}. */
export const ifftshift = (x: ArrayLike, options: { readonly axes?: number | readonly number[] } = {}): ShoalArray =>
  shifted(x, known(options, "ifftshift", "axes").axes, -1);
