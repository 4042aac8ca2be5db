import { hostname } from "node:os";
import { isMainThread } from "node:worker_threads";
import type { WorkerPlugin } from "../../actors/worker/worker-plugins.ts";
import { getClient } from "../../collections/futures/get-client.ts";
import { systemClock, type TimerHandle } from "../../runtime/base/clock.ts";
import { ShoalError } from "../../runtime/base/errors.ts";
import { hashOf } from "../../runtime/base/hash.ts";
import { Random, uniqueToken } from "../../runtime/base/random.ts";
import { parseDurationMs } from "../../runtime/base/units.ts";
import { task } from "../../runtime/wire/function-task.ts";

/**
 * How a worker ends: `throw` an error that nobody catches ends its thread or process · `kill` its process is killed, as the kernel does
 * that runs out of memory · `graceful` it leaves in order, and hands over what it holds.
 */
export type KillMode = "throw" | "kill" | "graceful";

export interface KillWorkerOptions {
  /** Mean life of a worker: milliseconds, or text; default "10s". Lives are exponential, so that no moment is safe. */
  readonly delay?: number | string;
  readonly mode?: KillMode;
  /** Makes lives repeatable, by the names of workers. */
  readonly seed?: number;
}

/**
 * Ends workers at random while work goes on, those too that come in their places: for tests of what must survive it. Register it with
 * `client.registerPlugin`. A worker that dies again and again is given up by its nanny, at the thirty-first time within a minute.
 * @throws ShoalError NOT_SUPPORTED when it is set up where it would end the program itself: inline, or `kill` in threads
 * @see https://distributed.dask.org/en/stable/develop.html (distributed.chaos.KillWorker)
 * @example
 * const chaos = new KillWorker({ delay: "2s", mode: "kill", seed: 1 });
 */
export class KillWorker implements WorkerPlugin {
  readonly setup: (worker: string) => unknown;
  readonly teardown: (worker: string) => unknown;

  constructor({ delay = "10s", mode = "throw", seed }: KillWorkerOptions = {}) {
    const plan = {
      home: `${hostname()} ${process.pid}`,
      delayMs: parseDurationMs(delay),
      mode,
      seed: seed ?? Number.parseInt(hashOf(uniqueToken()).slice(0, 8), 16),
    };
    this.setup = task({ plan, armWorker }, (env, worker: string) => env.armWorker(worker, env.plan));
    this.teardown = disarmWorker;
  }
}

/** What a worker is told of its end. */
interface KillPlan {
  /** The program that is tested, which is to live on. */
  readonly home: string;
  readonly delayMs: number;
  readonly mode: KillMode;
  readonly seed: number;
}

const timers = new Map<string, TimerHandle>();

/** Runs on a worker: its end is set. Part of what {@link KillWorker} sends. */
export const armWorker = task(import.meta, "armWorker", (worker: string, plan: KillPlan): void => {
  const { home, delayMs, mode, seed } = plan;
  const isHome = home === `${hostname()} ${process.pid}`;
  if (isHome && mode !== "graceful" && (mode === "kill" || isMainThread))
    throw new ShoalError(
      `Worker ${worker} is part of the program that KillWorker({ mode: "${mode}" }) is to leave alive; use mode "processes"`,
      { code: "NOT_SUPPORTED" },
    );
  const chance = new Random(seed + Number.parseInt(hashOf(worker).slice(0, 6), 16));
  const lifeMs = -Math.log(1 - chance.next()) * delayMs;
  timers.set(
    worker,
    systemClock.setTimer(lifeMs, () => end(worker, mode)),
  );
});

/** Runs on a worker: it may live. Part of what {@link KillWorker} sends. */
export const disarmWorker = task(import.meta, "disarmWorker", (worker: string): void => {
  systemClock.clearTimer(timers.get(worker));
  timers.delete(worker);
});

function end(worker: string, mode: KillMode): void {
  if (mode === "kill") process.kill(process.pid, "SIGKILL");
  else if (mode === "throw")
    queueMicrotask(() => {
      throw new Error(`KillWorker ends worker ${worker}`);
    });
  else void leave(worker);
}

/** Declined where nobody is left to take over what it holds: then it stays. */
async function leave(worker: string): Promise<void> {
  const client = getClient();
  try {
    await client.retireWorkers([worker]);
  } catch (error) {
    process.emitWarning(`Worker ${worker} stays: ${(error as Error).message}`, { type: "Shoal" });
  }
}
