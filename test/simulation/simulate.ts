import { Random } from "../../runtime/base/random.ts";
import { loadFunction } from "../../runtime/wire/function-loader.ts";
import { checkAnswers, checkEmpty, checkReplicas } from "./checks.ts";
import type { SimClient } from "./client.ts";
import { Cluster } from "./cluster.ts";
import type { Act, Fault, Scenario } from "./scenario.ts";
import { simTaskSpec, useTaskWorld } from "./tasks.ts";
import { Oracle, wireLayers } from "./workload.ts";

export interface Outcome {
  readonly seed: number;
  readonly failure: Error | undefined;
  readonly trace: readonly string[];
  readonly traceHash: string;
  readonly events: number;
  readonly messages: number;
  readonly runs: number;
  readonly overlaps: number;
  readonly virtualMs: number;
}

export interface SimulateOptions {
  /** Called with the cluster before anything happens, to break it on purpose. */
  readonly sabotage?: (cluster: Cluster) => void;
  /** Keeps the whole trace, with what messages say. */
  readonly isTelling?: boolean;
}

/** After the last fault and act, a cluster has so long to come to rest. */
const REST_MS = 400_000;
/** What was on its way when all seemed at rest has arrived by then. */
const AFTERGLOW_MS = 40_000;

/** Runs a scenario from start to rest to emptiness, checking as it goes. Simulations run one after the other. */
export async function simulate(scenario: Scenario, options: SimulateOptions = {}): Promise<Outcome> {
  await loadFunction(simTaskSpec);
  const cluster = new Cluster(scenario);
  const { world } = cluster;
  world.isTelling = options.isTelling ?? false;
  useTaskWorld(cluster);
  // A promise that fails with nobody waiting for it would end a real process.
  const unhandled = (error: unknown): void => world.fail(error);
  process.on("unhandledRejection", unhandled);
  options.sabotage?.(cluster);
  for (const act of scenario.acts) world.at(act.at, "act", () => perform(cluster, act));
  for (const fault of scenario.faults) world.at(fault.at, "fault", () => strike(cluster, fault));
  try {
    await runPhases(cluster);
  } catch (error) {
    world.fail(error);
  }
  process.off("unhandledRejection", unhandled);
  useTaskWorld(undefined);
  return {
    seed: scenario.seed,
    failure: world.failure,
    trace: world.trace,
    traceHash: world.traceHash,
    events: world.events,
    messages: cluster.network.messages,
    runs: [...cluster.runs.values()].reduce((sum, one) => sum + one.begun, 0),
    overlaps: cluster.overlaps,
    virtualMs: world.now,
  };
}

async function runPhases(cluster: Cluster): Promise<void> {
  const { world, scenario } = cluster;
  const ends = [
    ...scenario.acts.map((act) => act.at),
    ...scenario.faults.map((one) => one.at + ("forMs" in one ? one.forMs : 0)),
  ];
  const chaosEnds = Math.max(1, ...ends) + 1;
  await world.run(chaosEnds);
  cluster.network.heal();
  const oracle = new Oracle(new Map(scenario.layers.map((layer) => [layer.name, layer])));
  const isAtRest = (): boolean => [...cluster.clients.values()].every((client) => client.isSettled);
  const end = await world.run(chaosEnds + REST_MS, isAtRest);
  if (world.failure !== undefined) return;
  if (end !== "done") throw new Error(`the cluster did not come to rest (${end}): ${unsettled(cluster)}`);
  await world.run(world.now + AFTERGLOW_MS);
  if (world.failure !== undefined) return;
  if (!isAtRest()) throw new Error(`the cluster was at rest and is no more: ${unsettled(cluster)}`);
  checkAnswers(cluster, oracle);
  checkReplicas(cluster);
  for (const client of cluster.clients.values()) client.release([...client.handles.keys()]);
  await world.run(world.now + AFTERGLOW_MS);
  if (world.failure === undefined) checkEmpty(cluster);
}

function perform(cluster: Cluster, act: Act): void {
  const client = cluster.clients.get(`c${act.client + 1}`) as SimClient;
  if (act.kind === "submit") {
    const workload = new Map(cluster.scenario.layers.map((layer) => [layer.name, layer]));
    const wants = act.wants.map(([name, indices]): [string, number[]] => [name, [...indices]]);
    cluster.world.note(`${client.id} submits ${act.names.join(" ")}`);
    client.submit({ layers: wireLayers(act.names, workload), priority: act.priority, retries: 0 }, wants, act.names);
    return;
  }
  const random = new Random(act.salt);
  const handles = [...client.handles.keys()].filter(() => random.chance(act.share));
  cluster.world.note(`${client.id} ${act.kind}s ${handles.join(" ")}`);
  if (handles.length > 0) client[act.kind](handles);
}

function strike(cluster: Cluster, fault: Fault): void {
  const { world, network } = cluster;
  world.note(`fault ${JSON.stringify(fault)}`);
  switch (fault.kind) {
    case "crash":
      return cluster.crash(fault.node, fault.forMs);
    case "pause":
      cluster.node(fault.node).pausedUntil = world.now + fault.forMs;
      return;
    case "cut":
      network.cut(fault.from, fault.to, true);
      world.at(world.now + fault.forMs, "mend", () => network.cut(fault.from, fault.to, false));
      return;
    case "join":
      return cluster.startWorker(fault.node);
    case "newScheduler":
      return cluster.replaceScheduler();
  }
}

function unsettled(cluster: Cluster): string {
  const lines: string[] = [];
  for (const client of cluster.clients.values())
    for (const [handle, one] of client.handles)
      if (one.state === "pending") {
        const row = cluster.scheduler?.state.clients.get(client.id)?.rowOf(handle) ?? -1;
        const state = cluster.scheduler?.state.tasks.state[row];
        lines.push(`${client.id}/${handle} = ${one.layer}:${one.index} row ${row} state ${state}`);
      }
  const workers = [...(cluster.scheduler?.state.workerByName.values() ?? [])].map(
    (one) => `${one.id}(${one.processing})`,
  );
  return `${lines.slice(0, 8).join("; ")} of ${lines.length}; unanswered ${[...cluster.clients.values()].map((one) => one.unanswered.size)}; workers ${workers.join(" ")}`;
}
