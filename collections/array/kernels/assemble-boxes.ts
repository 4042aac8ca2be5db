import type { BlockLocation } from "../../../runtime/graph/call.ts";
import { type ShardSet, type Shards, takeShards } from "../../../runtime/graph/shards.ts";
import { broadcasted, type Chunk, sizeOf, unwrittenChunk } from "../chunk.ts";
import type { DType } from "../dtype.ts";
import { partOf, sameElement } from "./assemble.ts";
import type { Overlap } from "./boxes.ts";
import { assign } from "./pending.ts";

/** How a new block is put together of boxes that old ones were cut into. */
export interface BoxAssembly {
  readonly dtype: DType;
  readonly overlap: Overlap;
}

/** So much is brought here at a time: a new block is as large as it is, and boxes are not to lie beside it all at once. */
const GROUP_ELEMENTS = 1 << 19;
/** Until it is known how large boxes are. */
const FIRST_GROUP = 8;

/** Puts a new block together of its box of every old block that it overlaps, some boxes at a time. */
export async function assembleBoxes(
  { dtype, overlap }: BoxAssembly,
  location: BlockLocation,
  cut: readonly (Shards | ShardSet)[],
): Promise<Chunk> {
  const boxes = boxesOf(overlap, location);
  const waiting: { readonly box: Chunk; readonly to: readonly number[] }[] = [];
  let out: Chunk | undefined;
  let shape: readonly number[] = [];
  for (let at = 0, group = FIRST_GROUP; at < boxes.length; ) {
    const some = boxes.slice(at, at + group);
    const taken = await takeShards(
      cut.slice(at, at + group),
      some.map((box) => box.place),
    );
    taken.forEach((box, i) => void waiting.push({ box: box as Chunk, to: (some[i] as Box).to }));
    const first = taken[0] as Chunk;
    if (at === 0) shape = location.shape.map((n, axis) => (overlap[axis] == null ? (first.shape[axis] as number) : n));
    at += group;
    group = Math.max(1, Math.floor(GROUP_ELEMENTS / Math.max(1, sizeOf(first.shape))));
    if (boxes.length === 1) return first;
    // Boxes that repeat one element take no memory, and a block all of them does neither.
    if (out === undefined && sameElement(waiting.map(({ box }) => box)) !== undefined) continue;
    out ??= unwrittenChunk(dtype, shape);
    for (const { box, to } of waiting.splice(0)) if (sizeOf(box.shape) > 0) assign(partOf(out, to, box.shape), box);
  }
  if (out !== undefined) return out;
  const same = sameElement(waiting.map(({ box }) => box));
  return same === undefined ? unwrittenChunk(dtype, shape) : broadcasted(same, shape);
}

interface Box {
  /** Which of the old block's boxes it is. */
  readonly place: number;
  /** Where it begins in the new block. */
  readonly to: readonly number[];
}

/** The box of each old block, in the order of those. */
function boxesOf(overlap: Overlap, { index }: BlockLocation): Box[] {
  const boxes: Box[] = [];
  const walk = (axis: number, place: number, to: readonly number[]): void => {
    if (axis === overlap.length) {
      boxes.push({ place, to });
      return;
    }
    const one = overlap[axis];
    if (one == null) return walk(axis + 1, place, [...to, 0]);
    const at = index[axis] as number;
    const start = one.newStarts[at] as number;
    const first = one.firstOld[at] as number;
    for (let old = first; old < first + (one.oldCount[at] as number); old++)
      walk(axis + 1, place * (one.newCount[old] as number) + at - (one.firstNew[old] as number), [
        ...to,
        Math.max(0, (one.oldStarts[old] as number) - start),
      ]);
  };
  walk(0, 0, []);
  return boxes;
}
