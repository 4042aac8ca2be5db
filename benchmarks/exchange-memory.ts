import * as da from "../collections/array/index.ts";
import { Client } from "../index.ts";
import { residentBytes } from "../infra/cluster/process-memory.ts";
import { type BenchCase, secondsOf } from "./bench-case.ts";

/**
 * What workers take while all is exchanged with all: rows cut into columns, 200 blocks to 200. The blocks of the larger array are five times as
 * large; how many bytes pass through, and how many lie on disk, must not count.
 */
const PARTITIONS = 200;
const COLUMNS = 1000;
const WORKERS = 2;
const LOOK_MS = 20;

async function peakOf(gigabytes: number): Promise<{ readonly seconds: number; readonly peakMb: number }> {
  const client = await Client.local({ mode: "processes", workers: WORKERS, memoryLimit: "1 GB" });
  let peak = 0;
  const look = setInterval(() => {
    const all = [...client.workerPids.values()].map((pid) => residentBytes(pid) ?? 0);
    peak = Math.max(peak, ...all);
  }, LOOK_MS);
  try {
    const rows = Math.round((gigabytes * 1e9) / 8 / COLUMNS / PARTITIONS);
    const shape = [rows * PARTITIONS, COLUMNS] as const;
    const x = da.random.uniform(shape, { chunks: [rows, COLUMNS], seed: 1 });
    const columns = x.rechunk([shape[0], COLUMNS / PARTITIONS]);
    const seconds = await secondsOf(() => columns.max({ axis: 0 }).sum().compute());
    return { seconds, peakMb: peak / 1e6 };
  } finally {
    clearInterval(look);
    await client.close();
  }
}

/** The most that one worker takes, for a small array and a large one. */
export const exchangeMemory = (small: number, large: number): BenchCase => ({
  name: "memory/exchange",
  params: { smallGb: small, largeGb: large, partitions: PARTITIONS, workers: WORKERS, limitMb: 1000 },
  isLong: true,
  run: async () => {
    const [less, more] = [await peakOf(small), await peakOf(large)];
    const peaks = { smallPeakMb: less.peakMb, largePeakMb: more.peakMb, largeToSmall: more.peakMb / less.peakMb };
    return { seconds: more.seconds, more: { smallS: less.seconds, ...peaks } };
  },
});
