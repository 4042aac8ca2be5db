import type { BlockLocation } from "../../../runtime/graph/call.ts";
import { type Chunk, emptyChunk } from "../chunk.ts";
import { partOf } from "./assemble.ts";
import { assign } from "./pending.ts";
import { takeAlong } from "./views.ts";

/** Where the elements of one output block lie: which pieces it reads, and of each element the piece and the place in it. */
export interface TakePlan {
  readonly pieces: Uint32Array;
  readonly piece: Uint32Array;
  readonly local: Float64Array;
}

/** Gathers elements along an axis from one or more pieces. */
export function takePieces(
  { axis, plan }: { readonly axis: number; readonly plan: readonly TakePlan[] },
  location: BlockLocation,
  pieces: readonly Chunk[],
): Chunk {
  const { piece, local } = plan[location.index[axis] as number] as TakePlan;
  const first = pieces[0] as Chunk;
  if (pieces.length === 1) return takeAlong(first, axis, local);
  const out = emptyChunk(
    first.dtype,
    first.shape.map((n, k) => (k === axis ? local.length : n)),
  );
  const one = out.shape.map((n, k) => (k === axis ? 1 : n));
  const at = (k: number): number[] => out.shape.map((_, other) => (other === axis ? k : 0));
  for (let k = 0; k < local.length; k++)
    assign(partOf(out, at(k), one), partOf(pieces[piece[k] as number] as Chunk, at(local[k] as number), one));
  return out;
}
