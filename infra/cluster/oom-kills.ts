import { readFileSync } from "node:fs";

/**
 * How many processes this system has ended since it started because memory ran out, be it the machine's or a container's; undefined where it does
 * not count them.
 * @see https://docs.kernel.org/filesystems/proc.html
 */
export function oomKills(path = "/proc/vmstat"): number | undefined {
  try {
    const [, count] = /^oom_kill (\d+)$/m.exec(readFileSync(path, "latin1")) ?? [];
    return count === undefined ? undefined : Number(count);
  } catch {
    return undefined;
  }
}
