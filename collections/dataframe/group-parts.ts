import type { AnyFunction } from "../../runtime/wire/function-spec.ts";
import type { DataFrame } from "./dataframe.ts";
import { GroupBy } from "./groupby.ts";
import { groupingOf } from "./grouping.ts";
import type { View } from "./plan/view.ts";
import { Series } from "./series.ts";

/** Calls a step with the groups, or the series, of a table whose index holds the keys. */
export function partsOf(
  fn: AnyFunction,
  table: DataFrame<Record<string, never>>,
  what: "groups" | "series",
): readonly Series<never>[] {
  const names = table.meta.columns.map((one) => one.name);
  const groups = new GroupBy<Record<string, never>>(
    groupingOf(
      table,
      table.view.index.map((_, level) => levelSeries(table, level)),
      { sort: true },
    ),
  );
  const given = what === "groups" ? names.map((one) => groups.get(one)) : names.map((one) => table.get(one));
  const made = [fn(...given)].flat();
  for (const one of made)
    if (!(one instanceof Series))
      throw new TypeError(
        `A step of an Aggregation gives a Series, or several, made from what it is given; it gave ${typeof one}`,
      );
  return made as Series<never>[];
}

const levelSeries = (table: DataFrame<Record<string, never>>, level: number): Series<unknown> =>
  new Series({
    ...table.view,
    columns: [
      {
        name: table.view.index[level]?.label ?? `key ${level}`,
        expr: (table.view.index[level] as View["index"][number]).expr,
      },
    ],
  });
