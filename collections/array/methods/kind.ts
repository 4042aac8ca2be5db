import type { ArrayLike } from "../array-like.ts";
import { operandOf } from "../array-like.ts";
import type { Blocks } from "../blocks.ts";
import type { DType } from "../dtype.ts";
import { applyBlocks, type BlocksOperand } from "../elementwise.ts";

/** Says which class the methods give, lazy or eager: a type-level function from a dtype to an array class. */
export interface ArrayKind {
  readonly dtype: DType;
  readonly array: unknown;
}

/** The array of a kind with a dtype. */
export type Of<K extends ArrayKind, D extends DType = DType> = (K & { readonly dtype: D })["array"];

/**
 * What the shared methods build on: the array as blocks, and back. Lazy arrays are blocks already; eager ones are one
 * block, and what is made of them is computed at once.
 */
export abstract class ArrayFoundation<K extends ArrayKind> {
  /** The array as work sees it. */
  abstract asBlocks(): Blocks;

  /** An array of this kind from blocks. */
  protected abstract made(blocks: Blocks): Of<K>;

  /** An element-wise operation by NumPy's name. */
  protected applied(name: string, ...others: readonly (ArrayLike | null)[]): Of<K> {
    return this.made(applyBlocks(name, [this.asBlocks(), ...others.map(operandOf)]));
  }

  /** The same with this array as the last operand. */
  protected reflected(name: string, other: ArrayLike): Of<K> {
    return this.made(applyBlocks(name, [operandOf(other), this.asBlocks()] as BlocksOperand[]));
  }
}
