import { compileChart } from "../../runtime/actor/chart.ts";
import { workerTaskMachine } from "../task/worker-task-chart.ts";

export const workerTaskChart = compileChart(workerTaskMachine);
const chart = workerTaskChart;

/** Numbers of the chart's events. */
export const E = chart.eventIds;

/** Numbers of the chart's states; `absent` is 0, so that an untouched row is absent. */
export const WS = {
  absent: chart.stateId("absent"),
  waiting: chart.stateId("waiting"),
  queued: chart.stateId("queued"),
  executing: chart.stateId("executing"),
  cancelling: chart.stateId("cancelling"),
  salvaging: chart.stateId("salvaging"),
  promised: chart.stateId("promised"),
  fetching: chart.stateId("fetching"),
  memory: chart.stateId("memory"),
} as const;

/** What a scheduler has to know of the chart to read an inventory. */
export const workerChartFacts = {
  isMemory: (state: number): boolean => state === WS.memory,
  isRunning: (state: number): boolean => state === WS.queued || state === WS.executing,
} as const;

/** 1 for states in which the result will lie here unless something fails. */
export const IS_COMING = Uint8Array.from(chart.states, (_, state) =>
  [WS.waiting, WS.queued, WS.executing, WS.fetching, WS.salvaging].includes(state) ? 1 : 0,
);

/** 1 for states in which a function runs, or may begin to: its inputs stay in memory. */
export const HAS_BODY = Uint8Array.from(chart.states, (_, state) =>
  [WS.queued, WS.executing, WS.cancelling, WS.salvaging].includes(state) ? 1 : 0,
);

/** Counts of the pairs of its charts that a worker walked. */
export interface WorkerHits {
  readonly task: Uint32Array;
  readonly thief: Uint32Array;
}
