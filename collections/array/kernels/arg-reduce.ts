// biome-ignore-all lint/suspicious/noSelfCompare: x !== x is the NaN test that also holds for bigints and is one instruction.
import type { BlockLocation } from "../../../runtime/graph/call.ts";
import { Chunk, rowMajor, sizeOf, transposed, viewOf } from "../chunk.ts";
import { type DType, isTime, lanesOf } from "../dtype.ts";
import { NOT_A_TIME } from "../scalar.ts";
import { keptShape } from "./fold-source.ts";
import { contiguous, materialize, type Source } from "./pending.ts";

/** argmin or argmax as data. */
export interface ArgReduction {
  readonly name: "argmin" | "argmax";
  readonly axes: readonly number[];
  readonly keepdims: boolean;
  readonly skipNan: boolean;
  /** Of the whole array: positions over several axes count in it. */
  readonly shape: readonly number[];
}

/** The winner of each place: its value and its position in the whole (-1 where there was no element). */
export interface ArgPartial {
  readonly values: Chunk;
  readonly positions: Chunk;
}

/** Winners of one block. */
export function argChunk(reduction: ArgReduction, location: BlockLocation, source: Source): ArgPartial {
  const { axes } = reduction;
  const chunk = materialize(source);
  const others = chunk.shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  const rows = contiguous(transposed(chunk, [...others, ...axes]));
  const count = sizeOf(axes.map((axis) => chunk.shape[axis] as number));
  const kept = keptShape(chunk.shape, axes);
  const size = sizeOf(kept);
  const winners = new Float64Array(size);
  const picks = new Float64Array(size);
  for (let row = 0; row < size; row++) {
    const at = winnerOf(rows, row * count, count, reduction);
    picks[row] = at < 0 ? 0 : row * count + at;
    winners[row] = at < 0 ? -1 : globalPosition(at, axes, chunk.shape, location.start, reduction.shape);
  }
  return { values: picked(rows, picks, kept), positions: new Chunk(winners, "float64", kept) };
}

/** Elements of a row-major chunk by number. */
function picked(rows: Chunk, at: Float64Array, shape: readonly number[]): Chunk {
  const lanes = lanesOf(rows.dtype);
  const data = rows.data.slice(0, 0);
  const to = new (data.constructor as Float64ArrayConstructor)(at.length * lanes);
  const from = rows.data as Float64Array;
  if (from.length > 0)
    at.forEach((one, i) => {
      for (let lane = 0; lane < lanes; lane++)
        to[i * lanes + lane] = from[(rows.offset + one) * lanes + lane] as number;
    });
  return new Chunk(to, rows.dtype, shape);
}

function winnerOf(rows: Chunk, from: number, count: number, { name, skipNan }: ArgReduction): number {
  const data = rows.data as Float64Array;
  const isComplex = lanesOf(rows.dtype) === 2;
  const none = noneOf(rows.dtype);
  const sign = name === "argmin" ? 1 : -1;
  const start = rows.offset + from;
  let best = -1;
  for (let i = 0; i < count; i++) {
    const one = isComplex ? 2 * (start + i) : start + i;
    const x = data[one] as number;
    if (x !== x || x === none || (isComplex && Number.isNaN(data[one + 1]))) {
      if (!skipNan) return i;
      continue;
    }
    if (best < 0) best = i;
    else {
      const other = isComplex ? 2 * (start + best) : start + best;
      const y = data[other] as number;
      const isTie = x === y && isComplex;
      const [a, b] = isTie ? [data[one + 1] as number, data[other + 1] as number] : [x, y];
      if (sign > 0 ? a < b : a > b) best = i;
    }
  }
  return best;
}

/** What is as NaN among times; among others nothing. */
const noneOf = (dtype: DType): number | undefined => (isTime(dtype) ? (NOT_A_TIME as unknown as number) : undefined);

function globalPosition(
  at: number,
  axes: readonly number[],
  shape: readonly number[],
  start: readonly number[],
  whole: readonly number[],
): number {
  const steps = rowMajor(axes.map((axis) => shape[axis] as number));
  const wholeSteps = rowMajor(axes.map((axis) => whole[axis] as number));
  let left = at;
  let position = 0;
  axes.forEach((axis, k) => {
    const index = Math.floor(left / (steps[k] as number));
    left -= index * (steps[k] as number);
    position += (index + (start[axis] as number)) * (wholeSteps[k] as number);
  });
  return position;
}

/** The better of several winners at each place; the earlier position of equals. */
export function argCombine(reduction: ArgReduction, partials: readonly ArgPartial[]): ArgPartial {
  return partials.reduce((so, one) => better(reduction, so, one));
}

function better({ name }: ArgReduction, a: ArgPartial, b: ArgPartial): ArgPartial {
  const size = sizeOf(a.values.shape);
  const lanes = lanesOf(a.values.dtype);
  const none = noneOf(a.values.dtype);
  const values = a.values.data.slice() as Float64Array;
  const positions = a.positions.data.slice() as Float64Array;
  const others = b.values.data as Float64Array;
  for (let i = 0; i < size; i++) {
    const mine = positions[i] as number;
    const theirs = (b.positions.data as Float64Array)[i] as number;
    if (theirs < 0 || (mine >= 0 && !wins({ name, lanes, none }, others, values, i, theirs < mine))) continue;
    positions[i] = theirs;
    for (let lane = 0; lane < lanes; lane++) values[i * lanes + lane] = others[i * lanes + lane] as number;
  }
  return {
    values: new Chunk(values, a.values.dtype, a.values.shape),
    positions: new Chunk(positions, "float64", a.values.shape),
  };
}

function wins(
  { name, lanes, none }: { readonly name: string; readonly lanes: number; readonly none: number | undefined },
  theirs: Float64Array,
  mine: Float64Array,
  at: number,
  isEarlier: boolean,
): boolean {
  const isNan = (cells: Float64Array): boolean =>
    (none !== undefined && cells[at] === none) ||
    Number.isNaN(cells[at * lanes]) ||
    Number.isNaN(cells[(at + 1) * lanes - 1]);
  if (isNan(theirs) || isNan(mine)) return isNan(theirs) && (!isNan(mine) || isEarlier);
  const x = theirs[at * lanes] as number;
  const y = mine[at * lanes] as number;
  if (x !== y) return name === "argmin" ? x < y : x > y;
  if (lanes === 2) {
    const [u, v] = [theirs[at * lanes + 1] as number, mine[at * lanes + 1] as number];
    if (u !== v) return name === "argmin" ? u < v : u > v;
  }
  return isEarlier;
}

/** Positions as int64. */
export function argFinish(reduction: ArgReduction, partials: readonly ArgPartial[]): Chunk {
  const { positions } = argCombine(reduction, partials);
  const data = positions.data as Float64Array;
  if (data.some((at) => at < 0)) throw new RangeError(`${reduction.name} found nothing but NaN in a slice`);
  const whole = new Chunk(BigInt64Array.from(data, BigInt), "int64", positions.shape);
  if (reduction.keepdims) return whole;
  const kept = positions.shape.map((_, axis) => axis).filter((axis) => !reduction.axes.includes(axis));
  const shape = kept.map((axis) => positions.shape[axis] as number);
  return viewOf(whole, shape, rowMajor(shape));
}
