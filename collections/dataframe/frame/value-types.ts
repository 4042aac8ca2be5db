import { type Dtype, promote } from "../dtype.ts";
import type { Plain } from "../expression/expression.ts";

/** The type that holds all values: whole numbers are int64, dates datetime; where all are missing, float64. */
export const dtypeOfValues = (values: readonly unknown[], name: string): Dtype =>
  sharedType(values, name).replace("null", "float64") as Dtype;

function sharedType(values: readonly unknown[], name: string): Dtype {
  let all: Dtype = "null";
  for (const value of values) {
    const next = promote(all, dtypeOfValue(value, name));
    if (next === undefined)
      throw new TypeError(
        `Column "${name}" mixes ${all} and ${dtypeOfValue(value, name)}; give it one type with dtypes`,
      );
    all = next;
  }
  return all;
}

function dtypeOfValue(value: unknown, name: string): Dtype {
  if (value === null || value === undefined) return "null";
  if (typeof value === "number") return Number.isInteger(value) && !Object.is(value, -0) ? "int64" : "float64";
  if (typeof value === "bigint") return "int64";
  if (typeof value === "string") return "string";
  if (typeof value === "boolean") return "bool";
  if (value instanceof Date) return "datetime";
  // An empty list is a list of anything.
  if (Array.isArray(value)) return `list<${sharedType(value, name)}>`;
  throw new TypeError(`Column "${name}" holds a ${typeof value}, which no column can`);
}

/** A value as columns hold it: times in microseconds, missing as null. */
export function plainValue(value: unknown): Plain {
  if (value === undefined || value === null || (typeof value === "number" && Number.isNaN(value))) return null;
  if (value instanceof Date) return value.getTime() * 1000;
  if (Array.isArray(value)) return value.map(plainValue);
  return value as Plain;
}
