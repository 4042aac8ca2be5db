import type { SchedulerSnapshot } from "../../actors/scheduler/snapshot.ts";
import { clusterSubjects } from "../../runtime/bus/subject.ts";
import type { ClientReach } from "./client-reach.ts";
import type { Future } from "./future.ts";

const ASK_TIMEOUT_MS = 10_000;

/** The workers that hold each future's result, by key; none where there is no result (yet). */
export async function whoHas(reach: ClientReach, futures: readonly Future<unknown>[]): Promise<Map<string, string[]>> {
  const { system, name } = reach.cluster;
  const each = futures.map(async (future) => {
    // Its call leaves now, if it has not.
    void future.handle;
    const asked = system.ask(clusterSubjects(name).task(future.key), { type: "state" }, { timeoutMs: ASK_TIMEOUT_MS });
    const { holders } = (await asked) as { holders?: string[] };
    return [future.key, holders ?? []] as const;
  });
  return new Map(await Promise.all(each));
}

/** Tasks that each worker was sent and has not finished. */
export async function processing(reach: ClientReach): Promise<Map<string, number>> {
  const { system, name } = reach.cluster;
  const asked = system.ask(clusterSubjects(name).scheduler, { type: "status" }, { timeoutMs: ASK_TIMEOUT_MS });
  const { workers } = (await asked) as SchedulerSnapshot;
  return new Map(workers.map((worker) => [worker.id, worker.processing]));
}
