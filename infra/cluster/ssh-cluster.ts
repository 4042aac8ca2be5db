import { type ChildProcess, spawn } from "node:child_process";
import { Client } from "../../collections/futures/client.ts";
import type { ConnectOptions } from "../../collections/futures/spawner.ts";
import { holdProcess, systemClock } from "../../runtime/base/clock.ts";
import { ShoalError } from "../../runtime/base/errors.ts";
import { uniqueToken } from "../../runtime/base/random.ts";
import { parseDurationMs } from "../../runtime/base/units.ts";

/** Machines that a cluster is started on, and how. */
export interface SshClusterOptions {
  /** The first runs the scheduler, each further one workers; a machine may be named again. As `ssh` takes them: "ann@m1". */
  readonly hosts: readonly string[];
  /** A NATS server that all of them reach. */
  readonly nats: string;
  /** Default: a fresh name. */
  readonly cluster?: string;
  /** What is called on the machines; default "npx shoal". Taken as it is, so it may set variables or change the folder first. */
  readonly shoal?: string;
  /** Flags for `shoal scheduler` and `shoal worker`: `["--workers", "4"]`. */
  readonly schedulerOptions?: readonly string[];
  readonly workerOptions?: readonly string[];
  /** The program that reaches a machine, and its options; default `ssh -tt -o BatchMode=yes`. It is given the machine and one command. */
  readonly ssh?: readonly string[];
  /** How long each part may take to be ready; default "30s". */
  readonly timeout?: number | string;
}

const SSH = ["ssh", "-tt", "-o", "BatchMode=yes"];
const TIMEOUT = "30s";
const GRACE_MS = 5000;
const SAID_CHARS_MAX = 4000;
/** What Ctrl-C sends: a terminal on the other side makes an interrupt of it. */
const INTERRUPT = "\x03";

/**
 * A cluster on machines that are reached by SSH. It ends when it is closed, or when this program ends.
 * @throws ShoalError CONNECT naming the machine and what it said
 * @see https://docs.dask.org/en/stable/deploying-ssh.html
 * @example
 * const start = () =>
 *   SshCluster.start({ hosts: ["m1", "m2", "m3"], nats: "nats://m1:4222", workerOptions: ["--workers", "4"] });
 */
export class SshCluster {
  readonly name: string;
  private readonly nats: string;
  private readonly parts: readonly RemotePart[];

  private constructor(name: string, nats: string, parts: readonly RemotePart[]) {
    this.name = name;
    this.nats = nats;
    this.parts = parts;
  }

  /** Starts a scheduler and workers, and settles when all of them are ready. */
  static async start(options: SshClusterOptions): Promise<SshCluster> {
    const { hosts, nats, shoal = "npx shoal", schedulerOptions = [], workerOptions = [], ssh = SSH } = options;
    const [first, ...others] = hosts;
    if (first === undefined)
      throw new RangeError("An SSH cluster takes a host for its scheduler, and others for workers");
    const name =
      options.cluster ??
      `ssh-${uniqueToken()
        .replace(/[^0-9A-Za-z]/g, "")
        .slice(0, 8)}`;
    const limitMs = parseDurationMs(options.timeout ?? TIMEOUT);
    const at = ["--cluster", name, "--nats", nats];
    const part = (host: string, args: readonly string[]): RemotePart =>
      new RemotePart(ssh, host, `${shoal} ${[...args.slice(0, 1), ...at, ...args.slice(1)].map(quoted).join(" ")}`);
    const scheduler = part(first, ["scheduler", ...schedulerOptions]);
    const workers = others.map((host) => part(host, ["worker", ...workerOptions]));
    const cluster = new SshCluster(name, nats, [scheduler, ...workers]);
    try {
      await Promise.all([
        scheduler.says(/ is ready at /, limitMs),
        ...workers.map((worker) => worker.says(/workers? for cluster /, limitMs)),
      ]);
      return cluster;
    } catch (error) {
      await cluster.close();
      throw error;
    }
  }

  /** A client of it. */
  connect(options: Omit<ConnectOptions, "cluster"> = {}): Promise<Client> {
    return Client.connect(this.nats, { ...options, cluster: this.name });
  }

  /** Ends workers and scheduler in order. Twice is once. */
  async close(): Promise<void> {
    const [scheduler, ...workers] = this.parts;
    await Promise.all(workers.map((worker) => worker.end()));
    await scheduler?.end();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/** A command that runs on another machine as long as its connection stands. */
class RemotePart {
  private readonly host: string;
  private readonly child: ChildProcess;
  private readonly ended: Promise<void>;
  private readonly listeners = new Set<() => void>();
  private said = "";
  private phase: "running" | "ended" = "running";

  constructor([program = "ssh", ...options]: readonly string[], host: string, command: string) {
    this.host = host;
    this.child = spawn(program, [...options, host, command], { stdio: ["pipe", "pipe", "pipe"] });
    for (const stream of [this.child.stdout, this.child.stderr])
      stream?.setEncoding("utf8").on("data", (text: string) => {
        this.said = (this.said + text).slice(-SAID_CHARS_MAX);
        this.tell();
      });
    this.child.stdin?.on("error", () => {});
    this.ended = new Promise((resolve) => {
      const end = (): void => {
        this.phase = "ended";
        this.tell();
        resolve();
      };
      this.child.once("close", end);
      this.child.once("error", (error) => {
        this.said += error.message;
        end();
      });
    });
  }

  /** Settles when it has said something like this. @throws ShoalError CONNECT with what it said instead */
  async says(pattern: RegExp, limitMs: number): Promise<void> {
    const letGo = holdProcess();
    let timer: unknown;
    try {
      await new Promise<void>((resolve, reject) => {
        const look = (): void => {
          if (pattern.test(this.said)) resolve();
          else if (this.phase === "ended") reject(this.fault("ended"));
        };
        this.listeners.add(look);
        timer = systemClock.setTimer(limitMs, () => reject(this.fault(`was not ready within ${limitMs} ms`)));
        look();
      });
    } finally {
      systemClock.clearTimer(timer);
      this.listeners.clear();
      letGo();
    }
  }

  async end(): Promise<void> {
    if (this.phase === "ended") return;
    const letGo = holdProcess();
    this.child.stdin?.write(INTERRUPT);
    const timer = systemClock.setTimer(GRACE_MS, () => this.child.kill("SIGTERM"));
    await this.ended;
    systemClock.clearTimer(timer);
    letGo();
  }

  private tell(): void {
    for (const listener of [...this.listeners]) listener();
  }

  private fault(what: string): ShoalError {
    return new ShoalError(`What was started on ${this.host} ${what}: ${this.said.trim() || "it said nothing"}`, {
      code: "CONNECT",
      details: { host: this.host, said: this.said },
    });
  }
}

/** A word for the shell on the other side. */
const quoted = (text: string): string => (/^[\w./:@=,+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);
