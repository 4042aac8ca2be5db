import { column, type Expr, sizeOf, substitute } from "../expression/expression.ts";
import { inferDtype, unknownColumn } from "../expression/infer.ts";
import { type Category, type ColumnMeta, type Field, type IndexMeta, indexName, type TableMeta } from "../schema.ts";
import { extendNode, selectNode } from "./build.ts";
import type { Node } from "./node.ts";
import type { Named } from "./step.ts";

/** A column as a view has it: an expression over the view's root. */
export interface ViewColumn extends Named {
  readonly category?: Category;
}

export interface ViewIndex {
  readonly label: string | null;
  readonly expr: Expr;
}

/**
 * What a DataFrame, a Series or an Index is: expressions over the rows of one node. Selecting, renaming, assigning and
 * arithmetic only change expressions; two views of one root are aligned by nature.
 */
export interface View {
  readonly root: Node;
  readonly index: readonly ViewIndex[];
  readonly columns: readonly ViewColumn[];
}

/** A view of a node that has been selected from a view: physical names are plain columns of the node. */
export function viewOfNode(
  node: Node,
  like: { index: readonly { label: string | null }[]; columns: readonly { name: string; category?: Category }[] },
): View {
  return {
    root: node,
    index: like.index.map(({ label }, level) => ({ label, expr: column(indexName(level)) })),
    columns: like.columns.map(({ name, category }) => ({
      name,
      expr: column(name),
      ...(category === undefined ? {} : { category }),
    })),
  };
}

/** What is known of a view without computing. */
export function metaOf(view: View): TableMeta {
  const { fields } = view.root;
  return {
    index: view.index.map(({ label, expr }): IndexMeta => ({ label, dtype: inferDtype(expr, fields) })),
    columns: view.columns.map(
      ({ name, expr, category }): ColumnMeta => ({
        name,
        dtype: inferDtype(expr, fields),
        ...(category === undefined ? {} : { category }),
      }),
    ),
  };
}

/** The view as a node of its own, with the columns `__index_0…` and those of the view. */
export function nodeOfView(view: View, withIndex = true): Node {
  const columns: Named[] = [
    ...(withIndex ? view.index.map(({ expr }, level) => ({ name: indexName(level), expr })) : []),
    ...view.columns.map(({ name, expr }) => ({ name, expr })),
  ];
  return selectNode(view.root, columns);
}

/** The same view, over a node of its own. */
export const settledView = (view: View): View => viewOfNode(nodeOfView(view), view);

/**
 * The column of a name.
 * @throws ShoalError UNKNOWN_KEY naming the columns that are there
 */
export function viewColumn(view: View, name: string): ViewColumn {
  const found = view.columns.find((one) => one.name === name);
  if (found === undefined) throw unknownColumn(name, view.columns);
  return found;
}

/** @throws RangeError naming the method and the first column that is not there */
export function checkColumns(view: View, names: readonly string[], method: string): void {
  for (const name of names)
    try {
      viewColumn(view, name);
    } catch (cause) {
      throw new RangeError(`${method}() names column "${name}": ${(cause as Error).message}`, { cause });
    }
}

/** An expression over the view's columns, said over its root. */
export function overRoot(view: View, expr: Expr): Expr {
  return substitute(expr, (name) => {
    const level = /^__index_(\d+)$/.exec(name);
    if (level !== null && view.index[Number(level[1])] !== undefined)
      return (view.index[Number(level[1])] as ViewIndex).expr;
    return viewColumn(view, name).expr;
  });
}

/** The columns of a view as fields, for inferring types of expressions over them. */
export function viewFields(view: View): Field[] {
  const meta = metaOf(view);
  return [
    ...meta.index.map(({ dtype }, level) => ({ name: indexName(level), dtype })),
    ...meta.columns.map(({ name, dtype }) => ({ name, dtype })),
  ];
}

/** Trees above this size become columns of their own, so that using them twice does not double the work. */
const EXPR_SIZE_MAX = 400;

/** Keeps the expressions of a view small. */
export function boundedView(view: View): View {
  const large = view.columns.some(({ expr }) => sizeOf(expr) > EXPR_SIZE_MAX);
  if (!large) return view;
  const computed = view.columns.map(({ name, expr }, at) => ({ name: `__x${at}_${name}`, expr }));
  const root = extendNode(view.root, computed);
  return {
    root,
    index: view.index,
    columns: view.columns.map((one, at) => ({ ...one, expr: column((computed[at] as Named).name) })),
  };
}
