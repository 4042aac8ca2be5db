import { type Dtype, familyOf, innerOf, isInteger, parseDtype } from "./dtype.ts";
import type { Plain } from "./expression/expression.ts";
import { dtypeOfValues, plainValue } from "./frame/value-types.ts";

/** Numbers side by side in memory. */
export type NumberArray =
  | Int8Array
  | Int16Array
  | Int32Array
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | Float32Array
  | Float64Array
  | BigInt64Array
  | BigUint64Array;

/** A column in hand: its type, and its values as a table's source holds them. */
export interface ColumnValues {
  readonly dtype: Dtype;
  readonly values: readonly Plain[] | NumberArray;
}

const DTYPES: Readonly<Record<string, Dtype>> = {
  Int8Array: "int8",
  Int16Array: "int16",
  Int32Array: "int32",
  Uint8Array: "uint8",
  Uint8ClampedArray: "uint8",
  Uint16Array: "uint16",
  Uint32Array: "uint32",
  Float32Array: "float32",
  Float64Array: "float64",
  BigInt64Array: "int64",
  BigUint64Array: "uint64",
};

/**
 * A column of values as its caller has them. A typed array says its type and is taken as it is; other values are looked at.
 * @param wanted the type they are to have, where it should not be told from them
 * @throws TypeError for values that no column, or none of the wanted type, can hold
 */
export function columnValues(
  name: string,
  given: readonly unknown[] | ArrayBufferView | undefined,
  wanted: string | undefined,
): ColumnValues {
  if (!Array.isArray(given) && !ArrayBuffer.isView(given))
    throw new TypeError(`Column "${name}" is ${described(given)}; give a list of values or a typed array`);
  const dtype = wanted === undefined ? undefined : parseDtype(wanted);
  if (ArrayBuffer.isView(given)) return arrayValues(name, given, dtype);
  if (dtype === undefined) return numberValues(given) ?? listedValues(name, given);
  return { dtype, values: given.map((value, row) => valueAs(dtype, value, () => `row ${row} of column "${name}"`)) };
}

/** Values one by one, of a type that is told from them. */
export const listedValues = (name: string, given: readonly unknown[]): ColumnValues => ({
  dtype: dtypeOfValues(given, name),
  values: given.map(plainValue),
});

/** A list of nothing but numbers, side by side: what is missing is NaN. Undefined for any other. */
function numberValues(given: readonly unknown[]): ColumnValues | undefined {
  const values = new Float64Array(given.length);
  let isWhole = true;
  let isKnown = false;
  for (let row = 0; row < given.length; row++) {
    const value = given[row];
    if (typeof value === "number") {
      isKnown = true;
      if (!Number.isInteger(value) || Object.is(value, -0)) isWhole = false;
      values[row] = value;
    } else if (value === null || value === undefined) values[row] = Number.NaN;
    else return undefined;
  }
  return isKnown ? { dtype: isWhole ? "int64" : "float64", values } : undefined;
}

function arrayValues(name: string, given: ArrayBufferView, wanted: Dtype | undefined): ColumnValues {
  const own = DTYPES[(given as NumberArray)[Symbol.toStringTag] ?? ""];
  if (own === undefined) throw new TypeError(`Column "${name}" is a DataView; give a typed array or a list of values`);
  // A Buffer's slices are views on it, not copies.
  const values = Buffer.isBuffer(given)
    ? new Uint8Array(given.buffer, given.byteOffset, given.length)
    : (given as NumberArray);
  if (wanted === undefined || wanted === own) return { dtype: own, values };
  return {
    dtype: wanted,
    values: Array.from<number | bigint, Plain>(values, (value, row) =>
      valueAs(wanted, value, () => `row ${row} of column "${name}"`),
    ),
  };
}

const DAY_MS = 86_400_000;

/** A value as a column of a type holds it. */
function valueAs(dtype: Dtype, value: unknown, where: () => string): Plain {
  const plain = dtype === "date" && value instanceof Date ? Math.floor(value.getTime() / DAY_MS) : plainValue(value);
  const kept = plain === null ? null : convertedTo(dtype, plain);
  if (kept === undefined)
    throw new TypeError(`${dtype} was asked for, which cannot hold ${described(value)} in ${where()}`);
  return kept;
}

/** Undefined where it does not fit. */
function convertedTo(dtype: Dtype, plain: Plain): Plain | undefined {
  const isNumeric = typeof plain === "number" || typeof plain === "bigint";
  switch (familyOf(dtype)) {
    case "bool":
      return typeof plain === "boolean" ? plain : plain === 0 || plain === 1 ? plain === 1 : undefined;
    case "int":
    case "uint":
      if (typeof plain === "boolean") return plain ? 1 : 0;
      return isNumeric && isInRange(dtype, plain as number | bigint) ? plain : undefined;
    case "float":
      return typeof plain === "boolean" || isNumeric ? Number(plain) : undefined;
    case "string":
      return typeof plain === "object" ? undefined : String(plain);
    case "datetime":
    case "date":
    case "duration":
      return isNumeric ? plain : undefined;
    case "list":
      return Array.isArray(plain) ? listAs(innerOf(dtype), plain) : undefined;
    default:
      return plain;
  }
}

function listAs(inner: Dtype, items: readonly Plain[]): Plain | undefined {
  const converted = items.map((item) => (item === null ? null : convertedTo(inner, item)));
  return converted.includes(undefined) ? undefined : (converted as Plain[]);
}

function isInRange(dtype: Dtype, value: number | bigint): boolean {
  if (!isInteger(dtype) || (typeof value === "number" && !Number.isInteger(value))) return false;
  const bits = BigInt(/\d+$/.exec(dtype)?.[0] ?? 64);
  const whole = BigInt(value);
  const [low, high] = familyOf(dtype) === "int" ? [-(2n ** (bits - 1n)), 2n ** (bits - 1n)] : [0n, 2n ** bits];
  return whole >= low && whole < high;
}

function described(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" && value !== null ? (value instanceof Date ? "a date" : "an object") : String(value);
}
