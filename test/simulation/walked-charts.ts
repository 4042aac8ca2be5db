import { hungerChart, membershipChart, schedulerTaskChart } from "../../actors/scheduler/scheduler-state.ts";
import { thiefChart } from "../../actors/worker/stealing.ts";
import { workerTaskChart } from "../../actors/worker/worker-states.ts";
import type { Chart } from "../../runtime/actor/chart.ts";

/** Counts of (state × event) pairs that were walked, over all runs. */
export const hits = {
  scheduler: {
    task: new Uint32Array(schedulerTaskChart.cells.length),
    hunger: new Uint32Array(hungerChart.cells.length),
    membership: new Uint32Array(membershipChart.cells.length),
  },
  worker: {
    task: new Uint32Array(workerTaskChart.cells.length),
    thief: new Uint32Array(thiefChart.cells.length),
  },
};

/** Each chart that is counted, with its counts. */
export const walkedCharts: readonly (readonly [Chart, Uint32Array])[] = [
  [schedulerTaskChart, hits.scheduler.task],
  [workerTaskChart, hits.worker.task],
  [hungerChart, hits.scheduler.hunger],
  [thiefChart, hits.worker.thief],
  [membershipChart, hits.scheduler.membership],
];
