import { inspect } from "node:util";
import { graphOf, type Want, wantCount } from "../../runtime/graph/graph.ts";
import { type Layer, taskCount } from "../../runtime/graph/layer.ts";

/** What notebooks ask of a value: its forms by media type. */
export type NotebookForms = Readonly<Record<string, string>>;

/** The property by which notebooks of Deno and others ask for them. */
export const notebookSymbol: unique symbol = Symbol.for("Jupyter.display") as never;

/** What a collection is, without computing anything: its text, its blocks as a picture, and the layers that make them. */
export function collectionForms(collection: { wants(): Want }): NotebookForms {
  const want = collection.wants();
  const { layers } = graphOf([want]);
  const text = inspect(collection);
  const picture = blocksSvg(want);
  const tasks = layers.reduce((sum, layer) => sum + taskCount(layer), 0);
  const facts = tableHtml(
    [],
    [
      ["Blocks", count(wantCount(want))],
      ["Tasks", `${count(tasks)} in ${layers.length === 1 ? "one layer" : `${layers.length} layers`}`],
    ],
  );
  const details = `<details><summary>Layers, inputs first</summary>${layersHtml(layers)}</details>`;
  return {
    "text/plain": text,
    "text/html": `<div><pre>${escaped(text)}</pre>${facts}${picture}${details}</div>`,
    "image/svg+xml": picture,
  };
}

/** A table in the plain way of notebooks; cells are HTML already. */
export function tableHtml(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const head = heads.length === 0 ? "" : `<thead><tr>${heads.map((text) => `<th>${text}</th>`).join("")}</tr></thead>`;
  const body = rows.map((row) => `<tr>${row.map((cell) => `<td style="text-align:left">${cell}</td>`).join("")}</tr>`);
  return `<table>${head}<tbody>${body.join("")}</tbody></table>`;
}

export const escaped = (text: string): string => text.replace(/[&<>"]/g, (char) => `&#${char.charCodeAt(0)};`);

const layersHtml = (layers: readonly Layer[]): string =>
  tableHtml(
    ["Layer", "Kind", "Tasks"],
    layers.map((layer) => [`<code>${escaped(layer.name)}</code>`, layer.kind, count(taskCount(layer))]),
  );

const STRIP_WIDTH = 360;
const STRIP_HEIGHT = 36;
/** More blocks than this are drawn as one strip. */
const BLOCKS_DRAWN_MAX = 64;

/** The blocks side by side, as far as an eye can tell them apart. */
function blocksSvg(want: Want): string {
  const blocks = wantCount(want);
  const drawn = Math.max(1, Math.min(blocks, BLOCKS_DRAWN_MAX));
  const width = STRIP_WIDTH / drawn;
  const rects = Array.from(
    { length: drawn },
    (_, i) =>
      `<rect x="${(1 + i * width).toFixed(1)}" y="1" width="${width.toFixed(1)}" height="${STRIP_HEIGHT}" fill="#4a6cf7" fill-opacity="0.16" stroke="#4a6cf7"/>`,
  );
  const label = blocks === 1 ? "one block" : `${count(blocks)} blocks`;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${STRIP_WIDTH + 2}" height="${STRIP_HEIGHT + 22}" role="img" aria-label="${label}">` +
    `${rects.join("")}<text x="1" y="${STRIP_HEIGHT + 17}" font-size="12" font-family="sans-serif" fill="currentColor">${label}</text></svg>`
  );
}

const count = (n: number): string => n.toLocaleString("en-US");
