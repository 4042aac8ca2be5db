import type { BlockLocation } from "../../../runtime/graph/call.ts";
import { type Chunk, emptyChunk, viewOf } from "../chunk.ts";
import type { ScalarLike } from "../scalar.ts";
import { partOf } from "./assemble.ts";
import { constant } from "./elementwise.ts";
import { assign } from "./pending.ts";

/** A run of elements of one piece: from a start by a step (0 repeats); piece -1 is the constant. */
export interface Segment {
  readonly piece: number;
  readonly start: number;
  readonly step: number;
  readonly count: number;
}

/** What a block with its halo is made of along one axis. */
export interface HaloPlan {
  readonly pieces: readonly number[];
  readonly segments: readonly Segment[];
}

/** A block with elements of its neighbours before and after it along one axis. */
export function haloBlock(
  { axis, plan, fill }: { readonly axis: number; readonly plan: readonly HaloPlan[]; readonly fill: ScalarLike },
  location: BlockLocation,
  pieces: readonly Chunk[],
): Chunk {
  const { segments } = plan[location.index[axis] as number] as HaloPlan;
  const first = pieces[0] as Chunk;
  const shape = first.shape.map((n, k) => (k === axis ? (location.shape[axis] as number) : n));
  const out = emptyChunk(first.dtype, shape);
  let at = 0;
  for (const { piece, start, step, count } of segments) {
    const size = shape.map((n, k) => (k === axis ? count : n));
    const target = partOf(
      out,
      shape.map((_, k) => (k === axis ? at : 0)),
      size,
    );
    at += count;
    if (size.some((n) => n === 0)) continue;
    if (piece < 0) assign(target, constant(fill, first.dtype, [1]));
    else assign(target, run(pieces[piece] as Chunk, axis, start, step, size));
  }
  return out;
}

function run(chunk: Chunk, axis: number, start: number, step: number, shape: readonly number[]): Chunk {
  const strides = chunk.strides.map((one, k) => (k === axis ? one * step : one));
  return viewOf(chunk, shape, strides, chunk.offset + start * (chunk.strides[axis] as number));
}
