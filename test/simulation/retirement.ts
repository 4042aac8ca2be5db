import type { Cluster } from "./cluster.ts";
import { ASK_EVERY_MS } from "./scenario.ts";

/** The scheduler is asked, again and again, to let a worker go, until it has, says why not, or nobody asks any more. */
export async function retireWorker(cluster: Cluster, id: string, untilMs: number): Promise<void> {
  const { world } = cluster;
  const node = cluster.node(id);
  const { life } = node;
  if (!node.isAlive || world.now > untilMs) return;
  const answer = await cluster.askScheduler({ type: "retire", workers: [id] }).catch(() => undefined);
  const { missing = 1, stays = {} } = (answer ?? {}) as { missing?: number; stays?: Record<string, string> };
  const asksAgain = missing > 0 && stays[id] === undefined && node.life === life;
  if (asksAgain) world.at(world.now + ASK_EVERY_MS, "ask", () => void retireWorker(cluster, id, untilMs));
}

/** Results that a client holds are to lie on several workers, or be spread evenly; once, or until it is so. */
export async function arrange(cluster: Cluster, question: unknown, untilMs: number): Promise<void> {
  const { world } = cluster;
  const answer = await cluster.askScheduler(question).catch(() => undefined);
  const { missing = 0 } = (answer ?? {}) as { missing?: number };
  if (missing > 0 && world.now + ASK_EVERY_MS < untilMs)
    world.at(world.now + ASK_EVERY_MS, "ask", () => void arrange(cluster, question, untilMs));
}
