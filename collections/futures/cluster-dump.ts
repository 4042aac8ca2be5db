import { writeFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import { wallTimeMs } from "../../runtime/base/clock.ts";
import { clusterSubjects } from "../../runtime/bus/subject.ts";
import { askCluster, askScheduler } from "./ask-cluster.ts";
import type { ClientReach } from "./client-reach.ts";
import { knownWorkers } from "./known-workers.ts";

/** Something that happened in the cluster. */
export interface ClusterLogEntry {
  /** Grows by one with each entry. */
  readonly number: number;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly level: "info" | "warn" | "error";
  readonly about: "worker" | "client" | "task" | "submission" | "plugin";
  /** The worker, client or key. */
  readonly name: string;
  readonly text: string;
}

/** Parts of a dump, by name. */
export const DUMP_PARTS = ["status", "figures", "graph", "failures", "log", "holds", "workers"] as const;
export type DumpPart = (typeof DUMP_PARTS)[number];

/** What happened in the cluster after an entry, oldest first; the scheduler keeps the last thousand. */
export async function clusterLog(reach: ClientReach, after: number): Promise<ClusterLogEntry[]> {
  const { entries } = (await askScheduler(reach, { type: "log", after })) as {
    entries: readonly (Omit<ClusterLogEntry, "at"> & { readonly agoMs: number })[];
  };
  const now = wallTimeMs();
  return entries.map(({ agoMs, ...entry }) => ({ ...entry, at: now - agoMs }));
}

/** All that scheduler and workers tell of themselves, as plain data. */
export async function clusterState(reach: ClientReach, exclude: readonly DumpPart[]): Promise<Record<string, unknown>> {
  const dump: Record<string, unknown> = { at: new Date(wallTimeMs()).toISOString(), cluster: reach.cluster.name };
  for (const part of DUMP_PARTS) {
    if (exclude.includes(part)) continue;
    if (part === "workers") dump[part] = await workerStates(reach);
    else if (part === "log") dump[part] = await clusterLog(reach, 0);
    else dump[part] = await askScheduler(reach, { type: part });
  }
  return dump;
}

/** Writes a state as JSON, compressed where the path ends with ".gz". */
export async function writeState(path: string, state: object): Promise<void> {
  const text = `${JSON.stringify(state, null, 1)}\n`;
  await writeFile(path, path.endsWith(".gz") ? gzipSync(text) : text);
}

/** By worker: as the scheduler knows it, and as it says itself. One that does not answer is told so. */
async function workerStates(reach: ClientReach): Promise<Record<string, unknown>> {
  const { cluster, executor } = reach;
  const each = (await knownWorkers(executor.session)).map(async ({ id }) => {
    const [known, own] = await Promise.allSettled([
      askScheduler(reach, { type: "worker", worker: id }),
      askCluster(reach, clusterSubjects(cluster.name).worker(id), { type: "state" }),
    ]);
    return [id, { known: answerOf(known), own: answerOf(own) }] as const;
  });
  return Object.fromEntries(await Promise.all(each));
}

const answerOf = (settled: PromiseSettledResult<unknown>): unknown =>
  settled.status === "fulfilled" ? settled.value : { error: String(settled.reason) };
