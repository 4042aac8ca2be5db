import type { BlockLocation } from "../../../runtime/graph/call.ts";
import { type Chunk, viewOf } from "../chunk.ts";
import type { AxisSpan } from "../storage/box.ts";

/** The part of a stored axis that an array shows: from a start by a step, or one position, which is no axis of the array. */
export type Window = { readonly at: number } | { readonly start: number; readonly step: number };

/** What a block at a place shows of every stored axis. */
export function boxOf(windows: readonly Window[], location: BlockLocation): AxisSpan[] {
  let axis = 0;
  return windows.map((window): AxisSpan => {
    if ("at" in window) return { start: window.at, step: 1, count: 1 };
    const start = window.start + window.step * (location.start[axis] as number);
    const count = location.shape[axis] as number;
    axis += 1;
    return { start, step: window.step, count };
  });
}

/** A block of all stored axes without those of which one position was meant. */
export function withoutFixed(chunk: Chunk, windows: readonly Window[]): Chunk {
  const kept = windows.flatMap((window, axis) => ("at" in window ? [] : [axis]));
  return kept.length === windows.length
    ? chunk
    : viewOf(
        chunk,
        kept.map((axis) => chunk.shape[axis] as number),
        kept.map((axis) => chunk.strides[axis] as number),
      );
}
