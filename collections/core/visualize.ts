import type { Collection } from "./collection.ts";
import { wantsOf } from "./compute.ts";
import type { PictureOptions } from "./graph-picture.ts";

export type { PictureOptions } from "./graph-picture.ts";

/**
 * Draws the graph of collections together, as SVG, as a picture where the path ends with ".png", or as text for Graphviz where it
 * ends with ".dot". Gives the text; of a picture, the SVG it was painted from.
 * @throws RangeError for more tasks than a picture can show; ShoalError NOT_SUPPORTED for other endings, MISSING_LIBRARY for a
 * ".png" without the optional package @resvg/resvg-js
 * @see https://docs.dask.org/en/stable/graphviz.html
 * @example
 * await visualize([total, mean], "plan.svg", { color: "order" });
 */
export async function visualize(
  collections: readonly Collection<unknown>[],
  path?: string,
  options: PictureOptions = {},
): Promise<string> {
  const wants = wantsOf(collections);
  const { drawWants } = await import("./draw-wants.ts");
  return drawWants(wants, path, options);
}
