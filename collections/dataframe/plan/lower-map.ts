import { type Arg, input, literal } from "../../../runtime/graph/call.ts";
import type { BlockwiseLayer } from "../../../runtime/graph/layer.ts";
import type { Lower } from "./lower-types.ts";
import type { Node } from "./node.ts";
import { countOf, type Pipe, pipeOf, settle } from "./pipe.ts";

/** A function of the user's on every partition, by the kernel the node names. */
export function lowerMap(node: Extract<Node, { kind: "map" }>, lower: Lower): Pipe {
  const source = settle(lower(node.input), "part");
  const count = countOf(source);
  const args: Arg[] = [{ kind: "function", spec: node.fn }, literal(node.call), input(0)];
  const numbered = node.call.mode === "frame" || node.call.mode === "sample";
  if (numbered) args.push({ kind: "own", at: 0 });
  const layer: BlockwiseLayer = {
    kind: "blockwise",
    name: node.id,
    grid: [count],
    inputs: [{ source, axes: [{ kind: "axis", axis: 0 }] }],
    call: { fn: node.kernel, args },
    ...(numbered ? { own: { kind: "live" as const, items: Array.from({ length: count }, (_, at) => at) } } : {}),
  };
  return pipeOf(layer, node.fields);
}
