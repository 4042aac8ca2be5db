import { refuseUnknownOptions } from "../../runtime/base/known-options.ts";
import { arrayOf, asArray, type ShoalArray } from "./array.ts";
import type { ArrayLike } from "./array-like.ts";
import { full, linspace } from "./creation.ts";
import { broadcastTo, concatenate } from "./functions.ts";
import { along, flip } from "./manipulate.ts";
import { oneOf } from "./one-of.ts";
import { quantileBlocks } from "./ordering.ts";
import type { ScalarLike } from "./scalar.ts";

/** What lies outside the edges of {@link pad}. */
export type PadMode =
  | "constant"
  | "edge"
  | "reflect"
  | "symmetric"
  | "wrap"
  | "linear_ramp"
  | "maximum"
  | "mean"
  | "median"
  | "minimum"
  | "empty";

const MODES: readonly PadMode[] = [
  "constant",
  "edge",
  "reflect",
  "symmetric",
  "wrap",
  "linear_ramp",
  "maximum",
  "mean",
  "median",
  "minimum",
  "empty",
];

/** Options of {@link pad}. */
export interface PadOptions {
  readonly mode?: PadMode;
  readonly constantValues?: PadValues;
  readonly endValues?: PadValues;
  /** Elements at each edge that maximum, mean, median and minimum are of; all unless told. */
  readonly statLength?: number;
  /** "odd" mirrors through the edge's value: twice the edge less the mirrored element. */
  readonly reflectType?: "even" | "odd";
}

type PadValues = ScalarLike | readonly [ScalarLike, ScalarLike] | readonly (readonly [ScalarLike, ScalarLike])[];
type PadWidth = number | readonly number[] | readonly (readonly number[])[];

/**
 * The array with a margin around it.
 * @param width elements before and after: one number, a pair for all axes, or a pair an axis
 * @see https://docs.dask.org/en/stable/generated/dask.array.pad.html
 */
export function pad(x: ArrayLike, width: PadWidth, options: PadOptions = {}): ShoalArray {
  refuseUnknownOptions(options, ["mode", "constantValues", "endValues", "statLength", "reflectType"], "pad");
  const array = arrayOf(x);
  const widths = pairs(width, array.ndim) as [number, number][];
  const bad = widths.flat().find((one) => !Number.isInteger(one) || one < 0);
  if (bad !== undefined) throw new RangeError(`A pad width must be a whole number from 0, got ${bad}`);
  const mode = oneOf("mode", options.mode ?? "constant", MODES);
  const ends = pairs((mode === "linear_ramp" ? options.endValues : options.constantValues) ?? 0, array.ndim);
  return widths.reduce((so, [before, after], axis) => {
    const [low, high] = ends[axis] as readonly [ScalarLike, ScalarLike];
    const margin = (count: number, side: "before" | "after", end: ScalarLike): ShoalArray[] =>
      count === 0
        ? []
        : marginOf(so, {
            axis,
            count,
            side,
            mode,
            end,
            statLength: options.statLength,
            isOdd: options.reflectType === "odd",
          });
    const parts = [...margin(before, "before", low), so, ...margin(after, "after", high)];
    return parts.length === 1 ? so : concatenate(parts, { axis });
  }, array);
}

function pairs<T>(given: T | readonly T[] | readonly (readonly T[])[], ndim: number): (readonly [T, T])[] {
  if (!Array.isArray(given)) return Array.from({ length: ndim }, () => [given as T, given as T] as const);
  if (Array.isArray(given[0])) {
    const list = given as readonly (readonly T[])[];
    if (list.length !== ndim && list.length !== 1)
      throw new RangeError(`Pairs are given for ${list.length} axes of ${ndim}`);
    const long = list.find((one) => one.length > 2 || one.length === 0);
    if (long !== undefined) throw new RangeError(`(${long.join(", ")}) is no pair: give what lies before and behind`);
    return Array.from({ length: ndim }, (_, at) => {
      const one = list[at] ?? (list[0] as readonly T[]);
      return [one[0] as T, (one[1] ?? one[0]) as T] as const;
    });
  }
  const one = given as readonly T[];
  if (one.length > 2 || one.length === 0)
    throw new RangeError(`(${one.join(", ")}) is no pair: give what lies before and behind`);
  return Array.from({ length: ndim }, () => [one[0] as T, (one[1] ?? one[0]) as T] as const);
}

interface Margin {
  readonly axis: number;
  readonly count: number;
  readonly side: "before" | "after";
  readonly mode: PadMode;
  readonly end: ScalarLike;
  readonly statLength: number | undefined;
  readonly isOdd: boolean;
}

function marginOf(x: ShoalArray, margin: Margin): ShoalArray[] {
  const { axis, count, side, mode, end } = margin;
  const n = x.shape[axis] as number;
  const shape = x.shape.map((size, at) => (at === axis ? count : size));
  const chunks = Object.fromEntries(x.chunks.map((one, at) => [at, at === axis ? count : one]));
  const spread = (edge: ShoalArray): ShoalArray => broadcastTo(edge, shape, { chunks });
  if (mode === "constant" || mode === "empty")
    return [
      full(shape, mode === "empty" ? 0 : end, {
        dtype: x.dtype,
        chunks: x.chunks.map((one, at) => (at === axis ? count : one)),
      }),
    ];
  if (mode === "reflect" || mode === "symmetric" || mode === "wrap")
    return margin.isOdd && mode !== "wrap" ? throughEdge(x, margin) : mirrored(x, margin);
  if (n === 0) throw new RangeError(`Axis ${axis} has no elements to pad with ${mode}`);
  const edge = along(x, axis, side === "before" ? "0:1" : "-1:");
  if (mode === "edge") return [spread(edge)];
  if (mode === "linear_ramp") {
    const steps = linspace(0, 1, count, { endpoint: false, chunks: count });
    const weights = (side === "before" ? steps : flip(steps)).reshape(
      shape.map((size, at) => (at === axis ? size : 1)),
    );
    const ramp = edge.sub(end).mul(weights).add(end);
    return [(/^u?int/.test(x.dtype) ? ramp.floor() : ramp).astype(x.dtype)];
  }
  const stat = padStatistic(mode, nearPart(x, margin), axis);
  return [
    spread(/^u?int/.test(x.dtype) && stat.dtype !== x.dtype ? stat.rint().astype(x.dtype) : stat.astype(x.dtype)),
  ];
}

type Statistic = "maximum" | "minimum" | "mean" | "median";

function padStatistic(mode: Statistic, part: ShoalArray, axis: number): ShoalArray {
  if (mode === "median") return asArray(quantileBlocks(part, 0.5, { axis, keepdims: true, prefix: "median" }));
  return part[({ maximum: "max", minimum: "min", mean: "mean" } as const)[mode]]({ axis, keepdims: true });
}

/** The elements at the edge that a statistic is of. */
function nearPart(x: ShoalArray, { axis, side, statLength }: Margin): ShoalArray {
  if (statLength === undefined || statLength >= (x.shape[axis] as number)) return x;
  if (!Number.isInteger(statLength) || statLength < 1)
    throw new RangeError(`statLength must be a whole number above 0, got ${statLength}`);
  return along(x, axis, side === "before" ? `:${statLength}` : `-${statLength}:`);
}

/** Mirrored elements, as far beyond the edge's value as they were before it. */
function throughEdge(x: ShoalArray, margin: Margin): ShoalArray[] {
  const { axis, count, side } = margin;
  if (count >= (x.shape[axis] as number))
    throw new RangeError(`An odd margin of ${count} needs more than ${x.shape[axis]} elements on axis ${axis}`);
  const edge = along(x, axis, side === "before" ? "0:1" : "-1:");
  return mirrored(x, margin).map((part) => edge.mul(2).sub(part).astype(x.dtype));
}

/** Mirrored or wrapped elements, over again where the margin is wider than the array. */
function mirrored(x: ShoalArray, { axis, count, side, mode }: Margin): ShoalArray[] {
  const n = x.shape[axis] as number;
  if (n === 0) throw new RangeError(`Axis ${axis} has no elements to pad with ${mode}`);
  const period = mode === "wrap" ? n : mode === "symmetric" ? 2 * n : Math.max(1, 2 * n - 2);
  const source = (position: number): number => {
    const at = ((position % period) + period) % period;
    return at < n ? at : mode === "symmetric" ? period - 1 - at : period - at;
  };
  const positions = Array.from({ length: count }, (_, at) => source(side === "before" ? at - count : n + at));
  const parts: ShoalArray[] = [];
  for (let from = 0; from < count; ) {
    const step = from + 1 < count ? (positions[from + 1] as number) - (positions[from] as number) : 1;
    let to = from + 1;
    while (to < count && Math.abs(step) === 1 && (positions[to] as number) - (positions[to - 1] as number) === step)
      to += 1;
    const [first, last] = [positions[from] as number, positions[to - 1] as number];
    const stop = last + (last < first ? -1 : 1);
    parts.push(along(x, axis, { start: first, stop: stop < 0 ? null : stop, step: last < first ? -1 : 1 }));
    from = to;
  }
  return parts;
}
