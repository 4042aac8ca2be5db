import { input, literal } from "../../../runtime/graph/call.ts";
import type { BlockwiseLayer, Layer } from "../../../runtime/graph/layer.ts";
import { tokenize } from "../../../runtime/graph/tokenize.ts";
import { kernel } from "../../../runtime/wire/function-spec.ts";
import { boundsOf, sampleColumn } from "../kernels/sample.ts";
import { rangePipe } from "./lower-partitions.ts";
import type { Lower } from "./lower-types.ts";
import type { Node } from "./node.ts";
import { countOf, type Pipe, pipeOf, settle, withStep } from "./pipe.ts";
import type { Step } from "./step.ts";

const SAMPLE = kernel("shoal:collections/dataframe/kernels/sample", "sampleColumn", sampleColumn);
const BOUNDS = kernel("shoal:collections/dataframe/kernels/sample", "boundsOf", boundsOf);

/**
 * A global sort: every partition is sampled, the samples give the bounds of the new partitions, rows move to the
 * partition of their first key, and each partition is sorted. Bounds that the caller knows need no sample.
 */
export function lowerSort(node: Extract<Node, { kind: "sort" }>, lower: Lower): Pipe {
  const { fields, by, descending, nullsLast } = node;
  const sorted = (of: Step): Step => ({ op: "sort", of, by, descending, nullsLast, fields });
  const pipe = lower(node.input);
  const count = node.npartitions;
  if (pipe.count === 1 && count === 1) return withStep(pipe, sorted);
  const source = settle(pipe, "part");
  const first = by[0] as string;
  const bounds = node.targets ?? sampledBounds(source, first, count);
  return withStep(rangePipe(pipeOf(source, fields), first, count, bounds, descending[0] === true, !nullsLast), sorted);
}

function sampledBounds(source: Layer, by: string, count: number): Layer {
  const token = tokenize(source.name, by);
  const samples: BlockwiseLayer = {
    kind: "blockwise",
    name: `sample-${token}`,
    grid: [countOf(source)],
    inputs: [{ source, axes: [{ kind: "axis", axis: 0 }] }],
    call: { fn: SAMPLE, args: [literal(by), input(0)] },
  };
  return {
    kind: "blockwise",
    name: `bounds-${tokenize(token, count)}`,
    grid: [1],
    inputs: [{ source: samples, axes: [{ kind: "all" }] }],
    call: { fn: BOUNDS, args: [literal(count), input(0)] },
  };
}
