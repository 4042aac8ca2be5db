import { readFile, writeFile } from "node:fs/promises";
import { compileFunction } from "node:vm";
import { ShoalError } from "../../runtime/base/errors.ts";
import { vendorPath } from "../dashboard/assets.ts";

interface ECharts {
  init(
    dom: null,
    theme: null,
    options: object,
  ): { setOption(option: object): void; renderToSVGString(): string; dispose(): void };
}

/** What the library gives for each item that a chart draws itself. */
export interface ChartItem {
  value(at: number): number;
  coord(point: readonly number[]): [number, number];
  size(extent: readonly number[]): [number, number];
  style(): object;
}

/** A chart of ECharts as SVG text, drawn without a browser. @throws ShoalError MISSING_LIBRARY */
export async function chartSvg(
  option: object,
  size: { readonly width: number; readonly height: number },
): Promise<string> {
  const path = vendorPath("echarts.min.js");
  if (path === undefined) throw new ShoalError("The charts of the live page are missing", { code: "MISSING_LIBRARY" });
  // The library's file is CommonJS, whatever the package it lies in is.
  const module = { exports: {} };
  compileFunction(await readFile(path, "utf8"), ["module", "exports"])(module, module.exports);
  const chart = (module.exports as ECharts).init(null, null, { renderer: "svg", ssr: true, ...size });
  chart.setOption({ animation: false, ...option });
  const svg = chart.renderToSVGString();
  chart.dispose();
  return svg;
}

/** A chart in the size of a page's column. @param path where to write it as well */
export async function plotChart(option: object, path: string | undefined): Promise<string> {
  const svg = await chartSvg(option, { width: 760, height: 380 });
  if (path !== undefined) await writeFile(path, svg);
  return svg;
}
