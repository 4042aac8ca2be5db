import type { Layer } from "../../../runtime/graph/layer.ts";
import { lowerAggregate, lowerLargest, lowerUnique } from "./lower-aggregate.ts";
import { lowerJoin } from "./lower-join.ts";
import { lowerMap } from "./lower-map.ts";
import { lowerExchange, lowerLimit, lowerRepartition } from "./lower-partitions.ts";
import { lowerSort } from "./lower-sort.ts";
import type { Lower } from "./lower-types.ts";
import { lowerGroupWindow, lowerWindow } from "./lower-window.ts";
import type { Node } from "./node.ts";
import { broadcastPipe, gatherLayers, type Pipe, pickPipe, pipeOf, settle, withStep } from "./pipe.ts";
import { simplify } from "./simplify.ts";
import { moveInputs, type Step } from "./step.ts";

/** From a plan to the layer that makes its partitions: simplified first (tests run it as written too), then lowered. */
export function layerOfNode(node: Node, simplified = true): Layer {
  const simple = simplified ? simplify(node) : node;
  return layerThrough(simple, (_, pipe) => pipe);
}

/** Lowers a plan as it is; what each node was lowered to goes through a function, inputs first, and what that gives is gone on with. */
export const layerThrough = (node: Node, through: (node: Node, pipe: Pipe) => Pipe): Layer =>
  settle(lowerWith(node, through, new Map()), node.kind);

function lowerWith(node: Node, through: (node: Node, pipe: Pipe) => Pipe, done: Map<string, Pipe>): Pipe {
  const known = done.get(node.id);
  if (known !== undefined) return known;
  const pipe = through(
    node,
    lowerNode(node, (input) => lowerWith(input, through, done)),
  );
  done.set(node.id, pipe);
  return pipe;
}

function lowerNode(node: Node, lower: Lower): Pipe {
  const { fields } = node;
  switch (node.kind) {
    case "layer":
      return pipeOf(node.layer, fields);
    case "scan":
      return {
        count: node.npartitions,
        step: { op: "read", reader: node.reader, fields },
        inputs: [],
        own: node.parts.map((part) => part.own),
      };
    case "select":
      return withStep(lower(node.input), (of) => ({ op: "select", of, columns: node.columns, fields }));
    case "extend":
      return withStep(lower(node.input), (of) => ({ op: "extend", of, columns: node.columns, fields }));
    case "filter":
      return withStep(lower(node.input), (of) => ({ op: "filter", of, predicate: node.predicate, fields }));
    case "explode":
      return withStep(lower(node.input), (of) => ({ op: "explode", of, column: node.column, fields }));
    case "bins": {
      const { key, rule, zeros, ones } = node;
      return withStep(lower(node.input), (of) => ({ op: "bins", of, key, rule, zeros, ones, fields }));
    }
    case "number":
      return withStep(lower(node.input), (of) => ({ op: "number", of, name: node.name, fields }));
    case "unpivot": {
      const { keep, values, variable, value } = node;
      return withStep(lower(node.input), (of) => ({ op: "unpivot", of, keep, values, variable, value, fields }));
    }
    case "scalars":
      return lowerScalars(node, lower);
    case "stack":
      return lowerStack(node, lower);
    case "pick":
      return pickPipe(lower(node.input), node.partitions);
    case "aggregate":
      return lowerAggregate(node, lower);
    case "largest":
      return lowerLargest(node, lower);
    case "unique":
      return lowerUnique(node, lower);
    case "limit":
      return lowerLimit(node, lower);
    case "sort":
      return lowerSort(node, lower);
    case "join":
    case "asof":
    case "align":
      return lowerJoin(node, lower);
    case "window":
      return lowerWindow(node, lower);
    case "groupWindow":
      return lowerGroupWindow(node, lower);
    case "exchange":
      return lowerExchange(node, lower);
    case "repartition":
      return lowerRepartition(node, lower);
    case "map":
      return lowerMap(node, lower);
  }
}

function lowerScalars(node: Extract<Node, { kind: "scalars" }>, lower: Lower): Pipe {
  const table = lower(node.input);
  let inputs = table.inputs;
  const from: Step[] = [];
  for (const scalar of node.from) {
    const row = broadcastPipe(lower(scalar), table.count);
    from.push(moveInputs(row.step, inputs.length));
    inputs = [...inputs, ...row.inputs];
  }
  return { ...table, inputs, step: { op: "scalars", of: table.step, from, fields: node.fields } };
}

/** Partitions under each other: a task of each hands its table on. */
function lowerStack(node: Extract<Node, { kind: "stack" }>, lower: Lower): Pipe {
  return pipeOf(
    gatherLayers(
      node.inputs.map((input) => settle(lower(input), input.kind)),
      node.id,
      node.fields,
    ),
    node.fields,
  );
}
