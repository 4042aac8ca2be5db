import { DataFrame } from "./dataframe.ts";
import type { Operand } from "./operand.ts";
import { combineViews } from "./plan/align.ts";
import { Series } from "./series.ts";
import type { Table } from "./table.ts";

type Chosen = "where" | "mask";

/** Each column keeps or loses values by one condition for all, or by the condition's column of its name. */
function chosen<S>(table: DataFrame<S>, fn: Chosen, condition: unknown, other: unknown): DataFrame<S> {
  if (!(condition instanceof Series || condition instanceof DataFrame))
    throw new TypeError(`${fn}() takes a condition: a column or a table of booleans, got ${typeof condition}`);
  const [own, conditionView] = combineViews(table.view, condition.view, "left");
  const conditions = new DataFrame(conditionView);
  const conditionOf = (name: string): Series =>
    condition instanceof Series ? new Series(conditionView) : (conditions.get(name) as Series);
  const [aligned, of] = otherwise(new DataFrame<S>(own), other);
  return aligned.each((one, name) => one[fn](conditionOf(name), of(name)) as Series);
}

/** What stands in place of a value: the other table's column of the name, or one value for all. */
function otherwise<S>(table: DataFrame<S>, other: unknown): readonly [DataFrame<S>, (name: string) => Operand] {
  if (!(other instanceof DataFrame)) return [table, () => other as Operand];
  const [own, view] = combineViews(table.view, other.view, "left");
  const second = new DataFrame(view);
  return [new DataFrame<S>(own), (name) => second.get(name)];
}

declare module "./dataframe.ts" {
  interface DataFrame<S> {
    /**
     * Keeps values where the condition (a column, or a table of the same columns) holds, else takes `other`, missing by default.
     * @see https://docs.dask.org/en/stable/generated/dask.dataframe.DataFrame.where.html
     * @example
     * const df = fromColumns({ a: [1, -2], b: [-3, 4] });
     * (await df.where(df.gt(0), 0).compute()).toRecords(); // [{ a: 1, b: 0 }, { a: 0, b: 4 }]
     */
    where(condition: Table<unknown>, other?: unknown): DataFrame<S>;
    /** Replaces values where the condition holds by `other`, missing by default. */
    mask(condition: Table<unknown>, other?: unknown): DataFrame<S>;
  }
}
for (const fn of ["where", "mask"] as const)
  DataFrame.prototype[fn] = function (condition, other = null) {
    return chosen(this, fn, condition, other) as never;
  };
