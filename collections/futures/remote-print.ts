import { format } from "node:util";
import { type ClientReach, currentReach } from "./client-reach.ts";
import { Topic } from "./topic.ts";

/** A line that a task has printed. */
export interface PrintedLine {
  readonly level: "log" | "warn";
  readonly text: string;
  readonly worker: string;
}

/** Where lines go: `console`, or something like it. */
export interface LineSink {
  log(text: string): void;
  warn(text: string): void;
}

const TOPIC = "shoal/printed";

/**
 * Prints like `console.log`; within a task on another process, where clients that called `forwardLogging()` see it.
 * @see https://distributed.dask.org/en/stable/api.html#distributed.print
 * @example
 * await client.submit((n: number) => { print("at", n); return n; }, 1).result(); // 1
 */
export function print(...values: readonly unknown[]): void {
  tell("log", values);
}

/** {@link print} as a warning. */
export function warn(...values: readonly unknown[]): void {
  tell("warn", values);
}

function tell(level: PrintedLine["level"], values: readonly unknown[]): void {
  const text = format(...values);
  const reach = reachOfTask();
  if (reach?.worker === undefined) console[level](text);
  else new Topic<PrintedLine>(TOPIC, reach).publish({ level, text, worker: reach.worker });
}

function reachOfTask(): ClientReach | undefined {
  try {
    return currentReach();
  } catch {
    // No client is open: this is no task of a cluster.
    return undefined;
  }
}

/** Passes on what tasks print from now on, until the result is called or the client is closed. */
export async function forwardLines(reach: ClientReach, to: LineSink): Promise<() => void> {
  const stop = new AbortController();
  const lines = await new Topic<PrintedLine>(TOPIC, reach).subscribe({ signal: stop.signal });
  const reading = (async () => {
    for await (const { level, text, worker } of lines) to[level](`${worker}: ${text}`);
  })();
  reading.catch((error: { code?: string }) => {
    if (error.code !== "CLOSED") to.warn(`What tasks print is no longer forwarded: ${String(error)}`);
  });
  return () => stop.abort();
}
