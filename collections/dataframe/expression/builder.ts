import {
  call,
  column,
  describeValue,
  type Expr,
  isExpr,
  literalOf,
  type Options,
  type Plain,
  showExpr,
} from "./expression.ts";

/** What an expression can be combined with. */
export type ExpressionOperand = ColumnExpression | number | string | boolean | bigint | null | Date;

/**
 * A column expression written out: `col("delay").gt(30).and(col("origin").ne("ORD"))`. It is the same tree that an arrow
 * function over a row is parsed into. Missing values propagate.
 */
export class ColumnExpression {
  readonly expr: Expr;

  constructor(expr: Expr) {
    this.expr = expr;
  }

  add(other: ExpressionOperand): ColumnExpression {
    return this.with("add", other);
  }
  sub(other: ExpressionOperand): ColumnExpression {
    return this.with("sub", other);
  }
  mul(other: ExpressionOperand): ColumnExpression {
    return this.with("mul", other);
  }
  div(other: ExpressionOperand): ColumnExpression {
    return this.with("div", other);
  }
  /** Floored division, as `//` in pandas. */
  floordiv(other: ExpressionOperand): ColumnExpression {
    return this.with("floordiv", other);
  }
  /** The remainder of floored division, as `%` in pandas. */
  mod(other: ExpressionOperand): ColumnExpression {
    return this.with("mod", other);
  }
  pow(other: ExpressionOperand): ColumnExpression {
    return this.with("pow", other);
  }
  eq(other: ExpressionOperand): ColumnExpression {
    return this.with("eq", other);
  }
  ne(other: ExpressionOperand): ColumnExpression {
    return this.with("ne", other);
  }
  lt(other: ExpressionOperand): ColumnExpression {
    return this.with("lt", other);
  }
  le(other: ExpressionOperand): ColumnExpression {
    return this.with("le", other);
  }
  gt(other: ExpressionOperand): ColumnExpression {
    return this.with("gt", other);
  }
  ge(other: ExpressionOperand): ColumnExpression {
    return this.with("ge", other);
  }
  and(other: ExpressionOperand): ColumnExpression {
    return this.with("and", other);
  }
  or(other: ExpressionOperand): ColumnExpression {
    return this.with("or", other);
  }
  not(): ColumnExpression {
    return this.with("not");
  }
  neg(): ColumnExpression {
    return this.with("neg");
  }
  abs(): ColumnExpression {
    return this.with("abs");
  }
  round(digits = 0): ColumnExpression {
    return new ColumnExpression(call("round", [this.expr], { digits }));
  }
  isNull(): ColumnExpression {
    return this.with("isNull");
  }
  notNull(): ColumnExpression {
    return this.with("notNull");
  }
  fillna(value: ExpressionOperand): ColumnExpression {
    return this.with("coalesce", value);
  }
  isin(values: readonly Plain[]): ColumnExpression {
    return new ColumnExpression(call("isIn", [this.expr], { values }));
  }
  between(low: ExpressionOperand, high: ExpressionOperand): ColumnExpression {
    return this.ge(low).and(this.le(high));
  }
  cast(dtype: string): ColumnExpression {
    return new ColumnExpression(call("cast", [this.expr], { dtype }));
  }

  /** Any operation by name, such as `call("upper")` or `call("hour")`. */
  call(op: string, options?: Options): ColumnExpression {
    return new ColumnExpression(call(op, [this.expr], options));
  }

  toString(): string {
    return showExpr(this.expr);
  }

  private with(op: string, ...others: readonly ExpressionOperand[]): ColumnExpression {
    return new ColumnExpression(call(op, [this.expr, ...others.map(exprOf)]));
  }
}

export const isColumnExpression = (value: unknown): value is ColumnExpression => value instanceof ColumnExpression;

/** A column by its name. */
export const col = (name: string): ColumnExpression => new ColumnExpression(column(name));

/** A value as an expression; whole numbers are integers. */
export const lit = (value: unknown): ColumnExpression => new ColumnExpression(exprOf(value));

/** `when(test, a, b)`: a where the test holds, b where it does not; missing where it is missing. */
export const when = (test: ColumnExpression, then: ExpressionOperand, otherwise: ExpressionOperand): ColumnExpression =>
  new ColumnExpression(call("ifElse", [test.expr, exprOf(then), exprOf(otherwise)], { propagate: true }));

export function exprOf(value: unknown): Expr {
  if (isColumnExpression(value)) return value.expr;
  if (isExpr(value)) return value;
  if (typeof value === "function") throw new TypeError(`${describeValue(value)} is no column expression`);
  return literalOf(value);
}
