import { parseDtype } from "./dtype.ts";
import { parseTimeMicros } from "./expression/coerce.ts";
import { call, type Expr, literalOf, type Options, type Plain } from "./expression/expression.ts";
import { inferDtype } from "./expression/infer.ts";
import type { Column } from "./frame/column.ts";
import { firstColumn, nameOf, type Operand, operate, withOperand } from "./operand.ts";
import type { View, ViewColumn } from "./plan/view.ts";
import { Table } from "./table.ts";

/** Row by row: what a Series does with each of its values. Comparisons with a missing value are false, as in pandas. */
export abstract class SeriesMath<T> extends Table<Column<T>> {
  /** The same rows, another column. */
  protected abstract series<R>(view: View): SeriesMath<R>;

  protected get own(): ViewColumn {
    return this.view.columns[0] as ViewColumn;
  }

  protected rowwise(op: string, options?: Options, ...more: readonly Expr[]): this {
    return this.over(firstColumn(this.view, call(op, [this.own.expr, ...more], options), this.own.name));
  }

  protected operate(op: string, other: Operand, swapped = false): this {
    return this.over(operate(this.view, op, other, swapped));
  }

  /** @see https://docs.dask.org/en/stable/generated/dask.dataframe.Series.add.html */
  add(other: Operand, options: { fillValue?: Plain } = {}): this {
    return this.filled("add", other, options.fillValue);
  }
  sub(other: Operand, options: { fillValue?: Plain } = {}): this {
    return this.filled("sub", other, options.fillValue);
  }
  mul(other: Operand, options: { fillValue?: Plain } = {}): this {
    return this.filled("mul", other, options.fillValue);
  }
  div(other: Operand, options: { fillValue?: Plain } = {}): this {
    return this.filled("div", other, options.fillValue);
  }
  /** Floored division. */
  floordiv(other: Operand, options: { fillValue?: Plain } = {}): this {
    return this.filled("floordiv", other, options.fillValue);
  }
  /** The remainder of floored division: it has the sign of the divisor. */
  mod(other: Operand, options: { fillValue?: Plain } = {}): this {
    return this.filled("mod", other, options.fillValue);
  }
  pow(other: Operand, options: { fillValue?: Plain } = {}): this {
    return this.filled("pow", other, options.fillValue);
  }
  radd(other: Operand): this {
    return this.operate("add", other, true);
  }
  rsub(other: Operand): this {
    return this.operate("sub", other, true);
  }
  rmul(other: Operand): this {
    return this.operate("mul", other, true);
  }
  rdiv(other: Operand): this {
    return this.operate("div", other, true);
  }
  rfloordiv(other: Operand): this {
    return this.operate("floordiv", other, true);
  }
  rmod(other: Operand): this {
    return this.operate("mod", other, true);
  }
  rpow(other: Operand): this {
    return this.operate("pow", other, true);
  }

  eq(other: Operand): SeriesMath<boolean> {
    return this.compare("eq", other);
  }
  ne(other: Operand): SeriesMath<boolean> {
    return this.compare("ne", other);
  }
  lt(other: Operand): SeriesMath<boolean> {
    return this.compare("lt", other);
  }
  le(other: Operand): SeriesMath<boolean> {
    return this.compare("le", other);
  }
  gt(other: Operand): SeriesMath<boolean> {
    return this.compare("gt", other);
  }
  ge(other: Operand): SeriesMath<boolean> {
    return this.compare("ge", other);
  }
  /** @throws RangeError for bounds that are none of both, neither, left, right */
  between(
    low: Operand,
    high: Operand,
    options: { inclusive?: "both" | "neither" | "left" | "right" } = {},
  ): SeriesMath<boolean> {
    const { inclusive = "both" } = options;
    if (!["both", "neither", "left", "right"].includes(inclusive))
      throw new RangeError(`inclusive is both, neither, left or right, got ${String(inclusive)}`);
    const [from, to] = [inclusive === "both" || inclusive === "left", inclusive === "both" || inclusive === "right"];
    return (from ? this.ge(low) : this.gt(low)).and(to ? this.le(high) : this.lt(high));
  }
  and(other: Operand): SeriesMath<boolean> {
    return this.operate("and", other) as unknown as SeriesMath<boolean>;
  }
  or(other: Operand): SeriesMath<boolean> {
    return this.operate("or", other) as unknown as SeriesMath<boolean>;
  }
  xor(other: Operand): SeriesMath<boolean> {
    return this.operate("xor", other) as unknown as SeriesMath<boolean>;
  }
  not(): SeriesMath<boolean> {
    return this.rowwise("not") as unknown as SeriesMath<boolean>;
  }

  neg(): this {
    return this.rowwise("neg");
  }
  abs(): this {
    return this.rowwise("abs");
  }
  /** Half goes to the even neighbour. */
  round(digits = 0): this {
    return this.rowwise("round", { digits });
  }
  floor(): this {
    return this.rowwise("floor");
  }
  ceil(): this {
    return this.rowwise("ceil");
  }
  sqrt(): this {
    return this.rowwise("sqrt");
  }
  /** An elementwise function by name: exp, log, log1p, sin, cos, tanh… */
  math(op: string): this {
    return this.rowwise(op);
  }
  clip(lower: number | null = null, upper: number | null = null): this {
    return this.rowwise("clip", { lower, upper });
  }

  isna(): SeriesMath<boolean> {
    return this.rowwise("isNull") as unknown as SeriesMath<boolean>;
  }
  notna(): SeriesMath<boolean> {
    return this.rowwise("notNull") as unknown as SeriesMath<boolean>;
  }
  isin(values: Iterable<unknown>): SeriesMath<boolean> {
    const plain = [...values].map((value) => this.plainOf(value));
    return this.rowwise("isIn", { values: plain }) as unknown as SeriesMath<boolean>;
  }
  /** Missing values become `value`. @see https://docs.dask.org/en/stable/generated/dask.dataframe.Series.fillna.html */
  fillna(value: Operand): this {
    return this.filledBy(value);
  }
  /** Values of this series, and of the other where this one has none. */
  combineFirst(other: Operand): this {
    const filled = operate(this.view, "coalesce", other, false);
    return this.over({ ...filled, columns: [{ ...(filled.columns[0] as ViewColumn), name: this.own.name }] });
  }
  /** Keeps values where the condition holds, else takes `other` (missing by default). */
  where(condition: Table<unknown>, other: Operand = null): this {
    return this.choose(condition, other, false);
  }
  /** Replaces values where the condition holds by `other` (missing by default). */
  mask(condition: Table<unknown>, other: Operand = null): this {
    return this.choose(condition, other, true);
  }
  /**
   * Exchanges values: one for one, several for one, or a table of pairs.
   * @example
   * colours.replace("red", "RED"); colours.replace(["red", "blue"], "cold"); ids.replace(new Map([[0, -1]]));
   */
  replace(from: unknown, to?: unknown): this {
    const pairs = replacements(from, to).map(([a, b]) => [this.plainOf(a), this.plainOf(b)] as const);
    return this.rowwise("lookup", { from: pairs.map(([a]) => a), to: pairs.map(([, b]) => b) });
  }
  /** @see https://docs.dask.org/en/stable/generated/dask.dataframe.Series.astype.html @throws TypeError for an unknown type */
  astype(dtype: string): this {
    if (dtype === "category") {
      const view = this.view;
      return this.over({ ...view, columns: [{ ...this.own, category: { values: null, ordered: false } }] });
    }
    return this.rowwise("cast", { dtype: parseDtype(dtype) });
  }

  get dtype() {
    return inferDtype(this.own.expr, this.view.root.fields);
  }

  protected plainOf(value: unknown): Plain {
    if (value instanceof Date) return value.getTime() * 1000;
    if (typeof value === "string" && this.dtype === "datetime") return parseTimeMicros(value);
    return (literalOf(value) as Extract<Expr, { kind: "literal" }>).value;
  }

  private compare(op: string, other: Operand): SeriesMath<boolean> {
    const compared = operate(this.view, op, other, false);
    const { expr, name } = compared.columns[0] as ViewColumn;
    return this.series<boolean>(firstColumn(compared, call("coalesce", [expr, literalOf(op === "ne")]), name));
  }

  private filled(op: string, other: Operand, fill: Plain | undefined): this {
    if (fill === undefined || fill === null) return this.operate(op, other);
    const [own, expr, view] = withOperand(this.view, other);
    const full = (one: Expr): Expr => call("coalesce", [one, literalOf(fill)]);
    // Where both miss a value, so does the outcome.
    const known = call("or", [call("notNull", [own]), call("notNull", [expr])]);
    const value = call("ifElse", [known, call(op, [full(own), full(expr)]), literalOf(null)]);
    return this.over(firstColumn(view, value, nameOf(this.view, other)));
  }

  private filledBy(value: Operand): this {
    const [own, expr, view] = withOperand(this.view, value);
    return this.over(firstColumn(view, call("coalesce", [own, expr]), this.own.name));
  }

  private choose(condition: Table<unknown>, other: Operand, inverted: boolean): this {
    const [own, test, view] = withOperand(this.view, condition);
    // The condition goes along: aligning with the other operand may move both to new columns.
    const pair = {
      ...view,
      columns: [
        { name: "a", expr: own },
        { name: "b", expr: test },
      ],
    };
    const [, second, both] = withOperand(pair, other);
    const [value, condition_] = both.columns as readonly [ViewColumn, ViewColumn];
    const known = call("coalesce", [condition_.expr, literalOf(false)]);
    const parts = inverted ? [known, second, value.expr] : [known, value.expr, second];
    return this.over(firstColumn(both, call("ifElse", parts), this.own.name));
  }
}

function replacements(from: unknown, to: unknown): [unknown, unknown][] {
  if (from instanceof Map) return [...from];
  if (Array.isArray(from)) return from.map((one, at) => [one, Array.isArray(to) ? to[at] : to]);
  if (typeof from === "object" && from !== null && !(from instanceof Date)) return Object.entries(from);
  return [[from, to]];
}
