import assert from "node:assert/strict";
import { STANDING } from "../../actors/client/submission-record.ts";
import { S } from "../../actors/scheduler/scheduler-state.ts";
import type { BindChart } from "../../runtime/actor/bound-chart.ts";
import type { Doubts } from "../../runtime/actor/doubts.ts";
import { runInterpreted } from "../../runtime/actor/interpreted-chart.ts";
import { Random } from "../../runtime/base/random.ts";
import { loadFunction } from "../../runtime/wire/function-loader.ts";
import { layAmbush } from "./ambush.ts";
import { checkAnswers, checkClosed, checkEmpty, checkLine, checkReplicas, checkRuns, checkSessions } from "./checks.ts";
import type { SimClient } from "./client.ts";
import { Cluster } from "./cluster.ts";
import { checkLimits } from "./limits.ts";
import { checkManagedBytes } from "./memory-bounds.ts";
import { arrange, retireWorker } from "./retirement.ts";
import type { Act, Fault, Scenario } from "./scenario.ts";
import { CLIENT_LEASES } from "./seats.ts";
import { checkSpans } from "./span-checks.ts";
import { SLOWEST } from "./task-runs.ts";
import { digestOf, simCutSpec, simShardsSpec, simTaskSpec, useTaskWorld } from "./tasks.ts";
import { dataValue, graphFor, Oracle, type SimLayer, type Workload } from "./workload.ts";
import type { SimNode } from "./world.ts";

export interface Outcome {
  readonly seed: number;
  readonly failure: Error | undefined;
  readonly trace: readonly string[];
  readonly traceHash: string;
  readonly events: number;
  readonly messages: number;
  readonly lost: number;
  readonly repeated: number;
  readonly reordered: number;
  readonly crashes: number;
  /** Workers that were given up though they lived. */
  readonly deaths: number;
  /** Sessions of workers and clients that began anew. */
  readonly sessions: number;
  /** Tasks that were begun on a second worker too. */
  readonly copies: number;
  /** Tasks that a worker gave to another. */
  readonly stolen: number;
  readonly runs: number;
  /** Results that the cache kept and a submission found. */
  readonly found: number;
  readonly overlaps: number;
  readonly virtualMs: number;
  /** How often schedulers, workers and the journal heard what. */
  readonly heard: Readonly<Record<string, number>>;
}

export interface SimulateOptions {
  /** Called with the cluster before anything happens, to break it on purpose. */
  readonly sabotage?: (cluster: Cluster) => void;
  /** Keeps the whole trace, with what messages say. */
  readonly isTelling?: boolean;
  /** How long the cluster may take to come to rest, if not as long as the work may need. */
  readonly restMs?: number;
  /** "interpreted": every row of both task charts is a real XState actor. */
  readonly charts?: "compiled" | "interpreted";
  /** Makes what actors note steps with that must never happen. */
  readonly doubtsOf?: () => Doubts;
}

/** After the last fault and act, a cluster has so long to come to rest. */
const REST_MS = 400_000;
/** What was on its way when all seemed at rest has arrived by then; earlier, if nothing moves any more. */
const AFTERGLOW_MS = 40_000;

const bindInterpreted: BindChart = (chart, binding) => runInterpreted(chart.machine, binding);

/** Every so-many-th seed looks at limits too. */
const LIMITS_SEEDS = 8;

/** The work may be done by one worker, again and again. */
const WORK_FACTOR = 8;

const workMs = ({ layers, options }: Scenario): number =>
  Math.max(1, ...(options.slowness ?? [])) *
  layers.reduce((sum, { count, behaviour }) => sum + count * behaviour.durationMs, 0);

/** Readers of an exchange ask for their parts one after the other. */
const readingMs = ({ layers, options }: Scenario): number =>
  layers
    .filter(({ kind }) => kind === "exchange")
    .reduce((sum, { count, sources }) => {
      const cuts = layers.find(({ name }) => name === sources[0])?.count ?? 0;
      return sum + count * cuts * 2 * options.network.delayMs[1];
    }, 0);

/** A task that nobody wants any more may run on to its end. */
const longestMs = ({ layers, options }: Scenario): number =>
  Math.max(1, ...(options.slowness ?? [])) *
  SLOWEST *
  Math.max(0, ...layers.map(({ behaviour }) => behaviour.durationMs));

/** A task that kills its workers has what it reads made again each time, of which one may be as slow as it gets. */
const restMsOf = (scenario: Scenario): number =>
  REST_MS + WORK_FACTOR * (workMs(scenario) + readingMs(scenario) + longestMs(scenario));

const PARKED_MS = 150_000;

/** Runs a scenario from start to rest to emptiness, checking as it goes. Simulations run one after the other. */
export async function simulate(scenario: Scenario, options: SimulateOptions = {}): Promise<Outcome> {
  for (const spec of [simTaskSpec, simCutSpec, simShardsSpec]) await loadFunction(spec);
  const cluster = new Cluster(
    scenario,
    options.charts === "interpreted" ? bindInterpreted : undefined,
    options.doubtsOf,
  );
  const { world } = cluster;
  world.isTelling = options.isTelling ?? false;
  useTaskWorld(cluster.tasks);
  // A promise that fails with nobody waiting for it would end a real process.
  const unhandled = (error: unknown): void => world.fail(error);
  process.on("unhandledRejection", unhandled);
  options.sabotage?.(cluster);
  for (const act of scenario.acts) world.at(act.at, "act", () => perform(cluster, act));
  for (const fault of scenario.faults) world.at(fault.at, "fault", () => strike(cluster, fault));
  try {
    if (scenario.seed % LIMITS_SEEDS === 0) checkLimits(new Random(scenario.seed ^ 0x11417));
    await runPhases(cluster, options.restMs);
  } catch (error) {
    world.fail(error);
  }
  // What failed with nobody waiting for it is heard of only now, and is this simulation's, not the next one's.
  await new Promise((resolve) => setImmediate(resolve));
  process.off("unhandledRejection", unhandled);
  useTaskWorld(undefined);
  return {
    seed: scenario.seed,
    failure: world.failure,
    trace: world.trace,
    traceHash: world.traceHash,
    events: world.events,
    messages: cluster.network.messages,
    lost: cluster.network.lost,
    repeated: cluster.network.repeated,
    reordered: cluster.network.reordered,
    crashes: cluster.crashes,
    deaths: cluster.falseDeaths,
    sessions: cluster.sessions,
    copies: cluster.races.copies,
    stolen: cluster.steals.count,
    runs: [...cluster.tasks.byTask.values()].reduce((sum, one) => sum + one.begun, 0),
    found: cluster.scheduler?.state.cache?.figures().hits ?? 0,
    overlaps: cluster.tasks.overlaps,
    virtualMs: world.now,
    heard: { ...cluster.heard.counts(), ...cluster.line?.heard() },
  };
}

async function runPhases(cluster: Cluster, restMs: number | undefined): Promise<void> {
  const { world, scenario } = cluster;
  const ends = [
    ...scenario.acts.map((act) => act.at),
    ...scenario.faults.map((one) => one.at + ("forMs" in one ? one.forMs : 0)),
  ];
  const chaosEnds = Math.max(1, ...ends) + 1;
  await world.run(chaosEnds);
  cluster.network.heal();
  if (cluster.line !== undefined) cluster.line.faults = false;
  const end = await world.run(chaosEnds + (restMs ?? restMsOf(scenario)), () => isAtRest(cluster));
  if (world.failure !== undefined) return;
  if (end !== "done") throw new Error(`the cluster did not come to rest (${end}): ${unsettled(cluster)}`);
  const isStill = (): boolean => cluster.isStill;
  const afterglowMs = AFTERGLOW_MS + longestMs(scenario);
  // What a pause put off comes now.
  cluster.stir();
  await world.run(world.now + afterglowMs, isStill);
  if (world.failure !== undefined) return;
  if (!isAtRest(cluster)) throw new Error(`the cluster was at rest and is no more: ${unsettled(cluster)}`);
  checkManagedBytes(cluster.workers);
  if (cluster.isStill) cluster.queues.atRest(cluster.scheduler, cluster.workers);
  await gatherAll(cluster);
  if (world.failure !== undefined) return;
  checkAnswers(cluster, oracleOf(cluster));
  checkReplicas(cluster);
  checkRuns(cluster);
  checkSessions(cluster);
  checkLine(cluster);
  checkSpans(cluster);
  await cluster.line?.check();
  for (const client of cluster.clients.values()) letGo(cluster, client);
  cluster.stir();
  await world.run(world.now + afterglowMs, isStill);
  // Data whose client never said what it is has a lease.
  await world.run(world.now + PARKED_MS, () =>
    [...cluster.workers.values()].every(({ brain }) => brain.parked.size === 0),
  );
  // Who went without a word is waited for as long as a lease is.
  await world.run(world.now + 2 * CLIENT_LEASES * scenario.options.leaseMs, () => isForgotten(cluster));
  cluster.stir();
  await world.run(world.now + afterglowMs, isStill);
  if (scenario.options.cache !== undefined) await clearCache(cluster, afterglowMs);
  if (world.failure === undefined) checkEmpty(cluster);
}

/**
 * Clients have all they want, and nothing is done for those that went either: none of it runs, rests before it is tried again, or waits for a worker
 * that is to come back.
 */
function isAtRest({ scheduler, clients, nodes }: Cluster): boolean {
  if (scheduler?.state.phase !== "leading") return false;
  const { workerByName, rests } = scheduler.state;
  const isBack = ({ id, life }: SimNode): boolean =>
    life === 0 || !id.startsWith("w") || workerByName.get(id)?.status === "running";
  return (
    [...clients.values()].every((client) => client.isSettled) &&
    [...workerByName.values()].every((worker) => worker.processing === 0) &&
    rests.nextMs === Number.POSITIVE_INFINITY &&
    [...nodes.values()].every(isBack)
  );
}

/** All clients that went are let go of; a goodbye that a leader heard and did not write is lost with it, and a lease ends instead. */
function isForgotten({ scheduler, clients }: Cluster): boolean {
  const { state } = scheduler ?? {};
  const here = new Set([...clients.values()].flatMap(({ id, session }) => (session.isOpen ? [id] : [])));
  return state?.departures.size === 0 && [...state.clients.keys()].every((id) => here.has(id));
}

/** What stays for the sake of the cache goes too, as somebody asks for it. */
async function clearCache(cluster: Cluster, forMs: number): Promise<void> {
  const { world } = cluster;
  let isCleared = false;
  cluster.askScheduler({ type: "cache", clear: true }).then(
    () => (isCleared = true),
    (error) => world.fail(new Error("the cache cannot be cleared", { cause: error })),
  );
  await world.run(world.now + forMs, () => isCleared);
  cluster.stir();
  await world.run(world.now + forMs, () => cluster.isStill);
}

/** Clients release what they hold, or say goodbye with it in their hands. */
function letGo(cluster: Cluster, client: SimClient): void {
  const saysGoodbye = (cluster.scenario.seed + client.handles.size) % 3 === 0;
  if (saysGoodbye) {
    client.session.close();
    checkClosed(client);
  } else client.release([...client.handles.keys()]);
}

/** Every client gathers all it can, so that values are compared after they crossed the network. */
async function gatherAll(cluster: Cluster): Promise<void> {
  const { world } = cluster;
  for (const client of cluster.clients.values()) {
    const handles = [...client.handles.keys()].filter((handle) => client.standing(handle) !== STANDING.erred);
    let isOver = false;
    client.gather(handles).then(
      () => (isOver = true),
      (error) => world.fail(new Error(`${client.id} cannot gather`, { cause: error })),
    );
    if ((await world.run(world.now + REST_MS, () => isOver)) === "time")
      throw new Error(`${client.id} gathers for ever`);
  }
}

function perform(cluster: Cluster, act: Act): void {
  const client = cluster.clients.get(`c${act.client + 1}`);
  if (client === undefined) return;
  if (act.kind === "submit") {
    submitSoon(cluster, client, act).catch((error) => cluster.world.fail(error));
    return;
  }
  const random = new Random(act.salt);
  const handles = [...client.handles.keys()].filter(() => random.chance(act.share));
  cluster.world.note(`${client.id} ${act.kind}s ${handles.join(" ")}`);
  if (handles.length === 0) return;
  if (act.kind === "gather") gatherSoon(cluster, client, handles).catch((error) => cluster.world.fail(error));
  else client[act.kind](handles);
}

/** Scatters what is to be scattered, then submits; layers that are held already are read as held ones, if it is said so. */
async function submitSoon(cluster: Cluster, client: SimClient, act: Act & { kind: "submit" }): Promise<void> {
  const workload: Workload = new Map(cluster.scenario.layers.map((layer) => [layer.name, layer]));
  for (const name of act.names) {
    const layer = workload.get(name) as SimLayer;
    if (layer.kind !== "scatter" || client.heldLayer(name, layer.count) !== undefined) continue;
    const values = Array.from({ length: layer.count }, (_, i) => dataValue(name, i));
    const { workers } = client.session;
    const worker = workers[layer.count % Math.max(1, workers.length)]?.id;
    cluster.world.note(`${client.id} scatters ${name} to ${worker}`);
    if (worker === undefined || !(await client.scatter(name, values, worker))) return;
    if (![...cluster.clients.values()].includes(client)) return;
  }
  const heldOf = (layer: SimLayer) =>
    act.readsHeld || layer.kind === "scatter" ? client.heldLayer(layer.name, layer.count) : undefined;
  if (
    act.names.some(
      (name) => workload.get(name)?.kind === "scatter" && heldOf(workload.get(name) as SimLayer) === undefined,
    )
  )
    return;
  cluster.world.note(`${client.id} submits ${act.names.join(" ")}`);
  client.submit(graphFor(act.names, act.wants, workload, heldOf), act.priority);
}

/** In the middle of everything values are right, or there is a reason why there are none. */
async function gatherSoon(cluster: Cluster, client: SimClient, handles: readonly number[]): Promise<void> {
  const asked = handles.map((handle) => ({
    handle,
    ...(client.handles.get(handle) as { layer: string; index: number }),
  }));
  const oracle = oracleOf(cluster);
  let values: unknown[];
  try {
    values = await client.gather(handles);
  } catch {
    // Failed, released meanwhile, or cancelled: judged by `checkAnswers` where it is still held.
    return;
  }
  for (const [i, { layer, index }] of asked.entries())
    assert.equal(digestOf(values[i]), oracle.digest(layer, index), `${client.id} gathers ${layer}:${index}`);
}

const oracleOf = (cluster: Cluster): Oracle =>
  new Oracle(new Map(cluster.scenario.layers.map((layer) => [layer.name, layer])));

function strike(cluster: Cluster, fault: Fault): void {
  const { world, network } = cluster;
  world.note(`fault ${JSON.stringify(fault)}`);
  switch (fault.kind) {
    case "crash":
      return cluster.crash(fault.node, fault.forMs);
    case "pause":
      return pause(cluster, fault.node, fault.forMs);
    case "cut":
      network.cut(fault.from, fault.to, true);
      world.at(world.now + fault.forMs, "mend", () => network.cut(fault.from, fault.to, false));
      return;
    case "ambush":
      return layAmbush(cluster, fault);
    case "retire":
      void retireWorker(cluster, fault.node, world.now + fault.forMs);
      return;
    case "arrange":
      void arrange(cluster, arrangement(cluster, fault.copies), world.now + fault.forMs);
      return;
    case "join":
      return cluster.startWorker(fault.node);
    case "clientEnds":
      return cluster.seats.leave(fault.seat, fault.farewell, fault.forMs);
    case "stranger":
      return cluster.strangers.speak(fault.says);
    case "newScheduler":
      return cluster.replaceScheduler();
    case "leaderCrash":
      cluster.line?.forget(fault.forgets ?? 0);
      return cluster.crash(cluster.leader, fault.forMs);
    case "leaderResigns":
      cluster.standbys?.resign(cluster.node(cluster.leader), fault.forMs).catch((error) => world.fail(error));
      return;
    case "standbyStops":
      for (const id of ["s", "t"]) if (id !== cluster.leader) cluster.standbys?.stopWaiting(id);
      return;
    case "leaderPause":
      return pause(cluster, cluster.leader, fault.forMs);
  }
}

/** One pause within another ends no sooner: what was put off would come after what is newer. */
function pause(cluster: Cluster, id: string, forMs: number): void {
  const node = cluster.node(id);
  node.pausedUntil = Math.max(node.pausedUntil, cluster.world.now + forMs);
}

function arrangement(cluster: Cluster, copies: number): unknown {
  if (copies === 0) return { type: "rebalance" };
  const { state } = cluster.scheduler ?? {};
  const keys = [...(state?.slabs.values() ?? [])].flatMap((slab) =>
    Array.from({ length: slab.count }, (_, at) => slab.base + at)
      .filter((row) => state?.tasks.state[row] === S.memory && row % 3 === 0)
      .map((row) => slab.keyOf(row)),
  );
  return { type: "replicate", keys, copies };
}

function unsettled(cluster: Cluster): string {
  const lines: string[] = [];
  for (const client of cluster.clients.values())
    for (const [handle, { layer, index }] of client.handles)
      if (client.standing(handle) === STANDING.pending) {
        const row = cluster.scheduler?.state.clients.get(client.id)?.rowOf(handle) ?? -1;
        const state = cluster.scheduler?.state.tasks.state[row];
        lines.push(`${client.id}/${handle} = ${layer}:${index} row ${row} state ${state}`);
      }
  const workers = [...(cluster.scheduler?.state.workerByName.values() ?? [])].map(
    (one) => `${one.id}(${one.processing})`,
  );
  const clients = [...cluster.clients.values()].map((one) => `${one.id} ${one.session.isOpen} ${one.openTransfers}`);
  return `${lines.slice(0, 8).join("; ")} of ${lines.length}; clients ${clients.join(", ")}; workers ${workers.join(" ")}`;
}
