import { type Chunk, unwrittenChunk } from "../chunk.ts";
import { promote } from "../promote.ts";
import { partOf } from "./assemble.ts";
import { assign, materialize, type Source } from "./pending.ts";

/** Chunks one after another along an axis, in new memory. */
export function concatenateChunks(sources: readonly Source[], axis: number): Chunk {
  const chunks = sources.map(materialize);
  const first = chunks[0] as Chunk;
  const total = chunks.reduce((sum, chunk) => sum + (chunk.shape[axis] as number), 0);
  const dtype = chunks.map((chunk) => chunk.dtype).reduce(promote);
  const out = unwrittenChunk(
    dtype,
    first.shape.map((n, k) => (k === axis ? total : n)),
  );
  let at = 0;
  for (const chunk of chunks) {
    const start = first.shape.map((_, k) => (k === axis ? at : 0));
    if (chunk.shape.every((n) => n > 0)) assign(partOf(out, start, chunk.shape), chunk);
    at += chunk.shape[axis] as number;
  }
  return out;
}

/**
 * The blocks of a whole array (row-major) as one chunk.
 * @param grid blocks along each axis
 */
export function joinBlocks(blocks: readonly Chunk[], grid: readonly number[]): Chunk {
  if (blocks.length === 1) return blocks[0] as Chunk;
  const sizes = grid.map((n, axis) => {
    const step = grid.slice(axis + 1).reduce((product, one) => product * one, 1);
    return Array.from({ length: n }, (_, i) => (blocks[i * step] as Chunk).shape[axis] as number);
  });
  const out = unwrittenChunk(
    (blocks[0] as Chunk).dtype,
    sizes.map((one) => one.reduce((sum, n) => sum + n, 0)),
  );
  const starts = sizes.map((one) => {
    let at = 0;
    return one.map((n) => (at += n) - n);
  });
  let at = 0;
  const walk = (axis: number, start: readonly number[]): void => {
    if (axis === grid.length) {
      const block = blocks[at++] as Chunk;
      if (block.shape.every((n) => n > 0)) assign(partOf(out, start, block.shape), block);
      return;
    }
    for (const from of starts[axis] as number[]) walk(axis + 1, [...start, from]);
  };
  walk(0, []);
  return out;
}
