import type { DType } from "./dtype.ts";

/**
 * What the compiler knows of dtypes: NumPy's promotion and what functions and reductions give, as tables of types. Tables and no
 * conditional types, so that an array of a dtype is an array of any. Here smaller dtypes first: the first that holds both
 * operands is their common one.
 */
type Order = [
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
];

type Numeric = Order[number];
type Complex = "complex64" | "complex128";
type Floats = "float32" | "float64" | Complex;
/** Dtypes that hold all elements of one. */
interface Holders {
  bool: Numeric;
  uint8: Exclude<Numeric, "bool" | "int8">;
  int8: "int8" | "int16" | "int32" | "int64" | Floats;
  uint16: "uint16" | "uint32" | "int32" | "uint64" | "int64" | Floats;
  int16: "int16" | "int32" | "int64" | Floats;
  uint32: "uint32" | "uint64" | "int64" | "float64" | "complex128";
  int32: "int32" | "int64" | "float64" | "complex128";
  uint64: "uint64" | "float64" | "complex128";
  int64: "int64" | "float64" | "complex128";
  float32: Floats;
  float64: "float64" | "complex128";
  complex64: Complex;
  complex128: "complex128";
}

type First<Held, Left extends readonly unknown[] = Order> = Left extends readonly [infer One, ...infer Rest]
  ? One extends Held
    ? One
    : First<Held, Rest>
  : never;
type Common<A extends DType, B extends DType> = A extends Numeric
  ? B extends Numeric
    ? First<Holders[A] & Holders[B]>
    : DType
  : DType;

/** Plain values as operands: a number may be whole or not, which its type does not tell. */
type Plain = "number" | "bigint" | "boolean" | "complex" | "unknown";
type Whole = Exclude<Numeric, "bool" | Floats>;
type WithPlain<A extends DType, P extends Plain> = P extends "boolean"
  ? A
  : A extends Complex
    ? A
    : P extends "bigint"
      ? A extends "bool"
        ? "int64"
        : A
      : P extends "number"
        ? A extends Whole
          ? A | "float64"
          : A extends "bool"
            ? "int64" | "float64"
            : A
        : P extends "complex"
          ? A extends "float32"
            ? "complex64"
            : "complex128"
          : DType;

type Promotions = {
  readonly [A in DType]: { readonly [B in DType]: Common<A, B> } & { readonly [P in Plain]: WithPlain<A, P> };
};
/** What an operand counts as. `any` is none: what is made with it is taken for any array. */
type OperandKey<O> = 0 extends 1 & O
  ? never
  : O extends { readonly dtype: infer D extends DType }
    ? D
    : O extends number
      ? "number"
      : O extends bigint
        ? "bigint"
        : O extends boolean
          ? "boolean"
          : O extends { readonly re: number }
            ? "complex"
            : "unknown";

/** The dtype of an element-wise operation of an array of one dtype and an operand. */
export type Promoted<D extends DType, O> = Promotions[D][OperandKey<O>];

type FloatOf<A extends DType> = A extends Floats
  ? A
  : A extends "bool" | "int8" | "uint8" | "int16" | "uint16"
    ? "float32"
    : A extends Numeric
      ? "float64"
      : DType;
type RealOf<A extends DType> = A extends "complex64" ? "float32" : A extends "complex128" ? "float64" : A;

/** What functions such as sin give. */
type FloatTable = { readonly [A in DType]: FloatOf<A> };
type RealTable = { readonly [A in DType]: RealOf<A> };
type RealFloatTable = { readonly [A in DType]: RealOf<FloatOf<A>> };
type QuotientTable = {
  readonly [A in DType]: { readonly [B in DType | Plain]: Quotient<(Promotions[A] & Record<Plain, DType>)[B]> };
};
type Quotient<A extends DType> = A extends Floats ? A : A extends Numeric ? "float64" : DType;
type SumTable = {
  readonly [A in DType]: A extends "bool" | "int8" | "int16" | "int32" | "int64"
    ? "int64"
    : A extends Whole
      ? "uint64"
      : A;
};
type MeanTable = { readonly [A in DType]: A extends Floats ? A : A extends Numeric ? "float64" : DType };
type SpreadTable = { readonly [A in DType]: A extends Floats ? RealOf<A> : A extends Numeric ? "float64" : DType };

export type FloatDType<D extends DType> = FloatTable[D];
export type RealDType<D extends DType> = RealTable[D];
export type RealFloatDType<D extends DType> = RealFloatTable[D];
/** The dtype of a true quotient. */
export type QuotientDType<D extends DType, O> = QuotientTable[D][OperandKey<O>];
/** The dtype of sums and products. */
export type SumDType<D extends DType> = SumTable[D];
export type MeanDType<D extends DType> = MeanTable[D];
/** The dtype of variances and deviations. */
export type SpreadDType<D extends DType> = SpreadTable[D];
