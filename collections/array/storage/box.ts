import type { ByteRuns } from "../../io/filesystem.ts";

/** Which positions of one stored axis are meant: `count` of them from `start` on, every `step`-th. */
export interface AxisSpan {
  readonly start: number;
  readonly step: number;
  readonly count: number;
}

/** Where the elements of a box lie in a file that holds an array in row-major order. */
export interface BoxRuns {
  readonly runs: ByteRuns;
  /** The shape of what the runs hold; its last axis has elements between those that are meant where `lastStep` is above 1. */
  readonly shape: readonly number[];
  readonly lastStep: number;
}

/** Elements further apart than this many bytes are read one by one, nearer ones with what lies between. */
const GAP_BYTES_MAX = 4096;

/**
 * The runs of a box, in row-major order and as long as can be.
 * @param shape of the stored array
 * @param base bytes before its first element
 */
export function boxRuns(shape: readonly number[], itemsize: number, base: number, box: readonly AxisSpan[]): BoxRuns {
  const counts = box.map((span) => span.count);
  if (counts.some((n) => n === 0))
    return { runs: { offsets: new Float64Array(0), length: 0 }, shape: counts, lastStep: 1 };
  let length = itemsize;
  let axis = shape.length - 1;
  while (axis >= 0 && isWhole(box[axis] as AxisSpan, shape[axis] as number)) length *= shape[axis--] as number;
  let lastStep = 1;
  let outer = axis + 1;
  let first = base;
  const read = [...counts];
  if (axis >= 0) {
    const { start, step, count } = box[axis] as AxisSpan;
    const isLast = axis === shape.length - 1;
    if (step === 1 || (isLast && step * itemsize <= GAP_BYTES_MAX)) {
      const width = (count - 1) * step + 1;
      first += start * length;
      length *= width;
      read[axis] = width;
      lastStep = step;
      outer = axis;
    }
  }
  return {
    runs: { offsets: outerOffsets(shape, itemsize, first, box.slice(0, outer)), length },
    shape: read,
    lastStep,
  };
}

const isWhole = (span: AxisSpan, n: number): boolean => span.start === 0 && span.step === 1 && span.count === n;

function outerOffsets(
  shape: readonly number[],
  itemsize: number,
  first: number,
  outer: readonly AxisSpan[],
): Float64Array {
  let offsets = Float64Array.of(first);
  for (const [axis, { start, step, count }] of outer.entries()) {
    const width = shape.slice(axis + 1).reduce((product, n) => product * n, itemsize);
    const next = new Float64Array(offsets.length * count);
    let at = 0;
    for (const offset of offsets) for (let i = 0; i < count; i++) next[at++] = offset + (start + i * step) * width;
    offsets = next;
  }
  return offsets;
}
