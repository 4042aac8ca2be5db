import type { Dtype } from "../dtype.ts";

/**
 * What is to be done with the columns of a table, as data: it is checked when it is built, rewritten by the
 * optimiser, sent with the work, and turned into the engine's own expressions in the kernel.
 */
export type Expr =
  | { readonly kind: "column"; readonly name: string }
  | { readonly kind: "literal"; readonly value: Plain; readonly dtype: Dtype }
  | { readonly kind: "call"; readonly op: string; readonly args: readonly Expr[]; readonly options?: Options };

/** Values inside expressions. Times are numbers of microseconds, their type says so. */
export type Plain = null | boolean | number | string | bigint | readonly Plain[] | { readonly [key: string]: Plain };
export type Options = Readonly<Record<string, Plain>>;

export const column = (name: string): Expr => ({ kind: "column", name });
export const call = (op: string, args: readonly Expr[], options?: Options): Expr =>
  options === undefined ? { kind: "call", op, args } : { kind: "call", op, args, options };

/**
 * A JavaScript value as a literal: whole numbers are integers, dates are times.
 * @throws TypeError for what no column can hold.
 */
export function literalOf(value: unknown): Expr {
  if (value === null || value === undefined) return { kind: "literal", value: null, dtype: "null" };
  if (typeof value === "boolean") return { kind: "literal", value, dtype: "bool" };
  if (typeof value === "string") return { kind: "literal", value, dtype: "string" };
  if (typeof value === "bigint") return { kind: "literal", value, dtype: "int64" };
  if (typeof value === "number")
    return Number.isNaN(value)
      ? { kind: "literal", value: null, dtype: "float64" }
      : { kind: "literal", value, dtype: Number.isInteger(value) && !Object.is(value, -0) ? "int64" : "float64" };
  if (value instanceof Date) return { kind: "literal", value: value.getTime() * 1000, dtype: "datetime" };
  throw new TypeError(`${describeValue(value)} cannot be compared or combined with a column`);
}

export const isExpr = (value: unknown): value is Expr =>
  typeof value === "object" &&
  value !== null &&
  ((value as Expr).kind === "column" || (value as Expr).kind === "literal" || (value as Expr).kind === "call");

/** Calls `each` with the name of every column that is read; names may repeat. */
export function visitColumns(expr: Expr, each: (name: string) => void): void {
  if (expr.kind === "column") each(expr.name);
  else if (expr.kind === "call") for (const arg of expr.args) visitColumns(arg, each);
}

/** The expression with every column replaced by what `of` gives for its name. */
export function substitute(expr: Expr, of: (name: string) => Expr): Expr {
  if (expr.kind === "column") return of(expr.name);
  if (expr.kind === "literal") return expr;
  const args = expr.args.map((arg) => substitute(arg, of));
  return args.every((arg, at) => arg === expr.args[at]) ? expr : { ...expr, args };
}

/** How many nodes the tree has; what is above a limit becomes a column of its own before it is used again. */
export function sizeOf(expr: Expr): number {
  if (expr.kind !== "call") return 1;
  let size = 1;
  for (const arg of expr.args) size += sizeOf(arg);
  return size;
}

/** The expression for people: `(delay > 30) and (origin != "ORD")`. */
export function showExpr(expr: Expr): string {
  if (expr.kind === "column") return expr.name;
  if (expr.kind === "literal") return typeof expr.value === "string" ? JSON.stringify(expr.value) : String(expr.value);
  const symbol = SYMBOLS[expr.op];
  if (symbol !== undefined && expr.args.length === 2)
    return `(${showExpr(expr.args[0] as Expr)} ${symbol} ${showExpr(expr.args[1] as Expr)})`;
  const options = Object.entries(expr.options ?? {}).map(([name, value]) => `${name}=${showPlain(value)}`);
  return `${expr.op}(${[...expr.args.map(showExpr), ...options].join(", ")})`;
}

const SYMBOLS: Readonly<Record<string, string>> = {
  add: "+",
  sub: "-",
  mul: "*",
  div: "/",
  floordiv: "//",
  mod: "%",
  rem: "rem",
  pow: "**",
  eq: "==",
  ne: "!=",
  lt: "<",
  le: "<=",
  gt: ">",
  ge: ">=",
  and: "and",
  or: "or",
  xor: "xor",
};

const showPlain = (value: Plain): string =>
  JSON.stringify(value, (_, item) => (typeof item === "bigint" ? `${item}n` : item)) ?? "null";

export function describeValue(value: unknown): string {
  if (typeof value === "function") return `The function ${value.name || "given"}`;
  if (typeof value === "object" && value !== null) return `A value of class ${value.constructor?.name ?? "Object"}`;
  return `${typeof value} ${String(value)}`;
}
