import { type AnyRow, DataFrame } from "./dataframe.ts";
import { isNumberLike } from "./dtype.ts";
import { column, type Expr, literalOf, type Options } from "./expression/expression.ts";
import { inferDtype } from "./expression/infer.ts";
import { GroupBy } from "./groupby.ts";
import type { Wanted } from "./grouping.ts";
import { inOne } from "./plan/align.ts";
import { selectNode, stackNode } from "./plan/build.ts";
import { named } from "./plan/node.ts";
import { nodeOfView, viewOfNode } from "./plan/view.ts";
import { indexName } from "./schema.ts";

declare module "./groupby.ts" {
  interface GroupBy<S> {
    /** Correlations of every pair of columns within each group: a row for each group and column. */
    corr(options?: { minPeriods?: number }): DataFrame<AnyRow>;
    cov(options?: { minPeriods?: number; ddof?: number }): DataFrame<AnyRow>;
  }
}

function pairs(groups: GroupBy<never>, fn: "cov" | "corr", options: Options): DataFrame<AnyRow> {
  const { grouping } = groups;
  const columns = grouping.values.filter(({ expr }) => isNumberLike(inferDtype(expr, grouping.view.root.fields)));
  const key = (a: string, b: string): string => (a <= b ? `${a}~${b}` : `${b}~${a}`);
  const wanted = columns.flatMap((a) =>
    columns
      .filter((b) => a.name <= b.name)
      .map((b): Wanted => ({ name: key(a.name, b.name), fn, exprs: [a.expr, b.expr], options })),
  );
  const made = nodeOfView(grouping.aggregate(wanted));
  const levels = grouping.keys.map((_, level) => indexName(level));
  const deepest = indexName(levels.length);
  const parts = columns.map((a) =>
    selectNode(made, [
      ...levels.map((name): { name: string; expr: Expr } => ({ name, expr: column(name) })),
      { name: deepest, expr: literalOf(a.name) },
      ...columns.map((b) => ({ name: b.name, expr: column(key(a.name, b.name)) })),
    ]),
  );
  const all = inOne(stackNode(parts, null));
  const sorted = named({
    kind: "sort",
    input: all,
    by: levels,
    descending: levels.map(() => false),
    nullsLast: true,
    targets: null,
    fields: all.fields,
    npartitions: 1,
    divisions: null,
  });
  return new DataFrame(
    viewOfNode(sorted, {
      index: [...grouping.keys.map(({ label }) => ({ label })), { label: null }],
      columns: columns.map(({ name }) => ({ name })),
    }),
  );
}

GroupBy.prototype.corr = function (options = {}) {
  return pairs(this as GroupBy<never>, "corr", options as Options);
};
GroupBy.prototype.cov = function (options = {}) {
  return pairs(this as GroupBy<never>, "cov", options as Options);
};
