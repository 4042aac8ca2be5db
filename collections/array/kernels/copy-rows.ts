import { broadcasted, type Chunk, sizeOf } from "../chunk.ts";
import { type AnyData, lanesOf } from "../dtype.ts";

/** Rows of fewer numbers are copied by a loop: a call for each would cost more. */
const ROW_MIN = 48;

/**
 * Copies elements into a view of the same shape and dtype, rows as a whole where they lie in order in both, or where one
 * element stands for a row. Says whether it could; else nothing is written.
 */
export function copyRows(target: Chunk, source: Chunk): boolean {
  const size = sizeOf(target.shape);
  if (size === 0) return true;
  const from = broadcasted(source, target.shape);
  const lanes = lanesOf(target.dtype);
  const rows = rowsOf(target, from);
  if (rows === undefined || rows.length * lanes < ROW_MIN || (rows.isRepeated && lanes > 1)) return false;
  const to = target.data as Float64Array;
  const data = from.data as Float64Array;
  const isSame = to.buffer === data.buffer;
  if (isSame && rows.axes > 0) return false;
  const write = (at: number, p: number): void => {
    if (rows.isRepeated) to.fill(data[p] as number, at, at + rows.length);
    else to.set(data.subarray(p * lanes, (p + rows.length) * lanes) as AnyData as Float64Array, at * lanes);
  };
  const walk = (axis: number, at: number, p: number): void => {
    if (axis === rows.axes) {
      write(at, p);
      return;
    }
    const n = target.shape[axis] as number;
    const [here, there] = [target.strides[axis] as number, from.strides[axis] as number];
    for (let i = 0; i < n; i++) walk(axis + 1, at + i * here, p + i * there);
  };
  walk(0, target.offset, from.offset);
  return true;
}

interface Rows {
  /** Axes that are walked; the others make up the row. */
  readonly axes: number;
  readonly length: number;
  /** The whole row is one element of the source. */
  readonly isRepeated: boolean;
}

/** The longest rows, from the last axis on, that lie in order in the target and in order or repeated in the source. */
function rowsOf(target: Chunk, from: Chunk): Rows | undefined {
  let length = 1;
  let repeats: boolean | undefined;
  let axis = target.shape.length;
  while (axis > 0) {
    const n = target.shape[axis - 1] as number;
    if (n > 1) {
      const step = from.strides[axis - 1] as number;
      const isRepeat = step === 0;
      if (target.strides[axis - 1] !== length || (!isRepeat && step !== length)) break;
      if (repeats !== undefined && repeats !== isRepeat) break;
      repeats = isRepeat;
      length *= n;
    }
    axis -= 1;
  }
  return repeats === undefined ? undefined : { axes: axis, length, isRepeated: repeats };
}
