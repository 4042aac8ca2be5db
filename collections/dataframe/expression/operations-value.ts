import { type Dtype, familyOf, isInteger, isNumberLike, isTime, parseDtype, promote } from "../dtype.ts";
import { always, type ResultRule, refuse } from "./operation-types.ts";

const comparable = (a: Dtype, b: Dtype): boolean =>
  a === b ||
  a === "null" ||
  b === "null" ||
  (isNumberLike(a) && isNumberLike(b)) ||
  (isTime(a) && isTime(b)) ||
  (familyOf(a) === "list" && familyOf(b) === "list");

/** Times compare with text that says a time: the builder turns it into a time before it comes here. */
const ordering = (op: string): ResultRule => ({
  result: (types) => {
    const [a, b] = types as [Dtype, Dtype];
    if (!comparable(a, b)) throw refuse(op, types);
    return "bool";
  },
});

/** Of booleans; of integers it works on their bits. */
const logic = (op: string): ResultRule => ({
  result: (types) => {
    if (op !== "not" && types.every(isInteger)) return widestOf(op, types);
    for (const type of types)
      if (type !== "bool" && type !== "null")
        throw new TypeError(`${op} needs columns of booleans, this one is ${type}`);
    return "bool";
  },
});

function widestOf(op: string, types: readonly Dtype[]): Dtype {
  let all: Dtype = "null";
  for (const type of types) {
    const next = promote(all, type);
    if (next === undefined) throw refuse(op, types);
    all = next;
  }
  return all;
}

/** Comparison, logic, missing values, choice, casts. Comparisons with a missing value are missing. */
export const VALUE_OPERATIONS: Readonly<Record<string, ResultRule>> = {
  // Equality of different kinds is false in pandas; the types must be known to be translated.
  eq: ordering("=="),
  ne: ordering("!="),
  lt: ordering("<"),
  le: ordering("<="),
  gt: ordering(">"),
  ge: ordering(">="),
  isIn: always("bool"),
  and: logic("and"),
  or: logic("or"),
  xor: logic("xor"),
  not: logic("not"),
  isNull: always("bool"),
  notNull: always("bool"),
  coalesce: { result: (types) => widestOf("fillna", types) },
  ifElse: {
    result: (types) => {
      if (types[0] !== "bool" && types[0] !== "null")
        throw new TypeError(`A condition must be boolean, this one is ${types[0]}; compare it with something`);
      return widestOf("a choice", types.slice(1));
    },
  },
  cast: { result: (_types, options) => parseDtype(String(options["dtype"])) },
  /** Values looked up in a table: `options.from`, `options.to`; what is not found stays, or is missing if `options.strict`. */
  lookup: {
    result: (types, options) =>
      options["dtype"] === undefined ? (types[0] as Dtype) : parseDtype(String(options["dtype"])),
  },
  hash: always("uint64"),
};
