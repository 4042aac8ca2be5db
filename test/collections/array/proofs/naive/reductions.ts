import { addElements, multiplyElements } from "./elementwise.ts";
import {
  at,
  bitsOf,
  build,
  castElement,
  compareElements,
  type Element,
  familyOf,
  indicesOf,
  isNan,
  isTrue,
  isWhole,
  type NaiveArray,
  pairOf,
} from "./naive-array.ts";

/** Sums and products of small integers are taken in 64 bits. */
export const wideDType = (dtype: string): string =>
  familyOf(dtype) === "bool" || familyOf(dtype) === "int" ? "int64" : familyOf(dtype) === "uint" ? "uint64" : dtype;
const meanDType = (dtype: string): string => (isWhole(dtype) || dtype === "bool" ? "float64" : dtype);
const realDType = (dtype: string): string =>
  familyOf(dtype) === "complex" ? `float${bitsOf(dtype) / 2}` : meanDType(dtype);

interface Reduction {
  readonly dtype: (of: string) => string;
  readonly of: (list: Element[], dtype: string, options: { ddof: number }) => Element;
  /** Elements of none are refused. */
  readonly needsOne?: true;
}

const sum = (list: Element[], dtype: string): Element =>
  list.map((one) => castElement(one, dtype)).reduce(addElements, castElement(0, dtype));
const prod = (list: Element[], dtype: string): Element =>
  castElement(list.map((one) => castElement(one, dtype)).reduce(multiplyElements, castElement(1, dtype)), dtype);
/** Divided by a number, which of a complex one has a part of 0 too. */
const scaled = (one: Element, by: number): Element =>
  typeof one === "object" ? { re: (one.re + one.im * 0) / by, im: (one.im - one.re * 0) / by } : Number(one) / by;
const mean = (list: Element[], dtype: string): Element =>
  scaled(sum(list, familyOf(dtype) === "complex" ? "complex128" : "float64"), list.length);

function variance(list: Element[], ddof: number): number {
  const middle = pairOf(mean(list, "complex128"));
  const total = list.reduce<number>((so, one) => {
    const { re, im } = pairOf(one);
    return so + (re - middle.re) ** 2 + (im - middle.im) ** 2;
  }, 0);
  return total / Math.max(list.length - ddof, 0);
}

const extreme =
  (sign: number) =>
  (list: Element[]): Element =>
    list.find(isNan) ?? list.reduce((best, one) => (compareElements(one, best) * sign > 0 ? one : best));
const place =
  (sign: number) =>
  (list: Element[]): Element => {
    const best = extreme(sign)(list);
    return BigInt(list.findIndex((one) => (isNan(best) ? isNan(one) : compareElements(one, best) === 0)));
  };
const same = (dtype: string): string => dtype;
const known = (list: Element[]): Element[] => list.filter((one) => !isNan(one));

export const REDUCTIONS: Readonly<Record<string, Reduction>> = {
  sum: { dtype: wideDType, of: sum },
  prod: { dtype: wideDType, of: prod },
  mean: { dtype: meanDType, of: mean },
  var: { dtype: realDType, of: (list, _, { ddof }) => variance(list, ddof) },
  std: { dtype: realDType, of: (list, _, { ddof }) => Math.sqrt(variance(list, ddof)) },
  min: { dtype: same, of: extreme(-1), needsOne: true },
  max: { dtype: same, of: extreme(1), needsOne: true },
  any: { dtype: () => "bool", of: (list) => list.some(isTrue) },
  all: { dtype: () => "bool", of: (list) => list.every(isTrue) },
  nansum: { dtype: wideDType, of: (list, dtype) => sum(known(list), dtype) },
  nanprod: { dtype: wideDType, of: (list, dtype) => prod(known(list), dtype) },
  nanmean: { dtype: meanDType, of: (list, dtype) => mean(known(list), dtype) },
  nanvar: { dtype: realDType, of: (list, _, { ddof }) => variance(known(list), ddof) },
  nanmin: { dtype: same, of: (list) => extreme(-1)(known(list).length === 0 ? list : known(list)), needsOne: true },
  nanmax: { dtype: same, of: (list) => extreme(1)(known(list).length === 0 ? list : known(list)), needsOne: true },
};
export const PLACES: Readonly<Record<string, Reduction>> = {
  argmin: { dtype: () => "int64", of: place(-1), needsOne: true },
  argmax: { dtype: () => "int64", of: place(1), needsOne: true },
};

/** What stands along axes, for every place of the others. */
export function reduce(
  rule: Reduction,
  x: NaiveArray,
  axes: readonly number[],
  keepdims: boolean,
  ddof = 0,
): NaiveArray {
  const dtype = rule.dtype(x.dtype);
  if (axes.some((axis) => axis >= x.shape.length)) throw new Error("there is no such axis");
  const out = x.shape.map((n, axis) => (axes.includes(axis) ? 1 : n));
  const within = indicesOf(x.shape.map((n, axis) => (axes.includes(axis) ? n : 1)));
  if (rule.needsOne && within.length === 0) throw new Error("there is no element to take");
  const full = build(dtype, out, (index) => {
    const list = within.map((inner) =>
      at(
        x,
        inner.map((i, axis) => i + (index[axis] as number)),
      ),
    );
    return castElement(rule.of(list, dtype, { ddof }), dtype);
  });
  return keepdims ? full : { ...full, shape: x.shape.filter((_, axis) => !axes.includes(axis)) };
}

/** Another list of elements for each line along an axis. */
export function along(
  x: NaiveArray,
  axis: number,
  dtype: string,
  of: (line: Element[]) => readonly Element[],
  length = x.shape[axis] as number,
): NaiveArray {
  const lines = new Map<string, readonly Element[]>();
  const shape = x.shape.map((n, one) => (one === axis ? length : n));
  return build(dtype, shape, (index) => {
    const key = index.filter((_, one) => one !== axis).join();
    if (!lines.has(key)) {
      const line = Array.from({ length: x.shape[axis] as number }, (_, i) =>
        at(
          x,
          index.map((n, one) => (one === axis ? i : n)),
        ),
      );
      lines.set(key, of(line));
    }
    return (lines.get(key) as readonly Element[])[index[axis] as number] as Element;
  });
}

/** Running sums or products of a line. */
export const running =
  (name: "cumsum" | "cumprod", dtype: string) =>
  (line: Element[]): Element[] => {
    let so = castElement(name === "cumsum" ? 0 : 1, dtype);
    return line.map((one) => {
      so = castElement((name === "cumsum" ? addElements : multiplyElements)(so, castElement(one, dtype)), dtype);
      return so;
    });
  };

/** An element between two, as quantiles of a method ask. */
export function quantile(list: Element[], q: number, method: string): Element {
  if (list.some(isNan)) return Number.NaN;
  const sorted = [...list].sort(compareElements);
  const place = q * (sorted.length - 1);
  const [low, high] = [Math.floor(place), Math.ceil(place)].map((i) => sorted[i] as Element) as [Element, Element];
  const part = place - Math.floor(place);
  if (method === "lower") return low;
  if (method === "higher") return high;
  if (typeof low === "object") {
    const top = pairOf(high);
    return { re: low.re + (top.re - low.re) * part, im: low.im + (top.im - low.im) * part };
  }
  if (low === high) return Number(low);
  return method === "midpoint" && part > 0
    ? (Number(low) + Number(high)) / 2
    : Number(low) + (Number(high) - Number(low)) * part;
}
