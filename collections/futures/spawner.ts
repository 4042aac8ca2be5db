import type { Windows } from "../../actors/chunk/windows.ts";
import type { SchedulerBrain } from "../../actors/scheduler/scheduler-brain.ts";
import type { ActorSystem } from "../../runtime/actor/system.ts";
import { config } from "../../runtime/base/config.ts";
import type { Bus } from "../../runtime/bus/bus.ts";
import type { ClientShare } from "../../runtime/protocol/client-scheduler.ts";
import type { CacheSetting } from "./cache-options.ts";
import type { MemorySettings } from "./memory-options.ts";

/** How a local cluster runs. */
export interface LocalOptions extends MemorySettings {
  /**
   * `inline` this thread · `threads` a worker per thread (default) · `processes` a worker per child process, nothing
   * installed · `nats` worker processes joined over NATS, on a server that is given, found or started.
   */
  readonly mode?: "inline" | "threads" | "processes" | "nats";
  /** Default: as many as the machine runs in parallel. */
  readonly workers?: number;
  /** Tasks at a time in one worker; synchronous functions still run one after another. Default 1 (inline: 4). */
  readonly slots?: number;
  /** A worker leaves after so long, when another has taken its place: for what leaks. */
  readonly lifetime?: number | string;
  /** Workers do not all leave at once, but spread over this time; default: a tenth of `lifetime`. */
  readonly lifetimeStagger?: number | string;
  /** Tasks that no worker may run fail with NO_WORKERS when they have waited so long for one; default: never. */
  readonly noWorkersTimeout?: number | string;
  /**
   * Whether a task that runs far longer than its kind does is begun on a second worker too, where a slot is free. Tasks that do anything but
   * give a result have to say so then (`effectful: true`). Default false: only tasks that ask for it by `speculate: true`.
   */
  readonly speculate?: boolean;
  /**
   * How much is kept of results that nobody asks for any more, so that work which shares parts with what was done before finds them: what
   * took long to make and is small stays longest. Default false. @see https://docs.dask.org/en/stable/caching.html
   */
  readonly cache?: CacheSetting;
  /** What each worker has of abstract resources. */
  readonly resources?: Readonly<Record<string, number>>;
  /**
   * Modules that each worker imports before it takes work: paths, file URLs, or names of packages. What one exports as `setup`
   * is called with `{ worker, cluster }` and awaited.
   */
  readonly preload?: readonly string[];
  /** Variables that workers have in their environment before anything runs there, beside this program's own. Not in mode "inline". */
  readonly environment?: Readonly<Record<string, string>>;
  /** "named" refuses functions that would travel as source text. */
  readonly functions?: "any" | "named";
  /** A worker may die so often with a task before the task is given up; default 3. */
  readonly allowedFailures?: number;
  /** Tasks of one client that the scheduler takes at once, finished ones that it holds included; more fail with OVERLOADED. */
  readonly tasksPerClientMax?: number;
  /** What this client has of the cluster while others use it too. */
  readonly share?: ClientShare;
  /** The name others find the cluster by; default: a fresh one. */
  readonly cluster?: string;
  /** The address of a NATS server, for mode "nats"; default: one that is found or started. */
  readonly nats?: string;
  /** Whether a live page of the cluster is served, and where: see {@link PagePlace}. */
  readonly page?: boolean | PagePlace;
}

/** Between how many workers a cluster follows its work, and how eagerly. */
export interface AdaptOptions {
  /** Default 0. */
  readonly minimum?: number;
  /** Default: no limit. */
  readonly maximum?: number;
  /** How often it looks; default "1s". */
  readonly interval?: number | string;
  /** Fewer workers have to be enough so many times in a row before any leaves; default 3. */
  readonly waitCount?: number;
  /** So long the open work should take; default "5s". */
  readonly target?: number | string;
}

/** The workers of a cluster that this process started. */
export interface WorkerScale {
  /** Calls with the reason when one of them is gone for good from now on: it was refused, or died too often. */
  onLost(listener: (reason: string) => void): () => void;
  scale(count: number): Promise<void>;
  adapt(options: AdaptOptions): { stop(): void };
}

/** Where a live page is served. Default: 127.0.0.1, port 8787, or a free one where that is taken. */
export interface PagePlace {
  readonly host?: string;
  /** The network interface it listens at, in place of a host: "eth0". */
  readonly interface?: string;
  /** 0: any that is free; "8787-8797": the first of them that is. */
  readonly port?: number | string;
  /** Where others reach it, if not where it listens, for {@link OpenPage.url}: "host", "host:port", "https://host". */
  readonly contact?: string;
  /** Where it lies behind a proxy: "/shoal". */
  readonly prefix?: string;
  /** With it, the page says how many workers there are to be, and `POST /api/v1/retire_workers` has some leave; without one, nothing can be changed. */
  readonly token?: string;
}

/** A live page that is served. */
export interface OpenPage {
  readonly url: string;
  /** Whether anything can be changed there, by whoever has its token. */
  readonly hasControls: boolean;
  close(): Promise<void>;
}

/** A cluster that is up: what a client needs of it. */
export interface OpenCluster {
  readonly name: string;
  readonly bus: Bus;
  readonly system: ActorSystem;
  /** Memory shared with other processes of this host, if there is any. */
  readonly windows?: Windows | undefined;
  /** The scheduler's brain, where it runs in this thread. */
  readonly brain: SchedulerBrain | undefined;
  /** How many workers it has, where they are this process's own. */
  readonly workers?: WorkerScale | undefined;
  /** Process ids of its workers, by name. */
  pids(): ReadonlyMap<string, number>;
  close(): Promise<void>;
}

/** A NATS server's address, a connection of the program's own, or the file that a scheduler wrote. */
export type ConnectTarget = string | { readonly connection: unknown } | { readonly schedulerFile: string };

/** Where a cluster that runs elsewhere is reached. */
export interface ConnectOptions {
  readonly cluster?: string;
  /** What this client has of the cluster while others use it too: `{ weight: 2, atOnceMax: 100 }`. */
  readonly share?: ClientShare;
  readonly functions?: "any" | "named";
  readonly user?: string;
  readonly password?: string;
  readonly token?: string;
  /** The seed of an nkey, "SU…". */
  readonly nkey?: string;
  /** Path or text of a credentials file. */
  readonly creds?: string;
  /** Paths of PEM files, and whether servers without TLS are refused; what is left out the configuration says (`tls.ca-file` …). */
  readonly tls?: {
    readonly caFile?: string;
    readonly certFile?: string;
    readonly keyFile?: string;
    readonly requireEncryption?: boolean;
  };
  /** How long to wait for NATS and the scheduler; default "10s". */
  readonly timeout?: number | string;
  /** Whether this process serves a live page of the cluster. */
  readonly page?: boolean | PagePlace;
}

/** What the configuration says of local clusters. */
export function localDefaults(): LocalOptions {
  const { "local.mode": mode, "local.workers": workers, "local.slots": slots, ...rest } = config.all();
  const { "local.memory-limit": memoryLimit, "local.cache": cache } = rest;
  return {
    ...(mode === undefined ? {} : { mode }),
    ...(workers === undefined ? {} : { workers }),
    ...(slots === undefined ? {} : { slots }),
    ...(memoryLimit === undefined ? {} : { memoryLimit }),
    ...(cache === undefined ? {} : { cache }),
  };
}

/** What the configuration says of clusters elsewhere. */
export function connectDefaults(): ConnectOptions {
  const { "connect.cluster": cluster, "connect.timeout": timeout } = config.all();
  return { ...(cluster === undefined ? {} : { cluster }), ...(timeout === undefined ? {} : { timeout }) };
}

/** Starts and finds clusters: handed in by the entry, since processes and connections are no business of collections. */
export interface Spawner {
  openLocal(options: LocalOptions): Promise<OpenCluster>;
  connect(target: ConnectTarget | undefined, options: ConnectOptions): Promise<OpenCluster>;
  openPage(cluster: OpenCluster, place: PagePlace): Promise<OpenPage>;
}

let installed: Spawner | undefined;

export function setSpawner(spawner: Spawner): void {
  installed = spawner;
}

export function currentSpawner(): Spawner {
  if (installed === undefined)
    throw new TypeError('No way to start a cluster is at hand: import { Client } from "shoal"');
  return installed;
}
