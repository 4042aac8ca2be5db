import { chunkOf } from "../array-like.ts";
import { type Chunk, emptyChunk } from "../chunk.ts";
import type { DType } from "../dtype.ts";
import { asNDArray } from "../ndarray.ts";
import { materialize, type Source } from "./pending.ts";

/**
 * A partition of a bag as a block: its items are numbers, or lists of `inner` shape.
 * @throws RangeError with both shapes for items of another; TypeError for items that are no numbers
 */
export function blockOfItems(dtype: DType, inner: readonly number[], items: readonly unknown[]): Chunk {
  if (items.length === 0) return emptyChunk(dtype, [0, ...inner]);
  const chunk = chunkOf(items as never, dtype);
  const found = chunk.shape.slice(1);
  if (found.length !== inner.length || inner.some((n, axis) => n !== found[axis]))
    throw new RangeError(`A bag's items have shape (${found.join(", ")}) where (${inner.join(", ")}) was told of`);
  return chunk;
}

/** The rows of a block, as the items of a partition. */
export const itemsOfBlock = (source: Source): unknown[] => asNDArray(materialize(source)).toArray() as unknown[];
