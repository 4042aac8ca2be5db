/** A complex element. */
export interface Pair {
  readonly re: number;
  readonly im: number;
}
/** Booleans, integers of every width as bigints, floats, complex numbers: by the dtype. */
export type Element = boolean | bigint | number | Pair;

/** The naive evaluator's array: elements in row-major order. It shares no code with the library. */
export interface NaiveArray {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data: readonly Element[];
}

export const DTYPES = [
  "bool",
  "uint8",
  "int8",
  "uint16",
  "int16",
  "uint32",
  "int32",
  "uint64",
  "int64",
  "float32",
  "float64",
  "complex64",
  "complex128",
] as const;

export type Family = "bool" | "uint" | "int" | "float" | "complex";
export const familyOf = (dtype: string): Family => dtype.replace(/\d+$/, "") as Family;
export const bitsOf = (dtype: string): number => Number(/\d+$/.exec(dtype)?.[0] ?? 1);
export const isWhole = (dtype: string): boolean => familyOf(dtype) === "int" || familyOf(dtype) === "uint";

/** NumPy's safe casts: every integer of 64 bits counts as held by a double. */
function holds(into: string, from: string): boolean {
  const [to, of] = [familyOf(into), familyOf(from)];
  const [wide, narrow] = [bitsOf(into), bitsOf(from)];
  if (of === "bool" || into === from) return true;
  const mantissa = to === "complex" ? wide / 2 : wide;
  if (of === "uint" || of === "int") {
    if (to === "uint") return of === "uint" && wide >= narrow;
    if (to === "int") return of === "int" ? wide >= narrow : wide > narrow;
    return to !== "bool" && (narrow <= 16 || mantissa === 64);
  }
  if (of === "float") return (to === "float" || to === "complex") && mantissa >= narrow;
  return to === "complex" && wide >= narrow;
}

/** The first dtype that holds both. */
export function promoted(a: string, b: string): string {
  return DTYPES.find((one) => holds(one, a) && holds(one, b)) as string;
}

export const sizeOf = (shape: readonly number[]): number => shape.reduce((product, n) => product * n, 1);

/** Every index of a shape, in row-major order. */
export function indicesOf(shape: readonly number[]): number[][] {
  const found: number[][] = [];
  const walk = (index: number[]): void => {
    if (index.length === shape.length) found.push(index);
    else for (let i = 0; i < (shape[index.length] as number); i++) walk([...index, i]);
  };
  walk([]);
  return found;
}

export const at = (x: NaiveArray, index: readonly number[]): Element =>
  x.data[index.reduce((so, i, axis) => so * (x.shape[axis] as number) + i, 0)] as Element;

/** An array of a shape, element by element. */
export const build = (dtype: string, shape: readonly number[], of: (index: number[]) => Element): NaiveArray => ({
  dtype,
  shape,
  data: indicesOf(shape).map(of),
});

export const isPair = (one: Element): one is Pair => typeof one === "object";
export const pairOf = (one: Element): Pair => (isPair(one) ? one : { re: Number(one), im: 0 });
export const isNan = (one: Element): boolean =>
  isPair(one) ? Number.isNaN(one.re) || Number.isNaN(one.im) : Number.isNaN(one);
export const isTrue = (one: Element): boolean =>
  isPair(one) ? one.re !== 0 || one.im !== 0 : Boolean(one) || isNan(one);

/** An element in another dtype: integers wrap, floats are cut towards zero, complex numbers lose what does not fit. */
export function castElement(one: Element, dtype: string): Element {
  const family = familyOf(dtype);
  const bits = bitsOf(dtype);
  if (family === "bool") return isTrue(one);
  if (family === "complex") {
    const { re, im } = pairOf(one);
    return bits === 64 ? { re: Math.fround(re), im: Math.fround(im) } : { re, im };
  }
  const real = isPair(one) ? one.re : one;
  if (family === "float") return bits === 32 ? Math.fround(Number(real)) : Number(real);
  const whole = typeof real === "bigint" ? real : BigInt(Math.trunc(Number(real)));
  return family === "uint" ? BigInt.asUintN(bits, whole) : BigInt.asIntN(bits, whole);
}

export const cast = (x: NaiveArray, dtype: string): NaiveArray =>
  x.dtype === dtype ? x : { dtype, shape: x.shape, data: x.data.map((one) => castElement(one, dtype)) };

/** The shape that all broadcast to; throws if there is none. */
export function broadcastShape(...shapes: readonly (readonly number[])[]): number[] {
  const ndim = Math.max(0, ...shapes.map((one) => one.length));
  return Array.from({ length: ndim }, (_, axis) => {
    const sizes = shapes.map((one) => one[axis - ndim + one.length] ?? 1).filter((n) => n !== 1);
    if (new Set(sizes).size > 1) throw new Error("the shapes do not broadcast");
    return sizes[0] ?? 1;
  });
}

/** The element that stands at an index of a larger shape. */
export const broadcastAt = (x: NaiveArray, index: readonly number[]): Element =>
  at(
    x,
    x.shape.map((n, axis) => (n === 1 ? 0 : (index[axis + index.length - x.shape.length] as number))),
  );

/** NumPy's order: false before true, NaN last, complex numbers by their real part first. */
export function compareElements(a: Element, b: Element): number {
  if (isPair(a) || isPair(b)) {
    const [x, y] = [pairOf(a), pairOf(b)];
    const nans = Number(isNan(x)) - Number(isNan(y));
    return nans !== 0 ? nans : compareElements(x.re, y.re) || compareElements(x.im, y.im);
  }
  const nans = Number(isNan(a)) - Number(isNan(b));
  if (nans !== 0 || isNan(a)) return nans;
  return a < b ? -1 : a > b ? 1 : 0;
}
