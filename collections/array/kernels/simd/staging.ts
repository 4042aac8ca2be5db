import type { AnyData, DType } from "../../dtype.ts";
import { specialised } from "../specialise.ts";
import { isInArena, lend } from "./arena.ts";

type Size = readonly [rows: number, columns: number];
/** Data, offset, and steps to the next row and element; the output's first. */
type Operands = readonly (AnyData | number)[];

/** Rows with gaps of less than this part of them are copied with the gaps, as one run. */
const GAP_MAX = 0.25;

/** A run of memory in the arena that operands of one tile share. */
interface Run {
  readonly data: AnyData;
  readonly across: number;
  low: number;
  high: number;
  /** Elements its operands would take if each were copied for itself. */
  wanted: number;
  tile?: AnyData | undefined;
}

/**
 * The operands of a tile, those that lie elsewhere copied into the arena; undefined if it has no room. Operands that are
 * shifts of each other in one memory share a copy.
 */
export function staged(size: Size, operands: Operands, dtypes: readonly DType[]): (AnyData | number)[] | undefined {
  const runs: Run[] = [];
  const result: (AnyData | number)[] = [];
  const runOf = operands.map((_, k) => (k % 4 === 0 && k > 0 ? findRun(runs, operands, k, size) : undefined));
  for (let k = 0; k < operands.length; k += 4) {
    const [data, at, across, along] = operands.slice(k, k + 4) as [AnyData, number, number, number];
    const dtype = dtypes[k / 4] as DType;
    if (isInArena(data)) {
      result.push(data, at, across, along);
      continue;
    }
    const run = runOf[k];
    if (run !== undefined && run.high - run.low <= run.wanted * (1 + GAP_MAX)) {
      run.tile ??= copiedRun(run, dtype);
      if (run.tile === undefined) return undefined;
      result.push(run.tile, at - run.low, across, 1);
      continue;
    }
    const isFixed = k > 0 && along === 0;
    const width = isFixed ? 1 : size[1];
    const tile = lend(dtype, size[0] * width);
    if (tile === undefined) return undefined;
    if (k > 0) copyIn(tile, data, at, [size[0], width], [across, along]);
    result.push(tile, 0, width, isFixed ? 0 : 1);
  }
  return result;
}

/** The run that an operand's rows lie in, widened to hold them; undefined if its elements are not next to each other. */
function findRun(runs: Run[], operands: Operands, k: number, [n0, n1]: Size): Run | undefined {
  const [data, at, across, along] = operands.slice(k, k + 4) as [AnyData, number, number, number];
  if (along !== 1 || across < 0 || isInArena(data)) return undefined;
  const high = at + (n0 - 1) * across + n1;
  let run = runs.find((one) => one.data === data && one.across === across);
  if (run === undefined) runs.push((run = { data, across, low: at, high, wanted: 0 }));
  run.low = Math.min(run.low, at);
  run.high = Math.max(run.high, high);
  run.wanted += n0 * n1;
  return run;
}

function copiedRun({ data, low, high }: Run, dtype: DType): AnyData | undefined {
  const tile = lend(dtype, high - low);
  (tile as Float64Array | undefined)?.set((data as Float64Array).subarray(low, high));
  return tile;
}

function copyIn(
  tile: AnyData,
  data: AnyData,
  at: number,
  [n0, n1]: Size,
  [across, along]: readonly [number, number],
): void {
  const to = tile as Float64Array;
  const from = data as Float64Array;
  if (along === 1 && n1 >= 128) {
    for (let i = 0; i < n0; i++) to.set(from.subarray(at + i * across, at + i * across + n1), i * n1);
    return;
  }
  specialised(copyStrided, "stage", data.constructor.name)(to, from, at, n0, n1, across, along);
}

function copyStrided(
  to: Float64Array,
  from: Float64Array,
  at: number,
  n0: number,
  n1: number,
  across: number,
  along: number,
): void {
  let q = 0;
  for (let i = 0; i < n0; i++) {
    let p = at + i * across;
    for (let j = 0; j < n1; j++) {
      to[q] = from[p] as number;
      q += 1;
      p += along;
    }
  }
}

/** Copies a tile of rows without gaps to where it belongs. */
export function copyOut(to: Float64Array, at: number, across: number, tile: Float64Array, [n0, n1]: Size): void {
  if (across === n1) to.set(tile, at);
  else for (let i = 0; i < n0; i++) to.set(tile.subarray(i * n1, (i + 1) * n1), at + i * across);
}
