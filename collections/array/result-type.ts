import { arrayOf } from "./array.ts";
import type { ArrayLike } from "./array-like.ts";
import { type DType, parseDType } from "./dtype.ts";
import { known } from "./known.ts";
import { emptyLike, type NDArray } from "./ndarray.ts";
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

/**
 * An eager array without elements, as results of its dtype and number of dimensions are described before they are computed.
 * @param options `ndim` and `dtype` in place of the array's own
 * @see https://docs.dask.org/en/stable/array-design.html
 * @example
 * da.metaFromArray(da.ones([4, 4]), { ndim: 1 }).shape; // [0]
 */
export function metaFromArray(
  x: ArrayLike,
  options: { readonly ndim?: number; readonly dtype?: DType | (string & {}) } = {},
): NDArray {
  known(options, "metaFromArray", "ndim", "dtype");
  const { meta } = arrayOf(x);
  const dtype = options.dtype === undefined ? meta.dtype : parseDType(options.dtype);
  const ndim = options.ndim ?? meta.ndim;
  if (!Number.isInteger(ndim) || ndim < 0) throw new RangeError(`${ndim} dimensions; use a whole number from 0`);
  return emptyLike(dtype, ndim);
}
