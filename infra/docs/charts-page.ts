import type { AnyStateMachine } from "xstate";
import { chunkMachine } from "../../actors/chunk/chunk-chart.ts";
import { shardSetMachine } from "../../actors/chunk/shard-set-chart.ts";
import { membershipMachine } from "../../actors/scheduler/membership-chart.ts";
import { hungerMachine } from "../../actors/task/hunger-chart.ts";
import { schedulerTaskMachine } from "../../actors/task/scheduler-task-chart.ts";
import { thiefMachine } from "../../actors/task/thief-chart.ts";
import { workerTaskMachine } from "../../actors/task/worker-task-chart.ts";
import { cellMachine } from "../../runtime/actor/cell.ts";
import { chartToMermaid } from "../../runtime/actor/chart-diagram.ts";

interface Section {
  readonly title: string;
  readonly text: string;
  readonly machine: AnyStateMachine;
}

const sections: readonly Section[] = [
  {
    title: "A task, as the scheduler sees it",
    text: "One byte per task, in a table compiled from this chart. Source: actors/task/scheduler-task-chart.ts.",
    machine: schedulerTaskMachine,
  },
  {
    title: "A task, as the worker sees it",
    text: "Source: actors/task/worker-task-chart.ts.",
    machine: workerTaskMachine,
  },
  {
    title: "A chunk, as the store that keeps it sees it",
    text: "Memory and disk. Source: actors/chunk/chunk-chart.ts.",
    machine: chunkMachine,
  },
  {
    title: "A set of shards",
    text: "What one task cut for many readers, on the worker that keeps it. Source: actors/chunk/shard-set-chart.ts.",
    machine: shardSetMachine,
  },
  {
    title: "A worker that has little to do, as it asks others",
    text: "Work stealing, the thief's side; the victim's side and a promised task are edges of the worker's task chart. Source: actors/task/thief-chart.ts.",
    machine: thiefMachine,
  },
  {
    title: "A worker's need of work, as the scheduler sees it",
    text: "Work stealing, the scheduler's side; a task that was given away is an edge of the scheduler's task chart. Source: actors/task/hunger-chart.ts.",
    machine: hungerMachine,
  },
  {
    title: "A worker as a member of its cluster",
    text: "Joining, leaving in order. Source: actors/scheduler/membership-chart.ts.",
    machine: membershipMachine,
  },
  {
    title: "An actor's life",
    text: "A real XState actor per long-lived actor: scheduler, worker, client, nanny. Source: runtime/actor/cell.ts.",
    machine: cellMachine,
  },
];

/** docs/charts.md: every lifecycle's chart, drawn from the chart that runs. */
export function chartsPage(): string {
  const parts = sections.map(
    ({ title, text, machine }) => `## ${title}\n${text}\n\n\`\`\`mermaid\n${chartToMermaid(machine)}\n\`\`\`\n`,
  );
  return [
    "# Charts\n\nWritten by `npm run charts` from the charts that run; edit those, not this page.\n",
    ...parts,
  ].join("\n");
}
