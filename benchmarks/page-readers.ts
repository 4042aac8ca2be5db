import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { endChild } from "./end-child.ts";

/** Pages that are open in another process, and read as browsers read them. */
export interface PageReaders {
  close(): Promise<void>;
}

const self = fileURLToPath(import.meta.url);
export const VIEWS = ["status", "workers", "graph", "memory", "exchange", "time", "logs", "errors", "system", "status"];

/** Where a page asks for what it shows. */
export const liveAddress = (view: string): string => `/live?view=${view}&of=&runs=${view === "status" ? 1 : 0}`;

/** Opens so many pages, of all kinds but the profile, and settles when each has been sent something. */
export async function openPages(url: string, count: number): Promise<PageReaders> {
  const child = fork(self, [url, String(count)], { execArgv: ["--import", import.meta.resolve("tsx")] });
  await new Promise<void>((resolve, reject) => {
    child.once("message", () => resolve());
    child.once("exit", (code) => reject(new Error(`The reader of pages ended with ${code}`)));
  });
  return {
    close: () => endChild(child),
  };
}

/** Reads one page's events for ever; settles at the first. */
async function read(url: string): Promise<void> {
  const { body } = await fetch(url);
  const reader = (body as ReadableStream<Uint8Array>).getReader();
  await reader.read();
  void (async () => {
    for (;;) if ((await reader.read()).done) return;
  })().catch(() => {});
}

if (process.argv[1] === self) {
  const [, , url = "", count = "1"] = process.argv;
  const views = Array.from({ length: Number(count) }, (_, i) => VIEWS[i % VIEWS.length] as string);
  await Promise.all(views.map((view) => read(`${url}${liveAddress(view)}`)));
  process.send?.("open");
}
