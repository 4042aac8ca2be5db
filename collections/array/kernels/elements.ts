import { storeElement } from "../array-like.ts";
import { broadcasted, broadcastShapes, type Chunk, emptyChunk, sizeOf } from "../chunk.ts";
import type { DType } from "../dtype.ts";
import { elementAt } from "../format.ts";
import type { ScalarLike } from "../scalar.ts";
import { contiguous, materialize, type Source } from "./pending.ts";

/** A user's function of single elements, called for each. 64-bit integers come as numbers where they fit. */
export function applyElements(fn: (...elements: unknown[]) => unknown, dtype: DType, ...sources: Source[]): Chunk {
  const shape = broadcastShapes(...sources.map((one) => one.shape));
  const chunks = sources.map((one) => contiguous(broadcasted(materialize(one), shape)));
  const out = emptyChunk(dtype, shape);
  for (let i = 0; i < sizeOf(shape); i++)
    storeElement(
      out.data,
      dtype,
      i,
      fn(...chunks.map((chunk) => plain(elementAt(chunk, chunk.offset + i)))) as ScalarLike,
    );
  return out;
}

const plain = (value: ReturnType<typeof elementAt>): unknown =>
  typeof value === "bigint" && value >= -(2n ** 53n) && value <= 2n ** 53n ? Number(value) : value;
