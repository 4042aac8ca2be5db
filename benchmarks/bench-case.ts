/** How cases may be run; files leave out cases whose mode was not asked for. */
export type BenchMode = "inline" | "threads" | "processes" | "nats";

/** Another program that does the same work: it prints one JSON line, see {@link PeerFigures}. */
export interface Peer {
  /** `dask-threads`, `dask-cluster`, `dask-cluster-inf`, `nats-raw`, `piscina`, `polars`, `duckdb`, `numpy` … */
  readonly name: string;
  readonly command: readonly string[];
}

/** What a peer prints, and what a case of ours gives. */
export interface Figures {
  /** Median of the runs. */
  readonly seconds: number;
  readonly perUnitUs: number;
  readonly peakRssMb: number;
  /** Further figures: p90, bytes, minimum and maximum … */
  readonly more: Readonly<Record<string, number>>;
}

/** What one run gives: how long it took, and what else is worth telling. */
export interface Run {
  readonly seconds: number;
  readonly more?: Readonly<Record<string, number>>;
}

/** One timed piece of work; `run` prepares what it needs outside of what it times. */
export interface BenchCase {
  readonly name: string;
  readonly params: Readonly<Record<string, number | string>>;
  /** What the time is divided by; default `params.n`, else 1. */
  readonly units?: number;
  readonly peers?: readonly Peer[];
  /** Timed runs after the warm-up; default 5. */
  readonly runs?: number;
  /** Run once, without a warm-up: for cases that take minutes and warm up by themselves. */
  readonly isLong?: boolean;
  /** A cluster, a server: made once, before the warm-up. */
  open?(): Promise<void>;
  run(): Promise<Run>;
  close?(): Promise<void>;
}

/** What a file of benchmarks exports: `cases`. */
export interface BenchFile {
  readonly cases: readonly BenchCase[];
}

export const unitsOf = (one: BenchCase): number => one.units ?? (Number(one.params["n"]) || 1);

/** Seconds that a piece of work takes. */
export async function secondsOf(work: () => unknown): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}

/** A case of synchronous work on what `prepare` gives. */
export function timed(
  name: string,
  n: number,
  prepare: () => () => unknown,
  rest: Pick<BenchCase, "peers" | "runs"> = {},
): BenchCase {
  return {
    name,
    params: { n },
    ...rest,
    run: async () => {
      const work = prepare();
      return { seconds: await secondsOf(work) };
    },
  };
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? (sorted[middle] as number)
    : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
}

const peerPath = (file: string): string => new URL(`./peers/${file}`, import.meta.url).pathname;

/** A script of ours on Debian's Python and Dask. */
export const pythonPeer = (name: string, script: string, args: readonly (string | number)[]): Peer => ({
  name,
  command: ["/usr/bin/python3", peerPath(script), ...args.map(String)],
});

/** A script of ours on Node. */
export const nodePeer = (name: string, script: string, args: readonly (string | number)[]): Peer => ({
  name,
  command: [
    process.execPath,
    "--import",
    import.meta.resolve("tsx"),
    "--conditions=shoal-source",
    peerPath(script),
    ...args.map(String),
  ],
});
