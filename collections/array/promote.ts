import { type DType, dtypeInfo, type Kind, type TimeUnit } from "./dtype.ts";

/** A plain JavaScript value among arrays: it has a kind but no width, so it adapts to the arrays (NumPy's NEP 50). */
export type WeakKind = "bool" | "int" | "float" | "complex";

const ORDER: Readonly<Record<string, number>> = { b: 0, u: 1, i: 2, f: 3, c: 4 };
const UNITS: readonly TimeUnit[] = ["Y", "M", "W", "D", "h", "m", "s", "ms", "us", "ns"];

const byWidth = (kind: Kind, itemsize: number): DType =>
  ({ i: `int${itemsize * 8}`, u: `uint${itemsize * 8}`, f: `float${itemsize * 8}`, c: `complex${itemsize * 8}` })[
    kind as "i"
  ] as DType;

/**
 * The smallest dtype that holds both.
 * @throws TypeError if there is none, as for a time and a float
 * @see https://numpy.org/doc/stable/reference/generated/numpy.promote_types.html
 * @example
 * promote("int32", "float32"); // "float64"
 */
export function promote(a: DType, b: DType): DType {
  if (a === b) return a;
  const one = dtypeInfo(a);
  const two = dtypeInfo(b);
  if (one.unit !== undefined || two.unit !== undefined) return promoteTimes(a, b);
  const [low, high] = (ORDER[one.kind] as number) <= (ORDER[two.kind] as number) ? [one, two] : [two, one];
  if (low.kind === "b") return high.name;
  if (low.kind === high.kind) return low.itemsize > high.itemsize ? low.name : high.name;
  if (high.kind === "i") {
    if (high.itemsize > low.itemsize) return high.name;
    return low.itemsize === 8 ? "float64" : byWidth("i", low.itemsize * 2);
  }
  const floatBytes = low.kind === "f" ? low.itemsize : low.itemsize <= 2 ? 4 : 8;
  const width = high.kind === "c" ? high.itemsize / 2 : high.itemsize;
  const bytes = Math.max(width, floatBytes);
  return byWidth(high.kind, high.kind === "c" ? bytes * 2 : bytes);
}

function promoteTimes(a: DType, b: DType): DType {
  const one = dtypeInfo(a);
  const two = dtypeInfo(b);
  if (one.unit !== undefined && two.unit !== undefined && one.kind === two.kind) {
    const unit = UNITS[Math.max(UNITS.indexOf(one.unit), UNITS.indexOf(two.unit))] as TimeUnit;
    return one.kind === "M" ? `datetime64[${unit}]` : `timedelta64[${unit}]`;
  }
  const [time, other] = one.unit === undefined ? [two, one] : [one, two];
  if (time.kind === "m" && (other.kind === "i" || other.kind === "u" || other.kind === "b")) return time.name;
  throw new TypeError(`No dtype holds both ${a} and ${b}`);
}

/** The dtype of an array of `dtype` together with a plain value of the given kind. */
export function promoteWeak(dtype: DType, weak: WeakKind): DType {
  const { kind, itemsize } = dtypeInfo(dtype);
  if (kind === "m" || kind === "M") return dtype;
  if (weak === "bool") return dtype;
  if (weak === "int") return kind === "b" ? "int64" : dtype;
  if (weak === "float") return kind === "f" || kind === "c" ? dtype : "float64";
  return kind === "c" ? dtype : kind === "f" && itemsize === 4 ? "complex64" : "complex128";
}

/** The dtype a plain value has when it stands alone. */
export const weakDType = (weak: WeakKind): DType =>
  (({ bool: "bool", int: "int64", float: "float64", complex: "complex128" }) as const)[weak];

/**
 * The common dtype of many.
 * @throws TypeError if there is none, or nothing was given
 */
export function resultType(...dtypes: readonly DType[]): DType {
  if (dtypes.length === 0) throw new TypeError("The common dtype of nothing was asked for");
  return dtypes.reduce(promote);
}

/** The dtype of x's real part: float64 of complex128. */
export const realDType = (dtype: DType): DType =>
  dtype === "complex128" ? "float64" : dtype === "complex64" ? "float32" : dtype;

/** The float dtype that functions such as sin give for a dtype: float32 for small integers is not used, as in NumPy's loops. */
export function floatDType(dtype: DType): DType {
  const { kind, itemsize } = dtypeInfo(dtype);
  if (kind === "f" || kind === "c") return dtype;
  if (kind === "m" || kind === "M") throw new TypeError(`${dtype} cannot be used as a float`);
  // NumPy picks half for 8-bit integers; half is no dtype here, and float32 holds all its values.
  return itemsize <= 2 ? "float32" : "float64";
}
