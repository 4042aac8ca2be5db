import type { BlockLocation } from "../../../runtime/graph/call.ts";
import { type Chunk, emptyChunk, transposed, viewOf } from "../chunk.ts";
import type { DType } from "../dtype.ts";
import { assign } from "./pending.ts";

/** Points as data: of each the piece it lies in and its place there along each chosen axis. */
export interface PointPlan {
  readonly axes: readonly number[];
  readonly piece: Uint32Array;
  readonly local: readonly Float64Array[];
  readonly dtype: DType;
}

/** Gathers points out of pieces; other axes stay whole behind them. */
export function pickPoints(
  { axes, piece, local, dtype }: PointPlan,
  _location: BlockLocation,
  pieces: readonly Chunk[],
): Chunk {
  const first = pieces[0] as Chunk;
  const rest = first.shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  const views = pieces.map((one) => transposed(one, [...axes, ...rest]));
  const shape = rest.map((axis) => first.shape[axis] as number);
  const out = emptyChunk(dtype, [piece.length, ...shape]);
  for (let i = 0; i < piece.length; i++) {
    const from = views[piece[i] as number] as Chunk;
    const at = local.reduce((sum, one, k) => sum + (one[i] as number) * (from.strides[k] as number), from.offset);
    const source = viewOf(from, shape, from.strides.slice(axes.length), at);
    assign(viewOf(out, shape, out.strides.slice(1), i * (out.strides[0] as number)), source);
  }
  return out;
}
