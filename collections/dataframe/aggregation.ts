import type { AnyFunction } from "../../runtime/wire/function-spec.ts";
import { DataFrame } from "./dataframe.ts";
import { column } from "./expression/expression.ts";
import { inferDtype } from "./expression/infer.ts";
import { partsOf } from "./group-parts.ts";
import { GroupBy } from "./groupby.ts";
import type { CustomSteps, Grouping } from "./grouping.ts";
import { mapNode } from "./map.ts";
import { inOne } from "./plan/align.ts";
import { exchangeNode, selectNode } from "./plan/build.ts";
import { LOCAL } from "./plan/local.ts";
import { type Node, named } from "./plan/node.ts";
import { type View, viewColumn, viewOfNode } from "./plan/view.ts";
import { type Field, indexName, type TableMeta } from "./schema.ts";
import { Series } from "./series.ts";
import { SeriesGroupBy } from "./series-groupby.ts";

type Parts = Series<never> | readonly Series<never>[];

/**
 * An aggregation of your own, for `groupby(…).agg`: `chunk` gives one or several partial results of each group of a partition,
 * `aggregate` takes the groups of those over all partitions, `finalize` makes the outcome of what that gave. All three say what is
 * done with methods of groups and series; they are called with no rows first, for the types of their outcomes.
 * @see https://docs.dask.org/en/stable/dataframe-groupby.html#aggregate
 * @example
 * const spread = new Aggregation(
 *   "spread",
 *   (group) => [group.max(), group.min()],
 *   (high, low) => [high.max(), low.min()],
 *   (high, low) => high.sub(low),
 * );
 * flights.groupby("origin").agg({ delay: spread });
 */
export class Aggregation implements CustomSteps {
  readonly name: string;
  readonly chunk: (group: SeriesGroupBy<never>) => Parts;
  readonly aggregate: (...groups: SeriesGroupBy<never>[]) => Parts;
  readonly finalize: ((...parts: Series<never>[]) => Series<never>) | undefined;

  constructor(
    name: string,
    chunk: (group: SeriesGroupBy<never>) => Parts,
    aggregate: (...groups: SeriesGroupBy<never>[]) => Parts,
    finalize?: (...parts: Series<never>[]) => Series<never>,
  ) {
    for (const [what, fn] of Object.entries({ chunk, aggregate, ...(finalize === undefined ? {} : { finalize }) }))
      if (typeof fn !== "function") throw new TypeError(`Aggregation "${name}" needs a function for ${what}`);
    this.name = name;
    this.chunk = chunk;
    this.aggregate = aggregate;
    this.finalize = finalize;
  }
}

/** One column's groups under an aggregation of the user's: keys in the index, the outcome as the column `name`. */
function customAggregate(grouping: Grouping, value: View["columns"][number], by: CustomSteps, name: string): View {
  const keys = grouping.keys.map((_, level) => indexName(level));
  const input = selectNode(grouping.view.root, [
    ...grouping.keys.map(({ expr }, level) => ({ name: indexName(level), expr })),
    { name: "p0", expr: value.expr },
  ]);
  const labels = grouping.keys.map(({ label }, level) => ({
    label,
    dtype: inferDtype(column(keys[level] as string), input.fields),
  }));
  const first: TableMeta = { index: labels, columns: [{ name: "p0", dtype: inferDtype(column("p0"), input.fields) }] };
  const partial = stage(input, first, by.chunk as AnyFunction, "groups", null);
  const together =
    keys.length > 0 && partial.node.npartitions > 16
      ? exchangeNode(partial.node, keys, partial.node.npartitions)
      : inOne(partial.node);
  const combined = stage(together, partial.meta, by.aggregate as AnyFunction, "groups", null);
  const last =
    by.finalize === undefined
      ? combined
      : stage(combined.node, combined.meta, by.finalize as AnyFunction, "series", name);
  if (last.meta.columns.length !== 1)
    throw new TypeError(
      `Aggregation "${by.name}" ends with ${last.meta.columns.length} columns; give it a finalize that makes one`,
    );
  const [only] = last.meta.columns as readonly [TableMeta["columns"][number]];
  const view = viewOfNode(inOne(last.node), last.meta);
  return { ...view, columns: [{ name, expr: column(only.name) }] };
}

/** One step as a function of each partition; the types of what it gives come from calling it with no rows. */
function stage(
  input: Node,
  meta: TableMeta,
  fn: AnyFunction,
  what: "groups" | "series",
  name: string | null,
): { node: Node; meta: TableMeta } {
  const made = partsOf(fn, emptyTable(input, meta), what);
  const out: TableMeta = {
    index: meta.index,
    columns: made.map((one, at) => ({ name: name ?? `p${at}`, dtype: one.dtype })),
  };
  const node = mapNode(
    viewOfNode(input, meta),
    fn,
    { mode: what === "groups" ? "partGroups" : "partSeries", out, args: [] },
    meta,
  );
  return { node, meta: out };
}

/** A table of the same columns that is never computed: what is asked of it is its types. */
function emptyTable(input: Node, meta: TableMeta): DataFrame<Record<string, never>> {
  const fields: Field[] = [...input.fields];
  const layer = { kind: "data" as const, name: "no-rows", grid: [1], values: { kind: "live" as const, items: [null] } };
  return new DataFrame(
    viewOfNode(named({ kind: "layer", layer, label: LOCAL, fields, npartitions: 1, divisions: null }), meta),
  );
}

declare module "./groupby.ts" {
  interface GroupBy<S> {
    /** An aggregation of your own over one column. */
    custom(label: keyof S & string, by: CustomSteps, name?: string): Series<unknown>;
  }
}
declare module "./series-groupby.ts" {
  interface SeriesGroupBy<T> {
    /** An aggregation of your own over the column. */
    custom(by: CustomSteps, name?: string): Series<unknown>;
  }
}

GroupBy.prototype.custom = function (label, by, name = label) {
  const { grouping } = this as GroupBy<unknown>;
  return new Series(customAggregate(grouping, viewColumn(grouping.view, label), by, name));
};
SeriesGroupBy.prototype.custom = function (by, name) {
  const { grouping } = this as SeriesGroupBy<unknown>;
  const [value] = grouping.view.columns as readonly [View["columns"][number]];
  return new Series(customAggregate(grouping, value, by, name ?? value.name));
};
