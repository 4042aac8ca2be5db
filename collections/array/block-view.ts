import type { AxisRuns } from "../../runtime/graph/call.ts";
import type { Blocks } from "./blocks.ts";
import { axisSizes } from "./chunk-spec.ts";
import { axisIndex, getBlocks, type Indexer } from "./get.ts";
import { concatenateBlocks } from "./join.ts";

/** Blocks by their place in the grid: indexers count blocks. */
export function blocksAt(blocks: Blocks, indexers: readonly Indexer[]): Blocks {
  const picks = blocks.axes.map((runs, axis) => {
    const sizes = axisSizes(runs);
    return rangePositions(indexers[axis] ?? ":", sizes.length);
  });
  return picks.reduce<Blocks>((so, list, axis) => {
    const sizes = axisSizes(so.axes[axis] as AxisRuns);
    if (list.length === sizes.length && list.every((one, at) => one === at)) return so;
    const starts = sizes.map((_, at) => sizes.slice(0, at).reduce((sum, n) => sum + n, 0));
    const parts = list.map((one) =>
      getBlocks(
        so,
        so.axes.map(
          (_, k): Indexer =>
            k === axis ? { start: starts[one] as number, stop: (starts[one] as number) + (sizes[one] as number) } : ":",
        ),
      ),
    );
    return parts.length === 1 ? (parts[0] as Blocks) : concatenateBlocks(parts, axis);
  }, blocks);
}

function rangePositions(index: Indexer, n: number): number[] {
  const found = axisIndex(index, n, 0);
  if ("layer" in found) throw new TypeError("Blocks are chosen by numbers at hand");
  if (found.kind === "whole") return Array.from({ length: n }, (_, at) => at);
  if (found.kind === "at") return [found.at];
  if (found.kind === "list") return [...found.positions];
  return Array.from({ length: found.count }, (_, k) => found.start + k * found.step);
}
