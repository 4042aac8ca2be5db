import { arrayOf, type ShoalArray } from "./array.ts";
import type { ArrayLike } from "./array-like.ts";
import { broadcastTo, where } from "./functions.ts";
import { listGiven } from "./list-given.ts";
import { isScalar } from "./scalar.ts";

/** What {@link piecewise} gives where a condition holds: a value, or a function of the array. */
export type Piece = number | bigint | boolean | ((x: ShoalArray) => ArrayLike);

/**
 * For each element what the piece of its condition gives; where several hold, the last counts. One piece more than there
 * are conditions gives the rest, which is 0 else. The dtype is x's.
 * @throws RangeError if the numbers of pieces and conditions do not fit
 * @see https://docs.dask.org/en/stable/generated/dask.array.piecewise.html
 * @example
 * const pieces = da.piecewise(da.asarray([-2, 3]), [da.asarray([true, false])], [(x) => x.neg(), 10]);
 * (await pieces.compute()).toArray(); // [2, 10]
 */
export function piecewise(x: ArrayLike, conditions: readonly ArrayLike[], pieces: readonly Piece[]): ShoalArray {
  const array = arrayOf(x);
  listGiven("piecewise", "piecewise(x, [condition], [piece, rest])", conditions);
  listGiven("piecewise", "piecewise(x, [condition], [piece, rest])", pieces);
  const count = conditions.length;
  if (pieces.length !== count && pieces.length !== count + 1)
    throw new RangeError(
      `${count} conditions need ${count} pieces, or ${count + 1} with one for the rest; got ${pieces.length}`,
    );
  const given = (piece: Piece): ArrayLike =>
    typeof piece === "function" ? arrayOf(piece(array)).astype(array.dtype) : arrayOf(piece).astype(array.dtype);
  const rest = pieces.length > count ? given(pieces[count] as Piece) : arrayOf(0).astype(array.dtype);
  const chosen = conditions.reduce<ArrayLike>(
    (so, condition, at) => where(isScalar(condition) ? arrayOf(condition) : condition, given(pieces[at] as Piece), so),
    rest,
  );
  return broadcastTo(chosen, array.shape);
}
