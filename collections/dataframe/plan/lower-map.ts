import { type Arg, input, literal } from "../../../runtime/graph/call.ts";
import type { BlockwiseLayer, Layer } from "../../../runtime/graph/layer.ts";
import { indexName } from "../schema.ts";
import type { Lower } from "./lower-types.ts";
import { carryPipe } from "./lower-window.ts";
import type { MapOverlap, Node } from "./node.ts";
import { countOf, type Pipe, pipeOf, settle } from "./pipe.ts";
import type { Step } from "./step.ts";

/** A function of the user's on every partition, by the kernel the node names. */
export function lowerMap(node: Extract<Node, { kind: "map" }>, lower: Lower): Pipe {
  const source = settle(lower(node.input), "part");
  if (node.overlap !== undefined) return overlapped(node, node.overlap, source);
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

/** The same with what the function sees of the neighbours, as tables of their own. */
function overlapped(node: Extract<Node, { kind: "map" }>, { before, after }: MapOverlap, source: Layer): Pipe {
  const { fields } = node.input;
  const own = pipeOf(source, fields);
  const nearTo = (of: Step, backward: boolean): Step =>
    !backward && "micros" in before
      ? { op: "recent", of, column: indexName(0), micros: before.micros, fields }
      : backward
        ? { op: "slice", of, offset: 0, length: after.rows, fields }
        : {
            op: "slice",
            of,
            offset: -(before as { rows: number }).rows,
            length: (before as { rows: number }).rows,
            fields,
          };
  const sides = [false, true].map((backward) =>
    settle(
      carryPipe(node.id, own, backward, (both) => nearTo(both, backward)),
      "near",
    ),
  );
  const layer: BlockwiseLayer = {
    kind: "blockwise",
    name: node.id,
    grid: [countOf(source)],
    inputs: [source, ...sides].map((one) => ({ source: one, axes: [{ kind: "axis", axis: 0 }] })),
    call: {
      fn: node.kernel,
      args: [{ kind: "function", spec: node.fn }, literal(node.call), input(0), input(1), input(2)],
    },
  };
  return pipeOf(layer, node.fields);
}
