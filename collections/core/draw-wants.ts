import { writeFile } from "node:fs/promises";
import { ShoalError } from "../../runtime/base/errors.ts";
import type { Want } from "../../runtime/graph/graph.ts";
import { graphDot, type PictureOptions } from "./graph-picture.ts";

/** Draws what is wanted, and writes it where a path is given. @throws RangeError; ShoalError NOT_SUPPORTED, MISSING_LIBRARY */
export const drawWants = (wants: readonly Want[], path: string | undefined, options: PictureOptions): Promise<string> =>
  drawDot(() => graphDot(wants, options), path);

/** Draws a graph in the language of Graphviz, and writes it where a path is given: as it is, as SVG or as PNG. @throws ShoalError NOT_SUPPORTED, MISSING_LIBRARY */
export async function drawDot(makeDot: () => string, path: string | undefined): Promise<string> {
  const form = path === undefined ? "svg" : /\.(svg|dot|png)$/.exec(path)?.[1];
  if (form === undefined)
    throw new ShoalError(`A graph is drawn as .svg, .png or .dot, not as ${path}`, { code: "NOT_SUPPORTED" });
  const dot = makeDot();
  const text = form === "dot" ? dot : await svgOf(dot);
  if (path !== undefined) await writeFile(path, form === "png" ? await painted(text) : text);
  return text;
}

async function painted(svg: string): Promise<Uint8Array> {
  const { pngOfSvg } = await import("./png-of-svg.ts");
  return pngOfSvg(svg);
}

async function svgOf(dot: string): Promise<string> {
  // A megabyte of WebAssembly, for those who draw.
  const { instance } = await import("@viz-js/viz");
  return (await instance()).renderString(dot, { format: "svg" });
}
