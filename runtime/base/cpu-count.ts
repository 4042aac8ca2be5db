import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";

/** Reads a file as text; undefined where there is none. */
export type ReadText = (path: string) => string | undefined;

/**
 * How many processors this process may keep busy: those it may run on, or fewer where its container is given less time
 * than that. A share of one counts as one.
 * @see https://docs.dask.org/en/stable/deploying-docker.html
 */
export function cpuCount(present: number = availableParallelism(), read: ReadText = readIfThere): number {
  const share = shareOfTwo(read) ?? shareOfOne(read);
  return share === undefined ? present : Math.max(1, Math.min(present, Math.ceil(share)));
}

/** Control groups, version 2: "QUOTA PERIOD" in microseconds, or "max PERIOD". */
function shareOfTwo(read: ReadText): number | undefined {
  const [quota, period] = (read("/sys/fs/cgroup/cpu.max") ?? "").trim().split(" ");
  return ratio(quota, period);
}

/** Version 1: two files; a quota of -1 is none. */
function shareOfOne(read: ReadText): number | undefined {
  const folder = "/sys/fs/cgroup/cpu/cpu.cfs_";
  return ratio(read(`${folder}quota_us`), read(`${folder}period_us`));
}

function ratio(quotaUs: string | undefined, periodUs: string | undefined): number | undefined {
  const share = Number(quotaUs) / Number(periodUs);
  return share > 0 && Number.isFinite(share) ? share : undefined;
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    // No control groups here, or none that limit processors.
    return undefined;
  }
}
