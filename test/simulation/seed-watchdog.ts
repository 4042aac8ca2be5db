import { Worker } from "node:worker_threads";

/** A seed takes a few seconds at most; what is broken may run round and round. */
const SEED_CPU_MS = 90_000;

/** The signal by which a process of seeds ends that does not come to the end of one. */
export const NEVER_ENDS = "SIGTERM";

/**
 * Ends this process when a seed has taken too much of the processor's time: a loop without end lets nothing else run on its thread, and by the wall's
 * clock a machine that is busy looks the same.
 */
export class SeedWatchdog {
  private readonly seeds = new Int32Array(new SharedArrayBuffer(4));

  constructor() {
    new Worker(WATCH, {
      eval: true,
      workerData: { seeds: this.seeds, cpuUsMax: SEED_CPU_MS * 1000, signal: NEVER_ENDS },
    }).unref();
  }

  /** A seed has come to its end. */
  beat(): void {
    Atomics.add(this.seeds, 0, 1);
  }
}

const WATCH = `
const { seeds, cpuUsMax, signal } = require("node:worker_threads").workerData;
let known = -1;
let since = process.cpuUsage();
setInterval(() => {
  const now = Atomics.load(seeds, 0);
  if (now !== known) {
    known = now;
    since = process.cpuUsage();
    return;
  }
  const { user, system } = process.cpuUsage(since);
  if (user + system > cpuUsMax) process.kill(process.pid, signal);
}, 1000);
`;
