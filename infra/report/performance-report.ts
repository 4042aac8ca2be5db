import { writeFile } from "node:fs/promises";
import { currentReach } from "../../collections/futures/client-reach.ts";
import { holdProcess } from "../../runtime/base/clock.ts";

export interface ReportOptions {
  /** What stands above it; default: the file's name. */
  readonly title?: string;
}

/**
 * Runs work and writes what the live page would have shown of it into one HTML file that stands alone: it needs neither the
 * cluster nor a network. The cluster is that of the innermost open client. The report is written also if the work fails.
 * @returns what the work gave
 * @throws ShoalError CLOSED if no client is open; what the work throws
 * @see https://distributed.dask.org/en/stable/diagnosing-performance.html#performance-reports
 * @example
 * const total = await performanceReport("report.html", () => client.submit((n: number) => n + 1, 41).result());
 */
export async function performanceReport<T>(
  path: string,
  work: () => Promise<T>,
  options: ReportOptions = {},
): Promise<T> {
  const letGo = holdProcess();
  try {
    return await recorded(path, work, options.title ?? path);
  } finally {
    letGo();
  }
}

async function recorded<T>(path: string, work: () => Promise<T>, title: string): Promise<T> {
  const { Recording } = await import("./recording.ts");
  const recording = await Recording.start(currentReach().cluster);
  try {
    return await work();
  } finally {
    await recording.settle();
    const { reportHtml } = await import("./report-html.ts");
    await writeFile(path, await reportHtml(title, await recording.end()));
  }
}
