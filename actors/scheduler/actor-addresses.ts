import { clusterSubjects } from "../../runtime/bus/subject.ts";
import { S, type SchedulerState } from "./scheduler-state.ts";

/** Where the actors of a cluster are spoken to. */
export interface ActorAddresses {
  readonly scheduler: string;
  readonly workers: readonly string[];
  readonly clients: readonly string[];
  /** The first thousand that are not released, in the order they came in. */
  readonly tasks: readonly { readonly address: string; readonly key: string; readonly state: string }[];
  /** Results of those tasks. */
  readonly chunks: readonly string[];
  /** Tasks that are not released and not in the list. */
  readonly more: number;
}

const LISTED_MAX = 1000;

/** Addresses of the cluster's actors; of tasks and chunks the first thousand. O(rows). */
export function actorAddresses(state: SchedulerState, cluster: string): ActorAddresses {
  const subjects = clusterSubjects(cluster);
  const tasks: { address: string; key: string; state: string }[] = [];
  const chunks: string[] = [];
  let more = 0;
  for (const slab of state.slabs.values())
    for (let row = slab.base; row < slab.base + slab.count; row++) {
      const now = state.tasks.state[row] as number;
      if (now === S.released) continue;
      if (tasks.length >= LISTED_MAX) {
        more += 1;
        continue;
      }
      const key = slab.keyOf(row);
      tasks.push({ address: subjects.task(key), key, state: state.chart.chart.states[now] as string });
      if (now === S.memory) chunks.push(subjects.chunk(key));
    }
  return {
    scheduler: subjects.scheduler,
    workers: [...state.workerByName.keys()].map((id) => subjects.worker(id)),
    clients: [...state.clients.keys()].map((id) => subjects.client(id)),
    tasks,
    chunks,
    more,
  };
}
