import type { Random } from "../../runtime/base/random.ts";
import type { Cluster } from "./cluster.ts";
import type { Fault } from "./scenario.ts";

type Ambush = Extract<Fault, { kind: "ambush" }>;

/** What chance would hardly bring about: it strikes as soon as a worker was promised tasks of another, while all that is to come of it is on its way. */
export function makeAmbushes(random: Random, chaosMs: number): Ambush[] {
  return Array.from({ length: 1 + random.below(2) }, () => ({
    at: random.below(chaosMs),
    kind: "ambush",
    does: random.pick(["cut", "cut", "release"] as const),
    times: 1 + random.below(3),
    forMs: random.pick([1, 10, 60]),
  }));
}

/** Lies in wait for the next workers that are promised something, for as long as there are faults. */
export function layAmbush(cluster: Cluster, { does, times, forMs }: Ambush): void {
  const { world, network, steals } = cluster;
  let left = times;
  steals.onPromised.push((worker) => {
    if (left === 0 || !network.faults) return;
    left -= 1;
    world.note(`${worker} is promised something: ${does}`);
    if (does === "release") world.at(world.now, "ambush", () => releaseAll(cluster));
    else {
      const { leader } = cluster;
      network.cut(leader, worker, true);
      world.at(world.now + forMs, "mend", () => network.cut(leader, worker, false));
    }
  });
}

function releaseAll({ clients }: Cluster): void {
  for (const client of clients.values()) client.release([...client.handles.keys()]);
}
