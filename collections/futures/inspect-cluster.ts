import type { SchedulerSnapshot } from "../../actors/scheduler/snapshot.ts";
import type { TaskStory } from "../../actors/task/task-question.ts";
import { clusterSubjects } from "../../runtime/bus/subject.ts";
import { askCluster, askScheduler } from "./ask-cluster.ts";
import type { ClientReach } from "./client-reach.ts";
import type { Future } from "./future.ts";

/** The workers that hold each future's result, by key; none where there is no result (yet). */
export async function whoHas(reach: ClientReach, futures: readonly Future<unknown>[]): Promise<Map<string, string[]>> {
  const { name } = reach.cluster;
  const each = futures.map(async (future) => {
    // Its call leaves now, if it has not.
    void future.handle;
    const asked = askCluster(reach, clusterSubjects(name).task(future.key), { type: "state" });
    const { holders } = (await asked) as { holders?: string[] };
    return [future.key, holders ?? []] as const;
  });
  return new Map(await Promise.all(each));
}

/** Keys of the results that lie on each worker, up to `mostEach`. */
export async function hasWhat(reach: ClientReach, mostEach: number): Promise<Map<string, readonly string[]>> {
  const asked = askScheduler(reach, { type: "holds", mostEach });
  return new Map(Object.entries(((await asked) as { holds: Record<string, string[]> }).holds));
}

/** What became of a task, as the scheduler noted it. */
export async function storyOf(reach: ClientReach, key: string): Promise<TaskStory> {
  return (await askCluster(reach, clusterSubjects(reach.cluster.name).task(key), { type: "story" })) as TaskStory;
}

/** Tasks that each worker was sent and has not finished. */
export async function processing(reach: ClientReach): Promise<Map<string, number>> {
  const { workers } = (await askScheduler(reach, { type: "status" })) as SchedulerSnapshot;
  return new Map(workers.map((worker) => [worker.id, worker.processing]));
}
