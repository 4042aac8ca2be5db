import {
  bitsOf,
  broadcastAt,
  broadcastShape,
  build,
  cast,
  castElement,
  compareElements,
  type Element,
  familyOf,
  isNan,
  isTrue,
  isWhole,
  type NaiveArray,
  type Pair,
  pairOf,
  promoted,
} from "./naive-array.ts";

/** What an operation does to elements of each family; what is missing is not defined, as in NumPy. */
interface Rule {
  readonly bool?: (a: boolean, b: boolean) => Element;
  readonly whole?: (a: bigint, b: bigint, bits: number) => Element;
  readonly float?: (a: number, b: number) => Element;
  readonly complex?: (a: Pair, b: Pair) => Element;
  /** The result's dtype, if it is not that of the operands together. */
  readonly result?: "bool" | "float" | "double";
}

const zero = (b: bigint): boolean => b === 0n;
const floorDiv = (a: bigint, b: bigint): bigint =>
  zero(b) ? 0n : a / b - (a % b !== 0n && a < 0n !== b < 0n ? 1n : 0n);
const product = (a: Pair, b: Pair): Pair => ({ re: a.re * b.re - a.im * b.im, im: a.re * b.im + a.im * b.re });
const floatMod = (a: number, b: number): number => {
  const rest = a % b;
  if (rest === 0) return b < 0 || Object.is(b, -0) ? -0 : 0;
  return rest < 0 !== b < 0 ? rest + b : rest;
};
const compared = (holds: (order: number) => boolean, nan: boolean): Rule => {
  const of = (a: Element, b: Element): boolean => (isNan(a) || isNan(b) ? nan : holds(compareElements(a, b)));
  return { bool: of, whole: of, float: of, complex: of, result: "bool" };
};
const logical = (of: (a: boolean, b: boolean) => boolean): Rule => {
  const truth = (a: Element, b: Element): boolean => of(isTrue(a), isTrue(b));
  return { bool: truth, whole: truth, float: truth, complex: truth, result: "bool" };
};
/** NaN wins, or loses, or else what is first in order. */
const extreme = (sign: number, nanWins: boolean): Rule => {
  const of = (a: any, b: any): Element => {
    if (isNan(a)) return nanWins ? a : b;
    if (isNan(b)) return nanWins ? b : a;
    // Of zeros of either sign, as of all equals, NumPy gives the second.
    return compareElements(a, b) * sign > 0 ? a : b;
  };
  return { bool: of, whole: of, float: of, complex: of };
};

export const BINARY: Readonly<Record<string, Rule>> = {
  add: {
    bool: (a, b) => a || b,
    whole: (a, b) => a + b,
    float: (a, b) => a + b,
    complex: (a, b) => ({ re: a.re + b.re, im: a.im + b.im }),
  },
  subtract: {
    whole: (a, b) => a - b,
    float: (a, b) => a - b,
    complex: (a, b) => ({ re: a.re - b.re, im: a.im - b.im }),
  },
  multiply: { bool: (a, b) => a && b, whole: (a, b) => a * b, float: (a, b) => a * b, complex: product },
  divide: { float: (a, b) => a / b, result: "double" },
  floor_divide: {
    whole: floorDiv,
    float: (a, b) => {
      if (b === 0) return a / b;
      const rest = a % b;
      return Math.round((a - rest) / b) - (rest !== 0 && rest < 0 !== b < 0 ? 1 : 0);
    },
  },
  remainder: { whole: (a, b) => (zero(b) ? 0n : a - b * floorDiv(a, b)), float: floatMod },
  fmod: { whole: (a, b) => (zero(b) ? 0n : a % b), float: (a, b) => a % b },
  minimum: extreme(-1, true),
  maximum: extreme(1, true),
  fmin: extreme(-1, false),
  fmax: extreme(1, false),
  equal: compared((order) => order === 0, false),
  not_equal: compared((order) => order !== 0, true),
  less: compared((order) => order < 0, false),
  less_equal: compared((order) => order <= 0, false),
  greater: compared((order) => order > 0, false),
  greater_equal: compared((order) => order >= 0, false),
  bitwise_and: { bool: (a, b) => a && b, whole: (a, b) => a & b },
  bitwise_or: { bool: (a, b) => a || b, whole: (a, b) => a | b },
  bitwise_xor: { bool: (a, b) => a !== b, whole: (a, b) => a ^ b },
  logical_and: logical((a, b) => a && b),
  logical_or: logical((a, b) => a || b),
  logical_xor: logical((a, b) => a !== b),
  arctan2: { float: (a, b) => Math.atan2(a, b), result: "float" },
  hypot: { float: (a, b) => Math.hypot(a, b), result: "float" },
  gcd: {
    whole: (a, b) => {
      let [x, y] = [a < 0n ? -a : a, b < 0n ? -b : b];
      while (y !== 0n) [x, y] = [y, x % y];
      return x;
    },
  },
};

const each = (of: (a: any) => Element): Pick<Rule, "bool" | "whole" | "float" | "complex"> => ({
  bool: of,
  whole: of,
  float: of,
  complex: of,
});

const halfEven = (x: number): number => {
  const low = Math.floor(x);
  if (!Number.isFinite(x) || x === low) return x;
  const part = x - low;
  const up = part > 0.5 || (part === 0.5 && low % 2 !== 0);
  return up ? low + 1 || (x < 0 ? -0 : 0) : low;
};

/** Functions of one array, as rules of which the second operand is not looked at. */
export const UNARY: Readonly<Record<string, Rule>> = {
  negative: { whole: (a) => -a, float: (a) => -a, complex: (a) => ({ re: -a.re, im: -a.im }) },
  square: { whole: (a) => a * a, float: (a) => a * a, complex: (a) => product(a, a) },
  sign: { whole: (a) => (a > 0n ? 1n : a < 0n ? -1n : 0n), float: (a) => (Number.isNaN(a) ? a : Math.sign(a) + 0) },
  absolute: { bool: (a) => a, whole: (a) => (a < 0n ? -a : a), float: Math.abs },
  invert: { bool: (a) => !a, whole: (a) => ~a },
  logical_not: { ...each((a) => !isTrue(a)), result: "bool" },
  isnan: { ...each(isNan), result: "bool" },
  isfinite: {
    ...each((a) =>
      typeof a === "object" ? Number.isFinite(a.re) && Number.isFinite(a.im) : Number.isFinite(Number(a)),
    ),
    result: "bool",
  },
  conjugate: { whole: (a) => a, float: (a) => a, complex: (a) => ({ re: a.re, im: -a.im }) },
  sqrt: { float: (a) => Math.sqrt(a), result: "float" },
  exp: { float: Math.exp, result: "float" },
  floor: { float: Math.floor, result: "float" },
  ceil: { float: Math.ceil, result: "float" },
  trunc: { float: Math.trunc, result: "float" },
  rint: { float: halfEven, result: "float" },
};

/** What an operation gives for arrays that broadcast; throws where NumPy has no such loop. */
export function elementwise(rule: Rule, x: NaiveArray, y: NaiveArray = x): NaiveArray {
  let dtype = promoted(x.dtype, y.dtype);
  if (isWhole(dtype) || dtype === "bool") {
    if (rule.result === "float" && bitsOf(dtype) <= 8) throw new Error("half floats are no dtype here");
    if (rule.result === "float") dtype = bitsOf(dtype) === 16 ? "float32" : "float64";
    if (rule.result === "double") dtype = "float64";
  }
  const out = rule.result === "bool" ? "bool" : dtype;
  const of = ruleFor(rule, dtype);
  const [a, b] = [cast(x, dtype), cast(y, dtype)];
  return build(out, broadcastShape(a.shape, b.shape), (index) =>
    castElement(of(broadcastAt(a, index), broadcastAt(b, index), bitsOf(dtype)), out),
  );
}

function ruleFor(rule: Rule, dtype: string): (a: any, b: any, bits: number) => Element {
  const found = rule[isWhole(dtype) ? "whole" : (familyOf(dtype) as "bool" | "float" | "complex")];
  if (found === undefined) throw new Error(`there is no such loop of ${dtype}`);
  return found as (a: any, b: any, bits: number) => Element;
}

/** Elements of one array where a third is true, else of the other. */
export const where = (condition: NaiveArray, x: NaiveArray, y: NaiveArray): NaiveArray => {
  const dtype = promoted(x.dtype, y.dtype);
  return build(dtype, broadcastShape(condition.shape, x.shape, y.shape), (index) =>
    castElement(broadcastAt(isTrue(broadcastAt(condition, index)) ? x : y, index), dtype),
  );
};

export const addElements = (a: Element, b: Element): Element =>
  typeof a === "object"
    ? { re: a.re + pairOf(b).re, im: a.im + pairOf(b).im }
    : typeof a === "bigint"
      ? a + (b as bigint)
      : (a as number) + (b as number);

export const multiplyElements = (a: Element, b: Element): Element =>
  typeof a === "object"
    ? product(a, pairOf(b))
    : typeof a === "bigint"
      ? a * (b as bigint)
      : (a as number) * (b as number);
