import type { OpenCluster, OpenPage, PagePlace } from "../../collections/futures/spawner.ts";
import { PageServer } from "./page-server.ts";

/** Serves the live page of a cluster that this process has a client of. */
export async function openPage(cluster: OpenCluster, place: PagePlace): Promise<OpenPage> {
  return PageServer.start({ system: cluster.system, cluster: cluster.name, workers: cluster.workers, ...place });
}
