import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Observer } from "../../actors/observer/observer.ts";
import type { WorkerScale } from "../../collections/futures/spawner.ts";
import type { ActorSystem } from "../../runtime/actor/system.ts";
import { wallTimeMs } from "../../runtime/base/clock.ts";
import { ShoalError } from "../../runtime/base/errors.ts";
import { bracketed, listenHost } from "../listen/listen-host.ts";
import { firstFree, parsePorts, portsShown } from "../listen/port-range.ts";
import { toldUrl } from "../listen/told-url.ts";
import { LiveViews } from "./live-views.ts";
import { answerRequest } from "./page-routes.ts";

export interface PageOptions {
  readonly system: ActorSystem;
  readonly cluster: string;
  /** Default 127.0.0.1: figures of a cluster are not for everyone. */
  readonly host?: string | undefined;
  /** A network interface to listen at, in place of a host. */
  readonly interface?: string | undefined;
  /** Default 8787, or a free one where that is taken; 0 for any; "8787-8797" for the first of them that is free. */
  readonly port?: number | string | undefined;
  /** Where others reach it, if that is not where it listens. */
  readonly contact?: string | undefined;
  /** Where it lies behind a proxy: "/shoal". */
  readonly prefix?: string | undefined;
  /** With it, `POST /api/v1/retire_workers` has workers leave. */
  readonly token?: string | undefined;
  /** The cluster's workers, where this program started them: with the token, `POST /api/v1/scale` says how many there are to be. */
  readonly workers?: WorkerScale | undefined;
}

export const PAGE_PORT = 8787;

/** @throws SyntaxError for what is no path */
function parsePrefix(text: string): string {
  const prefix = text.replace(/\/+$/, "");
  if (prefix === "" || /^(?:\/[\w.~-]+)+$/.test(prefix)) return prefix;
  throw new SyntaxError(`"${text}" is no prefix of a page: write a path such as "/shoal"`);
}

/** The live page of a cluster: an observer, and a server that shows what it sees. */
export class PageServer {
  readonly observer: Observer;
  readonly live: LiveViews;
  readonly prefix: string;
  readonly token: string | undefined;
  readonly workers: WorkerScale | undefined;
  private readonly contact: string | undefined;
  private readonly server: Server;

  private constructor(options: PageOptions) {
    const { system, cluster } = options;
    this.prefix = parsePrefix(options.prefix ?? "");
    this.token = options.token;
    this.workers = options.workers;
    this.contact = options.contact;
    this.observer = new Observer({
      bus: system.bus,
      clock: system.clock,
      cluster,
      wallMs: wallTimeMs,
      ask: (address, message, asked) => system.ask(address, message, asked),
    });
    this.live = new LiveViews(this.observer, system.clock);
    this.server = createServer((request, response) => void this.serve(request, response));
    // A page keeps nobody's program alive.
    this.server.unref();
  }

  /** @throws ShoalError CONNECT if it cannot listen there; RangeError for ports and interfaces that are none; SyntaxError for a contact that is none */
  static async start(options: PageOptions): Promise<PageServer> {
    const { port, contact } = options;
    const host = listenHost(options);
    const ports = parsePorts(port ?? PAGE_PORT, "The page");
    toldUrl({ scheme: "http", address: host, port: ports.first, contact });
    const page = new PageServer(options);
    try {
      await firstFree(ports, (one) => page.listen(host, one));
    } catch (error) {
      if (port !== undefined || (error as { code?: string }).code !== "EADDRINUSE") {
        page.observer.close();
        throw new ShoalError(
          `The page cannot listen at ${bracketed(host)}:${portsShown(ports)}: ${(error as Error).message}`,
          { code: "CONNECT", cause: error },
        );
      }
      await page.listen(host, 0);
    }
    return page;
  }

  /** What others are told: "http://127.0.0.1:8787". */
  get url(): string {
    const { address, port } = this.server.address() as AddressInfo;
    return `${toldUrl({ scheme: "http", address, port, contact: this.contact })}${this.prefix}`;
  }

  /** Whether anything can be changed here, by whoever has the token. */
  get hasControls(): boolean {
    return this.token !== undefined;
  }

  async close(): Promise<void> {
    this.live.close();
    this.observer.close();
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    this.server.closeAllConnections();
    await closed;
  }

  private listen(host: string, port: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.server.once("error", reject);
      this.server.listen(port, host, () => {
        this.server.off("error", reject);
        resolve();
      });
    });
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      await answerRequest(this, request, response);
    } catch (error) {
      if (!response.headersSent) response.writeHead(500, { "content-type": "text/plain; charset=utf-8" });
      response.end(`The page failed: ${(error as Error).message}\n`);
    }
  }
}
