import { tokenize } from "../../../runtime/graph/tokenize.ts";
import { column, type Expr, type Plain } from "../expression/expression.ts";
import { indexName } from "../schema.ts";
import { selectNode } from "./build.ts";
import { inputsOf, type Node, named, withInputs } from "./node.ts";
import { rowPlaces } from "./row-places.ts";
import { nodeOfView, type View } from "./view.ts";

/** Two views over one root, so that their expressions can be combined row by row. */
export function combineViews(a: View, b: View, how: "outer" | "left" = "outer"): readonly [View, View] {
  if (a.root.id === b.root.id) return [a, b];
  const [ownA, ownB] = [additions(a.root), additions(b.root)];
  if (ownA.base.id === ownB.base.id) {
    let root = a.root;
    const present = new Set(ownA.added.map((node) => node.id));
    for (const node of ownB.added) if (!present.has(node.id)) root = addedTo(root, node);
    return [
      { ...a, root },
      { ...b, root },
    ];
  }
  return alignedViews(a, b, how);
}

/** Nodes that only add columns, above the rows they add them to; the lowest first. */
function additions(root: Node): { base: Node; added: Node[] } {
  const added: Node[] = [];
  let base = root;
  while (base.kind === "extend" || base.kind === "window" || base.kind === "scalars") {
    added.unshift(base);
    base = base.input;
  }
  return { base, added };
}

/** The same addition over other rows-with-columns; columns that are there already are not added again. */
function addedTo(root: Node, node: Node): Node {
  const there = new Set(root.fields.map((field) => field.name));
  const input = inputsOf(node)[0] as Node;
  const news = node.fields.slice(input.fields.length).filter((field) => !there.has(field.name));
  if (news.length === 0) return root;
  const fields = [...root.fields, ...news];
  return named({ ...withInputs(node, [root, ...inputsOf(node).slice(1)]), fields });
}

/** A value of one row as a column of another table: the root with the column, and its name. */
export function withScalar(root: Node, scalar: View): readonly [Node, Expr] {
  const [only] = scalar.columns;
  const name = `__s_${tokenize(scalar.root.id, only?.expr)}`;
  if (root.fields.some((field) => field.name === name)) return [root, column(name)];
  const row = selectNode(scalar.root, [{ name, expr: (only as View["columns"][number]).expr }]);
  const fields = [...root.fields, ...row.fields];
  return [
    named({
      kind: "scalars",
      input: root,
      from: [row],
      fields,
      npartitions: root.npartitions,
      divisions: root.divisions,
    }),
    column(name),
  ];
}

/**
 * Two views of different tables side by side: rows of equal index meet. Known divisions are matched; tables of unknown
 * divisions are taken partition by partition if they have equally many, as Dask does, and no exchange has moved the rows of one
 * of them; else each is brought together in one partition.
 */
export function alignedViews(a: View, b: View, how: "outer" | "inner" | "left"): readonly [View, View] {
  const keys = a.index.length;
  if (keys !== b.index.length)
    throw new TypeError(`Tables of ${keys} and ${b.index.length} index levels cannot be aligned`);
  let [left, right] = [renamedColumns(a, "l"), renamedColumns(b, "r")];
  [left, right] = matchedPartitions(left, right);
  const fields = [...left.fields, ...right.fields.slice(keys)];
  const root = named({
    kind: "align",
    left,
    right,
    keys,
    how,
    fields,
    npartitions: left.npartitions,
    divisions: left.divisions,
  });
  return [overAligned(a, root, "l"), overAligned(b, root, "r")];
}

const renamedColumns = (view: View, prefix: string): Node =>
  nodeOfView({ ...view, columns: view.columns.map((one, at) => ({ ...one, name: `${prefix}${at}` })) });

const overAligned = (view: View, root: Node, prefix: string): View => ({
  root,
  index: view.index.map(({ label }, level) => ({ label, expr: column(indexName(level)) })),
  columns: view.columns.map((one, at) => ({ ...one, expr: column(`${prefix}${at}`) })),
});

/** Both tables over the same divisions, or in as many partitions. */
export function matchedPartitions(left: Node, right: Node): [Node, Node] {
  const [a, b] = [left.divisions, right.divisions];
  const key = indexName(0);
  if (a !== null && b !== null && a.column === key && b.column === key) {
    if (JSON.stringify(a.values) === JSON.stringify(b.values)) return [left, right];
    const values = mergedValues(a.values, b.values);
    return [overDivisions(left, key, values), overDivisions(right, key, values)];
  }
  const meet = left.npartitions === right.npartitions && rowPlaces(left) === rowPlaces(right);
  return meet ? [left, right] : [inOne(left), inOne(right)];
}

function mergedValues(a: readonly Plain[], b: readonly Plain[]): Plain[] {
  const all = [...new Set([...a, ...b])];
  return all.sort((x, y) => ((x as number) < (y as number) ? -1 : (x as number) > (y as number) ? 1 : 0));
}

/** Moves rows to partitions of these divisions. */
export function overDivisions(node: Node, name: string, values: readonly Plain[]): Node {
  const npartitions = Math.max(1, values.length - 1);
  const divisions = { column: name, values: values.length === 1 ? [values[0] as Plain, values[0] as Plain] : values };
  return named({
    kind: "repartition",
    input: node,
    how: { kind: "divisions", force: false },
    fields: node.fields,
    npartitions,
    divisions,
  });
}

export function inOne(node: Node): Node {
  if (node.npartitions === 1) return node;
  const { divisions } = node;
  const ends =
    divisions === null
      ? null
      : { column: divisions.column, values: [divisions.values[0] as Plain, divisions.values.at(-1) as Plain] };
  return named({
    kind: "repartition",
    input: node,
    how: { kind: "count" },
    fields: node.fields,
    npartitions: 1,
    divisions: ends,
  });
}
