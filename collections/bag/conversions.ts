import { ShoalError } from "../../runtime/base/errors.ts";
import type { Layer } from "../../runtime/graph/layer.ts";

/**
 * What other areas make of a bag. An area adds its type here by declaration merging, and the way to make it with
 * {@link provideConversion}: so bags know neither tables nor arrays, and load neither.
 */
// biome-ignore lint/suspicious/noEmptyInterface: members come from other modules.
export interface BagConversions {}

/** The type of a conversion, where its module is part of the program. */
export type Converted<K extends string> = BagConversions extends Readonly<Record<K, infer C>> ? C : unknown;

/** How a bag becomes a table. */
export interface ToDataFrameOptions {
  /** Column names and dtypes; left out, they are read from the first items, which computes these. */
  readonly meta?: Readonly<Record<string, string>>;
  /** Names of the columns, for items that are lists. */
  readonly columns?: readonly string[];
}

/** How a bag becomes an array. */
export interface ToArrayOptions {
  /** Of the elements; default "float64". */
  readonly dtype?: string;
  /** The shape of one item; default: items are numbers. */
  readonly itemShape?: readonly number[];
}

type Convert = (layer: Layer, options: never) => unknown;
const conversions = new Map<string, Convert>();

/** Says how a bag's layer (blocks are lists of items) becomes something else. */
export function provideConversion(kind: string, convert: Convert): void {
  conversions.set(kind, convert);
}

/** @throws ShoalError MISSING_MODULE naming the module to import */
export function convertBag<K extends string>(kind: K, module: string, layer: Layer, options: object): Converted<K> {
  const convert = conversions.get(kind);
  if (convert === undefined)
    throw new ShoalError(`Bags become a ${kind} once "${module}" is loaded; import it first`, {
      code: "MISSING_MODULE",
      details: { module },
    });
  return convert(layer, options as never) as Converted<K>;
}
