import { Client } from "../../collections/futures/client.ts";
import type { ConnectOptions } from "../../collections/futures/spawner.ts";
import { plainToken } from "../../runtime/base/random.ts";
import { parseDurationMs } from "../../runtime/base/units.ts";
import type { RemotePart } from "./remote-part.ts";

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
    const name = options.cluster ?? `ssh-${plainToken(8)}`;
    const limitMs = parseDurationMs(options.timeout ?? TIMEOUT);
    const { RemotePart } = await import("./remote-part.ts");
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

/** A word for the shell on the other side. */
const quoted = (text: string): string => (/^[\w./:@=,+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);
