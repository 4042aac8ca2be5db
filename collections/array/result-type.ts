import { arrayOf } from "./array.ts";
import type { ArrayLike } from "./array-like.ts";
import { type DType, parseDType } from "./dtype.ts";
import { isScalar, weakKindOf } from "./scalar.ts";
import { commonDType } from "./ufunc.ts";

/**
 * The dtype that arrays, dtypes and plain values have in common; plain values adapt to the others.
 * @throws TypeError if there is none
 * @see https://docs.dask.org/en/stable/generated/dask.array.result_type.html
 * @example
 * da.resultType("int32", "float32"); // "float64"
 */
export function resultType(...given: readonly (ArrayLike | DType)[]): DType {
  return commonDType(
    given.map((one) =>
      typeof one === "string"
        ? { dtype: parseDType(one) }
        : isScalar(one) && !(one instanceof Date)
          ? { weak: weakKindOf(one) }
          : { dtype: arrayOf(one).dtype },
    ),
  );
}
