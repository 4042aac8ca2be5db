import type { Bus } from "../../runtime/bus/bus.ts";
import type { Terminal } from "./command.ts";

/** The process's own terminal; SIGINT and SIGTERM ask the command to end, a second one ends it at once. */
export function processTerminal(): Terminal {
  const stopping = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stopping.abort(signal));
  return {
    env: process.env,
    get columns() {
      return process.stdout.isTTY ? process.stdout.columns : undefined;
    },
    print: (line) => void process.stdout.write(`${line}\n`),
    warn: (line) => void process.stderr.write(`${line}\n`),
    stop: stopping.signal,
  };
}

/**
 * Waits until the program is asked to end, or something ends by itself.
 * @returns what ended, undefined if it was asked to
 */
export function untilStopped(
  stop: AbortSignal,
  listen: (end: (reason: string) => void) => void = () => {},
): Promise<string | undefined> {
  return new Promise((resolve) => {
    listen(resolve);
    if (stop.aborted) resolve(undefined);
    else stop.addEventListener("abort", () => resolve(undefined), { once: true });
  });
}

/** Says what becomes of the connection. */
export function reportStatus(bus: Bus, { warn }: Terminal): void {
  bus.onStatus((status) => {
    if (status.kind === "disconnected") warn(`NATS: ${status.reason}; trying to get it back`);
    else if (status.kind === "reconnected") warn(`NATS: connected again to ${status.to}`);
    else if (status.kind === "denied")
      warn(`NATS: the server does not let this login ${status.action} ${status.subject}; see the roles of shoal nats`);
    else if (status.kind === "slow") warn(`NATS: ${status.reason}`);
    else if (status.kind === "failed") warn(`NATS: ${String(status.error)}`);
  });
}

/** Rows as a table for people. */
export function tableLines(rows: readonly Readonly<Record<string, string | number>>[]): readonly string[] {
  const names = Object.keys(rows[0] ?? {});
  const cells = [names, ...rows.map((row) => names.map((name) => String(row[name] ?? "")))];
  const widths = names.map((_, at) => Math.max(...cells.map((row) => (row[at] as string).length)));
  const isNumber = names.map((name) => rows.every((row) => typeof row[name] === "number"));
  return cells.map((row) =>
    row
      .map((cell, at) =>
        isNumber[at] === true ? cell.padStart(widths[at] as number) : cell.padEnd(widths[at] as number),
      )
      .join("  ")
      .trimEnd(),
  );
}
