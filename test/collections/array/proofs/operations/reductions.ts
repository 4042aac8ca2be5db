import * as da from "../../../../../collections/array/index.ts";
import { elementwise, multiplyElements } from "../naive/elementwise.ts";
import {
  at,
  build,
  cast,
  castElement,
  familyOf,
  isNan,
  isTrue,
  type NaiveArray,
  promoted,
  sizeOf,
} from "../naive/naive-array.ts";
import { along, PLACES, quantile, REDUCTIONS, reduce, running, wideDType } from "../naive/reductions.ts";
import { anyAxis, counted, type Operation, pythonOf, someAxes } from "./operation.ts";

const called = da as unknown as Readonly<Record<string, (...args: any[]) => da.Array>>;
const call = (name: string, ...args: any[]): da.Array => (called[name] as (typeof called)[string])(...args);
const all = (ndim: number): number[] => Array.from({ length: ndim }, (_, axis) => axis);

const overAxes = ([name, rule]: [string, (typeof REDUCTIONS)[string]]): [string, Operation] => {
  const isSpread = /var|std/.test(name);
  return [
    name,
    {
      draw: ({ random }, x, own) => {
        if (name.startsWith("nan") && familyOf(x.dtype) === "bool") return null;
        const axis = random.chance(0.3) ? null : someAxes(random, x.shape.length);
        const ddof = isSpread ? { ddof: random.pick([0, 1]) } : {};
        return {
          operands: [own],
          args: { axis, keepdims: random.chance(0.3), splitEvery: 2 + random.below(4), ...ddof },
        };
      },
      takesUnknown: true,
      naive: ({ axis, keepdims, ddof }, x) => {
        const { shape } = x as NaiveArray;
        return reduce(rule, x as NaiveArray, axis ?? all(shape.length), keepdims, ddof);
      },
      lazy: ({ axis, ...options }, x) => call(name, x, { ...options, ...(axis === null ? {} : { axis }) }),
      python: ({ axis, keepdims, ddof }, x) =>
        `np.${name}(${x}, axis=${pythonOf(axis)}, keepdims=${pythonOf(keepdims)}${isSpread ? `, ddof=${ddof}` : ""})`,
      ...(/var|std|mean|prod/.test(name) ? { rounds: true } : {}),
      ...(/min|max|any|all/.test(name) ? { jumps: true } : {}),
    },
  ];
};

const placesOf = ([name, rule]: [string, (typeof PLACES)[string]]): [string, Operation] => [
  name,
  {
    draw: ({ random }, x, own) => {
      const axis = random.chance(0.3) || x.shape.length === 0 ? null : anyAxis(random, x.shape.length);
      return { operands: [own], args: { axis, splitEvery: 2 + random.below(3) } };
    },
    naive: ({ axis }, x) => {
      const own = x as NaiveArray;
      if (axis !== null) return reduce(rule, own, [counted(axis, own.shape.length)], false);
      return reduce(rule, { ...own, shape: [sizeOf(own.shape)] }, [0], false);
    },
    lazy: ({ axis, splitEvery }, x) => call(name, x, { splitEvery, ...(axis === null ? {} : { axis }) }),
    python: ({ axis }, x) => `np.${name}(${x}, axis=${pythonOf(axis)})`,
    jumps: true,
  },
];

const cumulative = (name: "cumsum" | "cumprod"): Operation => ({
  draw: ({ random }, x, own) => {
    const args = { axis: anyAxis(random, x.shape.length), method: random.pick(["sequential", "blelloch"]) };
    return x.shape.length === 0 ? null : { operands: [own], args };
  },
  naive: ({ axis }, x) => {
    const own = x as NaiveArray;
    const dtype = wideDType(own.dtype);
    return along(own, counted(axis, own.shape.length), dtype, running(name, dtype));
  },
  lazy: (options, x) => call(name, x, options),
  python: ({ axis }, x) => `np.${name}(${x}, axis=${axis})`,
  ...(name === "cumprod" ? { rounds: true } : {}),
});

const median: Operation = {
  draw: ({ random }, x, own) => {
    const axis = someAxes(random, x.shape.length, 0.6);
    return axis.length === 0 || x.dtype === "bool" || sizeOf(x.shape) === 0
      ? null
      : { operands: [own], args: { axis, keepdims: random.chance(0.3) } };
  },
  naive: ({ axis, keepdims }, x) => {
    const rule = {
      dtype: (dtype: string) => (/int/.test(dtype) ? "float64" : dtype),
      of: (list: any[]) => quantile(list, 0.5, "midpoint"),
    };
    return reduce(rule, x as NaiveArray, axis, keepdims);
  },
  lazy: (options, x) => da.median(x as da.Array, options),
  python: ({ axis, keepdims }, x) => `np.median(${x}, axis=${pythonOf(axis)}, keepdims=${pythonOf(keepdims)})`,
  rounds: true,
  jumps: true,
};

const quantiles: Operation = {
  draw: ({ random }, x, own) => {
    if (x.shape.length === 0 || sizeOf(x.shape) === 0 || !/int|float64/.test(x.dtype)) return null;
    const method = random.pick(["linear", "lower", "higher", "midpoint"]);
    return {
      operands: [own],
      args: { axis: anyAxis(random, x.shape.length), q: random.pick([0, 0.25, 0.5, 0.9, 1]), method },
    };
  },
  naive: ({ axis, q, method }, x) => {
    const isPicked = method === "lower" || method === "higher";
    const dtype = (of: string): string => (isPicked ? of : "float64");
    const own = x as NaiveArray;
    return reduce({ dtype, of: (list) => quantile(list, q, method) }, own, [counted(axis, own.shape.length)], false);
  },
  lazy: ({ q, ...options }, x) => da.quantile(x as da.Array, q, options),
  python: ({ axis, q, method }, x) => `np.quantile(${x}, float(${q}), axis=${axis}, method="${method}")`,
  rounds: true,
  jumps: true,
};

const countNonzero: Operation = {
  draw: ({ random }, x, own) => ({
    operands: [own],
    args: { axis: random.chance(0.4) ? null : someAxes(random, x.shape.length) },
  }),
  naive: ({ axis }, x) => {
    const rule = { dtype: () => "int64", of: (list: any[]) => BigInt(list.filter(isTrue).length) };
    return reduce(rule, x as NaiveArray, axis ?? all((x as NaiveArray).shape.length), false);
  },
  lazy: ({ axis }, x) => da.countNonzero(x as da.Array, axis === null ? {} : { axis }),
  python: ({ axis }, x) => `np.asarray(np.count_nonzero(${x}, axis=${pythonOf(axis)})).astype("int64")`,
  jumps: true,
};

const average: Operation = {
  draw: (draw, x, own) => {
    if (x.shape.length === 0 || x.dtype !== "float64") return null;
    const axis = anyAxis(draw.random, x.shape.length);
    return {
      operands: [own, draw.fresh([x.shape[counted(axis, x.shape.length)] as number], ["uint8"])],
      args: { axis },
    };
  },
  naive: ({ axis }, x, weights) => {
    const own = x as NaiveArray;
    const place = counted(axis, own.shape.length);
    const w = (weights as NaiveArray).data.map(Number);
    if (w.length !== own.shape[place]) throw new Error("weights of another length");
    const total = w.reduce((sum, one) => sum + one, 0);
    if (total === 0) throw new Error("weights add up to nothing");
    const of = (list: any[]): number => list.reduce((sum, one, i) => sum + one * (w[i] as number), 0) / total;
    return reduce({ dtype: () => "float64", of }, own, [place], false);
  },
  lazy: ({ axis }, x, weights) => da.average(x as da.Array, { axis, weights: weights as da.Array }) as da.Array,
  python: ({ axis }, x, weights) => `np.average(${x}, axis=${axis}, weights=${weights})`,
  rounds: true,
};

/** Lines of the first by columns of the second: sums of products in the dtype of both. */
function products(x: NaiveArray, y: NaiveArray): NaiveArray {
  const dtype = promoted(x.dtype, y.dtype);
  const [a, b] = [cast(x, dtype), cast(y, dtype)];
  const inner = a.shape[1] as number;
  if (a.shape.length !== 2 || inner !== b.shape[0]) throw new Error("the shapes do not fit");
  return build(dtype, [a.shape[0] as number, b.shape[1] as number], ([i, j]) => {
    const list = Array.from({ length: inner }, (_, k) =>
      multiplyElements(at(a, [i as number, k]), at(b, [k, j as number])),
    );
    return dtype === "bool"
      ? list.some(isTrue)
      : (REDUCTIONS["sum"] as (typeof REDUCTIONS)[string]).of(list, dtype, { ddof: 0 });
  });
}

const matmul: Operation = {
  draw: (draw, x, own) =>
    x.shape.length === 2 && !x.data.some(isNan)
      ? { operands: [own, draw.fresh([x.shape[1] as number, 1 + draw.random.below(4)])], args: {} }
      : null,
  naive: (_, x, y) => {
    const made = products(x as NaiveArray, y as NaiveArray);
    return { ...made, data: made.data.map((one) => castElement(one, made.dtype)) };
  },
  lazy: (_, x, y) => da.matmul(x as da.Array, y as da.Array),
  python: (_, x, y) => `np.matmul(${x}, ${y})`,
};

const outer: Operation = {
  draw: (draw, x, own) =>
    x.shape.length === 1 ? { operands: [own, draw.fresh([draw.random.below(5)])], args: {} } : null,
  naive: (_, x, y) => {
    const column = { ...(x as NaiveArray), shape: [(x as NaiveArray).data.length, 1] };
    return elementwise(
      {
        bool: (a, b) => a && b,
        whole: (a, b) => a * b,
        float: (a, b) => a * b,
        complex: (a, b) => multiplyElements(a, b),
      },
      column,
      y as NaiveArray,
    );
  },
  lazy: (_, x, y) => da.outer(x as da.Array, y as da.Array),
  python: (_, x, y) => `np.outer(${x}, ${y})`,
};

const EINSUMS = ["ij->ji", "ij->i", "ij->", "ii->i", "ij,ij->i", "ij,kj->ik"] as const;
const einsum: Operation = {
  draw: (draw, x, own) => {
    if (x.shape.length !== 2 || x.dtype === "bool") return null;
    const spec = draw.random.pick(EINSUMS);
    if (spec.startsWith("ii") && x.shape[0] !== x.shape[1]) return null;
    const second = spec === "ij,kj->ik" ? [1 + draw.random.below(3), x.shape[1] as number] : x.shape;
    return { operands: spec.includes(",") ? [own, draw.fresh(second, [x.dtype])] : [own], args: { spec } };
  },
  naive: ({ spec }, x, y) => {
    const [left = "", out = ""] = spec.split("->");
    const [first = "", second = ""] = left.split(",");
    const sizes = new Map([...first].map((letter, axis) => [letter, (x as NaiveArray).shape[axis] as number]));
    if (y !== undefined) for (const [axis, letter] of [...second].entries()) sizes.set(letter, y.shape[axis] as number);
    const letters = [...sizes.keys()];
    const summed = letters.filter((letter) => !out.includes(letter));
    const order = [...out, ...summed];
    const place = (names: string, index: number[]): number[] =>
      [...names].map((letter) => index[order.indexOf(letter)] as number);
    const dtype = (x as NaiveArray).dtype;
    const cells = build(
      dtype,
      order.map((letter) => sizes.get(letter) as number),
      (index) => {
        const one = at(x as NaiveArray, place(first, index));
        return y === undefined ? one : castElement(multiplyElements(one, at(y, place(second, index))), dtype);
      },
    );
    const rule = { dtype: () => dtype, of: (REDUCTIONS["sum"] as (typeof REDUCTIONS)[string]).of };
    return reduce(
      rule,
      cells,
      summed.map((letter) => order.indexOf(letter)),
      false,
    );
  },
  lazy: ({ spec }, ...arrays) => da.einsum(spec, ...arrays),
  python: ({ spec }, ...names) => `np.einsum("${spec}", ${names.join(", ")})`,
};

export const REDUCING: Readonly<Record<string, Operation>> = {
  ...Object.fromEntries(Object.entries(REDUCTIONS).map(overAxes)),
  ...Object.fromEntries(Object.entries(PLACES).map(placesOf)),
  cumsum: cumulative("cumsum"),
  cumprod: cumulative("cumprod"),
  median,
  quantiles,
  countNonzero,
  average,
  matmul,
  outer,
  einsum,
};
