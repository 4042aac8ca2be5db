import { askForHugePages, HUGE_BYTES_MIN } from "../../runtime/base/huge-pages.ts";

/** Units of time a datetime64 or timedelta64 may count. */
export type TimeUnit = "Y" | "M" | "W" | "D" | "h" | "m" | "s" | "ms" | "us" | "ns";

/**
 * Element types, by NumPy's names.
 * @see https://numpy.org/doc/stable/user/basics.types.html
 */
export type DType =
  | "bool"
  | "int8"
  | "int16"
  | "int32"
  | "int64"
  | "uint8"
  | "uint16"
  | "uint32"
  | "uint64"
  | "float32"
  | "float64"
  | "complex64"
  | "complex128"
  | `datetime64[${TimeUnit}]`
  | `timedelta64[${TimeUnit}]`;

/** NumPy's kind letters: boolean, signed, unsigned, float, complex, time span, time. */
export type Kind = "b" | "i" | "u" | "f" | "c" | "m" | "M";

/** The typed array that holds elements of a dtype; complex numbers lie as (re, im) pairs, times as 64-bit counts. */
export type DataOf<D extends DType> = D extends "bool" | "uint8"
  ? Uint8Array
  : D extends "int8"
    ? Int8Array
    : D extends "int16"
      ? Int16Array
      : D extends "int32"
        ? Int32Array
        : D extends "uint16"
          ? Uint16Array
          : D extends "uint32"
            ? Uint32Array
            : D extends "uint64"
              ? BigUint64Array
              : D extends "float32" | "complex64"
                ? Float32Array
                : D extends "float64" | "complex128"
                  ? Float64Array
                  : BigInt64Array;

export type AnyData =
  | Uint8Array
  | Int8Array
  | Int16Array
  | Int32Array
  | BigInt64Array
  | Uint16Array
  | Uint32Array
  | BigUint64Array
  | Float32Array
  | Float64Array;

export interface DTypeInfo {
  readonly name: DType;
  readonly kind: Kind;
  /** Bytes of one element. */
  readonly itemsize: number;
  readonly array: DataConstructor;
  /** What an element is while it is computed with: a number, a bigint, or a pair of numbers. */
  readonly register: Register;
  readonly unit?: TimeUnit;
}

export type Register = "number" | "bigint" | "complex";

export interface DataConstructor {
  new (length: number): AnyData;
  new (buffer: ArrayBufferLike, byteOffset?: number, length?: number): AnyData;
  readonly BYTES_PER_ELEMENT: number;
}

const TABLE: Readonly<Record<string, DTypeInfo>> = Object.fromEntries(
  (
    [
      ["bool", "b", 1, Uint8Array],
      ["int8", "i", 1, Int8Array],
      ["int16", "i", 2, Int16Array],
      ["int32", "i", 4, Int32Array],
      ["int64", "i", 8, BigInt64Array],
      ["uint8", "u", 1, Uint8Array],
      ["uint16", "u", 2, Uint16Array],
      ["uint32", "u", 4, Uint32Array],
      ["uint64", "u", 8, BigUint64Array],
      ["float32", "f", 4, Float32Array],
      ["float64", "f", 8, Float64Array],
      ["complex64", "c", 8, Float32Array],
      ["complex128", "c", 16, Float64Array],
    ] as const
  ).map(([name, kind, itemsize, array]) => [
    name,
    {
      name,
      kind,
      itemsize,
      array: array as unknown as DataConstructor,
      register: kind === "c" ? "complex" : itemsize === 8 && kind !== "f" ? "bigint" : "number",
    } satisfies DTypeInfo,
  ]),
);

const timeInfos = new Map<string, DTypeInfo>();
const TIME = /^(datetime64|timedelta64)\[(Y|M|W|D|h|m|s|ms|us|ns)\]$/;

/**
 * What is known of a dtype.
 * @throws TypeError if the name is not one
 */
export function dtypeInfo(dtype: DType): DTypeInfo {
  const known = Object.hasOwn(TABLE, dtype) ? TABLE[dtype] : timeInfos.get(dtype);
  if (known !== undefined) return known;
  const match = TIME.exec(dtype);
  if (match === null)
    throw new TypeError(`"${dtype}" is not a dtype; use one of ${Object.keys(TABLE).join(", ")}, datetime64[unit]`);
  const info: DTypeInfo = {
    name: dtype,
    kind: match[1] === "datetime64" ? "M" : "m",
    itemsize: 8,
    array: BigInt64Array as unknown as DataConstructor,
    register: "bigint",
    unit: match[2] as TimeUnit,
  };
  timeInfos.set(dtype, info);
  return info;
}

export const kindOf = (dtype: DType): Kind => dtypeInfo(dtype).kind;
export const itemsizeOf = (dtype: DType): number => dtypeInfo(dtype).itemsize;
export const registerOf = (dtype: DType): Register => dtypeInfo(dtype).register;

/** Numbers each element takes in its typed array: two for complex, else one. */
export const lanesOf = (dtype: DType): 1 | 2 => (dtypeInfo(dtype).kind === "c" ? 2 : 1);

/** A typed array of zeros for `size` elements, in memory of its own. */
export function allocate(dtype: DType, size: number): AnyData {
  const data = new (dtypeInfo(dtype).array)(size * lanesOf(dtype));
  if (data.byteLength >= HUGE_BYTES_MIN) askForHugePages(data.buffer);
  return data;
}

/** Below this the engine's own memory is as quick to come by. */
const UNWRITTEN_BYTES_MIN = 65_536;

/** As {@link allocate}, holding anything at all: for those who write every element. Zeroing large memory costs as much as writing it. */
export function allocateUnwritten(dtype: DType, size: number): AnyData {
  const { array } = dtypeInfo(dtype);
  const length = size * lanesOf(dtype);
  const bytes = length * array.BYTES_PER_ELEMENT;
  if (bytes < UNWRITTEN_BYTES_MIN) return new array(length);
  const { buffer } = Buffer.allocUnsafeSlow(bytes);
  if (bytes >= HUGE_BYTES_MIN) askForHugePages(buffer);
  return new array(buffer, 0, length);
}

/** Python's and JavaScript's short names: "float" is float64, "i4" int32, "b1" bool. */
const ALIASES: Readonly<Record<string, DType>> = {
  float: "float64",
  int: "int64",
  complex: "complex128",
  boolean: "bool",
  b1: "bool",
  i1: "int8",
  i2: "int16",
  i4: "int32",
  i8: "int64",
  u1: "uint8",
  u2: "uint16",
  u4: "uint32",
  u8: "uint64",
  f4: "float32",
  f8: "float64",
  c8: "complex64",
  c16: "complex128",
};

/** The dtype a typed array holds. */
export function dtypeOfData(data: AnyData): DType {
  const name = data.constructor.name;
  const known: Readonly<Record<string, DType>> = {
    BigInt64Array: "int64",
    BigUint64Array: "uint64",
    Uint8ClampedArray: "uint8",
  };
  return known[name] ?? (name.replace("Array", "").toLowerCase() as DType);
}

/** Whether a text names a dtype in full. */
export const isDType = (text: string): text is DType => Object.hasOwn(TABLE, text) || TIME.test(text);

/**
 * A dtype from its name or a short name of NumPy's such as "f4" or "<i8".
 * @throws TypeError if it is none
 */
export function parseDType(text: string): DType {
  if (typeof text !== "string") throw new TypeError(`A dtype is a name such as "float64", got ${String(text)}`);
  const plain = text.replace(/^[<=|]/, "");
  const time = /^(M8|m8)\[(\w+)\]$/.exec(plain);
  const name =
    time === null ? (ALIASES[plain] ?? plain) : `${time[1] === "M8" ? "datetime64" : "timedelta64"}[${time[2]}]`;
  return dtypeInfo(name as DType).name;
}

/** NumPy's type string, little-endian: "<f8", "|b1", "<M8[ns]". */
export function typeString(dtype: DType): string {
  const { kind, itemsize, unit } = dtypeInfo(dtype);
  if (unit !== undefined) return `<${kind}8[${unit}]`;
  return `${itemsize === 1 ? "|" : "<"}${kind}${itemsize}`;
}

/** Whether elements are times or durations, among which NaT is as NaN is among floats. */
export const isTime = (dtype: DType): boolean => dtypeInfo(dtype).unit !== undefined;
