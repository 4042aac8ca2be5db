import { barText } from "../../collections/futures/progress-text.ts";
import { formatBytes, formatDuration } from "../../runtime/base/units.ts";
import type { LackFigures, PrefixFigures, TurnFigures } from "../../runtime/protocol/events.ts";
import type { PageHead } from "../dashboard/views.ts";
import { lackLine } from "./lack-line.ts";
import { narrowTable, wrappedLines } from "./narrow-lines.ts";

/** What the status view tells, as far as it is shown here. */
export interface TopFigures {
  readonly prefixes: readonly PrefixFigures[];
  readonly lacks: readonly LackFigures[];
  readonly turns: TurnFigures | null;
  readonly workers: readonly {
    readonly id: string;
    readonly status: string;
    readonly busy: number;
    readonly processing: number;
    readonly occupancyUs: number;
    readonly managedBytes: number;
    readonly rssBytes: number;
  }[];
}

const KINDS_MAX = 12;
const LACKS_MAX = 5;
const NAME_MAX = 24;
const WORKERS_MAX = 30;

/** A picture of the cluster in text; no line is wider than the terminal. */
export function topLines(head: PageHead, figures: TopFigures, columns: number): string[] {
  if (head.connection !== "live") return [`Cluster ${head.cluster}: no scheduler tells anything`].map(cut);
  const open = ["waiting", "ready", "assigned", "processing", "racing"].reduce(
    (sum, state) => sum + (head.tasks[state] ?? 0),
    0,
  );
  const pace = head.tasksPerSecond.toFixed(head.tasksPerSecond < 10 ? 1 : 0);
  const turn = figures.turns === null ? "" : `, longest turn ${formatDuration(figures.turns.maxMs)}`;
  const lines = [
    ...wrappedLines(
      `Cluster ${head.cluster}, Shoal ${head.version}: ${figures.workers.length} workers, ${pace} tasks/s${turn}`,
      columns,
    ),
    ...wrappedLines(`${open} tasks open, ${head.finished} finished, ${head.failed} failed`, columns),
    ...figures.lacks.slice(0, LACKS_MAX).flatMap((lack) => wrappedLines(lackLine(lack), columns)),
    "",
    ...kindLines(figures.prefixes, columns),
    "",
    ...workerLines(figures.workers, columns),
  ];
  return lines.map(cut);

  function cut(line: string): string {
    return line.length < columns ? line : line.slice(0, Math.max(1, columns - 1));
  }
}

function kindLines(prefixes: readonly PrefixFigures[], columns: number): string[] {
  const shown = prefixes.slice(0, KINDS_MAX);
  const width = Math.min(NAME_MAX, Math.max(4, ...shown.map(({ name }) => name.length)));
  return shown.map((one) => {
    const total = one.waiting + one.ready + one.processing + one.memory + one.erred + one.done;
    const settled = one.memory + one.done + one.erred;
    const name = one.name.length > width ? `${one.name.slice(0, width - 1)}…` : one.name.padEnd(width);
    const failed = one.failedTotal > 0 ? `, ${one.failedTotal} failed` : "";
    const said = total === 0 ? `${one.finishedTotal} finished${failed}` : `${settled}/${total}${failed}`;
    const places = Math.min(40, columns - width - said.length - 5);
    return places < 4 ? `${name} ${said}` : `${name} ${barText(total === 0 ? 1 : settled / total, places)} ${said}`;
  });
}

/** Columns that a narrow terminal has no room for are left out, the least telling first. */
function workerLines(workers: TopFigures["workers"], columns: number): string[] {
  const rows = workers.slice(0, WORKERS_MAX).map((one) => ({
    worker: one.id,
    busy: `${Math.round(one.busy * 100)} %`,
    "at work": one.processing,
    results: formatBytes(one.managedBytes),
    memory: formatBytes(one.rssBytes),
    ahead: formatDuration(one.occupancyUs / 1000),
    status: one.status,
  }));
  return [...narrowTable(rows, columns, ["status", "ahead", "memory", "results", "at work"])];
}
