import { type ChildProcess, fork } from "node:child_process";
import { mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build, type Plugin } from "esbuild";
import type { SeedBatch, SeedNews } from "./seed-process.ts";
import type { SeedOrder, SeedResult } from "./seed-run.ts";
import { NEVER_ENDS } from "./seed-watchdog.ts";
import type { SourceMutation } from "./source-mutations.ts";
import { walkedCharts } from "./walked-charts.ts";

const PROGRAM = fileURLToPath(new URL("./seed-process.ts", import.meta.url));
const CACHE = fileURLToPath(new URL("../../node_modules/.cache/simulation/", import.meta.url));
/** Short-lived objects by the million: a large nursery halves the collector's share. */
const NODE_ARGUMENTS = ["--max-semi-space-size=64"];
/** Seeds a process is given at a time. */
const BATCH = 20;

export interface PoolTask {
  readonly from: number;
  readonly count: number;
  readonly order: SeedOrder;
  /** Told of every seed; false ends the run. */
  onSeed(result: SeedResult): boolean;
}

/** Runs seeds on several processes of one bundle: plain JavaScript runs faster than what is compiled as it is loaded. */
export class SeedPool {
  private readonly processes: readonly ChildProcess[];

  private constructor(processes: readonly ChildProcess[]) {
    this.processes = processes;
  }

  /** @param mutation a change of one source file, for this bundle alone */
  static async start(jobs: number, mutation?: SourceMutation): Promise<SeedPool> {
    mkdirSync(CACHE, { recursive: true });
    const outfile = `${CACHE}seeds-${process.pid}.mjs`;
    await build({
      entryPoints: [PROGRAM],
      outfile,
      bundle: true,
      platform: "node",
      format: "esm",
      packages: "external",
      conditions: ["shoal-source"],
      logLevel: "warning",
      plugins: mutation === undefined ? [] : [changing(mutation)],
    });
    return new SeedPool(Array.from({ length: jobs }, () => fork(outfile, { execArgv: NODE_ARGUMENTS })));
  }

  /**
   * Runs seeds in the order of their numbers, several at a time.
   * @returns how often each pair of each chart was walked by the processes so far
   */
  async run(task: PoolTask): Promise<Uint32Array[]> {
    let next = task.from;
    const take = (): SeedBatch | undefined => {
      const count = Math.min(BATCH, task.from + task.count - next);
      if (count <= 0) return undefined;
      next += count;
      return { from: next - count, count, order: task.order };
    };
    const stop = (): void => {
      next = task.from + task.count;
    };
    const walked = await Promise.all(this.processes.map((process) => serve(process, take, task, stop)));
    return walkedCharts.map((_, i) => sumOf(walked.map((one) => one[i] ?? [])));
  }

  close(): void {
    for (const process of this.processes) if (process.connected) process.disconnect();
  }

  /** Ends them in the middle of whatever they do. */
  kill(): void {
    for (const process of this.processes) process.kill("SIGKILL");
  }
}

const changing = ({ file, script }: SourceMutation): Plugin => ({
  name: "mutation",
  setup: ({ onLoad }) =>
    onLoad({ filter: /\.ts$/ }, ({ path }) =>
      path.endsWith(`/${file}`) ? { contents: script, loader: "js" } : undefined,
    ),
});

/** Gives one process batches until there are no more. */
function serve(
  process: ChildProcess,
  take: () => SeedBatch | undefined,
  task: PoolTask,
  stop: () => void,
): Promise<readonly (readonly number[])[]> {
  return new Promise((resolve, reject) => {
    let last: readonly (readonly number[])[] = [];
    const settle = (): void => {
      process.off("message", hear);
      process.off("exit", ended);
      resolve(last);
    };
    const give = (): void => {
      const batch = take();
      if (batch === undefined) settle();
      else process.send(batch);
    };
    const hear = (news: SeedNews): void => {
      if (news.kind === "seed") {
        if (!task.onSeed(news.result)) stop();
        return;
      }
      last = news.walked;
      give();
    };
    const ended = (code: number | null, signal: string | null): void =>
      reject(
        new Error(
          signal === NEVER_ENDS ? "a seed never ends" : `a process of the simulator ended with ${code ?? signal}`,
        ),
      );
    process.on("message", hear);
    process.on("exit", ended);
    give();
  });
}

function sumOf(columns: readonly (readonly number[])[]): Uint32Array {
  const sums = new Uint32Array(Math.max(...columns.map((column) => column.length)));
  for (const column of columns)
    column.forEach((n, i) => {
      sums[i] = (sums[i] as number) + n;
    });
  return sums;
}
