import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as da from "../collections/array/index.ts";
import { Client } from "../index.ts";
import { residentBytes } from "../infra/cluster/process-memory.ts";
import { type BenchCase, pythonPeer, type Run } from "./bench-case.ts";
import { cpuSeconds } from "./cpu-seconds.ts";

/**
 * Arrays from .npy files that do not fit the memory the workers were given, beside Dask on the same files. `SHOAL_BENCH_GB` makes
 * them smaller or larger than 4 GB; what the workers may use, 1 GB together, shrinks and grows with them, down to what Node itself needs.
 */
const GIGABYTES = Number(process.env["SHOAL_BENCH_GB"] ?? 4);
const WORKERS = 2;
const LIMIT_MB = Math.max(300, Math.round(100 * GIGABYTES));
/** One folder for all that one run of the benchmarks starts: peers have processes of their own. */
const FOLDER = process.env["SHOAL_BENCH_FOLDER"] ?? join(tmpdir(), `shoal-bench-npy-${GIGABYTES}`);
const PEER = new URL("./peers/larger_than_memory.py", import.meta.url).pathname;
const LOOK_MS = 50;

const works: Readonly<Record<string, (x: da.Array) => da.Array>> = {
  standardise: (x) => {
    const centred = x.sub(x.mean({ axis: 0 }));
    return centred.std({ axis: 0 }).sum().add(centred.abs().max());
  },
  rechunk: (x) =>
    x
      .rechunk([x.shape[0] as number, 10])
      .max({ axis: 0 })
      .sum(),
};

/** Debian's Dask, 2022.12, ends with KilledWorker over the rechunk: it merges rows into blocks that are too large for its workers. */
const CAN_DASK: Readonly<Record<string, boolean>> = { standardise: true, rechunk: false };

/** What was written, of chunks that were spilled and of shards: blocks that lie in files as they are were only let go of. */
async function writtenBytes(client: Client): Promise<number> {
  const activities = await client.getActivities();
  const writes = activities.filter(({ activity }) => activity === "write");
  return writes.reduce((sum, { bytes }) => sum + bytes, 0);
}

async function run(name: string): Promise<Run> {
  const spillFolder = mkdtempSync(join(tmpdir(), "shoal-bench-spill-"));
  const client = await Client.local({
    mode: "processes",
    workers: WORKERS,
    memoryLimit: `${LIMIT_MB} MB`,
    memory: { spillFolder },
  });
  let peak = 0;
  let spilled = 0;
  const look = setInterval(() => {
    const pids = [process.pid, ...client.workerPids.values()];
    peak = Math.max(
      peak,
      pids.reduce((sum, pid) => sum + (residentBytes(pid) ?? 0), 0),
    );
  }, LOOK_MS);
  const ask = setInterval(async () => {
    const { workers } = await client.status();
    spilled = Math.max(
      spilled,
      workers.reduce((sum, worker) => sum + worker.spilledBytes, 0),
    );
  }, 500);
  try {
    const busy = (): number =>
      [process.pid, ...client.workerPids.values()].reduce((sum, pid) => sum + cpuSeconds(pid), 0);
    const before = busy();
    const start = performance.now();
    const build = works[name] as (x: da.Array) => da.Array;
    const value = Number(await build(await da.fromNpyStack(FOLDER)).compute());
    const seconds = (performance.now() - start) / 1000;
    const treeCpuS = busy() - before;
    const writtenMb = (await writtenBytes(client)) / 1e6;
    return { seconds, more: { peakTreeMb: peak / 1e6, spilledMb: spilled / 1e6, writtenMb, treeCpuS, value } };
  } finally {
    clearInterval(look);
    clearInterval(ask);
    await client.close();
    rmSync(spillFolder, { recursive: true });
  }
}

export const largerThanMemory: readonly BenchCase[] = Object.keys(works).map((name) => ({
  name: `memory/${name}`,
  params: { gb: GIGABYTES, workers: WORKERS, limitMb: LIMIT_MB },
  runs: 1,
  isLong: true,
  peers:
    CAN_DASK[name] === true
      ? [pythonPeer("dask-cluster", "larger_than_memory.py", [name, FOLDER, WORKERS, LIMIT_MB])]
      : [],
  open: async () => {
    execFileSync("/usr/bin/python3", [PEER, "make", FOLDER, String(GIGABYTES)]);
  },
  run: () => run(name),
}));
