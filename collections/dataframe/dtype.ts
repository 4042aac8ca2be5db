/**
 * Types of columns. Every type has a missing value, null; NaN does not occur in a column. Times are microseconds
 * since 1970, without a zone meaning UTC.
 * @see https://docs.dask.org/en/stable/dataframe.html
 */
export type Dtype =
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
  | "string"
  | "datetime"
  | "date"
  | "duration"
  /** A column of nothing but missing values. */
  | "null"
  /** Nested values the engine carries and does not compute with. */
  | "object"
  | `list<${string}>`;

/** What operations ask of a type. */
export type DtypeFamily =
  | "bool"
  | "int"
  | "uint"
  | "float"
  | "string"
  | "datetime"
  | "date"
  | "duration"
  | "list"
  | "null"
  | "object";

export function familyOf(dtype: Dtype): DtypeFamily {
  if (dtype.startsWith("list<")) return "list";
  if (dtype.startsWith("int")) return "int";
  if (dtype.startsWith("uint")) return "uint";
  if (dtype.startsWith("float")) return "float";
  return dtype as DtypeFamily;
}

export const isInteger = (dtype: Dtype): boolean => familyOf(dtype) === "int" || familyOf(dtype) === "uint";
export const isFloat = (dtype: Dtype): boolean => familyOf(dtype) === "float";
export const isNumber = (dtype: Dtype): boolean => isInteger(dtype) || isFloat(dtype);
/** Numbers, and booleans where they count as 0 and 1. */
export const isNumberLike = (dtype: Dtype): boolean => isNumber(dtype) || dtype === "bool" || dtype === "null";
export const isTime = (dtype: Dtype): boolean => dtype === "datetime" || dtype === "date";
export const listOf = (inner: Dtype): Dtype => `list<${inner}>`;
export const innerOf = (dtype: Dtype): Dtype => (dtype.startsWith("list<") ? (dtype.slice(5, -1) as Dtype) : "object");

const widthOf = (dtype: Dtype): number => Number(/\d+$/.exec(dtype)?.[0] ?? 8);

/**
 * The narrowest type that holds both, as NumPy promotes: int64 and float32 give float64, int64 and uint64 float64.
 * Undefined where there is none.
 */
export function promote(a: Dtype, b: Dtype): Dtype | undefined {
  if (a === b) return a;
  if (a === "null") return b;
  if (b === "null") return a;
  const [fa, fb] = [familyOf(a), familyOf(b)];
  if (fa === "bool" && isNumber(b)) return b;
  if (fb === "bool" && isNumber(a)) return a;
  if (isTime(a) && isTime(b)) return "datetime";
  if (fa === "list" && fb === "list") {
    const inner = promote(innerOf(a), innerOf(b));
    return inner === undefined ? undefined : listOf(inner);
  }
  if (!isNumber(a) || !isNumber(b)) return undefined;
  return promoteNumbers(a, b);
}

function promoteNumbers(a: Dtype, b: Dtype): Dtype {
  const [fa, fb] = [familyOf(a), familyOf(b)];
  if (fa === fb) return widthOf(a) >= widthOf(b) ? a : b;
  if (fa === "float" || fb === "float") {
    const [float, whole] = fa === "float" ? [a, b] : [b, a];
    return float === "float32" && widthOf(whole) <= 16 ? "float32" : "float64";
  }
  const [signed, unsigned] = fa === "int" ? [a, b] : [b, a];
  const width = Math.max(widthOf(signed), widthOf(unsigned) * 2);
  return width > 64 ? "float64" : (`int${width}` as Dtype);
}

const ALIASES: Readonly<Record<string, Dtype>> = {
  int: "int64",
  float: "float64",
  double: "float64",
  number: "float64",
  boolean: "bool",
  str: "string",
  text: "string",
  utf8: "string",
  "datetime64[ns]": "datetime",
  "datetime64[us]": "datetime",
  "timedelta64[ns]": "duration",
  timedelta: "duration",
};

const NAMES = new Set<string>(
  ["bool int8 int16 int32 int64 uint8 uint16 uint32 uint64 float32 float64 string datetime date duration null object"]
    .join(" ")
    .split(" "),
);

/**
 * Reads a type's name; NumPy's and pandas' spellings are understood.
 * @throws TypeError if there is no such type.
 * @example
 * parseDtype("datetime64[ns]"); // "datetime"
 */
export function parseDtype(name: string): Dtype {
  if (NAMES.has(name)) return name as Dtype;
  const list = /^list<(.+)>$/.exec(name);
  if (list !== null) return listOf(parseDtype(list[1] as string));
  const alias = ALIASES[name];
  if (alias === undefined)
    throw new TypeError(`"${name}" is no column type; types are ${[...NAMES].join(", ")}, list<…>`);
  return alias;
}

/** Whether a value can stand in a column of this type. */
export function fits(dtype: Dtype, value: unknown): boolean {
  if (typeof value === "number") return /^(u?int|float)/.test(dtype) || dtype === "null";
  if (typeof value === "string") return dtype === "string" || dtype === "datetime" || dtype === "null";
  return true;
}
