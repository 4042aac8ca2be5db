import type { CacheFigures } from "../../actors/scheduler/result-cache.ts";
import { askScheduler } from "./ask-cluster.ts";
import { type CacheSetting, cacheLimits } from "./cache-options.ts";
import type { ClientReach } from "./client-reach.ts";

/** Sets a cluster's cache, if anything is given, and tells how it stands. */
export async function setCache(reach: ClientReach, setting: CacheSetting | undefined): Promise<CacheFigures> {
  const limits = setting === undefined ? {} : cacheLimits(setting, "cache()");
  return (await askScheduler(reach, { type: "cache", ...limits })) as CacheFigures;
}

/** Empties it. */
export async function clearCache(reach: ClientReach): Promise<CacheFigures> {
  return (await askScheduler(reach, { type: "cache", clear: true })) as CacheFigures;
}
