import assert from "node:assert/strict";
import { STANDING } from "../../actors/client/submission-record.ts";
import type { SchedulerBrain } from "../../actors/scheduler/scheduler-brain.ts";
import { S, type SchedulerState } from "../../actors/scheduler/scheduler-state.ts";
import type { Cluster } from "./cluster.ts";
import { isInOrder } from "./in-order.ts";

/** Work under spans is counted, where one scheduler heard of all of it: no less than what is there, and no more than what ran, or was there when it was to run. */
export function checkSpans(cluster: Cluster): void {
  const { line, scenario, scheduler, sessions, tasks } = cluster;
  if (line !== undefined || sessions > 0 || scenario.options.network.peerLoss > 0) return;
  if (!scenario.faults.every(isInOrder)) return;
  const { state } = scheduler as SchedulerBrain;
  const there = rowsInMemory(state);
  const broken = failuresSeen(cluster);
  const runs = countBySpan(cluster, [...cluster.tasks.byTask], ([, { begun }]) => begun);
  for (const { span, finished, failed } of state.spans.told(0)) {
    const under = (counts: ReadonlyMap<string, number>): number =>
      [...counts].reduce((sum, [one, count]) => (one === span || one.startsWith(`${span}/`) ? sum + count : sum), 0);
    const what = `${finished} tasks of ${span} finished and ${failed} failed`;
    const most = under(runs) + tasks.answered;
    assert.ok(finished + failed <= most, `${what}, of ${under(runs)} runs`);
    assert.ok(finished >= under(there), `${what}, and ${under(there)} are there`);
    assert.ok(failed >= under(broken), `${what}, and clients know of ${under(broken)} failures`);
  }
}

function rowsInMemory(state: SchedulerState): Map<string, number> {
  const counts = new Map<string, number>();
  for (const slab of state.slabs.values())
    for (let row = slab.base; row < slab.base + slab.count; row++) {
      if (state.tasks.state[row] !== S.memory) continue;
      const { span } = slab.layers[slab.layerAt(row)]?.layer.annotations ?? {};
      if (span !== undefined) counts.set(span, (counts.get(span) ?? 0) + 1);
    }
  return counts;
}

/** Tasks whose own failure somebody holds. */
function failuresSeen(cluster: Cluster): Map<string, number> {
  const tasks = new Set<string>();
  for (const client of cluster.clients.values())
    for (const handle of client.handles.keys()) {
      if (client.standing(handle) !== STANDING.erred) continue;
      const error = client.errorOf(handle) as Error & { code?: string };
      const task = /^task (\S+) broke$/.exec((error.cause as Error | undefined)?.message ?? "")?.[1];
      if (error.code === "TASK_FAILED" && task !== undefined) tasks.add(task);
    }
  return countBySpan(
    cluster,
    [...tasks].map((task) => [task] as const),
    () => 1,
  );
}

function countBySpan<T extends readonly [task: string, ...unknown[]]>(
  { scenario }: Cluster,
  tasks: readonly T[],
  count: (one: T) => number,
): Map<string, number> {
  const counts = new Map<string, number>();
  for (const one of tasks) {
    const name = one[0].slice(0, one[0].lastIndexOf(":"));
    const span = scenario.layers.find((layer) => layer.name === name)?.annotations.span;
    if (span !== undefined) counts.set(span, (counts.get(span) ?? 0) + count(one));
  }
  return counts;
}
