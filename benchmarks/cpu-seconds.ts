import { readFileSync } from "node:fs";
import { childrenOf } from "./tree-memory.ts";

/** Processor time of a process so far: user and system time of all its threads. */
export function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** Processor time so far of this process and of those it started, of which those that ended are left out. */
export function treeCpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return childrenOf(process.pid).reduce((sum, pid) => sum + cpuSecondsOr0(pid), (user + system) / 1e6);
}

/** A process may end while it is looked at. */
function cpuSecondsOr0(pid: number): number {
  try {
    return cpuSeconds(pid);
  } catch {
    return 0;
  }
}
