import { fork } from "node:child_process";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { endChild } from "./end-child.ts";
import { liveAddress, VIEWS } from "./page-readers.ts";

/**
 * Pages that look like a cluster's and have nothing to do with it: a process that has kept what a real page showed for some seconds, and shows it again and again. What a cluster's
 * tasks cost beside browsers on these and beside the same browsers on its own pages differs by what pages cost the cluster.
 */
export interface PageEcho {
  readonly url: string;
  close(): Promise<void>;
}

const self = fileURLToPath(import.meta.url);
/** What is kept of each page. */
const KEPT_MS = 6000;
/** In its first moment a page is told of the past, which is not said again. */
const FIRST_MS = 400;

/** Keeps what the pages at an address show; the pages are open for some seconds meanwhile. */
export async function startEcho(url: string): Promise<PageEcho> {
  const child = fork(self, [url], { execArgv: ["--import", import.meta.resolve("tsx")] });
  const told = await new Promise<string>((resolve, reject) => {
    child.once("message", (message) => resolve(message as string));
    child.once("exit", (code) => reject(new Error(`The echo of pages ended with ${code}`)));
  });
  return { url: told, close: () => endChild(child) };
}

/** An event as it came, and how long after the first. */
interface KeptFrame {
  readonly afterMs: number;
  readonly text: string;
}

/** Answers by path: files once, streams for ever. */
class Echo {
  private readonly source: string;
  private readonly files = new Map<string, Promise<{ type: string; bytes: Buffer }>>();
  private readonly streams = new Map<string, Promise<readonly KeptFrame[]>>();

  constructor(source: string) {
    this.source = source;
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? "/";
    if (path.startsWith("/live?")) return this.repeat(path, response);
    const { type, bytes } = await this.file(path);
    response.writeHead(200, { "content-type": type });
    response.end(bytes);
  }

  /** Keeps what a stream says in some seconds. */
  keep(path: string): Promise<readonly KeptFrame[]> {
    let kept = this.streams.get(path);
    if (kept === undefined) this.streams.set(path, (kept = framesOf(`${this.source}${path}`)));
    return kept;
  }

  private file(path: string): Promise<{ type: string; bytes: Buffer }> {
    let file = this.files.get(path);
    if (file === undefined) this.files.set(path, (file = fileOf(`${this.source}${path}`)));
    return file;
  }

  private async repeat(path: string, response: ServerResponse): Promise<void> {
    const frames = await this.keep(path);
    response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
    const again = frames.findIndex(({ afterMs }) => afterMs > FIRST_MS);
    let timer: NodeJS.Timeout;
    const say = (at: number): void => {
      const frame = frames[at] as KeptFrame;
      response.write(frame.text);
      const next = frames[at + 1];
      const pauseMs = (next?.afterMs ?? KEPT_MS + FIRST_MS) - frame.afterMs;
      timer = setTimeout(() => say(next === undefined ? again : at + 1), pauseMs);
    };
    response.on("close", () => clearTimeout(timer));
    say(0);
  }
}

async function fileOf(url: string): Promise<{ type: string; bytes: Buffer }> {
  const answer = await fetch(url);
  return { type: answer.headers.get("content-type") ?? "", bytes: Buffer.from(await answer.arrayBuffer()) };
}

async function framesOf(url: string): Promise<readonly KeptFrame[]> {
  const leaving = new AbortController();
  const { body } = await fetch(url, { signal: leaving.signal });
  const startMs = performance.now();
  const frames: KeptFrame[] = [];
  const text = new TextDecoder();
  let open = "";
  const timer = setTimeout(() => leaving.abort(), KEPT_MS);
  try {
    for await (const bytes of body as AsyncIterable<Uint8Array>) {
      const events = (open + text.decode(bytes, { stream: true })).split("\n\n");
      open = events.pop() as string;
      for (const event of events) frames.push({ afterMs: performance.now() - startMs, text: `${event}\n\n` });
    }
  } catch (error) {
    if (!leaving.signal.aborted) throw error;
  }
  clearTimeout(timer);
  if (!frames.some(({ afterMs }) => afterMs > FIRST_MS))
    throw new Error(`${url} said ${frames.length} things in ${KEPT_MS} ms`);
  return frames;
}

if (process.argv[1] === self) {
  const echo = new Echo(process.argv[2] as string);
  await Promise.all([...VIEWS].map((view) => echo.keep(liveAddress(view))));
  const server = createServer((request, response) => {
    echo.answer(request, response).catch((error: Error) => {
      if (!response.headersSent) response.writeHead(502);
      response.end(error.message);
    });
  });
  server.listen(0, "127.0.0.1", () => process.send?.(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
}
