import type { Field } from "../schema.ts";
import type { Node } from "./node.ts";

/** What a condition is taken to keep, where nothing is known of the values. */
const FILTER_KEEPS = 1 / 3;
const TEXT_BYTES = 32;
const NUMBER_BYTES = 8;

/** About how many rows a plan has, where what it is made from says so; null where it does not. Joins are taken to meet keys of one side that are not twice there. */
export function estimatedRows(node: Node): number | null {
  switch (node.kind) {
    case "scan":
      return sum(node.parts.map(({ rows }) => rows));
    case "filter":
      return times(estimatedRows(node.input), FILTER_KEEPS);
    case "pick":
      return times(estimatedRows(node.input), node.partitions.length / Math.max(1, node.input.npartitions));
    case "limit":
      return node.rows < 0 ? estimatedRows(node.input) : Math.min(node.rows, estimatedRows(node.input) ?? node.rows);
    case "largest":
      return Math.min(node.rows, estimatedRows(node.input) ?? node.rows);
    case "aggregate":
      return node.tree.keys.length === 0 ? 1 : estimatedRows(node.input);
    case "join":
      return joinedRows(node);
    case "stack":
      return sum(node.inputs.map(estimatedRows));
    case "select":
    case "extend":
    case "number":
    case "scalars":
    case "window":
    case "groupWindow":
    case "repartition":
    case "exchange":
    case "sort":
    case "unique":
      return estimatedRows(node.input);
    default:
      return null;
  }
}

/** About how many bytes a row of these columns takes. */
export const rowBytes = (fields: readonly Field[]): number =>
  fields.reduce((bytes, { dtype }) => bytes + (/^(string|object|list)/.test(dtype) ? TEXT_BYTES : NUMBER_BYTES), 0);

function joinedRows({ left, right, join }: Extract<Node, { kind: "join" }>): number | null {
  const [a, b] = [estimatedRows(left), estimatedRows(right)];
  if (join.how === "semi" || join.how === "anti") return a;
  if (a === null || b === null) return null;
  return join.how === "outer" ? a + b : Math.max(a, b);
}

const times = (rows: number | null, share: number): number | null => (rows === null ? null : rows * share);

const sum = (all: readonly (number | null)[]): number | null =>
  all.reduce<number | null>((total, rows) => (total === null || rows === null ? null : total + rows), 0);
