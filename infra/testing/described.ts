import type { NDArray } from "../../collections/array/ndarray.ts";
import type { Column } from "../../collections/dataframe/frame/column.ts";
import type { Frame } from "../../collections/dataframe/frame/frame.ts";

/** A value as comparisons see it: its kind, the facts that go with the kind, and what it holds. A fact that is not there is not compared. */
export type Described =
  | { readonly kind: "a value"; readonly values: unknown }
  | { readonly kind: "an array"; readonly dtype?: string; readonly shape: readonly number[]; readonly values: unknown }
  | {
      readonly kind: "a column";
      readonly name?: unknown;
      readonly dtype?: unknown;
      readonly index?: unknown;
      readonly values: unknown;
    }
  | {
      readonly kind: "a table";
      readonly columns: readonly unknown[];
      readonly dtype?: unknown;
      readonly index?: unknown;
      readonly values: readonly unknown[];
    };

/** Told by what they can do: their classes, and the libraries under them, are not loaded for a comparison of numbers. */
export function described(value: unknown): Described {
  if (isFrame(value))
    return {
      kind: "a table",
      columns: value.columns,
      dtype: value.dtypes,
      index: value.indexValues(),
      values: rowsOf(value.toColumns(), value.length),
    };
  if (isColumn(value))
    return {
      kind: "a column",
      name: value.name,
      dtype: value.dtype,
      index: value.indexValues(),
      values: value.toArray(),
    };
  if (isNDArray(value))
    return { kind: "an array", dtype: value.dtype, shape: value.shape, values: value.toArray({ int64: "bigint" }) };
  return { kind: "a value", values: value };
}

/** A plain value in the form of the other side, without the facts that plain values do not have. */
export async function likeOther(own: Described, other: Described): Promise<Described> {
  if (own.kind !== "a value" || other.kind === "a value") return own;
  const { values } = own;
  if (other.kind === "an array") return arrayLike(values);
  if (other.kind === "a column") return Array.isArray(values) ? { kind: "a column", values } : own;
  if (Array.isArray(values)) return tableOfRecords(values as Record<string, unknown>[], other.columns);
  if (typeof values !== "object" || values === null) return own;
  const columns = values as Record<string, readonly unknown[]>;
  return { kind: "a table", columns: Object.keys(columns), values: rowsOf(columns, lengthOf(columns)) };
}

async function arrayLike(values: unknown): Promise<Described> {
  const { NDArray } = await import("../../collections/array/ndarray.ts");
  const array = NDArray.from(values as Parameters<typeof NDArray.from>[0]);
  return { kind: "an array", shape: array.shape, values: array.toArray({ int64: "bigint" }) };
}

function tableOfRecords(records: readonly Record<string, unknown>[], columns: readonly unknown[]): Described {
  const names = records.length === 0 ? columns : Object.keys(records[0] ?? {});
  return { kind: "a table", columns: names, values: records.map((record) => Object.values(record)) };
}

const rowsOf = (columns: Readonly<Record<string, readonly unknown[]>>, count: number): unknown[] =>
  Array.from({ length: count }, (_, row) => Object.values(columns).map((column) => column[row]));

const lengthOf = (columns: Readonly<Record<string, readonly unknown[]>>): number =>
  Math.max(0, ...Object.values(columns).map(({ length }) => length));

const can = (value: unknown, name: string): boolean =>
  typeof value === "object" && value !== null && typeof (value as Record<string, unknown>)[name] === "function";
const isFrame = (value: unknown): value is Frame => can(value, "toColumns") && can(value, "indexValues");
const isColumn = (value: unknown): value is Column => can(value, "toArray") && can(value, "indexValues");
const isNDArray = (value: unknown): value is NDArray =>
  can(value, "toArray") && "strides" in (value as object) && "dtype" in (value as object);
