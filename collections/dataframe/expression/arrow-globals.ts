import { call, type Expr, literalOf } from "./expression.ts";

type GlobalPiece =
  | { readonly kind: "value"; readonly value: unknown }
  | { readonly kind: "global"; readonly name: string };

const CONSTANTS: Readonly<Record<string, unknown>> = {
  undefined: null,
  NaN: null,
  Infinity: Number.POSITIVE_INFINITY,
  "Math.PI": Math.PI,
  "Math.E": Math.E,
  "Math.LN2": Math.LN2,
  "Math.LN10": Math.LN10,
  "Math.LOG2E": Math.LOG2E,
  "Math.LOG10E": Math.LOG10E,
  "Math.SQRT2": Math.SQRT2,
  "Math.SQRT1_2": Math.SQRT1_2,
  "Number.MAX_SAFE_INTEGER": Number.MAX_SAFE_INTEGER,
  "Number.EPSILON": Number.EPSILON,
};

const OBJECTS = new Set(["Math", "Number", "String", "Boolean", "Date", "isNaN", "isFinite", "parseFloat", "parseInt"]);

/** A name of the language: a constant, or an object whose functions can be translated. */
export function globalValue(name: string): GlobalPiece | undefined {
  if (Object.hasOwn(CONSTANTS, name)) return { kind: "value", value: CONSTANTS[name] };
  return OBJECTS.has(name) ? { kind: "global", name } : undefined;
}

const MATH = new Set(
  "abs sign floor ceil trunc sqrt cbrt exp expm1 log log1p log2 log10 sin cos tan asin acos atan sinh cosh tanh atan2 hypot".split(
    " ",
  ),
);

export function mathCall(name: string, args: readonly Expr[]): Expr | undefined {
  if (MATH.has(name)) return call(name, args);
  if (name === "round") return call("roundHalfUp", args);
  if (name === "pow") return call("pow", args, { fraction: true });
  if (name === "min") return call("minOf", args);
  return name === "max" ? call("maxOf", args) : undefined;
}

export function globalCall(name: string, args: readonly Expr[]): Expr | undefined {
  const [first] = args;
  if (first === undefined) return undefined;
  switch (name) {
    case "Number":
    case "parseFloat":
      return call("cast", [first], { dtype: "float64", strict: false });
    case "String":
      return call("cast", [first], { dtype: "string" });
    case "Boolean":
      return call("coalesce", [call("cast", [first], { dtype: "bool" }), literalOf(false)]);
    case "isNaN":
    case "Number.isNaN":
      return call("isNull", [first]);
    case "isFinite":
    case "Number.isFinite":
      return call("lt", [call("abs", [first]), literalOf(Number.POSITIVE_INFINITY)]);
    case "Number.isInteger":
      return call("eq", [call("floor", [first]), first]);
    default:
      return undefined;
  }
}
