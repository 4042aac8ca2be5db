import type { Layer } from "../../runtime/graph/layer.ts";
import { TEXT_METHODS } from "./kernels/strings.ts";
import { textLayer } from "./map.ts";

type Methods = typeof TEXT_METHODS;
type Rest<F> = F extends (text: string, ...args: infer A) => unknown ? A : never;

/**
 * Methods of text, on every item: `bag.str.upper()`, `bag.str.split(",")`. Names are Python's in camelCase; `match` keeps the
 * items that match a shell pattern.
 * @see https://docs.dask.org/en/stable/generated/dask.bag.Bag.str.html
 */
export type TextAccessor<B extends TextResult> = {
  [K in keyof Methods]: (...args: Rest<Methods[K]>) => ResultOf<B, ReturnType<Methods[K]>>;
} & { match(pattern: string): ResultOf<B, string> };

/** Stands for a kind of bag: `ResultOf<TextResult, U>` is the bag of U. */
export interface TextResult {
  readonly item: unknown;
  readonly bag: unknown;
}
export type ResultOf<B extends TextResult, U> = (B & { readonly item: U })["bag"];

/** An accessor over a layer; `make` wraps the layer that a method gives. */
export function textAccessor<B extends TextResult>(source: Layer, make: (layer: Layer) => unknown): TextAccessor<B> {
  const accessor: Record<string, unknown> = {};
  for (const name of [...Object.keys(TEXT_METHODS), "match"])
    accessor[name] = (...args: readonly unknown[]) => make(textLayer(source, name, args));
  return accessor as TextAccessor<B>;
}
