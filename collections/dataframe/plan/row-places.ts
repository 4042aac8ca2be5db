import { inputsOf, type Node } from "./node.ts";
import type { Named } from "./step.ts";

/**
 * Where a table's rows lie, as far as tables of unknown divisions can be compared: in the partitions that they were read in, or in those that an
 * exchange put them in. Two tables of as many partitions and equal places can be taken partition by partition.
 */
export function rowPlaces(node: Node): string {
  switch (node.kind) {
    case "exchange":
      return exchanged(node.input, node.by, node.npartitions);
    case "groupWindow":
      return node.npartitions === 1 ? AS_READ : exchanged(node.input, node.over, node.npartitions);
    case "aggregate":
      return node.npartitions === 1 ? AS_READ : `groups ${node.npartitions}`;
    case "sort":
    case "unique":
    case "asof":
      return node.npartitions === 1 ? AS_READ : node.id;
    case "join":
      return node.method === "exchange" && node.npartitions > 1 ? node.id : rowPlaces(node.left);
    case "align":
      return rowPlaces(node.left);
    default: {
      const [input] = inputsOf(node);
      return input === undefined ? AS_READ : rowPlaces(input);
    }
  }
}

const AS_READ = "as read";

/** Of what rows are exchanged by, the expressions: their names are made up for each use. */
function exchanged(input: Node, by: readonly string[], count: number): string {
  const { expressions, below } = said(input, by);
  return JSON.stringify([expressions, below, count]);
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
