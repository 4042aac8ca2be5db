import { holdProcess } from "../../runtime/base/clock.ts";
import { clusterSubjects } from "../../runtime/bus/subject.ts";
import type { ClientReach } from "./client-reach.ts";

const ASK_TIMEOUT_MS = 10_000;

/** Asks an actor of the cluster; the process stays alive until it has answered. */
export async function askCluster(
  { cluster: { system } }: ClientReach,
  address: string,
  message: object,
): Promise<unknown> {
  const letGo = holdProcess();
  try {
    return await system.ask(address, message, { timeoutMs: ASK_TIMEOUT_MS });
  } finally {
    letGo();
  }
}

/** {@link askCluster} of the scheduler. */
export const askScheduler = (reach: ClientReach, message: object): Promise<unknown> =>
  askCluster(reach, clusterSubjects(reach.cluster.name).scheduler, message);
