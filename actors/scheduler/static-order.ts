import { orderTasks } from "../../runtime/graph/order.ts";

/** Edges of a slab: rows from `base` on, inputs as rows of the whole scheduler. */
interface SlabEdges {
  readonly base: number;
  readonly count: number;
  readonly inputOffsets: Uint32Array;
  readonly inputs: Uint32Array;
}

/**
 * Static order of a slab's rows, or null where nothing in it reads anything in it: then the order of rows will do.
 * @throws ShoalError CYCLE
 */
export function rankTable({ base, count, inputOffsets, inputs }: SlabEdges): Uint32Array | null {
  const end = base + count;
  let inside = 0;
  for (const row of inputs) if (row >= base && row < end) inside += 1;
  if (inside === 0) return null;
  const offsets = new Uint32Array(count + 1);
  const local = new Uint32Array(inside);
  let filled = 0;
  for (let i = 0; i < count; i++) {
    for (let e = inputOffsets[i] as number; e < (inputOffsets[i + 1] as number); e++) {
      const input = inputs[e] as number;
      if (input >= base && input < end) local[filled++] = input - base;
    }
    offsets[i + 1] = filled;
  }
  return orderTasks({ count, inputOffsets: offsets, inputs: local });
}
