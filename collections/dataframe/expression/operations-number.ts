import { type Dtype, familyOf, isFloat, isInteger, isNumber, isNumberLike, isTime, promote } from "../dtype.ts";
import { needNumber, ofNumber, type ResultRule, refuse } from "./operation-types.ts";

const asNumber = (type: Dtype): Dtype => (type === "bool" ? "int64" : type);

/** Numbers of any two types; `/` and `**` have rules of their own. */
const arithmetic = (op: string): ResultRule => ({
  result: (types) => {
    const [a, b] = types as [Dtype, Dtype];
    if (isNumberLike(a) && isNumberLike(b)) return promote(asNumber(a), asNumber(b)) as Dtype;
    throw refuse(op, types);
  },
});

const add: ResultRule = {
  result: (types) => {
    const [a, b] = types as [Dtype, Dtype];
    if ((a === "string" || a === "null") && (b === "string" || b === "null") && a !== b) return "string";
    if (a === "string" && b === "string") return "string";
    if (isTime(a) && b === "duration") return "datetime";
    if (a === "duration" && isTime(b)) return "datetime";
    if (a === "duration" && b === "duration") return "duration";
    return arithmetic("+").result(types, {});
  },
};

const sub: ResultRule = {
  result: (types) => {
    const [a, b] = types as [Dtype, Dtype];
    if (isTime(a) && isTime(b)) return "duration";
    if (isTime(a) && b === "duration") return "datetime";
    if (a === "duration" && b === "duration") return "duration";
    return arithmetic("-").result(types, {});
  },
};

const mul: ResultRule = {
  result: (types) => {
    const [a, b] = types as [Dtype, Dtype];
    if ((a === "duration" && isNumber(b)) || (b === "duration" && isNumber(a))) return "duration";
    if ((a === "string" && isInteger(b)) || (b === "string" && isInteger(a))) return "string";
    return arithmetic("*").result(types, {});
  },
};

const div: ResultRule = {
  result: (types) => {
    const [a, b] = types as [Dtype, Dtype];
    if (a === "duration" && b === "duration") return "float64";
    if (a === "duration" && isNumber(b)) return "duration";
    needNumber("/", a);
    needNumber("/", b);
    return a === "float32" && (b === "float32" || isInteger(b)) ? "float32" : "float64";
  },
};

const pow: ResultRule = {
  result: (types, options) => {
    const [a, b] = types as [Dtype, Dtype];
    needNumber("**", a);
    needNumber("**", b);
    if (isInteger(asNumber(a)) && isInteger(asNumber(b)) && options["fraction"] !== true)
      return promote(asNumber(a), asNumber(b)) as Dtype;
    return "float64";
  },
};

/** The type stays, numbers only. */
const same = (op: string): ResultRule => ({
  result: (types) => {
    const type = types[0] as Dtype;
    if (familyOf(type) === "duration") return type;
    needNumber(op, type);
    return asNumber(type);
  },
});

const toWhole = (op: string): ResultRule => ({
  result: (types) => {
    needNumber(op, types[0] as Dtype);
    return isFloat(types[0] as Dtype) ? (types[0] as Dtype) : asNumber(types[0] as Dtype);
  },
});

const widest = (op: string): ResultRule => ({
  result: (types) => {
    let all: Dtype | undefined = "null";
    for (const type of types) all = all === undefined ? undefined : promote(all, type);
    if (all === undefined) throw refuse(op, types);
    return all;
  },
});

const FLOAT_FUNCTIONS =
  "sqrt cbrt exp expm1 log log1p log2 log10 sin cos tan asin acos atan sinh cosh tanh atan2 hypot".split(" ");

/** Arithmetic. `mod` and `floordiv` follow pandas (they floor), `rem` follows JavaScript (it truncates). */
export const NUMBER_OPERATIONS: Readonly<Record<string, ResultRule>> = {
  add,
  sub,
  mul,
  div,
  floordiv: arithmetic("floor division"),
  mod: arithmetic("%"),
  rem: arithmetic("%"),
  pow,
  neg: same("-"),
  abs: same("abs"),
  sign: same("sign"),
  floor: toWhole("floor"),
  ceil: toWhole("ceil"),
  trunc: toWhole("trunc"),
  round: toWhole("round"),
  roundHalfUp: toWhole("Math.round"),
  clip: same("clip"),
  minOf: widest("minimum"),
  maxOf: widest("maximum"),
  ...Object.fromEntries(FLOAT_FUNCTIONS.map((op) => [op, ofNumber(op)])),
};
