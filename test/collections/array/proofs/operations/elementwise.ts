import * as da from "../../../../../collections/array/index.ts";
import { BINARY, elementwise, UNARY, where } from "../naive/elementwise.ts";
import { build, cast, castElement, familyOf, isNan, isWhole, type NaiveArray, pairOf } from "../naive/naive-array.ts";
import { camel, type Draw, type Operation } from "./operation.ts";

const called = da as unknown as Readonly<Record<string, (...args: any[]) => da.Array>>;
const ROUNDING = new Set(["arctan2", "hypot", "exp"]);
const JUMPING =
  /equal|less|greater|floor|ceil|trunc|rint|sign|remainder|fmod|logical|isnan|isfinite|minimum|maximum|fm/;

/** Shapes that broadcast with one: axes of one element, and axes left out. */
export function mate({ random }: Draw, shape: readonly number[]): number[] {
  const own = shape.map((n) => (random.chance(0.25) ? 1 : n));
  return random.chance(0.25) ? own.slice(random.below(own.length + 1)) : own;
}

/** An array that broadcasts with one: often the array itself or another that is there. */
function other(draw: Draw, x: NaiveArray, at: number): number {
  const same = draw.values.flatMap((one, i) => (one.shape.join() === x.shape.join() ? [i] : []));
  if (draw.random.chance(0.3)) return draw.random.pick([at, ...same]);
  return draw.fresh(mate(draw, x.shape));
}

const binary = ([name, rule]: [string, (typeof BINARY)[string]]): [string, Operation] => [
  name,
  {
    draw: (draw, x, at) => {
      const pair = [at, other(draw, x, at)];
      return { operands: draw.random.chance(0.5) ? pair : pair.reverse(), args: {} };
    },
    naive: (_, x, y) => elementwise(rule, x as NaiveArray, y),
    lazy: (_, x, y) => (called[camel(name)] as (typeof called)[string])(x, y),
    python: (_, x, y) => `alike(np.${name}, ${x}, ${y})`,
    ...(ROUNDING.has(name) ? { rounds: true } : {}),
    ...(JUMPING.test(name) ? { jumps: true } : {}),
  },
];

const unary = ([name, rule]: [string, (typeof UNARY)[string]]): [string, Operation] => [
  name,
  {
    draw: (_, __, at) => ({ operands: [at], args: {} }),
    takesUnknown: true,
    naive: (_, x) => elementwise(rule, x as NaiveArray),
    lazy: (_, x) => (called[camel(name)] as (typeof called)[string])(x),
    python: (_, x) => `np.${name}(${x})`,
    ...(ROUNDING.has(name) ? { rounds: true } : {}),
    ...(JUMPING.test(name) ? { jumps: true } : {}),
  },
];

const SCALAR = ["add", "subtract", "multiply", "maximum", "less", "equal", "power"] as const;

/** With a plain number, which takes the array's dtype where it can. */
const scalar: Operation = {
  takesUnknown: true,
  draw: ({ random }, x, at) => {
    const name = random.pick(SCALAR);
    if (name === "power") return isWhole(x.dtype) ? { operands: [at], args: { name, value: random.below(4) } } : null;
    if (x.dtype === "bool" || familyOf(x.dtype) === "complex") return null;
    const value = isWhole(x.dtype) ? random.below(7) : (random.below(41) - 20) / 4;
    return { operands: [at], args: { name, value } };
  },
  naive: ({ name, value }, x) => {
    const one = build((x as NaiveArray).dtype, [], () => castElement(value, (x as NaiveArray).dtype));
    const power = { whole: (a: bigint, b: bigint) => a ** b };
    return elementwise(name === "power" ? power : (BINARY[name] as object), x as NaiveArray, one);
  },
  lazy: ({ name, value }, x) => (called[name] as (typeof called)[string])(x, value),
  python: ({ name, value }, x) => `alike(np.${name}, ${x}, np.array(${value}, ${x}.dtype))`,
  jumps: true,
};

const astype: Operation = {
  takesUnknown: true,
  draw: ({ random }, x, at) => {
    const dtype = random.pick([
      "bool",
      "int8",
      "int32",
      "int64",
      "uint16",
      "uint64",
      "float32",
      "float64",
      "complex128",
    ]);
    const isFloat = familyOf(x.dtype) === "float";
    if (familyOf(x.dtype) === "complex" && familyOf(dtype) !== "complex") return null;
    const inside = (one: unknown): boolean =>
      Math.abs(Number(one)) < 100 && (Number(one) >= 0 || !dtype.startsWith("u"));
    return isFloat && isWhole(dtype) && !x.data.every(inside) ? null : { operands: [at], args: { dtype } };
  },
  naive: ({ dtype }, x) => cast(x as NaiveArray, dtype),
  lazy: ({ dtype }, x) => (x as da.Array).astype(dtype),
  python: ({ dtype }, x) => `${x}.astype("${dtype}")`,
  jumps: true,
};

const clip: Operation = {
  takesUnknown: true,
  draw: ({ random }, x, at) => {
    if (x.dtype === "bool" || familyOf(x.dtype) === "complex") return null;
    const low = random.below(4);
    return { operands: [at], args: { low: random.chance(0.2) ? null : low, high: low + random.below(4) } };
  },
  naive: ({ low, high }, x) => {
    const bound = (one: number) => build((x as NaiveArray).dtype, [], () => castElement(one, (x as NaiveArray).dtype));
    const raised =
      low === null ? (x as NaiveArray) : elementwise(BINARY["maximum"] as object, x as NaiveArray, bound(low));
    return elementwise(BINARY["minimum"] as object, raised, bound(high));
  },
  lazy: ({ low, high }, x) => da.clip(x as da.Array, low, high),
  python: ({ low, high }, x) => `np.clip(${x}, ${low ?? "None"}, ${high}).astype(${x}.dtype)`,
  jumps: true,
};

const chosen: Operation = {
  draw: (draw, x, at) => ({ operands: [draw.fresh(mate(draw, x.shape), ["bool"]), at, other(draw, x, at)], args: {} }),
  naive: (_, condition, x, y) => where(condition as NaiveArray, x as NaiveArray, y as NaiveArray),
  lazy: (_, condition, x, y) => da.where(condition as da.Array, x as da.Array, y as da.Array),
  python: (_, condition, x, y) => `np.where(${condition}, *both(${x}, ${y}))`,
};

const part: Operation = {
  draw: ({ random }, x, at) =>
    familyOf(x.dtype) === "complex" ? { operands: [at], args: { name: random.pick(["real", "imag"]) } } : null,
  naive: ({ name }, x) => ({
    ...(x as NaiveArray),
    dtype: (x as NaiveArray).dtype === "complex64" ? "float32" : "float64",
    data: (x as NaiveArray).data.map((one) => (name === "real" ? pairOf(one).re : pairOf(one).im)),
  }),
  lazy: ({ name }, x) => (x as da.Array)[name as "real"],
  python: ({ name }, x) => `${x}.${name}`,
};

const round: Operation = {
  draw: ({ random }, x, at) =>
    familyOf(x.dtype) === "float" ? { operands: [at], args: { decimals: random.pick([0, 1]) } } : null,
  naive: ({ decimals }, x) => {
    const rint = (UNARY["rint"] as { float: (one: number) => number }).float;
    return build((x as NaiveArray).dtype, (x as NaiveArray).shape, () => 0).data.length === 0
      ? (x as NaiveArray)
      : {
          ...(x as NaiveArray),
          data: (x as NaiveArray).data.map((one) =>
            isNan(one)
              ? one
              : castElement(rint(Number(one) * 10 ** decimals) / 10 ** decimals, (x as NaiveArray).dtype),
          ),
        };
  },
  lazy: ({ decimals }, x) => da.round(x as da.Array, decimals),
  python: ({ decimals }, x) => `np.round(${x}, ${decimals})`,
  jumps: true,
};

/** An arrow function that becomes a loop. */
const arrow: Operation = {
  draw: (draw, x, at) =>
    x.dtype === "float64" ? { operands: [at, draw.fresh(mate(draw, x.shape), ["float64"])], args: {} } : null,
  naive: (_, x, y) => {
    const scaled = elementwise(BINARY["multiply"] as object, x as NaiveArray, x as NaiveArray);
    const sum = elementwise(BINARY["add"] as object, scaled, y as NaiveArray);
    return where(
      elementwise(BINARY["greater"] as object, x as NaiveArray, y as NaiveArray),
      sum,
      cast(zeroOf(), "float64"),
    );
  },
  lazy: (_, x, y) => da.map((a, b) => (a > b ? a * a + b : 0), x as da.Array, y as da.Array),
  python: (_, x, y) => `np.where(${x} > ${y}, ${x} * ${x} + ${y}, 0.0)`,
  jumps: true,
};
const zeroOf = (): NaiveArray => build("float64", [], () => 0);

export const ELEMENTWISE: Readonly<Record<string, Operation>> = {
  ...Object.fromEntries(Object.entries(BINARY).map(binary)),
  ...Object.fromEntries(Object.entries(UNARY).map(unary)),
  scalar,
  astype,
  clip,
  where: chosen,
  part,
  round,
  arrow,
};
