import { fork } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { cpuSeconds } from "./cpu-seconds.ts";

/** A process that has nothing to do with the cluster and keeps the machine as busy as it is told. */
export interface Neighbour {
  end(): Promise<void>;
}

const self = fileURLToPath(import.meta.url);
const SLICE_MS = 20;

/**
 * Starts processes that take so many seconds of processor time a second together, in slices of some milliseconds, with what pages do: text is read and written.
 * What a cluster's tasks cost beside them and beside pages differs by what pages cost the cluster; what both cost it is the machine's caches and turns.
 */
export async function startNeighbours(cores: number): Promise<Neighbour> {
  const shares = Array.from({ length: Math.ceil(cores) }, () => cores / Math.ceil(cores));
  const children = shares.map((share) =>
    fork(self, [String(share)], { execArgv: ["--import", import.meta.resolve("tsx")] }),
  );
  await Promise.all(children.map((child) => new Promise<void>((resolve) => child.once("message", () => resolve()))));
  return {
    end: async () => {
      for (const child of children) {
        const ended = new Promise((resolve) => child.once("exit", resolve));
        child.kill();
        await ended;
      }
    },
  };
}

/** Processes below this one, but for those that are given, with the processor time of each so far. */
export function descendants(except: ReadonlySet<number>): Map<number, number> {
  const parents = new Map<number, number>();
  for (const name of readdirSync("/proc"))
    if (/^\d+$/.test(name)) {
      const parent = parentOf(Number(name));
      if (parent !== undefined) parents.set(Number(name), parent);
    }
  const isBelow = (pid: number): boolean => {
    const parent = parents.get(pid);
    return parent !== undefined && (parent === process.pid || isBelow(parent));
  };
  const below = [...parents.keys()].filter((pid) => !except.has(pid) && isBelow(pid));
  return new Map(below.map((pid) => [pid, cpuSecondsOrNone(pid)]));
}

/** Undefined for a process that has just ended. */
function parentOf(pid: number): number | undefined {
  try {
    return Number(readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ")[1]);
  } catch {
    return undefined;
  }
}

function cpuSecondsOrNone(pid: number): number {
  try {
    return cpuSeconds(pid);
  } catch {
    return 0;
  }
}

/** Works and rests by turns, so that its processor time is the share of the time, however slow the machine is. */
function burn(share: number): void {
  const rows = Array.from({ length: 200 }, (_, i) => ({ id: `w${i}`, busy: i / 200, bytes: i * 1000 }));
  const [startMs, before] = [performance.now(), process.cpuUsage()];
  const usedMs = (): number => {
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  };
  const turn = (): void => {
    while (usedMs() < share * (performance.now() - startMs)) JSON.parse(JSON.stringify(rows));
    setTimeout(turn, SLICE_MS);
  };
  turn();
}

if (process.argv[1] === self) {
  burn(Number(process.argv[2]));
  process.send?.("busy");
}
