import { type ChildProcess, spawn } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import type { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Clock, systemClock } from "../../runtime/base/clock.ts";
import { ShoalError } from "../../runtime/base/errors.ts";
import { bracketed } from "../listen/listen-host.ts";
import { ensureNatsServer, type NatsServerBinary } from "./ensure-server.ts";

export interface NatsServerOptions {
  /** Path of the program; default: {@link ensureNatsServer}. */
  readonly program?: string;
  /** Default "127.0.0.1". */
  readonly host?: string;
  /** Default: one that is free. */
  readonly port?: number;
  /** With JetStream, its store in this server's own folder. */
  readonly jetStream?: boolean;
  /** What clients must say to be let in; default: whoever reaches the port is. */
  readonly token?: string;
  /** More of the server's configuration, in its own language. */
  readonly config?: string;
  /** Default 10,000. */
  readonly readyTimeoutMs?: number;
  readonly clock?: Clock;
}

/** What a cluster asks of a server's configuration: bursts of large results must not be taken for a consumer that is too slow. */
export const SERVER_CONFIG = 'max_pending: 256MB\nmax_payload: 8MB\nwrite_deadline: "30s"\n';

const POLL_MS = 5;
const STOP_GRACE_MS = 5_000;
const LOG_CHARS_MAX = 16_384;

/**
 * A nats-server as a child process, ended with this process at the latest.
 * @example
 * const server = await NatsServer.start({ jetStream: true });
 * console.log(server.url); // nats://127.0.0.1:41234
 * await server.stop();
 */
export class NatsServer {
  readonly folder: string;
  /** The program's, as it tells it; empty where the program was given. */
  readonly version: string;
  private readonly program: string;
  private readonly options: NatsServerOptions;
  private readonly clock: Clock;
  private child: ChildProcess | undefined;
  private portInUse: number;
  private logged = "";
  private readonly killWithProcess = () => void this.child?.kill("SIGKILL");

  private constructor(program: NatsServerBinary, folder: string, options: NatsServerOptions) {
    this.program = program.path;
    this.version = program.version;
    this.folder = folder;
    this.options = options;
    this.clock = options.clock ?? systemClock;
    this.portInUse = options.port ?? -1;
  }

  /** @throws ShoalError CONNECT with the server's own words when it does not come up, MISSING_LIBRARY without a program */
  static async start(options: NatsServerOptions = {}): Promise<NatsServer> {
    const program = options.program === undefined ? await ensureNatsServer() : { path: options.program, version: "" };
    const folder = await mkdtemp(join(tmpdir(), "shoal-nats-"));
    const server = new NatsServer(program, folder, options);
    process.once("exit", server.killWithProcess);
    try {
      const guard = options.token === undefined ? "" : `authorization { token: "${options.token}" }\n`;
      // It may hold a secret.
      await writeFile(join(folder, "nats.conf"), guard + (options.config ?? ""), { mode: 0o600 });
      await server.launch();
    } catch (error) {
      await server.stop();
      throw error;
    }
    return server;
  }

  get port(): number {
    return this.portInUse;
  }

  get url(): string {
    const { host = "127.0.0.1" } = this.options;
    return `nats://${bracketed(host)}:${this.portInUse}`;
  }

  /** The last lines the server wrote. */
  get log(): string {
    return this.logged;
  }

  get pid(): number | undefined {
    return this.child?.pid;
  }

  /** Called when the running server ends without having been asked to. */
  onExit(listener: (reason: string) => void): void {
    const child = this.child;
    child?.once("exit", (code, signal) => {
      if (this.child === child) listener(signal === null ? `exit code ${code}` : `signal ${signal}`);
    });
  }

  /** Ends the server as a power cut would; {@link restart} brings it back. */
  kill(): Promise<void> {
    return this.end("SIGKILL");
  }

  /** Stops it if it runs, and starts it on the same port with the same store. */
  async restart(): Promise<void> {
    await this.end("SIGTERM");
    await this.launch();
  }

  /** Ends the server and removes its folder. Twice is once. */
  async stop(): Promise<void> {
    await this.end("SIGTERM");
    process.removeListener("exit", this.killWithProcess);
    await rm(this.folder, { recursive: true, force: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  private async launch(): Promise<void> {
    const { host = "127.0.0.1", jetStream = false, readyTimeoutMs = 10_000 } = this.options;
    const portsFolder = join(this.folder, "ports");
    await rm(portsFolder, { recursive: true, force: true });
    await mkdir(portsFolder);
    const store = jetStream ? ["-js", "-sd", join(this.folder, "store")] : [];
    const place = ["-a", host, "-p", String(this.portInUse), "--ports_file_dir", portsFolder];
    const child = spawn(this.program, ["-c", join(this.folder, "nats.conf"), ...place, ...store], {
      stdio: ["ignore", "ignore", "pipe"],
    });
    this.child = child;
    let failure: Error | undefined;
    // Awaited beside the clock, whose timers alone would not keep this process waiting.
    const ended = new Promise<void>((resolve) => {
      child.once("exit", () => resolve());
      child.once("error", (error) => {
        failure = error;
        resolve();
      });
    });
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.logged = (this.logged + text).slice(-LOG_CHARS_MAX);
    });
    const deadline = this.clock.now() + readyTimeoutMs;
    for (;;) {
      const port = await readPort(portsFolder);
      if (port !== undefined) {
        this.portInUse = port;
        break;
      }
      const isLate = this.clock.now() > deadline;
      if (failure !== undefined || child.exitCode !== null || child.signalCode !== null || isLate)
        throw this.startError(
          failure,
          isLate ? `is not ready after ${readyTimeoutMs} ms` : `ended with ${child.exitCode}`,
        );
      await Promise.race([ended, new Promise<void>((resolve) => this.clock.setTimer(POLL_MS, resolve))]);
    }
    // A server nobody stops must not keep the program from ending; the exit hook ends it then.
    child.unref();
    (child.stderr as Socket | null)?.unref();
  }

  private async end(signal: "SIGTERM" | "SIGKILL"): Promise<void> {
    const child = this.child;
    this.child = undefined;
    if (child === undefined || child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    child.ref();
    const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
    child.kill(signal);
    const forced = this.clock.setTimer(STOP_GRACE_MS, () => child.kill("SIGKILL"));
    await ended;
    this.clock.clearTimer(forced);
  }

  private startError(cause: Error | undefined, what: string): ShoalError {
    const words = this.logged.trim().split("\n").slice(-4).join("\n");
    const reason = cause === undefined ? `${what}: ${words || "it wrote nothing"}` : `cannot be run: ${cause.message}`;
    return new ShoalError(`${this.program} ${reason}`, { code: "CONNECT", cause, details: { log: this.logged } });
  }
}

/** The port a server writes down once it takes connections. */
async function readPort(folder: string): Promise<number | undefined> {
  const [file] = (await readdir(folder)).filter((name) => name.endsWith(".ports"));
  const text = file === undefined ? "" : await readFile(join(folder, file), "utf8");
  const match = /"nats"\s*:\s*\[\s*"[a-z]+:\/\/[^"]*:(\d+)"/.exec(text);
  return match === null ? undefined : Number(match[1]);
}
