import { listOf, promote } from "../dtype.ts";
import type { Expr } from "../expression/expression.ts";
import { inferDtype, unknownColumn } from "../expression/infer.ts";
import type { Field } from "../schema.ts";
import { type Divisions, type Node, named } from "./node.ts";
import type { Named, WindowItem } from "./step.ts";

const typed = (columns: readonly Named[], fields: readonly Field[]): Field[] =>
  columns.map(({ name, expr }) => ({ name, dtype: inferDtype(expr, fields) }));

/** Projects; nothing happens where the columns are those that are there. */
export function selectNode(input: Node, columns: readonly Named[]): Node {
  const same =
    columns.length === input.fields.length &&
    columns.every(
      ({ name, expr }, at) => expr.kind === "column" && expr.name === name && (input.fields[at] as Field).name === name,
    );
  if (same) return input;
  return named({
    kind: "select",
    input,
    columns,
    fields: typed(columns, input.fields),
    npartitions: input.npartitions,
    divisions: renamedDivisions(input.divisions, columns),
  });
}

/** Divisions survive where their column is passed on as it is, under whatever name. */
function renamedDivisions(divisions: Divisions | null, columns: readonly Named[]): Divisions | null {
  if (divisions === null) return null;
  const kept = columns.find(({ expr }) => expr.kind === "column" && expr.name === divisions.column);
  return kept === undefined ? null : { column: kept.name, values: divisions.values };
}

export function extendNode(input: Node, columns: readonly Named[]): Node {
  if (columns.length === 0) return input;
  const fields = [...input.fields, ...typed(columns, input.fields)];
  return named({ kind: "extend", input, columns, fields, npartitions: input.npartitions, divisions: input.divisions });
}

/** @throws TypeError where the predicate is not boolean */
export function filterNode(input: Node, predicate: Expr): Node {
  const dtype = inferDtype(predicate, input.fields);
  if (dtype !== "bool" && dtype !== "null")
    throw new TypeError(`A filter needs a boolean condition, this one is ${dtype}; compare it with something`);
  return named({
    kind: "filter",
    input,
    predicate,
    fields: input.fields,
    npartitions: input.npartitions,
    divisions: input.divisions,
  });
}

export function windowNode(
  input: Node,
  items: readonly WindowItem[],
  reach: Extract<Node, { kind: "window" }>["reach"],
): Node {
  const fields = [...input.fields, ...items.map(({ name, dtype }) => ({ name, dtype }))];
  return named({
    kind: "window",
    input,
    items,
    reach,
    fields,
    npartitions: input.npartitions,
    divisions: input.divisions,
  });
}

export function explodeNode(input: Node, name: string): Node {
  const fields = input.fields.map((field) =>
    field.name === name && field.dtype.startsWith("list<")
      ? { name, dtype: field.dtype.slice(5, -1) as Field["dtype"] }
      : field,
  );
  return named({
    kind: "explode",
    input,
    column: name,
    fields,
    npartitions: input.npartitions,
    divisions: input.divisions,
  });
}

/** Tables under each other: columns of all, in order of appearance; all inputs get the same types. */
export function stackNode(inputs: readonly Node[], divisions: Divisions | null): Node {
  const fields = (inputs[0] as Node).fields;
  const npartitions = inputs.reduce((sum, input) => sum + input.npartitions, 0);
  return named({ kind: "stack", inputs, fields, npartitions, divisions });
}

/** The type that the columns of a name share. @throws TypeError where there is none */
export function sharedDtype(name: string, dtypes: readonly Field["dtype"][]): Field["dtype"] {
  let all: Field["dtype"] = "null";
  for (const dtype of dtypes) {
    const next = promote(all, dtype);
    if (next === undefined)
      throw new TypeError(`Column "${name}" is ${all} in one table and ${dtype} in another; use astype first`);
    all = next;
  }
  return all;
}

export function pickNode(input: Node, partitions: readonly number[]): Node {
  const { divisions } = input;
  const rising = partitions.every((one, at) => at === 0 || one === (partitions[at - 1] as number) + 1);
  const values =
    divisions === null || !rising || partitions.length === 0 ? null : partitions.map((one) => divisions.values[one]);
  const last = divisions?.values[(partitions.at(-1) ?? 0) + 1];
  return named({
    kind: "pick",
    input,
    partitions,
    fields: input.fields,
    npartitions: partitions.length,
    divisions:
      values === null || divisions === null
        ? null
        : { column: divisions.column, values: [...values, last] as Divisions["values"] },
  });
}

export function exchangeNode(input: Node, by: readonly string[], npartitions: number): Node {
  return named({ kind: "exchange", input, by, fields: input.fields, npartitions, divisions: null });
}

/** @throws ShoalError UNKNOWN_KEY */
export function fieldOf(node: Node, name: string): Field {
  const field = node.fields.find((one) => one.name === name);
  if (field === undefined) throw unknownColumn(name, node.fields);
  return field;
}

export const listField = (field: Field): Field => ({ ...field, dtype: listOf(field.dtype) });
