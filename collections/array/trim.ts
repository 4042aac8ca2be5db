import { type AxisRuns, axisRuns, input, literal, location } from "../../runtime/graph/call.ts";
import { kernel } from "../../runtime/wire/function-spec.ts";
import { type Blocks, layerName, samePlace } from "./blocks.ts";
import { axisSizes } from "./chunk-spec.ts";
import { SETTLE } from "./elementwise.ts";
import { type AxisCut, cutBlock } from "./kernels/views.ts";

const CUT = kernel("shoal:collections/array/kernels/views", "cutBlock", cutBlock);

/** Elements taken off the start and the end of a block at a place of an axis. */
export type Trim = (block: number) => readonly [before: number, after: number];

/** Every block with some elements taken off its ends; blocks stay where they are. */
export function sliceBlocksEach(blocks: Blocks, trims: readonly Trim[]): Blocks {
  const cuts = blocks.axes.map((runs, axis): AxisCut => {
    const sizes = axisSizes(runs);
    const trim = trims[axis] as Trim;
    const starts = Float64Array.from(sizes, (_, at) => trim(at)[0]);
    const counts = Float64Array.from(sizes, (size, at) => size - trim(at)[0] - trim(at)[1]);
    return starts.every((n) => n === 0) && counts.every((n, at) => n === sizes[at])
      ? null
      : { kind: "range", starts, counts, step: 1 };
  });
  const axes = blocks.axes.map((runs, axis): AxisRuns => {
    const cut = cuts[axis] as AxisCut;
    return cut !== null && cut.kind === "range" ? axisRuns(cut.counts) : runs;
  });
  return {
    ...blocks,
    axes,
    layer: {
      kind: "blockwise",
      name: layerName("trim", blocks.layer, cuts),
      grid: blocks.layer.grid,
      inputs: [samePlace(blocks.layer)],
      call: { fn: CUT, args: [literal(cuts), location(axes), input(0)], finish: SETTLE },
    },
  };
}
