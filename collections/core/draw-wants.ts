import { writeFile } from "node:fs/promises";
import { ShoalError } from "../../runtime/base/errors.ts";
import type { Want } from "../../runtime/graph/graph.ts";
import { graphDot, type PictureOptions } from "./graph-picture.ts";

/** Draws what is wanted, and writes it where a path is given. @throws RangeError; ShoalError NOT_SUPPORTED */
export async function drawWants(
  wants: readonly Want[],
  path: string | undefined,
  options: PictureOptions,
): Promise<string> {
  if (path !== undefined && !/\.(svg|dot)$/.test(path))
    throw new ShoalError(`A graph is drawn as .svg or .dot, not as ${path}`, { code: "NOT_SUPPORTED" });
  const dot = graphDot(wants, options);
  const text = path?.endsWith(".dot") === true ? dot : await svgOf(dot);
  if (path !== undefined) await writeFile(path, text);
  return text;
}

async function svgOf(dot: string): Promise<string> {
  // A megabyte of WebAssembly, for those who draw.
  const { instance } = await import("@viz-js/viz");
  return (await instance()).renderString(dot, { format: "svg" });
}
