import { cpuSeconds } from "./cpu-seconds.ts";
import type { SoakedCluster } from "./soaked-cluster.ts";

const REQUEST_TASKS = 1000;
const REQUESTS_OPEN = 8;

const inc = (x: number): number => x + 1;

/** What a task cost over some time, in microseconds of processor time. */
export interface TaskCost {
  /** Of the process that holds the scheduler and the pages' server. */
  readonly schedulerUs: number;
  /** Of the workers' processes together. */
  readonly workersUs: number;
}

/** Work without end: some clients' requests of a thousand short tasks each, the next as soon as one is answered and found right. */
export class SteadyLoad {
  private readonly cluster: SoakedCluster;
  private tasks = 0;
  private isOver = false;
  private readonly working: Promise<unknown>;

  constructor(cluster: SoakedCluster) {
    this.cluster = cluster;
    this.working = Promise.all(Array.from({ length: REQUESTS_OPEN }, () => this.work()));
    // Whoever ends the load hears of it.
    this.working.catch(() => {});
  }

  /** Tasks that are done. */
  get done(): number {
    return this.tasks;
  }

  /** What tasks cost in the time that comes. */
  async costOver(forMs: number): Promise<TaskCost> {
    const [before, tasks] = [this.seconds(), this.tasks];
    await new Promise((resolve) => setTimeout(resolve, forMs));
    const [after, done] = [this.seconds(), this.tasks - tasks];
    const usOf = (part: "scheduler" | "workers"): number => ((after[part] - before[part]) * 1e6) / done;
    return { schedulerUs: usOf("scheduler"), workersUs: usOf("workers") };
  }

  async end(): Promise<void> {
    this.isOver = true;
    await this.working;
  }

  private seconds(): { readonly scheduler: number; readonly workers: number } {
    const { scheduler, workers } = this.cluster;
    return { scheduler: cpuSeconds(scheduler), workers: workers.reduce((sum, pid) => sum + cpuSeconds(pid), 0) };
  }

  private async work(): Promise<void> {
    const { client } = this.cluster;
    while (!this.isOver) {
      const from = this.tasks;
      const numbers = Array.from({ length: REQUEST_TASKS }, (_, i) => from + i);
      const values = await client.gather(client.map(inc, numbers));
      if (values.some((value, i) => value !== from + i + 1)) throw new Error("wrong values");
      this.tasks += REQUEST_TASKS;
    }
  }
}
