import type { SchedulerSnapshot } from "../../../actors/scheduler/snapshot.ts";
import { ActorSystem } from "../../../runtime/actor/system.ts";
import { ShoalError } from "../../../runtime/base/errors.ts";
import { formatBytes } from "../../../runtime/base/units.ts";
import { clusterSubjects } from "../../../runtime/bus/subject.ts";
import { joinNats } from "../../cluster/join-nats.ts";
import { clusterFlags, clusterTarget } from "../cluster-flags.ts";
import type { Command } from "../command.ts";
import { lackLine } from "../lack-line.ts";
import { narrowTable, wrappedLines } from "../narrow-lines.ts";

type Status = SchedulerSnapshot & { readonly cluster: string; readonly version: string };
const ASK_TIMEOUT_MS = 5000;

export const statusCommand: Command = {
  name: "status",
  summary: "Shows the workers and tasks of a cluster.",
  usage: "[--cluster NAME] [--json]",
  flags: { ...clusterFlags, json: { type: "boolean", help: "The scheduler's own answer, as JSON" } },
  run: async ({ values }, terminal) => {
    const { cluster, connect } = await clusterTarget(values, terminal);
    const bus = await joinNats(connect, cluster, "client");
    const system = new ActorSystem({ bus });
    try {
      const status = await askStatus(system, cluster);
      if (values["json"] === true) terminal.print(JSON.stringify(status));
      else
        for (const line of [
          ...statusLines(status, terminal.columns),
          "",
          ...wrappedLines(await engineLine(), terminal.columns),
        ])
          terminal.print(line);
      return 0;
    } finally {
      system.close();
      await bus.close();
    }
  },
};

/** Which engine products and decompositions of arrays take on a machine like this one, and how many threads loops: each process chooses for itself, once. */
async function engineLine(): Promise<string> {
  const { engine } = await import("../../../collections/array/linalg.ts");
  const { spareCount } = await import("../../../collections/array/kernels/simd/spare-count.ts");
  return `Arrays on this machine: ${engine()}; long loops of a program without workers on ${1 + spareCount()} threads`;
}

async function askStatus(system: ActorSystem, cluster: string): Promise<Status> {
  const { scheduler } = clusterSubjects(cluster);
  try {
    return (await system.ask(scheduler, { type: "status" }, { timeoutMs: ASK_TIMEOUT_MS })) as Status;
  } catch (error) {
    if ((error as { code?: string }).code !== "NO_RESPONDERS") throw error;
    throw new ShoalError(
      `Cluster "${cluster}" has no scheduler: start one with "npx shoal scheduler --cluster ${cluster}", or check the cluster's name`,
      { code: "NO_SCHEDULER", retryable: true, details: { cluster } },
    );
  }
}

/** @param columns of the terminal, undefined in a pipe */
export function statusLines(status: Status, columns: number | undefined): readonly string[] {
  const { cluster, version, tasks, entered, ready, clients, workers, lacks } = status;
  const now = Object.entries(tasks)
    .filter(([, count]) => count > 0)
    .map(([state, count]) => `${count} ${state}`);
  const lines = [
    `Cluster ${cluster}, Shoal ${version}: ${workers.length} workers, ${clients} clients`,
    `Tasks: ${now.join(", ") || "none"}; ${ready} ready; ${entered["memory"] ?? 0} finished and ${entered["erred"] ?? 0} failed so far`,
    ...lacks.map(lackLine),
  ].flatMap((line) => wrappedLines(line, columns));
  if (workers.length === 0) return lines;
  const rows = workers.map(({ id, status, pid, slots, processing, managedBytes, spilledBytes, rssBytes }) => ({
    worker: id,
    status,
    process: pid,
    slots,
    processing,
    results: formatBytes(managedBytes),
    disk: formatBytes(spilledBytes),
    memory: formatBytes(rssBytes),
  }));
  return [...lines, "", ...narrowTable(rows, columns, ["process", "disk", "slots", "results", "status", "memory"])];
}
