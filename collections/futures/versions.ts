import { ShoalError } from "../../runtime/base/errors.ts";
import { VERSION } from "../../runtime/base/version.ts";
import { runOnScheduler, runOnWorkers } from "./actor-handle.ts";
import type { ClientReach } from "./client-reach.ts";

/** What a process runs on. */
export interface ProcessVersions {
  readonly shoal: string;
  readonly node: string;
  readonly v8: string;
  readonly platform: string;
}

/** What the processes of a cluster run on. */
export interface ClusterVersions {
  readonly client: ProcessVersions;
  readonly scheduler: ProcessVersions;
  /** By worker. */
  readonly workers: Readonly<Record<string, ProcessVersions>>;
}

/** Of this process. */
export function processVersions(): ProcessVersions {
  const { node, v8 } = process.versions;
  return { shoal: VERSION, node, v8, platform: `${process.platform}-${process.arch}` };
}

/** @throws ShoalError VERSION with `check`, where Shoal's or Node's versions differ */
export async function clusterVersions(reach: ClientReach, check: boolean): Promise<ClusterVersions> {
  const [scheduler, workers] = await Promise.all([
    runOnScheduler(reach, processVersions, []),
    runOnWorkers(reach, processVersions, []),
  ]);
  const versions = { client: processVersions(), scheduler, workers: Object.fromEntries(workers) };
  const different = check ? differences(versions) : [];
  if (different.length > 0)
    throw new ShoalError(`The processes of the cluster run on different versions: ${different.join("; ")}`, {
      code: "VERSION",
      details: { versions },
    });
  return versions;
}

function differences({ client, scheduler, workers }: ClusterVersions): string[] {
  const all = Object.entries({ client, scheduler, ...workers });
  return (["shoal", "node"] as const).flatMap((name) => {
    const groups = new Map<string, string[]>();
    for (const [who, { [name]: version }] of all) groups.set(version, [...(groups.get(version) ?? []), who]);
    const told = [...groups].map(([version, who]) => `${version} (${who.join(", ")})`);
    return groups.size > 1 ? [`${name} ${told.join(", ")}`] : [];
  });
}
