import type { NearTask, TaskStep, TaskStory } from "../task/task-question.ts";
import { eachDependent } from "./needs.ts";
import { S, type SchedulerState } from "./scheduler-state.ts";
import { taskReport } from "./task-report.ts";

const NEAR_MAX = 50;

/** How a task stands and how it came to that. O(transitions kept). */
export function taskStory(state: SchedulerState, row: number): TaskStory {
  const slab = state.slabOf(row);
  const at = row - slab.base;
  const inputs = slab.inputs.subarray(slab.inputOffsets[at], slab.inputOffsets[at + 1]);
  const readers: number[] = [];
  eachDependent(state, row, (reader) => {
    if (readers.length < NEAR_MAX) readers.push(reader);
  });
  return {
    ...taskReport(state, row),
    prefix: state.estimates.names[slab.prefixOf(row)] as string,
    steps: stepsOf(state, row),
    inputs: [...inputs.subarray(0, NEAR_MAX)].map((input) => near(state, input)),
    readers: readers.map((reader) => near(state, reader)),
    inputCount: inputs.length,
  };
}

function stepsOf(state: SchedulerState, row: number): TaskStep[] {
  const { chart } = state.chart;
  const steps = state.transitions?.storyOf(row, S.forgotten) ?? [];
  return steps.map(({ atMs, from, event, to, worker }) => ({
    agoMs: state.nowMs - atMs,
    from: chart.states[from] as string,
    event: chart.events[event] as string,
    to: chart.states[to] as string,
    worker: state.workers[worker]?.id ?? null,
  }));
}

const near = (state: SchedulerState, row: number): NearTask => ({
  key: state.slabOf(row).keyOf(row),
  state: state.chart.chart.states[state.tasks.state[row] as number] as string,
});
