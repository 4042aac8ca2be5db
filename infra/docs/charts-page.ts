import type { AnyStateMachine } from "xstate";
import { chunkMachine } from "../../actors/chunk/chunk-chart.ts";
import { shardSetMachine } from "../../actors/chunk/shard-set-chart.ts";
import { schedulerTaskMachine } from "../../actors/task/scheduler-task-chart.ts";
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
