import type { ArrayLike } from "../array-like.ts";
import { operandOf } from "../array-like.ts";
import type { Blocks } from "../blocks.ts";
import type { DType } from "../dtype.ts";
import { applyBlocks, type BlocksOperand } from "../elementwise.ts";

/** Says which class the methods give, lazy or eager: a type-level function from a dtype to an array class. */
export interface ArrayKind {
  /** The dtype of the array that has the methods. */
  readonly own: DType;
  readonly array: unknown;
}

/** The dtype that {@link Of} hands to a kind. */
export type DTypeOf<K> = K extends { readonly dtype: infer D extends DType } ? D : DType;

/** The array of a kind with a dtype. */
export type Of<K extends ArrayKind, D extends DType = DType> = (K & { readonly dtype: D })["array"];
/** An array of a kind with the dtype of the one that has the methods. */
export type Same<K extends ArrayKind> = Of<K, K["own"]>;

/**
 * What the shared methods build on: the array as blocks, and back. Lazy arrays are blocks already; eager ones are one
 * block, and what is made of them is computed at once.
 */
export abstract class ArrayFoundation<K extends ArrayKind> {
  /** The array as work sees it. */
  abstract asBlocks(): Blocks;

  /** An array of this kind from blocks; what is known of its dtype is for the caller to say. */
  protected abstract made<R = Of<K>>(blocks: Blocks): R;

  /** An element-wise operation by NumPy's name. */
  protected applied<R = Of<K>>(name: string, ...others: readonly (ArrayLike | null)[]): R {
    return this.made<R>(applyBlocks(name, [this.asBlocks(), ...others.map(operandOf)]));
  }

  /** The same with this array as the last operand. */
  protected reflected<R = Of<K>>(name: string, other: ArrayLike): R {
    return this.made<R>(applyBlocks(name, [operandOf(other), this.asBlocks()] as BlocksOperand[]));
  }
}
