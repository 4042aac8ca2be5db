import { type Dtype, familyOf, isNumberLike } from "../dtype.ts";
import type { Options } from "./expression.ts";

/** Type rules the operations share. */
export type ResultRule = { result(types: readonly Dtype[], options: Options): Dtype };

export const always = (dtype: Dtype): ResultRule => ({ result: () => dtype });

/** Takes text, gives `dtype`. */
export const ofText = (op: string, dtype: Dtype): ResultRule => ({
  result: (types) => {
    const first = types[0] as Dtype;
    if (first !== "string" && first !== "null")
      throw new TypeError(`str.${op} needs a column of text, this one is ${first}; use astype("string") first`);
    return dtype;
  },
});

/** Takes times, gives `dtype`. */
export const ofTime = (op: string, dtype: Dtype): ResultRule => ({
  result: (types) => {
    const family = familyOf(types[0] as Dtype);
    if (family !== "datetime" && family !== "date" && family !== "null")
      throw new TypeError(`dt.${op} needs a column of times, this one is ${types[0]}; use toDatetime first`);
    return dtype;
  },
});

/** Takes numbers, gives float64. */
export const ofNumber = (op: string, dtype: Dtype = "float64"): ResultRule => ({
  result: (types) => {
    for (const type of types) needNumber(op, type);
    return dtype;
  },
});

export function needNumber(op: string, type: Dtype): void {
  if (!isNumberLike(type)) throw new TypeError(`${op} needs numbers, this column is ${type}`);
}

export const refuse = (op: string, types: readonly Dtype[]): TypeError =>
  new TypeError(`${op} is not defined for ${types.join(" and ")}`);
