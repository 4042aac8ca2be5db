import type { WorkerSummary } from "../../runtime/protocol/client-scheduler.ts";
import { escaped, type NotebookForms, tableHtml } from "../core/notebook-forms.ts";

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
