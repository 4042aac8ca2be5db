import type { ReplicaAnswer } from "../../actors/scheduler/replica-questions.ts";
import type { ActorSystem } from "../../runtime/actor/system.ts";
import { clusterSubjects } from "../../runtime/bus/subject.ts";

const ASK_EVERY_MS = 100;
const ASK_TIMEOUT_MS = 2000;

/**
 * Asks the scheduler to let workers go, until it has: what only they hold is moved to others first. Without a scheduler, or after `timeoutMs`,
 * they are given up as they are.
 * @returns those that the scheduler wants to stay
 */
export async function askToLeave(
  system: ActorSystem,
  cluster: string,
  workers: readonly string[],
  timeoutMs: number,
): Promise<readonly string[]> {
  const { scheduler } = clusterSubjects(cluster);
  const { clock } = system;
  const endMs = clock.now() + timeoutMs;
  while (workers.length > 0 && clock.now() < endMs) {
    try {
      const asked = system.ask(scheduler, { type: "retire", workers }, { timeoutMs: ASK_TIMEOUT_MS });
      const { missing, stays } = (await asked) as ReplicaAnswer;
      if (Object.keys(stays).length > 0) return Object.keys(stays);
      if (missing === 0) return [];
    } catch (error) {
      if ((error as { code?: string }).code !== "TIMEOUT") return [];
    }
    await new Promise<void>((resolve) => void clock.setTimer(ASK_EVERY_MS, resolve));
  }
  return [];
}
