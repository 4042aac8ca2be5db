import type { BlockLocation } from "../../../runtime/graph/call.ts";
import { broadcasted, Chunk, emptyChunk, isRowMajor, sizeOf, transposed, viewOf } from "../chunk.ts";
import { lanesOf } from "../dtype.ts";
import { Generated } from "./generated.ts";
import { Assigned, contiguous, copyOf, identityOf, materialize, Pending, pendingOf, type Source } from "./pending.ts";

/**
 * A change of view of a source: of a chunk itself, or of the inputs of what is pending, so that slices and transposes
 * end up in the fused loop. Only for element-wise views: each element of the result is one of the source.
 */
export function viewed(source: Source, shape: readonly number[], change: (chunk: Chunk) => Chunk): Source {
  if (source instanceof Generated) return source.seen(shape, change);
  if (!(source instanceof Pending)) return change(materialize(source));
  const inputs = source.inputs.map((one) =>
    one instanceof Generated ? one.seen(shape, change) : change(broadcasted(one, source.shape)),
  );
  return new Pending(source.program, inputs, shape);
}

/** Axes in another order. */
export function transpose(axes: readonly number[], source: Source): Source {
  return viewed(
    source,
    axes.map((axis) => source.shape[axis] as number),
    (chunk) => transposed(chunk, axes),
  );
}

/** What is cut of one axis of a block: all of it, one position, or from a start per output block on by a step. */
export type AxisCut =
  | null
  | { readonly kind: "at"; readonly at: number }
  | { readonly kind: "range"; readonly starts: Float64Array; readonly step: number; readonly counts: Float64Array };

interface CutPart {
  readonly start: number;
  readonly step: number;
  readonly count: number;
  readonly drop: boolean;
}

/** Basic indexing of one block: integers drop their axis. */
export function cutBlock(cuts: readonly AxisCut[], location: BlockLocation, source: Source): Source {
  let out = 0;
  const parts = cuts.map((cut, axis): CutPart => {
    const n = source.shape[axis] as number;
    if (cut === null) {
      out += 1;
      return { start: 0, step: 1, count: n, drop: false };
    }
    if (cut.kind === "at") return { start: cut.at, step: 1, count: 1, drop: true };
    const at = location.index[out++] as number;
    return { start: cut.starts[at] as number, step: cut.step, count: cut.counts[at] as number, drop: false };
  });
  if (source instanceof Assigned) {
    const inside = insideBox(parts, source);
    return inside === undefined ? cutParts(parts, materialize(source)) : cutParts(inside, source.box);
  }
  return cutParts(parts, source);
}

/** A cut of an assigned block as one of its box alone; undefined if it shows more. */
function insideBox(parts: readonly CutPart[], { start, box }: Assigned): readonly CutPart[] | undefined {
  const inside = parts.map((part, axis) => ({ ...part, start: part.start - (start[axis] as number) }));
  const fits = inside.every(({ start: first, step, count }, axis) => {
    const last = first + step * (count - 1);
    return count > 0 && Math.min(first, last) >= 0 && Math.max(first, last) < (box.shape[axis] as number);
  });
  return fits ? inside : undefined;
}

function cutParts(parts: readonly CutPart[], source: Source): Source {
  const kept = parts.flatMap((part, axis) => (part.drop ? [] : [axis]));
  const shape = kept.map((axis) => (parts[axis] as CutPart).count);
  return viewed(source, shape, (chunk) => {
    let { offset } = chunk;
    parts.forEach((part, axis) => {
      offset += part.start * (chunk.strides[axis] as number);
    });
    const strides = kept.map((axis) => (chunk.strides[axis] as number) * (parts[axis] as CutPart).step);
    return viewOf(chunk, shape, strides, offset);
  });
}

/** Axes of length one put in (null) or left out; otherwise the axis of the source. */
export function reaxis(axes: readonly (number | null)[], source: Source): Source {
  return viewed(
    source,
    axes.map((axis) => (axis === null ? 1 : (source.shape[axis] as number))),
    (chunk) =>
      viewOf(
        chunk,
        axes.map((axis) => (axis === null ? 1 : (chunk.shape[axis] as number))),
        axes.map((axis) => (axis === null ? 0 : (chunk.strides[axis] as number))),
      ),
  );
}

/** The source seen in the shape of the output block. */
export function broadcastBlock(location: BlockLocation, source: Source): Source {
  const lead = location.shape.length - source.shape.length;
  const shape = location.shape.map((n, axis) => (Number.isNaN(n) ? (source.shape[axis - lead] as number) : n));
  if (source instanceof Pending) return new Pending(source.program, source.inputs.map(materialize), shape);
  return broadcasted(materialize(source), shape);
}

/** The elements in row-major order in another shape; -1 is never given here. */
export function reshapeChunk(source: Source, shape: readonly number[]): Chunk {
  const chunk = contiguous(source);
  return viewOf(chunk, shape, rowMajorOf(shape), chunk.offset);
}

function rowMajorOf(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length);
  let step = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = step;
    step *= shape[axis] as number;
  }
  return strides;
}

/** A block in the shape of the output block. */
export function reshapeBlock(location: BlockLocation, source: Source): Chunk {
  return reshapeChunk(source, location.shape);
}

/** Elements at positions along an axis, in new memory. */
export function takeAlong(source: Source, axis: number, positions: ArrayLike<number>): Chunk {
  const chunk = contiguous(source);
  const shape = chunk.shape.map((n, k) => (k === axis ? positions.length : n));
  const out = emptyChunk(chunk.dtype, shape);
  const lanes = lanesOf(chunk.dtype);
  const n = chunk.shape[axis] as number;
  const inner = sizeOf(chunk.shape.slice(axis + 1)) * lanes;
  const outer = sizeOf(chunk.shape.slice(0, axis));
  const from = chunk.data as Float64Array;
  const to = out.data as Float64Array;
  let at = 0;
  for (let o = 0; o < outer; o++)
    for (let k = 0; k < positions.length; k++) {
      const start = chunk.offset * lanes + (o * n + (positions[k] as number)) * inner;
      if (inner >= 32) to.set(from.subarray(start, start + inner), at);
      else for (let i = 0; i < inner; i++) to[at + i] = from[start + i] as number;
      at += inner;
    }
  return out;
}

/** A chunk of its own memory, so that it may be written to. */
export const owned = (source: Source): Chunk => (source instanceof Chunk ? copyOf(source) : contiguous(source));

/** Marks a chunk as pending again, so that it joins a loop. */
export const asPending = (chunk: Chunk): Pending => pendingOf(identityOf(chunk.dtype), [chunk]);

/** Whether a chunk's elements fill its memory in order. */
export const isWhole = (chunk: Chunk): boolean =>
  isRowMajor(chunk) && chunk.offset === 0 && chunk.data.length === sizeOf(chunk.shape) * lanesOf(chunk.dtype);

/** Windows of neighbouring elements along axes, each as a new last axis: a view. */
export function windowBlock(
  { axes, sizes }: { readonly axes: readonly number[]; readonly sizes: readonly number[] },
  source: Source,
): Chunk {
  return axes.reduce<Chunk>((so, axis, at) => {
    const size = sizes[at] as number;
    const shape = so.shape.map((n, k) => (k === axis ? Math.max(0, n - size + 1) : n));
    return viewOf(so, [...shape, size], [...so.strides, so.strides[axis] as number]);
  }, materialize(source));
}
