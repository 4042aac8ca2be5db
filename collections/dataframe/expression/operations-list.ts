import { type Dtype, familyOf, innerOf } from "../dtype.ts";
import type { ResultRule } from "./operation-types.ts";

const ofList = (op: string, result: (inner: Dtype, type: Dtype) => Dtype): ResultRule => ({
  result: (types) => {
    const type = types[0] as Dtype;
    if (familyOf(type) !== "list") throw new TypeError(`${op} needs a column of lists, this one is ${type}`);
    return result(innerOf(type), type);
  },
});

/** Columns of lists. */
export const LIST_OPERATIONS: Readonly<Record<string, ResultRule>> = {
  listGet: ofList("get", (inner) => inner),
  listLength: ofList("len", () => "int64"),
  listJoin: ofList("join", () => "string"),
  listContains: ofList("contains", () => "bool"),
  listSort: ofList("sort", (_, type) => type),
  listSlice: ofList("slice", (_, type) => type),
};
