import { input, literal } from "../../../runtime/graph/call.ts";
import type { BlockwiseLayer, Layer } from "../../../runtime/graph/layer.ts";
import { tokenize } from "../../../runtime/graph/tokenize.ts";
import { kernel } from "../../../runtime/wire/function-spec.ts";
import { schemeOf } from "../../io/filesystem.ts";
import { column } from "../expression/expression.ts";
import type { ParquetPart } from "../kernels/read-parquet.ts";
import { boundsOf, sampleColumn } from "../kernels/sample.ts";
import { selectNode } from "./build.ts";
import { rangePipe } from "./lower-partitions.ts";
import type { Lower } from "./lower-types.ts";
import type { Node } from "./node.ts";
import { countOf, type Pipe, pipeOf, settle, withStep } from "./pipe.ts";
import { simplify } from "./simplify.ts";
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
  const keys = isReadAgainCheaply(node.input) ? settle(lower(keyOf(node.input, first)), "key") : source;
  const bounds = node.targets ?? sampledBounds(keys, first, count);
  return withStep(rangePipe(pipeOf(source, fields), first, count, bounds, descending[0] === true, !nullsLast), sorted);
}

/**
 * Whether the key alone is better read twice than the whole table kept until its bounds are known: files of columns on this machine, from which
 * one column is little to read.
 */
function isReadAgainCheaply(node: Node): boolean {
  switch (node.kind) {
    case "scan":
      return (
        node.reader.format === "parquet" &&
        node.parts.every(({ own }) => [own as ParquetPart].flat().every(({ path }) => schemeOf(path) === "file"))
      );
    case "select":
    case "extend":
    case "filter":
      return isReadAgainCheaply(node.input);
    default:
      return false;
  }
}

const keyOf = (node: Node, name: string): Node => simplify(selectNode(node, [{ name, expr: column(name) }]));

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
