import { taskScope } from "../../actors/worker/task-scope.ts";
import { shardsFor } from "../../collections/core/kernels/shards.ts";
import type { BlockLocation } from "../../runtime/graph/call.ts";
import { type ShardSet, Shards } from "../../runtime/graph/shards.ts";
import type { NamedFunction } from "../../runtime/wire/function-spec.ts";

/** What the functions of a simulated cluster ask of the simulation that runs now. */
export interface TaskWorld {
  /** A run of a task begins on a worker; gives how long it takes, and what becomes of it. */
  begin(task: string, worker: string, fence: number): TaskPlan;
  end(task: string, worker: string): void;
  after(worker: string, delayMs: number, run: () => void): void;
}

export interface TaskPlan {
  /** 0: synchronous. */
  readonly durationMs: number;
  readonly outcome: "value" | "throw";
  readonly bytes: number;
  /** Whether it stops when it is aborted. */
  readonly heedsAbort: boolean;
}

/** The place of the functions of simulated tasks, in words that any module of this process understands. */
const PLACE = Symbol.for("shoal.simulation");

/**
 * The module that they are imported from. Messages name it, and how long they are is part of a run: wherever the simulator lies,
 * and in whatever bundle, a seed is the same run.
 */
const MODULE = `data:text/javascript,export const{simTask,simCut,simShards}=globalThis[Symbol.for("${PLACE.description}")]`;

let current: TaskWorld | undefined;

/** Simulations take turns: the one that runs says so before each event. */
export function useTaskWorld(world: TaskWorld | undefined): void {
  current = world;
}

/** The function of every task of a simulated cluster. Its value tells its name, its place and all that went into it. */
export function simTask(layer: string, index: number, inputs: readonly unknown[]): unknown {
  const world = current;
  if (world === undefined) throw new Error("no simulation is running");
  const scope = taskScope();
  const { worker, fence } = scope;
  const task = `${layer}:${index}`;
  const plan = world.begin(task, worker, fence);
  const value = plan.outcome === "value" ? taskValue(task, inputs, plan.bytes) : undefined;
  const outcome = (): unknown => {
    world.end(task, worker);
    if (plan.outcome === "throw") throw new TaskBroke(task);
    return value;
  };
  if (plan.durationMs === 0) return outcome();
  return new Promise((resolve, reject) => {
    let isOver = false;
    const over = (settle: () => void): void => {
      if (isOver) return;
      isOver = true;
      settle();
    };
    const finish = (): void => {
      try {
        resolve(outcome());
      } catch (error) {
        reject(error);
      }
    };
    world.after(worker, plan.durationMs, () => over(finish));
    if (plan.heedsAbort)
      scope.signal.addEventListener("abort", () =>
        over(() => {
          world.end(task, worker);
          reject(new TaskBroke(`${task} (aborted)`));
        }),
      );
  });
}

export const simTaskSpec: NamedFunction = {
  kind: "named",
  name: "simTask",
  module: MODULE,
  exportName: "simTask",
};

/** Cuts a value for so many readers: each gets a digest of it and of its own number. */
export const simCut = (value: unknown, count: number): Shards =>
  new Shards(Array.from({ length: count }, (_, reader) => partDigest(digestOf(value), reader)));

export const simCutSpec: NamedFunction = {
  kind: "named",
  name: "simCut",
  module: MODULE,
  exportName: "simCut",
};

/** What the cutters meant for a reader. */
export const simShards = (cut: readonly (Shards | ShardSet)[], location: BlockLocation): Promise<unknown[]> =>
  shardsFor(cut, location);

export const simShardsSpec: NamedFunction = {
  kind: "named",
  name: "simShards",
  module: MODULE,
  exportName: "simShards",
};

export const partDigest = (digest: number, reader: number): number => Math.imul(digest ^ reader, 0x01000193) >>> 0;

/** What a broken task throws: its message names it. */
export class TaskBroke extends Error {
  constructor(task: string) {
    super(`task ${task} broke`);
    this.name = "TaskBroke";
    // Stacks travel too, and this one would tell who called the simulator.
    this.stack = `${this.name}: ${this.message}`;
  }
}

/** The right value of a task: a digest, as a number or at the front of an array of so many bytes. */
export function taskValue(task: string, inputs: readonly unknown[], bytes: number): number | Float64Array {
  let hash = 0x811c9dc5;
  for (let i = 0; i < task.length; i++) hash = Math.imul(hash ^ task.charCodeAt(i), 0x01000193);
  for (const input of inputs.flat(3)) hash = Math.imul(hash ^ (digestOf(input) + 1), 0x01000193) ^ (hash >>> 15);
  const digest = hash >>> 0;
  if (bytes <= 8) return digest;
  const array = new Float64Array(bytes >> 3);
  array[0] = digest;
  return array;
}

export function digestOf(value: unknown): number {
  if (typeof value === "number") return value;
  if (value instanceof Float64Array) return value[0] as number;
  throw new TypeError(`A task got ${typeof value} for an input`);
}

Object.assign(globalThis, { [PLACE]: { simTask, simCut, simShards } });
