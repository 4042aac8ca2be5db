import type { Spawner } from "../../collections/futures/spawner.ts";

/** Starts and finds clusters for clients. Threads, processes and NATS load when one of them is asked for. */
export const lazySpawner: Spawner = {
  openLocal: async (options) => (await import("./open-local.ts")).openLocal(options),
  connect: async (target, options) => (await import("./connect.ts")).connectCluster(target, options),
  openPage: async (cluster, place) => (await import("../dashboard/open-page.ts")).openPage(cluster, place),
};
