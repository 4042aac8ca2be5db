import { visitColumns } from "../../expression/expression.ts";
import type { Field } from "../../schema.ts";
import { type Node, type NodeKind, named } from "../node.ts";
import type { Aggregation, Named } from "../step.ts";

/** Every node makes only the columns that are used above it; sources read no other. */
export function pushProjection(root: Node): Node {
  return need(root, new Set(root.fields.map((field) => field.name)));
}

type Names = ReadonlySet<string>;

/** The node with at least the columns of `names`. */
function need(node: Node, names: Names): Node {
  const kept = (fields: readonly Field[]): Field[] => fields.filter((field) => names.has(field.name));
  switch (node.kind) {
    case "layer":
      return node;
    case "scan":
      return kept(node.fields).length === node.fields.length
        ? node
        : rebuilt(node, { fields: atLeastOne(kept(node.fields), node.fields) });
    case "select": {
      const columns = atLeastOne(
        node.columns.filter(({ name }) => names.has(name)),
        node.columns,
      );
      return rebuilt(node, {
        columns,
        input: need(node.input, readBy(columns)),
        fields: node.fields.filter(({ name }) => columns.some((one) => one.name === name)),
      });
    }
    case "extend": {
      const columns = node.columns.filter(({ name }) => names.has(name));
      const added = new Set(node.columns.map(({ name }) => name));
      const input = need(node.input, union(readBy(columns), without(names, added)));
      return columns.length === 0
        ? input
        : rebuilt(node, {
            columns,
            input,
            fields: [...input.fields, ...node.fields.filter(({ name }) => columns.some((one) => one.name === name))],
          });
    }
    case "filter": {
      const input = need(node.input, union(names, readBy([{ name: "", expr: node.predicate }])));
      return rebuilt(node, { input, fields: input.fields });
    }
    case "sort":
    case "largest":
      return passed(node, union(names, new Set(node.by)));
    case "exchange":
      return passed(node, union(names, new Set(node.by)));
    case "limit":
    case "pick":
      return passed(node, names);
    case "repartition":
      return passed(node, node.divisions === null ? names : union(names, new Set([node.divisions.column])));
    case "unique":
      return node.by.length === 0 ? all(node) : passed(node, union(names, new Set(node.by)));
    case "stack":
      return needStack(node, names);
    case "aggregate":
      return needAggregate(node);
    case "join":
      return needJoin(node, names);
    case "window":
      return needWindow(node, names);
    case "groupWindow":
      return needGroupWindow(node, names);
    case "number":
      return needNumber(node, names);
    case "scalars":
      return needScalars(node, names);
    case "explode":
      return passed(node, union(names, new Set([node.column])));
    default:
      return all(node);
  }
}

type Kind<K extends NodeKind["kind"]> = Extract<Node, { kind: K }>;

/** Nodes that use all columns of their inputs. */
function all(node: Node): Node {
  const full = (input: Node): Node => need(input, new Set(input.fields.map((field) => field.name)));
  switch (node.kind) {
    case "join":
    case "asof":
    case "align":
      return rebuilt(node, { left: full(node.left), right: full(node.right) });
    case "scalars":
      return rebuilt(node, { input: full(node.input), from: node.from.map(full) });
    case "layer":
    case "scan":
      return node;
    case "stack":
      return rebuilt(node, { inputs: node.inputs.map(full) });
    default:
      return rebuilt(node as Kind<"map">, { input: full(node.input) });
  }
}

function passed(
  node: Kind<"sort" | "largest" | "exchange" | "limit" | "pick" | "repartition" | "unique" | "explode">,
  names: Names,
): Node {
  const input = need(node.input, names);
  const own = new Map(node.fields.map((field) => [field.name, field]));
  return rebuilt(node as Kind<"limit">, { input, fields: input.fields.map((field) => own.get(field.name) as Field) });
}

/** All inputs must keep the same columns, in the same order. */
function needStack(node: Kind<"stack">, names: Names): Node {
  const columns = atLeastOne(
    node.fields.filter(({ name }) => names.has(name)),
    node.fields,
  );
  const inputs = node.inputs.map((input) => {
    const pruned = need(input, new Set(columns.map(({ name }) => name)));
    return pruned.fields.length === columns.length &&
      pruned.fields.every((field, at) => field.name === columns[at]?.name)
      ? pruned
      : named({
          kind: "select",
          input: pruned,
          columns: columns.map(({ name }) => ({ name, expr: { kind: "column", name } })),
          fields: columns,
          npartitions: pruned.npartitions,
          divisions: pruned.divisions,
        });
  });
  return rebuilt(node, { inputs, fields: columns });
}

/** Each side makes its keys and what is used of it. */
function needJoin(node: Kind<"join">, wanted: Names): Node {
  const { join } = node;
  const fields = atLeastOne(
    node.fields.filter(({ name }) => wanted.has(name)),
    node.fields,
  );
  const names = new Set(fields.map(({ name }) => name));
  const side = (input: Node, keys: readonly string[], rename: readonly (readonly [string, string])[]): Node => {
    const after = new Map(rename);
    const used = input.fields.map(({ name }) => name).filter((name) => names.has(after.get(name) ?? name));
    return need(input, new Set([...keys, ...used]));
  };
  const left = side(node.left, join.leftOn, join.renameLeft);
  const right = side(node.right, join.rightOn, join.rename);
  const there = (input: Node) => (pair: readonly [string, string]) => input.fields.some(({ name }) => name === pair[0]);
  return rebuilt(node, {
    left,
    right,
    join: { ...join, renameLeft: join.renameLeft.filter(there(left)), rename: join.rename.filter(there(right)) },
    fields,
  });
}

function needAggregate(node: Kind<"aggregate">): Node {
  const read = new Set([...node.tree.keys, ...node.tree.partial.flatMap(({ columns }: Aggregation) => columns)]);
  const input = need(node.input, read);
  return rebuilt(node, { input });
}

function needWindow(node: Kind<"window">, names: Names): Node {
  const items = node.items.filter(({ name }) => names.has(name));
  const added = new Set(node.items.map(({ name }) => name));
  const read = new Set(items.flatMap(({ columns }) => columns));
  const reach = node.reach.kind === "time" ? new Set([node.reach.column]) : new Set<string>();
  const input = need(node.input, union(union(read, reach), without(names, added)));
  if (items.length === 0) return input;
  return rebuilt(node, {
    items,
    input,
    fields: [...input.fields, ...items.map(({ name, dtype }) => ({ name, dtype }))],
  });
}

/** The rows of a group meet even where nothing is made of them: that they move is seen. */
function needGroupWindow(node: Kind<"groupWindow">, names: Names): Node {
  const items = atLeastOne(
    node.items.filter(({ name }) => names.has(name)),
    node.items,
  );
  const added = new Set(node.items.map(({ name }) => name));
  const read = new Set([...node.over, ...items.flatMap(({ columns }) => columns)]);
  const input = need(node.input, union(read, without(names, added)));
  const made = items.map(({ name, dtype }) => ({ name, dtype }));
  return rebuilt(node, { items, input, fields: [...input.fields, ...made] });
}

/** Rows are numbered where somebody looks at the numbers. */
function needNumber(node: Kind<"number">, names: Names): Node {
  const input = need(node.input, without(names, new Set([node.name])));
  const number = node.fields.filter(({ name }) => name === node.name && names.has(name));
  return number.length === 0 ? input : rebuilt(node, { input, fields: [...input.fields, ...number] });
}

function needScalars(node: Kind<"scalars">, names: Names): Node {
  const from = node.from.flatMap((one) => {
    const used = one.fields.filter(({ name }) => names.has(name));
    return used.length === 0 ? [] : [need(one, new Set(used.map(({ name }) => name)))];
  });
  const added = new Set(node.from.flatMap((one) => one.fields.map(({ name }) => name)));
  const input = need(node.input, without(names, added));
  if (from.length === 0) return input;
  return rebuilt(node, { input, from, fields: [...input.fields, ...from.flatMap(({ fields }) => fields)] });
}

function readBy(columns: readonly Named[]): Set<string> {
  const names = new Set<string>();
  for (const { expr } of columns) visitColumns(expr, (name) => names.add(name));
  return names;
}

const union = (a: Names, b: Names): Set<string> => new Set([...a, ...b]);
const without = (a: Names, b: Names): Set<string> => new Set([...a].filter((name) => !b.has(name)));
/** A table needs a column to have rows. */
const atLeastOne = <T>(some: readonly T[], of: readonly T[]): T[] => (some.length > 0 ? [...some] : of.slice(0, 1));

function rebuilt<N extends Node>(node: N, changes: Partial<N>): Node {
  const next = { ...node, ...changes };
  const divisions =
    next.divisions !== null && next.fields.some(({ name }) => name === next.divisions?.column) ? next.divisions : null;
  return named({ ...next, divisions });
}
