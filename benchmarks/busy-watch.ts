import { openSync, readSync } from "node:fs";

/** Processor time of this thread so far, in milliseconds. */
export function threadCpuMs(): number {
  if (process.platform !== "linux") {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  }
  statistics ??= openSync(`/proc/self/task/${process.pid}/schedstat`, "r");
  const length = readSync(statistics, text, 0, text.length, 0);
  return Number(text.toString("latin1", 0, length).split(" ")[0]) / 1e6;
}

let statistics: number | undefined;
const text = Buffer.alloc(128);

/** How long the main thread works between two chances for a timer; what others take from it does not count. */
export class BusyWatch {
  private spans: number[] = [];
  private before = threadCpuMs();
  private readonly timer: NodeJS.Timeout;

  constructor() {
    this.timer = setInterval(() => {
      const now = threadCpuMs();
      this.spans.push(now - this.before);
      this.before = now;
    }, 1);
  }

  /** What was seen is forgotten. */
  begin(): void {
    this.spans = [];
    this.before = threadCpuMs();
  }

  /** Milliseconds: the median, the 99th percentile, the most; and how many were over 20. */
  get figures(): Readonly<Record<string, number>> {
    const spans = this.spans.sort((a, b) => a - b);
    const at = (share: number): number => spans[Math.min(spans.length - 1, Math.floor(spans.length * share))] ?? 0;
    const over = spans.filter((ms) => ms > 20).length;
    return { busyP50Ms: at(0.5), busyP99Ms: at(0.99), busyMaxMs: at(1), busyOver20Ms: over };
  }

  end(): void {
    clearInterval(this.timer);
  }
}
