import type { Dtype } from "../dtype.ts";
import type { Options } from "../expression/expression.ts";
import { type PolarsExpr, polars } from "./polars.ts";

/** An engine expression whose type is known; `literal` is there where it is a literal. */
export interface Typed {
  readonly e: PolarsExpr;
  readonly dtype: Dtype;
  readonly literal?: unknown;
}

export type Translation = (args: readonly Typed[], options: Options, result: Dtype) => PolarsExpr;

/** Methods that the engine has and its wrapper does not show. */
export function native(e: PolarsExpr, method: string, ...args: unknown[]): PolarsExpr {
  const inner = (e as unknown as { _expr: Record<string, (...args: unknown[]) => unknown> })._expr;
  const call = inner[method];
  if (call === undefined) throw new TypeError(`The engine has no ${method}`);
  const make = (polars() as unknown as { _Expr: (inner: unknown) => PolarsExpr })._Expr;
  return make(call.apply(inner, args.map(innerOf)));
}

const innerOf = (value: unknown): unknown =>
  typeof value === "object" && value !== null && "_expr" in value ? value._expr : value;

export const lit = (value: string | number | boolean | null): PolarsExpr => polars().lit(value) as PolarsExpr;
export const withoutNaN = (e: PolarsExpr): PolarsExpr => e.fillNan(lit(null));
export const choose = (when: PolarsExpr, then: PolarsExpr, otherwise: PolarsExpr): PolarsExpr =>
  polars().when(when).then(then).otherwise(otherwise) as PolarsExpr;
export const first = (args: readonly Typed[]): Typed => args[0] as Typed;
export const second = (args: readonly Typed[]): Typed => args[1] as Typed;
