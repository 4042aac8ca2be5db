import type { WorkerSummary } from "../../runtime/protocol/client-scheduler.ts";

/** What notebooks ask of a value: its forms by media type. */
export type NotebookForms = Readonly<Record<"text/html" | "text/plain", string>>;

/** The property by which notebooks of Deno and others ask for them. */
export const notebookSymbol: unique symbol = Symbol.for("Jupyter.display") as never;

/** A client: its cluster, its workers, where its page is. */
export function clientForms(
  name: string,
  workers: readonly WorkerSummary[],
  pageUrl: string | undefined,
): NotebookForms {
  const slots = workers.reduce((sum, one) => sum + one.slots, 0);
  const page =
    pageUrl === undefined ? [] : [["Page", `<a href="${escaped(pageUrl)}">${escaped(pageUrl)}</a>`] as const];
  const rows = [
    ["Cluster", escaped(name)] as const,
    ["Workers", `${workers.length}, ${slots} tasks at a time`] as const,
    ...page,
  ];
  const list = workers.map(({ id, slots: own, pid, host }) => [escaped(id), `${own}`, `${pid}`, escaped(host)]);
  const details = `<details><summary>Workers</summary>${tableHtml(["Worker", "Slots", "Process", "Host"], list)}</details>`;
  return {
    "text/html": `<div><strong>Client</strong>${tableHtml([], rows)}${details}</div>`,
    "text/plain": `Client of ${name}: ${workers.length} workers, ${slots} tasks at a time`,
  };
}

/** A future: its key and how it stands. */
export function futureForms(key: string, status: string): NotebookForms {
  return {
    "text/html": `<div><strong>Future</strong> <code>${escaped(key)}</code> <span>${escaped(status)}</span></div>`,
    "text/plain": `Future ${key} ${status}`,
  };
}

function tableHtml(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const head = heads.length === 0 ? "" : `<thead><tr>${heads.map((text) => `<th>${text}</th>`).join("")}</tr></thead>`;
  const body = rows.map((row) => `<tr>${row.map((cell) => `<td style="text-align:left">${cell}</td>`).join("")}</tr>`);
  return `<table>${head}<tbody>${body.join("")}</tbody></table>`;
}

const escaped = (text: string): string => text.replace(/[&<>"]/g, (char) => `&#${char.charCodeAt(0)};`);
