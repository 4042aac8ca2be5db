import type { WhatRuns } from "../../actors/worker/what-runs.ts";
import { ShoalError } from "../../runtime/base/errors.ts";
import { clusterSubjects } from "../../runtime/bus/subject.ts";
import { askCluster, askScheduler } from "./ask-cluster.ts";
import type { ClientReach } from "./client-reach.ts";
import type { Future } from "./future.ts";
import { handlesOf } from "./future-list.ts";
import { knownWorkers } from "./known-workers.ts";

/** A task that a worker is running. */
export interface RunningCall {
  /** Empty for what the thread does that is no task's, or which of several overlapping ones cannot be told. */
  readonly key: string;
  /** Since it began. */
  readonly ms: number;
  /** Its own frames, from the outermost on, as `name folder/file:line`. Empty while it waits for something. */
  readonly stack: readonly string[];
}

/** What workers run now. @throws ShoalError NOT_SUPPORTED for a worker that cannot be looked at */
export async function callStack(
  reach: ClientReach,
  futures?: readonly Future<unknown>[],
): Promise<Map<string, RunningCall[]>> {
  if (reach.cluster.name === "inline")
    throw new ShoalError(
      'Mode "inline" runs tasks in this thread, which cannot look at itself in the midst of one: use getProfile(), or open a client of mode "threads"',
      { code: "NOT_SUPPORTED" },
    );
  if (futures !== undefined) handlesOf(futures, "callStack");
  const wanted = futures && new Set(futures.map(({ key }) => key));
  const workers = await knownWorkers(reach.executor.session);
  const told = await Promise.all(workers.map(async ({ id }) => [id, await callsOf(reach, id)] as const));
  const chosen = (calls: RunningCall[]): RunningCall[] =>
    wanted === undefined ? calls : calls.filter(({ key }) => wanted.has(key));
  return new Map(told.flatMap(([id, calls]) => (calls === undefined ? [] : [[id, chosen(calls)]])));
}

/** Undefined if the worker is gone meanwhile. */
async function callsOf(reach: ClientReach, worker: string): Promise<RunningCall[] | undefined> {
  const { session } = reach.executor;
  try {
    const address = clusterSubjects(reach.cluster.name).workerStack(worker);
    return await namedCalls(reach, (await askCluster(reach, address, { type: "whatRuns" })) as WhatRuns);
  } catch (error) {
    if (session.workers.some(({ id }) => id === worker)) throw error;
    return undefined;
  }
}

async function namedCalls(reach: ClientReach, { tasks, stack }: WhatRuns): Promise<RunningCall[]> {
  const calls = await Promise.all(
    tasks.map(async ({ row, attempt, ms, isCurrent }): Promise<RunningCall | undefined> => {
      const key = await keyOf(reach, row, attempt);
      return key === undefined ? undefined : { key, ms, stack: isCurrent ? stack : [] };
    }),
  );
  const isTold = stack.length === 0 || tasks.some(({ isCurrent }) => isCurrent);
  return [...calls.filter((call) => call !== undefined), ...(isTold ? [] : [{ key: "", ms: 0, stack }])];
}

/** Undefined for one that has ended meanwhile, and is forgotten. */
async function keyOf(reach: ClientReach, row: number, attempt: number): Promise<string | undefined> {
  try {
    return ((await askScheduler(reach, { type: "keyOf", row, attempt })) as { key: string }).key;
  } catch (error) {
    if ((error as ShoalError).code === "UNKNOWN_KEY") return undefined;
    throw error;
  }
}
