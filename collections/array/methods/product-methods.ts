import { type ArrayLike, blocksOf } from "../array-like.ts";
import { dotBlocks, matmulBlocks, tensordotBlocks } from "../contract.ts";
import type { Promoted } from "../dtype-of.ts";
import type { ArrayKind, Of } from "./kind.ts";
import { ShapeMethods } from "./shape-methods.ts";

/** Products of matrices and vectors. @see https://docs.dask.org/en/stable/array-api.html */
export abstract class ProductMethods<K extends ArrayKind> extends ShapeMethods<K> {
  /** Matrix product over the last two axes; leading axes broadcast. @throws RangeError with both shapes */
  matmul<O extends ArrayLike>(other: O): Of<K, Promoted<K["own"], O>> {
    return this.made(matmulBlocks(this.asBlocks(), blocksOf(other)));
  }

  /** NumPy's dot: the last axis of this with the last but one of the other. */
  dot<O extends ArrayLike>(other: O): Of<K, Promoted<K["own"], O>> {
    return this.made(dotBlocks(this.asBlocks(), blocksOf(other)));
  }

  /** Sums of products over pairs of axes. */
  tensordot<O extends ArrayLike>(other: O, axes?: Parameters<typeof tensordotBlocks>[2]): Of<K, Promoted<K["own"], O>> {
    return this.made(tensordotBlocks(this.asBlocks(), blocksOf(other), axes));
  }
}
