import type { Chunk } from "../chunk.ts";
import { contiguous, type Source } from "./pending.ts";
import { elementsOf } from "./sets.ts";

/** How many places there are, and of what, as a message names it: "axis 0". */
export interface Bounds {
  readonly n: number;
  readonly of: string;
}

/** Indices as they are. @throws RangeError if one is below 0, or not below `n` */
export function boundedBlock({ n, of }: Bounds, source: Source): Chunk {
  const chunk = contiguous(source);
  const stranger = (elementsOf(chunk) as Float64Array).find((at) => at < 0 || at >= n);
  if (stranger !== undefined) throw new RangeError(`Index ${stranger} is out of bounds for ${of} with ${n} elements`);
  return chunk;
}
