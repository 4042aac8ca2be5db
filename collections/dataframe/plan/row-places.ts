import { tokenize } from "../../../runtime/graph/tokenize.ts";
import type { Node } from "./node.ts";
import type { Named } from "./step.ts";

/**
 * Where a table's rows lie, as far as tables of unknown divisions can be compared: in the partitions that they were read in, or in those that
 * something put them in. Two tables of as many partitions and equal places can be taken partition by partition.
 */
export function rowPlaces(node: Node): string {
  if (node.npartitions === 1) return AS_READ;
  switch (node.kind) {
    case "layer":
    case "scan":
      return AS_READ;
    case "select":
    case "extend":
    case "filter":
    case "scalars":
    case "window":
    case "limit":
    case "largest":
    case "explode":
    case "unpivot":
    case "number":
    case "map":
      return rowPlaces(node.input);
    case "align":
      return rowPlaces(node.left);
    case "join":
      return placesOfJoin(node);
    case "exchange":
      return exchanged(node.input, node.by, node.npartitions);
    case "groupWindow":
      return exchanged(node.input, node.over, node.npartitions);
    case "aggregate":
      return `groups ${node.npartitions}`;
    case "repartition":
      return tokenize("repartition", node.how, node.npartitions, node.input.npartitions, rowPlaces(node.input));
    case "pick":
      return tokenize("pick", node.partitions, node.input.npartitions, rowPlaces(node.input));
    case "stack":
      return tokenize("stack", ...node.inputs.flatMap((input) => [input.npartitions, rowPlaces(input)]));
    case "sort":
    case "unique":
    case "asof":
    case "bins":
      return node.id;
  }
}

function placesOfJoin(node: Extract<Node, { kind: "join" }>): string {
  switch (node.method) {
    case "broadcast-left":
      return rowPlaces(node.right);
    case "broadcast-right":
    case "partitionwise":
      return rowPlaces(node.left);
    case "exchange":
    case "single":
      return node.id;
  }
}

const AS_READ = "as read";

/** Of what rows are exchanged by, the expressions: their names are made up for each use. */
function exchanged(input: Node, by: readonly string[], count: number): string {
  const { expressions, below } = said(input, by);
  return tokenize("exchange", expressions, below, count);
}

function said(node: Node, by: readonly string[]): { expressions: unknown; below: string } {
  if (node.kind !== "select") return { expressions: by, below: baseOf(node) };
  const columns = new Map(node.columns.map(({ name, expr }: Named) => [name, expr]));
  return { expressions: by.map((name) => columns.get(name)), below: baseOf(node.input) };
}

/** The rows under columns that were only added or chosen. */
function baseOf(node: Node): string {
  let base = node;
  while (base.kind === "select" || base.kind === "extend" || base.kind === "window" || base.kind === "scalars")
    base = base.input;
  return base.id;
}
