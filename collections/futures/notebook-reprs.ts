import type { WorkerSummary } from "../../runtime/protocol/client-scheduler.ts";
import { escaped, type NotebookForms, tableHtml } from "../core/notebook-forms.ts";
import type { OpenPage } from "./spawner.ts";

/** A client: its cluster, its workers, where its page is; where the page may change something, its pane that scales. */
export function clientForms(
  name: string,
  workers: readonly WorkerSummary[],
  served: Pick<OpenPage, "url" | "hasControls"> | undefined,
): NotebookForms {
  const slots = workers.reduce((sum, one) => sum + one.slots, 0);
  const url = served === undefined ? "" : escaped(served.url);
  const page = served === undefined ? [] : [["Page", `<a href="${url}">${url}</a>`] as const];
  const scale =
    served?.hasControls === true
      ? `<details><summary>Scale</summary><iframe src="${url}/individual/scale" title="Scale" width="100%" height="${SCALE_HEIGHT}" style="border:0"></iframe></details>`
      : "";
  const rows = [
    ["Cluster", escaped(name)] as const,
    ["Workers", `${workers.length}, ${slots} tasks at a time`] as const,
    ...page,
  ];
  const list = workers.map(({ id, slots: own, pid, host }) => [escaped(id), `${own}`, `${pid}`, escaped(host)]);
  const details = `<details><summary>Workers</summary>${tableHtml(["Worker", "Slots", "Process", "Host"], list)}</details>`;
  const text = `Client of ${name}: ${workers.length} workers, ${slots} tasks at a time`;
  const picture = workersSvg(workers, text);
  return {
    "text/html": `<div><strong>Client</strong>${tableHtml([], rows)}${picture}${details}${scale}</div>`,
    "text/plain": text,
    "image/svg+xml": picture,
  };
}

const SCALE_HEIGHT = 150;
const PICTURE_WIDTH = 360;
const SQUARE = 10;
const LINE = 16;
/** More workers than this, and more slots of one, are counted and not drawn. */
const WORKERS_DRAWN_MAX = 32;
const SLOTS_DRAWN_MAX = 16;

/** A line a worker: a square for each task it runs at a time, and its name. */
function workersSvg(workers: readonly WorkerSummary[], text: string): string {
  const drawn = workers.slice(0, WORKERS_DRAWN_MAX);
  const squaresWidth = Math.min(SLOTS_DRAWN_MAX, Math.max(1, ...drawn.map(({ slots }) => slots))) * (SQUARE + 2) + 6;
  const lines = drawn.map(({ id, slots }, at) => {
    const squares = Array.from(
      { length: Math.min(slots, SLOTS_DRAWN_MAX) },
      (_, i) =>
        `<rect x="${1 + i * (SQUARE + 2)}" y="${at * LINE + 3}" width="${SQUARE}" height="${SQUARE}" rx="2" fill="#4a6cf7" fill-opacity="0.16" stroke="#4a6cf7"/>`,
    );
    const more = slots > SLOTS_DRAWN_MAX ? ` (${slots} slots)` : "";
    return `${squares.join("")}${label(squaresWidth, at, `${id}${more}`)}`;
  });
  const left = workers.length - drawn.length;
  if (left > 0) lines.push(label(1, drawn.length, `and ${left} more`));
  if (workers.length === 0) lines.push(label(1, 0, "no workers"));
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${PICTURE_WIDTH}" height="${lines.length * LINE + 4}" role="img" aria-label="${escaped(text)}">` +
    `${lines.join("")}</svg>`
  );
}

const label = (x: number, line: number, text: string): string =>
  `<text x="${x}" y="${line * LINE + 12}" font-size="12" font-family="sans-serif" fill="currentColor">${escaped(text)}</text>`;

/** A future: its key and how it stands. */
export function futureForms(key: string, status: string): NotebookForms {
  return {
    "text/html": `<div><strong>Future</strong> <code>${escaped(key)}</code> <span>${escaped(status)}</span></div>`,
    "text/plain": `Future ${key} ${status}`,
  };
}
