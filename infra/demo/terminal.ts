import { scheduler } from "node:timers/promises";
import type { Client } from "shoal";

/** The scheduler's figures that the demo shows. */
interface Figures {
  readonly tasks: Readonly<Record<string, number>>;
  readonly entered: Readonly<Record<string, number>>;
}

const SETTLED = ["released", "memory", "erred", "forgotten"];
const REFRESH_MS = 100;

/** Runs one part of the demo under a live bar, and prints its heading, tasks and time. */
export async function timed<T>(client: Client, title: string, work: () => Promise<T>): Promise<T> {
  const before = (await figures(client)).entered["memory"] ?? 0;
  const start = process.hrtime.bigint();
  let running = true;
  const bar = (async () => {
    while (running && process.stdout.isTTY) {
      const { tasks, entered } = await figures(client);
      const done = (entered["memory"] ?? 0) - before;
      const open = Object.entries(tasks).reduce((sum, [state, n]) => (SETTLED.includes(state) ? sum : sum + n), 0);
      process.stdout.write(`\r${barText(done, done + open)} ${title}`);
      await scheduler.wait(REFRESH_MS);
    }
  })();
  try {
    const result = await work();
    const seconds = Number(process.hrtime.bigint() - start) / 1e9;
    const tasks = ((await figures(client)).entered["memory"] ?? 0) - before;
    running = false;
    await bar;
    if (process.stdout.isTTY) process.stdout.write("\r\x1b[K");
    console.log(`\n${title}  (${tasks} tasks, ${seconds.toFixed(2)} s)`);
    return result;
  } finally {
    running = false;
  }
}

/** A bar of twenty places. */
export function barText(done: number, all: number): string {
  const filled = all === 0 ? 0 : Math.round((20 * done) / all);
  return `[${"#".repeat(filled)}${".".repeat(20 - filled)}] ${done}/${all}`;
}

/** Rows as lines with aligned columns; numbers to the right. */
export function tableText(rows: readonly Readonly<Record<string, unknown>>[]): string {
  const names = Object.keys(rows[0] ?? {});
  const text = (value: unknown): string =>
    typeof value === "number" && !Number.isInteger(value) ? value.toFixed(2) : String(value);
  const columns = names.map((name) => {
    const cells = [name, ...rows.map((row) => text(row[name]))];
    const width = Math.max(...cells.map((cell) => cell.length));
    const isNumeric = rows.every((row) => typeof row[name] === "number");
    return cells.map((cell) => (isNumeric ? cell.padStart(width) : cell.padEnd(width)));
  });
  const lines = [undefined, ...rows].map((_, at) => `  ${columns.map((column) => column[at]).join("  ")}`.trimEnd());
  return lines.join("\n");
}

const figures = async (client: Client): Promise<Figures> => (await client.status()) as Figures;
