import { type Arg, input, literal } from "../../../runtime/graph/call.ts";
import type { BlockwiseLayer } from "../../../runtime/graph/layer.ts";
import type { Lower } from "./lower-types.ts";
import type { Node } from "./node.ts";
import { countOf, type Pipe, pipeOf, settle } from "./pipe.ts";

/** A function of the user's on every partition, by the kernel the node names. */
export function lowerMap(node: Extract<Node, { kind: "map" }>, lower: Lower): Pipe {
  const source = settle(lower(node.input), "part");
  const args: Arg[] = [{ kind: "function", spec: node.fn }, literal(node.call), input(0)];
  const layer: BlockwiseLayer = {
    kind: "blockwise",
    name: node.id,
    grid: [countOf(source)],
    inputs: [{ source, axes: [{ kind: "axis", axis: 0 }] }],
    call: { fn: node.kernel, args },
  };
  return pipeOf(layer, node.fields);
}
