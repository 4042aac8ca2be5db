import type { Client } from "../../collections/futures/client.ts";
import { print } from "../../collections/futures/remote-print.ts";
import { uniqueToken } from "../../runtime/base/random.ts";
import { task } from "../../runtime/wire/function-task.ts";
import { pollFor } from "./wait-for.ts";

/** Something that was said while work was done. */
export interface CapturedLine {
  /** `print` and `warn` of tasks, warnings of this process, entries of the cluster's log. */
  readonly from: "task" | "process" | "cluster";
  readonly level: "log" | "info" | "warn" | "error";
  readonly text: string;
}

/** What work gave, and what was said meanwhile, oldest first within each source. */
export class CapturedLogs<T> {
  readonly value: T;
  readonly lines: readonly CapturedLine[];

  constructor(value: T, lines: readonly CapturedLine[]) {
    this.value = value;
    this.lines = lines;
  }

  /** Whether a line has this text in it. */
  has(text: string | RegExp): boolean {
    return this.lines.some((line) => (typeof text === "string" ? line.text.includes(text) : text.test(line.text)));
  }

  toString(): string {
    return this.lines.map(({ from, level, text }) => `${from} ${level}: ${text}`).join("\n");
  }
}

/**
 * Runs work and gives what was said meanwhile: lines that tasks `print` and `warn`, Shoal's warnings in this process, and the entries of
 * the cluster's log. Nothing is said elsewhere less for it. Settles when all that tasks said before the work ended has come in.
 * @throws what the work throws
 * @see https://distributed.dask.org/en/stable/develop.html#writing-tests
 * @example
 * const logs = await capturedLogs(client, () => client.submit(() => { warn("low on ink"); return 1; }).result());
 * logs.value; // 1
 */
export async function capturedLogs<T>(client: Client, work: () => Promise<T>): Promise<CapturedLogs<T>> {
  const lines: CapturedLine[] = [];
  const listen = (warning: Error): void => {
    if (warning.name === "Shoal") lines.push({ from: "process", level: "warn", text: warning.message });
  };
  process.on("warning", listen);
  const after = (await client.getLogs()).at(-1)?.number ?? 0;
  const isInline = client.clusterName === "inline";
  const stop = isInline ? listenHere(lines) : await listenThere(client, lines);
  try {
    const value = await work();
    if (!isInline) await allSaid(client, lines);
    // Warnings of a process come in a turn of their own.
    await new Promise<void>((resolve) => setImmediate(resolve));
    const entries = await client.getLogs({ after });
    lines.push(
      ...entries.map(({ level, text, name }): CapturedLine => ({ from: "cluster", level, text: `${name}: ${text}` })),
    );
    return new CapturedLogs(
      value,
      lines.filter(({ text }) => !text.includes(MARK)),
    );
  } finally {
    stop();
    process.off("warning", listen);
  }
}

const MARK = "shoal-testing-said-";

async function listenThere(client: Client, lines: CapturedLine[]): Promise<() => void> {
  const take = (level: "log" | "warn") => (text: string) => void lines.push({ from: "task", level, text });
  return client.forwardLogging({ log: take("log"), warn: take("warn") });
}

/** In this thread tasks print on the console itself. */
function listenHere(lines: CapturedLine[]): () => void {
  const { log, warn } = console;
  const wrap =
    (level: "log" | "warn", say: (...values: unknown[]) => void) =>
    (...values: unknown[]): void => {
      lines.push({ from: "task", level, text: values.map(String).join(" ") });
      say(...values);
    };
  console.log = wrap("log", log);
  console.warn = wrap("warn", warn);
  return () => {
    console.log = log;
    console.warn = warn;
  };
}

/** Each worker says a last word: what it said before it came before. */
async function allSaid(client: Client, lines: readonly CapturedLine[]): Promise<void> {
  const mark = `${MARK}${uniqueToken()}`;
  const workers = await client.run(sayMark, mark);
  const said = (): number => lines.filter(({ text }) => text.endsWith(mark)).length;
  await pollFor(() => said() >= workers.size, { what: "the last lines of all workers" });
}

/** Part of what {@link capturedLogs} sends. */
export const sayMark = task(import.meta, "sayMark", (mark: string): void => print(mark));
