import type { Collection } from "../../collections/core/collection.ts";
import type { Described } from "./described.ts";
import { shown, valueDifference } from "./value-difference.ts";

const EXACT = { relative: 0, absolute: 0 };

/**
 * What a collection says of itself before it is computed, as a check of what it gave: what is false of that, or undefined.
 * @see https://docs.dask.org/en/stable/custom-collections.html
 */
export function promiseOf(collection: Collection<unknown>): (found: Described) => string | undefined {
  const { dtype, shape, columns, dtypes } = collection as unknown as {
    readonly dtype?: unknown;
    readonly shape?: readonly number[];
    readonly columns?: readonly unknown[];
    readonly dtypes?: unknown;
  };
  return (found) => {
    if (found.kind === "an array")
      return falseOf("dtype", dtype, found.dtype) ?? shapeDifference(shape ?? [], found.shape);
    if (found.kind === "a table")
      return falseOf("columns", columns, found.columns) ?? falseOf("dtypes", dtypes, found.dtype);
    return found.kind === "a column" ? falseOf("dtype", dtype, found.dtype) : undefined;
  };
}

function falseOf(what: string, said: unknown, found: unknown): string | undefined {
  if (said === undefined) return undefined;
  const difference = valueDifference(found, said, EXACT, what);
  return difference === undefined ? undefined : `${what} were said to be ${shown(said)}: ${difference}`;
}

/** Lengths that were not known (NaN) promise nothing. */
function shapeDifference(said: readonly number[], found: readonly number[]): string | undefined {
  const isSame = said.length === found.length && said.every((one, axis) => Number.isNaN(one) || one === found[axis]);
  return isSame ? undefined : `the shape was said to be ${shown(said)}, and is ${shown(found)}`;
}
