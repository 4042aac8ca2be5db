import { holdProcess } from "../../runtime/base/clock.ts";
import { clusterSubjects } from "../../runtime/bus/subject.ts";
import { type ClientReach, checkClientOpen, failedAsk } from "./client-reach.ts";

const ASK_TIMEOUT_MS = 10_000;

/** Asks an actor of the cluster; the process stays alive until it has answered. @throws ShoalError CLOSED once the client is closed */
export async function askCluster(reach: ClientReach, address: string, message: object): Promise<unknown> {
  checkClientOpen(reach);
  const letGo = holdProcess();
  try {
    return await reach.cluster.system.ask(address, message, { timeoutMs: ASK_TIMEOUT_MS });
  } catch (error) {
    throw failedAsk(reach, error);
  } finally {
    letGo();
  }
}

/** {@link askCluster} of the scheduler. */
export const askScheduler = (reach: ClientReach, message: object): Promise<unknown> =>
  askCluster(reach, clusterSubjects(reach.cluster.name).scheduler, message);
