import { type DType, dtypeInfo, type TimeUnit } from "./dtype.ts";
import { floatDType, promote, promoteWeak, realDType, type WeakKind, weakDType } from "./promote.ts";

/** Which dtypes an operation computes in and gives. */
export interface Signature {
  /** What the arguments are brought to before: durations of several units to one of them. */
  readonly first?: DType;
  /** What the arguments are cast to, one each. */
  readonly args: readonly DType[];
  /** The dtype the loop computes in. */
  readonly loop: DType;
  readonly result: DType;
}

/** An operand while dtypes are settled: an array's dtype, or the kind of a plain value. */
export type OperandType = { readonly dtype: DType } | { readonly weak: WeakKind };

type Rule = (common: DType, name: string) => Pick<Signature, "loop" | "result">;

const same = (dtype: DType): Pick<Signature, "loop" | "result"> => ({ loop: dtype, result: dtype });
const isWhole = (dtype: DType): boolean => "biu".includes(dtypeInfo(dtype).kind);

const keep: Rule = (common) => same(common);
const numeric: Rule = (common, name) => {
  if (common !== "bool") return same(common);
  if (name === "subtract" || name === "negative" || name === "positive" || name === "sign")
    throw new TypeError(`${name} is not defined for bool; cast to an integer, or use logicalXor or logicalNot`);
  return same("int8");
};
/** bool + bool is "or", bool * bool is "and". */
const sums: Rule = (common) => (common === "bool" ? { loop: "bool", result: "bool" } : same(common));
const floats: Rule = (common) => same(floatDType(common));
const divides: Rule = (common) => (isWhole(common) ? same("float64") : same(common));
const compares: Rule = (common) => ({ loop: common, result: "bool" });
const logical: Rule = () => ({ loop: "bool", result: "bool" });
const bitwise: Rule = (common, name) => {
  if (!isWhole(common)) throw new TypeError(`${name} needs integers or booleans, not ${common}`);
  return same(common);
};
const shifts: Rule = (common, name) => {
  if (!isWhole(common)) throw new TypeError(`${name} needs integers, not ${common}`);
  return same(common === "bool" ? "int8" : common);
};
const predicate: Rule = (common) => ({ loop: common, result: "bool" });
const modulus: Rule = (common) => ({ loop: common === "bool" ? "int8" : common, result: realDType(common) });
const parts: Rule = (common) => ({ loop: common, result: realDType(common) });
const angles: Rule = (common) => {
  // NumPy takes the angle against a whole 0, which makes int64 of booleans.
  const loop = common === "bool" ? "float64" : floatDType(common);
  return { loop, result: realDType(loop) };
};
/** Whole numbers become floats, as in NumPy before version 2.1. */
const rounds: Rule = (common) => same(isWhole(common) ? floatDType(common) : common);
const realOnly =
  (rule: Rule): Rule =>
  (common, name) => {
    if (dtypeInfo(common).kind === "c") throw new TypeError(`${name} is not defined for ${common}`);
    return rule(common, name);
  };

const RULES: Readonly<Record<string, Rule>> = {
  ...named(["add", "multiply"], sums),
  ...named(["subtract", "negative", "positive", "square", "reciprocal", "sign"], numeric),
  ...named(["power"], (common) => (common === "bool" ? same("int8") : same(common))),
  ...named(
    ["floor_divide", "remainder", "fmod"],
    realOnly((common, name) => numeric(common, `${name}`)),
  ),
  divide: divides,
  absolute: modulus,
  ...named(["minimum", "maximum", "fmin", "fmax"], keep),
  conjugate: (common) => same(common === "bool" ? "int8" : common),
  ...named(["equal", "not_equal", "less", "less_equal", "greater", "greater_equal"], compares),
  ...named(["logical_and", "logical_or", "logical_xor", "logical_not"], logical),
  ...named(["bitwise_and", "bitwise_or", "bitwise_xor", "invert"], bitwise),
  ...named(["left_shift", "right_shift", "gcd", "lcm"], shifts),
  ...named(["sqrt", "exp", "log", "sin", "cos", "tan", "sinh", "cosh", "tanh"], floats),
  ...named(["arcsin", "arccos", "arctan", "arcsinh", "arccosh", "arctanh"], floats),
  ...named(["expm1", "log1p", "log2", "log10", "exp2"], floats),
  sinc: divides,
  ...named(
    [
      ...["cbrt", "arctan2", "hypot", "copysign", "nextafter", "spacing", "logaddexp", "logaddexp2", "heaviside"],
      ...["degrees", "radians", "fabs", "frexp_mantissa", "modf_fraction"],
    ],
    realOnly(floats),
  ),
  i0: realOnly(divides),
  ldexp: floats,
  frexp_exponent: (common) => ({ loop: floatDType(common), result: "int32" }),
  float_power: (common) => same(dtypeInfo(common).kind === "c" ? "complex128" : "float64"),
  ...named(["floor", "ceil", "trunc"], realOnly(rounds)),
  rint: rounds,
  ...named(
    ["isnan", "isinf", "isfinite", "isposinf", "isneginf", "signbit", "isreal", "iscomplex", "isnat"],
    predicate,
  ),
  ...named(["real", "imag"], parts),
  angle: angles,
};

/** Names of all operations that a signature can be found for. */
export const OPERATIONS: readonly string[] = Object.keys(RULES);

function named(names: readonly string[], rule: Rule): Record<string, Rule> {
  return Object.fromEntries(names.map((name) => [name, rule]));
}

/**
 * The dtypes of an operation on operands, by NumPy's promotion; plain values adapt to the arrays.
 * @throws TypeError if the operation is not defined for them
 */
export function resolveSignature(name: string, operands: readonly OperandType[]): Signature {
  const rule = RULES[name];
  if (rule === undefined) throw new TypeError(`"${name}" is not an element-wise operation`);
  const strong = operands.flatMap((one) => ("dtype" in one ? [one.dtype] : []));
  if (strong.some((dtype) => dtypeInfo(dtype).unit !== undefined)) return timeSignature(name, operands);
  const common = commonDType(operands);
  const { loop, result } = rule(common, name);
  return { args: operands.map(() => loop), loop, result };
}

/** The common dtype of arrays and plain values. */
export function commonDType(operands: readonly OperandType[]): DType {
  const strong = operands.flatMap((one) => ("dtype" in one ? [one.dtype] : []));
  const weak = operands.flatMap((one) => ("weak" in one ? [one.weak] : []));
  if (strong.length === 0) return weak.map(weakDType).reduce(promote);
  return weak.reduce(promoteWeak, strong.reduce(promote));
}

function timeSignature(name: string, operands: readonly OperandType[]): Signature {
  const refuse = (): never => {
    const kinds = operands.map((one) => ("dtype" in one ? one.dtype : one.weak));
    throw new TypeError(`${name} is not defined for ${kinds.join(" and ")}`);
  };
  const units = operands.flatMap((one) =>
    "dtype" in one && dtypeInfo(one.dtype).unit !== undefined ? [one.dtype] : [],
  );
  const unit = units
    .map((dtype) => `timedelta64[${dtypeInfo(dtype).unit}]` as DType)
    .reduce(promote)
    .replace(/^.*\[(.*)\]$/, "$1") as TimeUnit;
  const span: DType = `timedelta64[${unit}]`;
  const time: DType = `datetime64[${unit}]`;
  const kinds = operands.map((one) => ("dtype" in one ? dtypeInfo(one.dtype).kind : one.weak === "float" ? "f" : "i"));
  const isSpan = (at: number) => kinds[at] === "m";
  const isTime = (at: number) => kinds[at] === "M";
  const whole = (at: number) => "iub".includes(kinds[at] as string);
  const give = (args: DType[], result: DType, loop: DType = "int64"): Signature => ({ args, loop, result });
  const all = operands.map((_, at) => (isTime(at) ? time : span));
  const [lead] = all as [DType];
  if (["add", "subtract"].includes(name)) {
    if (isTime(0) && isTime(1)) return name === "add" ? refuse() : give(all, span, time);
    if (kinds.includes("f") || (name === "subtract" && isTime(1))) return refuse();
    return give(all, kinds.includes("M") ? time : span, kinds.includes("M") ? time : span);
  }
  if (/equal|less|greater/.test(name) && all.every((dtype) => dtype === lead)) return give(all, "bool", lead);
  if (/^(minimum|maximum|fmin|fmax)$/.test(name) && all.every((dtype) => dtype === lead)) return give(all, lead, lead);
  if (/^(isnat|isfinite|isnan)$/.test(name)) return { args: all, loop: lead, result: "bool" };
  if (/^(negative|positive|absolute|sign)$/.test(name) && isSpan(0)) return give([span], span, span);
  if (name === "multiply" && isSpan(0) && whole(1)) return give([span, "int64"], span, span);
  if (name === "multiply" && isSpan(1) && whole(0)) return give(["int64", span], span, span);
  if (name === "divide" && isSpan(0) && isSpan(1))
    return { first: span, ...give(["float64", "float64"], "float64", "float64") };
  if ((name === "multiply" || name === "divide") && isSpan(0) && kinds[1] === "f")
    return give(["float64", "float64"], span, "float64");
  if (name === "multiply" && kinds[0] === "f" && isSpan(1)) return give(["float64", "float64"], span, "float64");
  if (name === "floor_divide" && isSpan(0) && isSpan(1))
    return { first: span, ...give(["int64", "int64"], "int64", "int64") };
  if (name === "floor_divide" && isSpan(0) && whole(1)) return give([span, "int64"], span, span);
  if (name === "remainder" && isSpan(0) && isSpan(1)) return give(all, span, span);
  return refuse();
}
