import { parseBytes } from "../../runtime/base/units.ts";
import { type AxisRuns, axisRuns } from "../../runtime/graph/call.ts";

/** How one axis is cut: a size, -1 for whole, null for as it is, "auto", bytes such as "64 MiB", or every size. */
export type AxisChunks = number | null | string | readonly number[];

/**
 * How an array is cut: one word for all axes, one for each, or by axis number.
 * @see https://docs.dask.org/en/stable/array-chunks.html
 */
export type ChunkSpec = AxisChunks | readonly AxisChunks[] | Readonly<Record<number, AxisChunks>>;

/** Bytes that "auto" aims at for a chunk. */
export const CHUNK_BYTES_DEFAULT = 128 * 1024 * 1024;

const total = (sizes: Iterable<number>): number => {
  let sum = 0;
  for (const size of sizes) sum += size;
  return sum;
};

/** The length of an axis. */
export const axisSize = (runs: AxisRuns): number => runs.reduce((sum, [size, count]) => sum + size * count, 0);

/** The number of chunks of an axis. */
export const axisBlocks = (runs: AxisRuns): number => runs.reduce((sum, [, count]) => sum + count, 0);

/** Every chunk size of an axis, written out. */
export const axisSizes = (runs: AxisRuns): number[] =>
  runs.flatMap(([size, count]) => new Array<number>(count).fill(size));

/** Whether sizes along an axis are unknown until it is computed. */
export const isUnknown = (runs: AxisRuns): boolean => runs.some(([size]) => Number.isNaN(size));

export const sameRuns = (a: AxisRuns, b: AxisRuns): boolean =>
  a === b ||
  (a.length === b.length && a.every(([size, count], i) => Object.is(size, b[i]?.[0]) && count === b[i]?.[1]));

/** An axis of n elements cut into chunks of a size, the last one smaller. */
export function regularRuns(n: number, size: number): AxisRuns {
  if (n === 0) return [[0, 1]];
  const width = Math.max(1, Math.min(size, n));
  const whole = Math.floor(n / width);
  const rest = n - whole * width;
  return rest === 0
    ? [[width, whole]]
    : [
        [width, whole],
        [rest, 1],
      ];
}

/**
 * Chunk sizes per axis from any way to say them.
 * @param previous the chunks so far, where null stands for them
 * @throws RangeError if sizes do not add up to the shape or there are too many axes; TypeError, SyntaxError if unreadable
 * @see https://docs.dask.org/en/stable/generated/dask.array.core.normalize_chunks.html
 */
export function chunkRuns(
  spec: ChunkSpec,
  shape: readonly number[],
  itemsize: number,
  previous?: readonly AxisRuns[],
): AxisRuns[] {
  const wanted = perAxis(spec, shape, previous);
  const limit = byteLimit(wanted);
  const runs = wanted.map((one, axis) => fixedRuns(one, shape[axis] as number, axis, previous?.[axis]));
  return fillAuto(runs, shape, itemsize, limit);
}

function perAxis(spec: ChunkSpec, shape: readonly number[], previous?: readonly AxisRuns[]): AxisChunks[] {
  const ndim = shape.length;
  if (spec === null || typeof spec === "number" || typeof spec === "string") return shape.map(() => spec);
  if (!Array.isArray(spec)) return byAxisNumber(spec as Readonly<Record<number, AxisChunks>>, ndim);
  const list = spec as readonly AxisChunks[];
  const isFlat = list.every((one) => typeof one === "number");
  if (ndim === 1 && isFlat && (list.length > 1 || list.length === 0) && total(list as number[]) === shape[0])
    return [list as readonly number[]];
  if (ndim === 1 && isFlat && list.length > 1)
    throw new RangeError(
      `Chunks (${list.join(", ")}) add up to ${total(list as number[])}, but axis 0 has ${shape[0]}`,
    );
  if (list.length !== ndim) {
    if (ndim === 0 && list.length === 0) return [];
    throw new RangeError(`Chunks are given for ${list.length} axes, but the shape (${shape.join(", ")}) has ${ndim}`);
  }
  return list.map((one, axis) => (one === null && previous === undefined ? (shape[axis] as number) : one));
}

function byAxisNumber(spec: Readonly<Record<number, AxisChunks>>, ndim: number): AxisChunks[] {
  const wanted = new Array<AxisChunks>(ndim).fill(null);
  for (const [name, one] of Object.entries(spec)) {
    const given = Number(name);
    const axis = given < 0 ? given + ndim : given;
    if (!(axis >= 0 && axis < ndim)) throw new RangeError(`Chunks name axis ${name}, but the array has ${ndim} axes`);
    wanted[axis] = one as AxisChunks;
  }
  return wanted;
}

function byteLimit(wanted: readonly AxisChunks[]): number {
  const limits = wanted.flatMap((one) => (typeof one === "string" && one !== "auto" ? [parseBytes(one)] : []));
  if (new Set(limits).size > 1) throw new RangeError(`Chunks give two byte limits, ${limits.join(" and ")}; give one`);
  return limits[0] ?? CHUNK_BYTES_DEFAULT;
}

function fixedRuns(one: AxisChunks, n: number, axis: number, previous: AxisRuns | undefined): AxisRuns | undefined {
  if (typeof one === "string") return undefined;
  if (one === null) return previous ?? regularRuns(n, n);
  if (typeof one === "number") {
    if (one === -1) return Number.isNaN(n) && previous !== undefined ? previous : regularRuns(n, n);
    if (!Number.isInteger(one) || one < 0 || (one === 0 && n > 0))
      throw new RangeError(`A chunk size of ${one} was given for axis ${axis}; use a whole number above 0, or -1`);
    return regularRuns(n, one);
  }
  const sum = total(one);
  if (sum !== n && !(Number.isNaN(sum) && Number.isNaN(n)))
    throw new RangeError(`Chunks (${one.join(", ")}) of axis ${axis} add up to ${sum}, but the axis has ${n}`);
  if (one.some((size) => size < 0))
    throw new RangeError(`Chunks (${one.join(", ")}) of axis ${axis} hold a size below 0`);
  return axisRuns(one.length === 0 ? [0] : one);
}

/** Sizes for axes left to us: as near to a cube as the bytes allow. */
function fillAuto(
  runs: readonly (AxisRuns | undefined)[],
  shape: readonly number[],
  itemsize: number,
  limit: number,
): AxisRuns[] {
  const filled = [...runs];
  const open = new Set(runs.flatMap((one, axis) => (one === undefined ? [axis] : [])));
  let room = limit / itemsize;
  for (const one of runs) if (one !== undefined) room /= Math.max(1, ...one.map(([size]) => size));
  while (open.size > 0) {
    const side = Math.max(1, Math.floor(room ** (1 / open.size) + 1e-9));
    const small = [...open].filter((axis) => (shape[axis] as number) <= side);
    for (const axis of small.length > 0 ? small : open) {
      const n = shape[axis] as number;
      if (Number.isNaN(n))
        throw new RangeError(`Axis ${axis} has an unknown size; "auto" needs it: computeChunkSizes()`);
      filled[axis] = regularRuns(n, side);
      open.delete(axis);
      room /= Math.max(1, Math.min(n, side));
    }
  }
  return filled as AxisRuns[];
}

/**
 * The coarsest chunks whose borders include those of all; all of one length. Axes in one chunk give way to the others; chunks
 * without elements stay.
 */
export function commonRuns(all: readonly AxisRuns[], axis: number): AxisRuns {
  const first = all[0] as AxisRuns;
  if (all.every((one) => sameRuns(one, first))) return first;
  if (all.some(isUnknown))
    throw new RangeError(
      `Chunks of axis ${axis} are of unknown sizes and cannot be aligned; call computeChunkSizes() first`,
    );
  const cut = all.filter((one) => axisBlocks(one) > 1);
  const [only] = cut as [AxisRuns];
  return cut.every((one) => sameRuns(one, only)) ? only : axisRuns(metSizes(cut.map(axisSizes), axisSize(only)));
}

/** Walks through all together: the smallest chunk that is open ends, and the others by as much. */
function metSizes(all: readonly number[][], length: number): number[] {
  const places = all.map(() => 0);
  const left = all.map((sizes) => sizes[0] as number);
  const sizes: number[] = [];
  for (let done = 0; done < length; ) {
    const least = Math.min(...left);
    sizes.push(least);
    done += least;
    all.forEach((own, k) => {
      left[k] = (left[k] as number) - least;
      if (left[k] === 0) left[k] = own[++(places[k] as number)] ?? 0;
    });
  }
  return sizes.length > 0 ? sizes : [0];
}
