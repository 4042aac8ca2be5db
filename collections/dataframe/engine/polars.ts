import { createRequire } from "node:module";
import type Polars from "nodejs-polars";
import { ShoalError } from "../../../runtime/base/errors.ts";
import { type Dtype, innerOf, listOf } from "../dtype.ts";
import { loadLight } from "./light-expressions.ts";

export type PolarsModule = typeof Polars;
export type PolarsExpr = Polars.Expr;
export type PolarsFrame = Polars.DataFrame;
export type PolarsLazy = Polars.LazyDataFrame;
export type PolarsType = Polars.DataType;

let loaded: PolarsModule | undefined;

/**
 * The engine of tables, loaded at its first use.
 * @throws ShoalError MISSING_LIBRARY, naming the command that installs it
 */
export function polars(): PolarsModule {
  if (loaded !== undefined) return loaded;
  try {
    loaded = loadLight<PolarsModule>(createRequire(import.meta.url), "nodejs-polars");
  } catch (cause) {
    throw new ShoalError(
      "Tables need the optional package nodejs-polars; install it with: npm install nodejs-polars@0.24.1",
      {
        code: "MISSING_LIBRARY",
        cause,
      },
    );
  }
  return loaded;
}

/** The engine's type for one of ours. */
export function polarsType(dtype: Dtype): PolarsType {
  const pl = polars();
  switch (dtype) {
    case "bool":
      return pl.Bool;
    case "int8":
      return pl.Int8;
    case "int16":
      return pl.Int16;
    case "int32":
      return pl.Int32;
    case "int64":
      return pl.Int64;
    case "uint8":
      return pl.UInt8;
    case "uint16":
      return pl.UInt16;
    case "uint32":
      return pl.UInt32;
    case "uint64":
      return pl.UInt64;
    case "float32":
      return pl.Float32;
    case "float64":
      return pl.Float64;
    case "string":
      return pl.Utf8;
    case "datetime":
      return pl.Datetime("us");
    case "date":
      return pl.Date;
    case "duration":
      return pl.Duration("us");
    case "null":
      return pl.Null;
    case "object":
      return pl.Utf8;
    default:
      return pl.List(polarsType(innerOf(dtype)));
  }
}

const VARIANTS: Readonly<Record<string, Dtype>> = {
  Bool: "bool",
  Int8: "int8",
  Int16: "int16",
  Int32: "int32",
  Int64: "int64",
  UInt8: "uint8",
  UInt16: "uint16",
  UInt32: "uint32",
  UInt64: "uint64",
  Float32: "float32",
  Float64: "float64",
  Utf8: "string",
  String: "string",
  Categorical: "string",
  Enum: "string",
  Datetime: "datetime",
  Date: "date",
  Duration: "duration",
  Time: "duration",
  Null: "null",
  Decimal: "float64",
};

/** Our type for one of the engine's; nested types other than lists are "object". */
export function dtypeOf(type: PolarsType): Dtype {
  const { variant } = type as { variant: string };
  if (variant === "List" || variant === "FixedSizeList")
    return listOf(dtypeOf((type as unknown as { inner: PolarsType[] }).inner[0] as PolarsType));
  return VARIANTS[variant] ?? "object";
}
