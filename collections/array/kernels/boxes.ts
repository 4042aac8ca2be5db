import type { BlockLocation } from "../../../runtime/graph/call.ts";
import { Shards } from "../../../runtime/graph/shards.ts";
import type { Chunk } from "../chunk.ts";
import { partOf } from "./assemble.ts";
import { materialize, type Source } from "./pending.ts";

/** How the blocks of one cut overlap those of another along an axis. */
export interface AxisOverlap {
  /** Where old and new blocks begin, and at last the size of the axis. */
  readonly oldStarts: Float64Array;
  readonly newStarts: Float64Array;
  /** The first new block that an old one reaches into, and how many. */
  readonly firstNew: Uint32Array;
  readonly newCount: Uint32Array;
  /** The first old block that a new one is made of, and how many. */
  readonly firstOld: Uint32Array;
  readonly oldCount: Uint32Array;
}

/** Per axis null where the cut stays. */
export type Overlap = readonly (AxisOverlap | null)[];

/** Cuts an old block along the borders of the new ones: a box for each that it reaches into, row-major. Views. */
export function cutBoxes(overlap: Overlap, { index }: BlockLocation, source: Source): Shards {
  const block = materialize(source);
  const boxes: Chunk[] = [];
  const walk = (axis: number, starts: readonly number[], shape: readonly number[]): void => {
    if (axis === overlap.length) {
      boxes.push(partOf(block, starts, shape));
      return;
    }
    const one = overlap[axis];
    if (one == null) return walk(axis + 1, [...starts, 0], [...shape, block.shape[axis] as number]);
    const at = index[axis] as number;
    const [from, to] = [one.oldStarts[at] as number, one.oldStarts[at + 1] as number];
    const first = one.firstNew[at] as number;
    for (let now = first; now < first + (one.newCount[at] as number); now++) {
      const start = Math.max(from, one.newStarts[now] as number);
      const end = Math.min(to, one.newStarts[now + 1] as number);
      walk(axis + 1, [...starts, start - from], [...shape, Math.max(0, end - start)]);
    }
  };
  walk(0, [], []);
  return new Shards(boxes);
}
