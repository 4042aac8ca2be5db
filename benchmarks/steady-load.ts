import type { Client } from "../index.ts";
import { cpuSeconds } from "./cpu-seconds.ts";

const REQUEST_TASKS = 1000;
const REQUESTS_OPEN = 8;

const inc = (x: number): number => x + 1;

/** What a task cost over some time, in microseconds of processor time. */
export interface TaskCost {
  /** Of the process that holds scheduler, client and the pages' server. */
  readonly hereUs: number;
  /** Of the workers' processes together. */
  readonly workersUs: number;
}

/** Work without end: some clients' requests of a thousand short tasks each, the next as soon as one is answered and found right. */
export class SteadyLoad {
  private readonly client: Client;
  private readonly pids: readonly number[];
  private tasks = 0;
  private isOver = false;
  private readonly working: Promise<unknown>;

  /** @param pids the workers' processes */
  constructor(client: Client, pids: readonly number[]) {
    this.client = client;
    this.pids = pids;
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
    const [cpu, workers, tasks] = [process.cpuUsage(), this.workerSeconds(), this.tasks];
    await new Promise((resolve) => setTimeout(resolve, forMs));
    const { user, system } = process.cpuUsage(cpu);
    const done = this.tasks - tasks;
    return { hereUs: (user + system) / done, workersUs: ((this.workerSeconds() - workers) * 1e6) / done };
  }

  async end(): Promise<void> {
    this.isOver = true;
    await this.working;
  }

  private workerSeconds(): number {
    return this.pids.reduce((sum, pid) => sum + cpuSeconds(pid), 0);
  }

  private async work(): Promise<void> {
    while (!this.isOver) {
      const from = this.tasks;
      const numbers = Array.from({ length: REQUEST_TASKS }, (_, i) => from + i);
      const values = await this.client.gather(this.client.map(inc, numbers));
      if (values.some((value, i) => value !== from + i + 1)) throw new Error("wrong values");
      this.tasks += REQUEST_TASKS;
    }
  }
}
