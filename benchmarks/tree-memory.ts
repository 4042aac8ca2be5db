import { readdirSync, readFileSync } from "node:fs";

const LOOK_MS = 50;

/**
 * The most memory that this process and all it started had together while `work` ran, in megabytes: proportional set sizes, so
 * that pages which processes share count once. The peers' scripts measure themselves in the same way.
 */
export async function treePeakMb(work: () => Promise<void>): Promise<number> {
  let peakKb = treeKb();
  const look = setInterval(() => {
    peakKb = Math.max(peakKb, treeKb());
  }, LOOK_MS);
  try {
    await work();
  } finally {
    clearInterval(look);
  }
  return Math.max(peakKb, treeKb()) / 1000;
}

const treeKb = (): number =>
  [process.pid, ...childrenOf(process.pid)].reduce((sum, pid) => sum + proportionalKb(pid), 0);

/** Processes that this one started, and those that they did. */
export function childrenOf(pid: number): number[] {
  const tasks = readOr(() => readdirSync(`/proc/${pid}/task`), []);
  return tasks
    .flatMap((task) => readOr(() => readFileSync(`/proc/${pid}/task/${task}/children`, "utf8"), "").split(" "))
    .filter((text) => text.trim() !== "")
    .flatMap((text) => [Number(text), ...childrenOf(Number(text))]);
}

const proportionalKb = (pid: number): number =>
  Number(/^Pss:\s+(\d+)/m.exec(readOr(() => readFileSync(`/proc/${pid}/smaps_rollup`, "utf8"), ""))?.[1] ?? 0);

/** A process may end while it is looked at. */
function readOr<T>(read: () => T, otherwise: T): T {
  try {
    return read();
  } catch {
    return otherwise;
  }
}
