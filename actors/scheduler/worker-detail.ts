import { ShoalError } from "../../runtime/base/errors.ts";
import type { WorkerFigures } from "../../runtime/protocol/events.ts";
import { workerFigures } from "./figures.ts";
import { S, type SchedulerState } from "./scheduler-state.ts";

/** One worker as the scheduler knows it. */
export interface WorkerDetail extends WorkerFigures {
  readonly resources: Readonly<Record<string, number>>;
  readonly resourcesFree: Readonly<Record<string, number>>;
  /** The first of the tasks that it was sent and has not finished. */
  readonly tasks: readonly { readonly key: string; readonly prefix: string }[];
  /** What lies there, by kind. */
  readonly holds: readonly { readonly prefix: string; readonly count: number; readonly bytes: number }[];
}

const LISTED_MAX = 100;

/** O(tasks). @throws ShoalError UNKNOWN_KEY */
export function workerDetail(state: SchedulerState, id: string): WorkerDetail {
  const worker = state.workerByName.get(id);
  const figures = workerFigures(state).find((one) => one.id === id);
  if (worker === undefined || figures === undefined)
    throw new ShoalError(`No worker ${id} is in the cluster now`, { code: "UNKNOWN_KEY", details: { worker: id } });
  const listed: { key: string; prefix: string }[] = [];
  const holds = new Map<number, { count: number; bytes: number }>();
  for (const slab of state.slabs.values())
    slab.layers.forEach((_, at) => {
      const first = slab.base + (slab.bases[at] as number);
      const end = slab.base + (slab.bases[at + 1] as number);
      for (let row = first; row < end; row++) {
        const now = state.tasks.state[row];
        const isSecond = now === S.racing && state.races.copies.get(row)?.worker === worker.number;
        if (state.tasks.worker[row] !== worker.number && !isSecond) continue;
        const prefix = slab.prefixOf(row, at);
        if (now === S.memory) {
          const held = holds.get(prefix) ?? { count: 0, bytes: 0 };
          holds.set(prefix, { count: held.count + 1, bytes: held.bytes + (state.tasks.bytes[row] as number) });
        } else if ((now === S.processing || now === S.racing || now === S.assigned) && listed.length < LISTED_MAX)
          listed.push({ key: slab.keyOf(row), prefix: state.estimates.names[prefix] as string });
      }
    });
  return {
    ...figures,
    resources: worker.resources,
    resourcesFree: worker.resourcesFree,
    tasks: listed,
    holds: [...holds].map(([prefix, held]) => ({ prefix: state.estimates.names[prefix] as string, ...held })),
  };
}
