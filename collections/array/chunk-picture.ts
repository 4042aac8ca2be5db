import { shapeText } from "./blocks.ts";

/** What a picture of an array needs to know. */
export interface Pictured {
  readonly shape: readonly number[];
  readonly chunks: readonly (readonly number[])[];
  readonly chunksize: readonly number[];
  readonly npartitions: number;
  readonly nbytes: number;
  readonly itemsize: number;
  readonly dtype: string;
}

/** Lines of a grid that are drawn one by one; more are thinned out. */
const LINES_MAX = 50;
const MARGIN = 10;
/** Pixels that a shorter axis has at least, so that it can be seen. */
const SIDE_MIN = 12;

/**
 * The grid of chunks as an SVG picture: a line, a rectangle or a box; of more than three axes the last three.
 * Undefined where there is nothing to draw: no axes, an axis without elements, or of unknown length.
 * @param size pixels of the longest axis
 */
export function chunkSvg(array: Pictured, size = 120): string | undefined {
  if (array.shape.length === 0 || array.shape.some((n) => !(n > 0))) return undefined;
  const last = array.chunks.slice(-3);
  const shape = array.shape.slice(-3);
  const longest = Math.max(...shape);
  const sides = shape.map((n) => Math.max(SIDE_MIN, Math.round((n / longest) * size)));
  const cuts = last.map((sizes, axis) => places(sizes, sides[axis] as number));
  const [rows, columns] =
    shape.length === 1 ? [[0, SIDE_MIN * 2], cuts[0] as number[]] : (cuts.slice(-2) as [number[], number[]]);
  const depth = shape.length === 3 ? (cuts[0] as number[]).map((at) => Math.round(at * 0.5)) : [0];
  const back = depth[depth.length - 1] as number;
  const [height, width] = [rows[rows.length - 1] as number, columns[columns.length - 1] as number];
  const lines: string[] = [];
  const line = (x1: number, y1: number, x2: number, y2: number): void => {
    lines.push(`<line x1="${MARGIN + x1}" y1="${MARGIN + y1}" x2="${MARGIN + x2}" y2="${MARGIN + y2}" />`);
  };
  // The front face lies at the far end of the first axis; the top and the left side show its cuts.
  for (const y of rows) line(back, back + y, back + width, back + y);
  for (const x of columns) line(back + x, back, back + x, back + height);
  if (back > 0) {
    for (const x of columns) line(x, 0, back + x, back);
    for (const y of rows) line(0, y, back, back + y);
    for (const d of depth) {
      line(d, d, d + width, d);
      line(d, d, d, d + height);
    }
  }
  const face = `<rect x="${MARGIN + back}" y="${MARGIN + back}" width="${width}" height="${height}" fill="#e8d9b5" fill-opacity="0.7" stroke="none" />`;
  const [w, h] = [back + width + 2 * MARGIN + 60, back + height + 2 * MARGIN + 16];
  const label = (x: number, y: number, text: number | undefined): string =>
    text === undefined ? "" : `<text x="${x}" y="${y}" font-size="11" stroke="none" fill="currentColor">${text}</text>`;
  const labels = [
    label(MARGIN + back + width / 2 - 8, h - 4, shape[shape.length - 1]),
    label(
      MARGIN + back + width + 6,
      MARGIN + back + height / 2 + 4,
      shape.length > 1 ? shape[shape.length - 2] : undefined,
    ),
    label(MARGIN + back / 2 + width + 6, MARGIN + back / 2, shape.length > 2 ? shape[0] : undefined),
  ].join("");
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${w}" height="${h}" stroke="currentColor" stroke-width="1">${face}${lines.join("")}${labels}</svg>`;
}

/** Where the borders of chunks lie, in whole pixels; of very many only some. */
function places(sizes: readonly number[], side: number): number[] {
  const total = sizes.reduce((sum, n) => sum + n, 0);
  const step = Math.ceil(sizes.length / LINES_MAX);
  const found = [0];
  let at = 0;
  sizes.forEach((n, i) => {
    at += n;
    if (i === sizes.length - 1 || i % step === step - 1) found.push(Math.round((at / total) * side));
  });
  return found;
}

/** A table of what an array and one of its chunks are, beside the picture. */
export function chunkHtml(array: Pictured): string {
  const picture = chunkSvg(array);
  const chunkBytes = array.chunksize.reduce((product, n) => product * n, array.itemsize);
  const row = (name: string, whole: string, chunk: string): string =>
    `<tr><th>${name}</th><td>${whole}</td><td>${chunk}</td></tr>`;
  const table = [
    "<table><thead><tr><td></td><th>Array</th><th>Chunk</th></tr></thead><tbody>",
    row("Bytes", bytesText(array.nbytes), bytesText(chunkBytes)),
    row("Shape", shapeText(array.shape), shapeText(array.chunksize)),
    row("Count", `${array.npartitions} chunk${array.npartitions === 1 ? "" : "s"}`, ""),
    row("Type", array.dtype, ""),
    "</tbody></table>",
  ].join("");
  return `<table><tr><td>${table}</td>${picture === undefined ? "" : `<td>${picture}</td>`}</tr></table>`;
}

/** "160 kB": decimal, as few digits as say it. */
export function bytesText(bytes: number): string {
  if (Number.isNaN(bytes)) return "unknown size";
  for (const [unit, size] of [
    ["TB", 1e12],
    ["GB", 1e9],
    ["MB", 1e6],
    ["kB", 1e3],
  ] as const)
    if (bytes >= size) return `${Number((bytes / size).toPrecision(3))} ${unit}`;
  return `${bytes} B`;
}
