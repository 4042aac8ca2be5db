import * as da from "../../../../../collections/array/index.ts";
import {
  at,
  castElement,
  compareElements,
  type Element,
  familyOf,
  indicesOf,
  isNan,
  isTrue,
  type NaiveArray,
  promoted,
} from "../naive/naive-array.ts";
import { along } from "../naive/reductions.ts";
import { anyAxis, counted, type Operation } from "./operation.ts";

const list = (dtype: string, data: readonly Element[]): NaiveArray => ({ dtype, shape: [data.length], data });

const sort: Operation = {
  draw: ({ random }, x, own) =>
    x.shape.length === 0 ? null : { operands: [own], args: { axis: anyAxis(random, x.shape.length) } },
  naive: ({ axis }, x) => {
    const own = x as NaiveArray;
    return along(own, counted(axis, own.shape.length), own.dtype, (line) => [...line].sort(compareElements));
  },
  lazy: ({ axis }, x) => da.sort(x as da.Array, axis),
  python: ({ axis }, x) => `np.sort(${x}, axis=${axis})`,
  jumps: true,
};

const topk: Operation = {
  draw: ({ random }, x, own) => {
    if (x.shape.length === 0 || x.data.some(isNan)) return null;
    const axis = anyAxis(random, x.shape.length);
    const k = 1 + random.below(5);
    return { operands: [own], args: { axis, k: random.chance(0.5) ? k : -k, splitEvery: 2 + random.below(3) } };
  },
  naive: ({ axis, k }, x) => {
    const own = x as NaiveArray;
    const place = counted(axis, own.shape.length);
    const kept = Math.min(Math.abs(k), own.shape[place] as number);
    const of = (line: Element[]): Element[] => {
      const sorted = [...line].sort(compareElements);
      return k > 0 ? sorted.reverse().slice(0, kept) : sorted.slice(0, kept);
    };
    return along(own, place, own.dtype, of, kept);
  },
  lazy: ({ k, ...options }, x) => da.topk(x as da.Array, k, options),
  python: ({ axis, k }, x) => `topk(${x}, ${k}, ${axis})`,
  jumps: true,
};

const PARTS = ["values", "first", "inverse", "counts"] as const;
const unique: Operation = {
  isUnknown: true,
  draw: ({ random }, x, own) => ({
    operands: [own],
    args: { part: x.data.some(isNan) ? "values" : random.pick(PARTS) },
  }),
  naive: ({ part }, x) => {
    const { data, dtype } = x as NaiveArray;
    const same = (a: Element, b: Element): boolean => compareElements(a, b) === 0;
    const sorted = [...data]
      .sort(compareElements)
      .filter((one, i, all) => i === 0 || !same(one, all[i - 1] as Element));
    if (part === "values") return list(dtype, sorted);
    if (part === "inverse")
      return list(
        "int64",
        data.map((one) => BigInt(sorted.findIndex((own) => same(own, one)))),
      );
    if (part === "first")
      return list(
        "int64",
        sorted.map((one) => BigInt(data.findIndex((own) => same(own, one)))),
      );
    return list(
      "int64",
      sorted.map((one) => BigInt(data.filter((own) => same(own, one)).length)),
    );
  },
  lazy: ({ part }, x) => {
    if (part === "values") return da.unique(x as da.Array);
    const options = { first: "returnIndex", inverse: "returnInverse", counts: "returnCounts" } as const;
    return (da.unique(x as da.Array, { [options[part as "first"]]: true }) as da.Array[])[1] as da.Array;
  },
  python: ({ part }, x) => {
    const options = { first: "return_index", inverse: "return_inverse", counts: "return_counts" } as const;
    return part === "values" ? `np.unique(${x})` : `np.unique(${x}, ${options[part as "first"]}=True)[1].reshape(-1)`;
  },
  jumps: true,
};

const isin: Operation = {
  draw: (draw, x, own) =>
    x.data.some(isNan)
      ? null
      : { operands: [own, draw.fresh([draw.random.below(6)], [x.dtype])], args: { invert: draw.random.chance(0.3) } },
  naive: ({ invert }, x, y) => {
    const { data, shape } = x as NaiveArray;
    const isIn = (one: Element): boolean =>
      (y as NaiveArray).data.some((own) => !isNan(own) && compareElements(one, own) === 0);
    return { dtype: "bool", shape, data: data.map((one) => isIn(one) !== invert) };
  },
  lazy: (options, x, y) => da.isin(x as da.Array, y as da.Array, options),
  python: ({ invert }, x, y) => `np.isin(${x}, ${y}, invert=${invert ? "True" : "False"})`,
  jumps: true,
};

const searchsorted: Operation = {
  draw: (draw, x, own) => {
    const isFine = x.shape.length === 1 && !x.data.some(isNan) && familyOf(x.dtype) !== "complex";
    return isFine
      ? {
          operands: [own, draw.fresh([draw.random.below(5)], [x.dtype])],
          args: { side: draw.random.pick(["left", "right"]) },
        }
      : null;
  },
  naive: ({ side }, x, v) => {
    if ((x as NaiveArray).shape.length !== 1) throw new Error("one axis is sorted");
    const sorted = [...(x as NaiveArray).data].sort(compareElements);
    const before = (own: Element, one: Element): boolean => compareElements(own, one) < (side === "left" ? 0 : 1);
    return {
      dtype: "int64",
      shape: (v as NaiveArray).shape,
      data: (v as NaiveArray).data.map((one) => BigInt(sorted.filter((own) => before(own, one)).length)),
    };
  },
  lazy: (options, x, v) => da.searchsorted(da.sort(x as da.Array), v as da.Array, options),
  python: ({ side }, x, v) => `np.searchsorted(np.sort(${x}), ${v}, side="${side}")`,
  jumps: true,
};

const digitize: Operation = {
  draw: ({ random }, x, own) =>
    familyOf(x.dtype) === "complex" || x.dtype === "bool" || x.data.some(isNan)
      ? null
      : {
          operands: [own],
          args: {
            bins: random.pick([
              [-3, 0, 2, 5],
              [4, 1, 1, -2],
            ]),
            right: random.chance(0.5),
          },
        },
  naive: ({ bins, right }, x) => {
    const rises = bins[0] < bins[3];
    const passed = (bin: number, one: number): boolean =>
      rises ? (right ? bin < one : bin <= one) : right ? bin >= one : bin > one;
    return {
      ...(x as NaiveArray),
      dtype: "int64",
      data: (x as NaiveArray).data.map((one) => BigInt(bins.filter((bin: number) => passed(bin, Number(one))).length)),
    };
  },
  lazy: ({ bins, right }, x) => da.digitize(x as da.Array, bins, { right }),
  python: ({ bins, right }, x) =>
    `np.digitize(${x}.astype("float64"), ${JSON.stringify(bins)}, right=${right ? "True" : "False"})`,
  jumps: true,
};

const bincount: Operation = {
  isUnknown: true,
  draw: (draw, x, own) => {
    const isFine =
      x.shape.length === 1 &&
      /int(8|16|32|64)/.test(x.dtype) &&
      x.dtype !== "uint64" &&
      x.data.every((one) => Number(one) >= 0 && Number(one) < 20);
    const isWeighed = draw.random.chance(0.3);
    if (!isFine || x.data.length === 0) return null;
    return {
      operands: isWeighed ? [own, draw.fresh(x.shape, ["int16"])] : [own],
      args: { minlength: draw.random.pick([0, 20]) },
    };
  },
  naive: ({ minlength }, x, weights) => {
    const places = (x as NaiveArray).data.map(Number);
    if (
      (x as NaiveArray).shape.length !== 1 ||
      (weights?.data.length ?? places.length) !== places.length ||
      places.length === 0 ||
      places.some((one) => one < 0 || one >= 20)
    )
      throw new Error("weights of another length");
    const length = Math.max(minlength, ...places.map((one) => one + 1));
    const counts = Array.from({ length }, (_, bin) =>
      places.reduce(
        (sum, one, i) => (one === bin ? sum + (weights === undefined ? 1 : Number(weights.data[i])) : sum),
        0,
      ),
    );
    return list(weights === undefined ? "int64" : "float64", weights === undefined ? counts.map(BigInt) : counts);
  },
  lazy: (options, x, weights) =>
    da.bincount(x as da.Array, { ...options, ...(weights === undefined ? {} : { weights }) }),
  python: ({ minlength }, x, weights) =>
    `np.bincount(${x}, ${weights === undefined ? "" : `weights=${weights}, `}minlength=${minlength})`,
  jumps: true,
};

const histogram: Operation = {
  draw: ({ random }, x, own) =>
    familyOf(x.dtype) === "complex" || x.dtype === "bool"
      ? null
      : { operands: [own], args: { bins: [-4, -1, 0, 3, 6].slice(0, 3 + random.below(3)) } },
  naive: ({ bins }, x) => {
    const last = bins.length - 2;
    const inside = (one: Element, k: number): boolean =>
      Number(one) >= bins[k] && (Number(one) < bins[k + 1] || (k === last && Number(one) === bins[k + 1]));
    return list(
      "int64",
      bins
        .slice(1)
        .map((_: number, k: number) => BigInt((x as NaiveArray).data.filter((one) => inside(one, k)).length)),
    );
  },
  lazy: ({ bins }, x) => da.histogram(x as da.Array, { bins })[0],
  python: ({ bins }, x) => `np.histogram(${x}.astype("float64"), bins=${JSON.stringify(bins)})[0]`,
  jumps: true,
};

const argwhere: Operation = {
  isUnknown: true,
  draw: (_, x, own) => (x.shape.length === 0 ? null : { operands: [own], args: {} }),
  naive: (_, x) => {
    const own = x as NaiveArray;
    const rows = indicesOf(own.shape).filter((index) => isTrue(at(own, index)));
    return { dtype: "int64", shape: [rows.length, own.shape.length], data: rows.flat().map(BigInt) };
  },
  lazy: (_, x) => da.argwhere(x as da.Array),
  python: (_, x) => `np.argwhere(${x})`,
  jumps: true,
};

const union: Operation = {
  isUnknown: true,
  draw: (draw, x, own) =>
    x.data.some(isNan) ? null : { operands: [own, draw.fresh([draw.random.below(5)], [x.dtype, "int16"])], args: {} },
  naive: (_, x, y) => {
    const dtype = promoted((x as NaiveArray).dtype, (y as NaiveArray).dtype);
    const all = [...(x as NaiveArray).data, ...(y as NaiveArray).data]
      .map((one) => castElement(one, dtype))
      .sort(compareElements);
    return list(
      dtype,
      all.filter((one, i) => i === 0 || compareElements(one, all[i - 1] as Element) !== 0),
    );
  },
  lazy: (_, x, y) => da.union1d(x as da.Array, y as da.Array),
  python: (_, x, y) => `alike(np.union1d, ${x}, ${y})`,
  jumps: true,
};

export const ORDERS: Readonly<Record<string, Operation>> = {
  sort,
  topk,
  unique,
  isin,
  searchsorted,
  digitize,
  bincount,
  histogram,
  argwhere,
  union,
};
