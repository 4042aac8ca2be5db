import { Random } from "../../runtime/base/random.ts";
import type { ClientShare } from "../../runtime/protocol/client-scheduler.ts";
import { makeAmbushes } from "./ambush.ts";
import {
  goneWithLeaders,
  leaderFaults,
  lineOptions,
  resignations,
  standbysThatStop,
  withServers,
} from "./line-scenario.ts";
import { makePartings } from "./partings.ts";
import type { Act, ClusterOptions, Fault, Scenario } from "./scenario.ts";
import { strangerWord } from "./strangers.ts";
import { closureOf, makeWorkload, type SimLayer } from "./workload.ts";

/** Kinds of trouble; a seed has some of them. */
const TROUBLES = [
  "crash",
  "pause",
  "cut",
  "peerLoss",
  "duplicates",
  "join",
  "broken",
  "flaky",
  "poison",
  "cancel",
  "newScheduler",
  "failover",
  "churn",
  "exile",
  "retire",
  "parting",
] as const;
export type Trouble = (typeof TROUBLES)[number];

/** These are drawn by a chance of their own, so that other seeds are what they were. */
const BY_FATE: ReadonlySet<Trouble> = new Set(["failover", "retire", "parting"]);

/** A scenario of its own for every seed; `only` limits the kinds of trouble it may draw. */
export function makeScenario(seed: number, only: readonly Trouble[] = TROUBLES): Scenario {
  const random = new Random(seed);
  const wire = new Random(seed ^ 0x3a7e);
  const bytesPerUs = wire.chance(SLOW_WIRE_RATE) ? wire.pick([0.02, 0.5]) : undefined;
  const isCalm = random.chance(0.15);
  const has = new Set<Trouble>(
    isCalm ? [] : TROUBLES.filter((one) => !BY_FATE.has(one) && random.chance(RATES[one]) && only.includes(one)),
  );
  const workers = random.pick([1, 2, 4, 4, 4, 5, 6, 8]);
  // An exile comes back after seconds, and what it still runs then is to meet with what is wanted by then.
  const chaosMs = has.has("exile") ? 2000 + random.below(7000) : 200 + random.below(3000);
  const names = Array.from({ length: workers }, (_, i) => `w${i + 1}`);
  const workload = makeWorkload(
    {
      layers: 2 + random.below(7),
      // What was on a lost worker runs alone: few, or the exile is back before any of it is made.
      tasksPerLayerMax: random.pick(has.has("exile") ? [2, 5, 20] : [20, 60, 80, 120]),
      durationMs: random.pick(has.has("exile") ? [300, 1000, 2500] : [0, 1, 10, 60, 300, 1500]),
      heedsAbort: has.has("exile") ? 0 : 0.5,
      bigChunks: random.chance(0.3) || bytesPerUs !== undefined,
      broken: has.has("broken") ? 0.06 : 0,
      flaky: has.has("exile") ? 0.3 : has.has("flaky") ? 0.15 : 0,
      poison: has.has("poison"),
      priorities: random.chance(0.3),
      resources: random.chance(0.2),
      restrictions: random.chance(0.2) ? names : [],
      // What the exile still runs is made elsewhere meanwhile, and then wanted where it runs.
      readersOn: has.has("exile") ? "w1" : undefined,
    },
    random.fork("workload"),
  );
  const clients = random.pick([1, 1, 2, 3]);
  const fate = new Random(seed ^ 0x11ea);
  const kept = only.includes("failover") && fate.chance(RATES.failover) ? lineOptions(fate) : undefined;
  if (kept !== undefined) has.delete("newScheduler");
  const options = clusterOptions(random.fork("cluster"), workers, clients, has);
  const faults = makeFaults(random.fork("faults"), names, clients, chaosMs, has);
  if (kept !== undefined)
    faults.push(
      ...leaderFaults(fate, chaosMs, new Random(seed ^ 0x7a11)),
      ...resignations(new Random(seed ^ 0x4e51), chaosMs),
      ...standbysThatStop(new Random(seed ^ 0x57b1), chaosMs),
    );
  // No row may meet more deaths by chance than a task is allowed.
  if (!has.has("crash") && !has.has("exile") && !has.has("poison") && workers > 1)
    faults.push(...goneWithLeaders(new Random(seed ^ 0x60e5), names, faults));
  const line = kept && withServers(kept, faults, new Random(seed ^ 0x5e4e));
  const haste = new Random(seed ^ 0x5bec);
  const pace = haste.chance(SPECULATION_RATE) ? paceOptions(haste, workers) : {};
  const order = new Random(seed ^ 0x2e71);
  if (only.includes("retire") && order.chance(RATES.retire)) faults.push(...departures(order, names, chaosMs));
  const all = makeActs(random.fork("acts"), workload, clients, chaosMs, has);
  const acts = new Random(seed ^ 0x13bd).chance(ONCE_RATE) ? askedOnce(all) : all;
  const farewells = new Random(seed ^ 0x90d8);
  if (only.includes("parting") && farewells.chance(RATES.parting)) {
    const partings = makePartings(farewells, { clients, chaosMs, acts });
    acts.push(...partings.acts);
    faults.push(...partings.faults);
  }
  const elsewhere = new Random(seed ^ 0x57a6);
  if (elsewhere.chance(STRANGERS_RATE)) faults.push(...strangersAt(elsewhere, chaosMs));
  const ambushes = new Random(seed ^ 0xa3b5);
  if (only.includes("cut") && ambushes.chance(AMBUSH_RATE)) faults.push(...makeAmbushes(ambushes, chaosMs));
  // Who is vouched for is never exiled.
  const nannies = !has.has("exile") && new Random(seed ^ 0x4a66).chance(NANNIES_RATE);
  const bounds = new Random(seed ^ 0xb0d5);
  const scenario: Scenario = {
    seed,
    options: {
      ...options,
      ...pace,
      bytesPerUs,
      nannies,
      tasksPerClientMax: bounds.chance(BOUNDED_RATE) ? bounds.pick([20, 60, 150]) : undefined,
      shares: clientShares(new Random(seed ^ 0x5a4e5), clients),
      ...(line === undefined ? {} : { line }),
    },
    layers: withSpans(withEffects([...workload.values()], new Random(seed ^ 0x6ef6)), new Random(seed ^ 0x59a2)),
    acts: acts.sort((a, b) => a.at - b.at),
    faults: faults.sort((a, b) => a.at - b.at),
  };
  return new Random(seed ^ 0xcac7).chance(CACHE_RATE) ? withCache(scenario) : scenario;
}

/** The same, with a cache of results: so small that it is full in no time, or large enough for all. */
export function withCache(scenario: Scenario): Scenario {
  const random = new Random(scenario.seed ^ 0xcac4e);
  const cache = {
    bytesMax: random.pick([600, 5000, 1 << 30]),
    halfLifeMs: random.pick([50, 5000]),
    leastMs: random.pick([0, 0, 20]),
  };
  return { ...scenario, options: { ...scenario.options, cache } };
}

/** In some seeds tasks of some layers may act on the world, each once. */
function withEffects(layers: readonly SimLayer[], random: Random): SimLayer[] {
  if (!random.chance(EFFECTS_RATE)) return [...layers];
  return layers.map((layer) =>
    EFFECTFUL_KINDS.has(layer.kind) && random.chance(0.4)
      ? { ...layer, annotations: { ...layer.annotations, effectful: "once" } }
      : layer,
  );
}

/** In some seeds clients are to have more or less of the cluster than others, or not to have it whole. */
function clientShares(random: Random, clients: number): ClientShare[] | undefined {
  if (!random.chance(SHARES_RATE)) return undefined;
  return Array.from({ length: clients }, () => {
    const weight = random.pick([0, 0.25, 1, 4]);
    const atOnceMax = random.pick([0, 1, 3, undefined, undefined]);
    return atOnceMax === undefined ? { weight } : { weight, atOnceMax };
  });
}

const SHARES_RATE = 0.15;
/** In so many seeds a client may submit no more than so much. */
const BOUNDED_RATE = 0.08;
const STRANGERS_RATE = 0.2;
const AMBUSH_RATE = 0.2;
const NANNIES_RATE = 0.25;
const CACHE_RATE = 0.08;

function strangersAt(random: Random, chaosMs: number): Fault[] {
  return Array.from({ length: 1 + random.below(4) }, () => ({
    at: random.below(chaosMs),
    kind: "stranger",
    says: strangerWord(random),
  }));
}

/** In so many seeds it costs more to move a result than to make it. */
const SLOW_WIRE_RATE = 0.2;

/** In some seeds layers are submitted under spans, whose work is counted. */
function withSpans(layers: readonly SimLayer[], random: Random): SimLayer[] {
  if (!random.chance(SPANS_RATE)) return [...layers];
  return layers.map((layer) =>
    EFFECTFUL_KINDS.has(layer.kind) && random.chance(0.7)
      ? { ...layer, annotations: { ...layer.annotations, span: random.pick(["load", "train/fit", "train/score"]) } }
      : layer,
  );
}

const SPANS_RATE = 0.2;
const EFFECTS_RATE = 0.15;
const EFFECTFUL_KINDS: ReadonlySet<SimLayer["kind"]> = new Set(["tasks", "elementwise", "group", "all"]);

/** Tasks are copied, and some workers are slow, or all take as long as each other. */
function paceOptions(random: Random, workers: number): Pick<ClusterOptions, "speculate" | "slowness"> {
  const slowness = Array.from({ length: workers + EXTRA_WORKERS }, () => (random.chance(0.3) ? SLOWNESS : 1));
  return { speculate: true, slowness: random.chance(0.7) ? slowness : undefined };
}

/** How many seeds begin stragglers once more, and how slow a slow worker is. */
const SPECULATION_RATE = 0.25;
const SLOWNESS = 10;

function departures(random: Random, workers: readonly string[], chaosMs: number): Fault[] {
  const faults: Fault[] = [];
  for (let n = 1 + random.below(3); n > 0; n--) {
    const fault = { at: random.below(chaosMs), forMs: random.pick([100, 2000, 20_000]) };
    faults.push({ ...fault, kind: "retire", node: random.pick(workers) });
    if (random.chance(0.5)) faults.push({ ...fault, kind: "arrange", copies: random.pick([0, 1, 2, 3]) });
  }
  return faults;
}

const RATES: Readonly<Record<Trouble, number>> = {
  crash: 0.4,
  pause: 0.25,
  cut: 0.5,
  peerLoss: 0.2,
  duplicates: 0.2,
  join: 0.2,
  broken: 0.2,
  flaky: 0.2,
  poison: 0.1,
  cancel: 0.25,
  newScheduler: 0.1,
  failover: 0.15,
  churn: 0.5,
  exile: 0.15,
  retire: 0.25,
  parting: 0.15,
};

function clusterOptions(random: Random, workers: number, clients: number, has: ReadonlySet<Trouble>): ClusterOptions {
  const delayMs = random.pick([
    [0.05, 0.2],
    [0.1, 5],
    [5, 60],
  ] as const);
  return {
    workers,
    clients,
    slots: Array.from({ length: workers + EXTRA_WORKERS }, () => 1 + random.below(3)),
    network: {
      delayMs,
      peerLoss: has.has("peerLoss") ? 0.05 : 0,
      duplicates: has.has("duplicates") ? 0.05 : 0,
      payloadBytesMax: 1 << 20,
    },
    turnMs: random.pick([0.01, 0.01, 2]),
    yieldMs: random.pick([1, 10]),
    heartbeatMs: has.has("exile") ? 500 : 2000,
    leaseMs: has.has("exile") ? 1600 : 9000,
    prefillUs: random.pick([0, 2000, 100_000, 5_000_000]),
    allowedFailures: 3,
    drift: Array.from({ length: workers + EXTRA_WORKERS }, () => 0.95 + random.next() * 0.1),
  };
}

/** Of seeds in which somebody asks for something once. */
const ONCE_RATE = 0.2;
const EXTRA_WORKERS = 2;

/** The first submission, and what is gathered: nothing is a reason then to run a task again but what befalls those who run it. */
function askedOnce(acts: readonly Act[]): Act[] {
  const [first] = acts.filter((act) => act.kind === "submit");
  return acts.filter((act) => act === first || act.kind === "gather");
}

function makeActs(
  random: Random,
  workload: ReadonlyMap<string, SimLayer>,
  clients: number,
  chaosMs: number,
  has: ReadonlySet<Trouble>,
): Act[] {
  const acts: Act[] = [];
  const layers = [...workload.values()];
  for (let n = 2 + random.below(4); n > 0; n--) {
    const wanted = random.shuffle([...layers]).slice(0, 1 + random.below(3));
    const names = [...new Set(wanted.flatMap((layer) => closureOf(layer.name, workload)))];
    const inOrder = layers.map((layer) => layer.name).filter((name) => names.includes(name));
    acts.push({
      at: random.chance(0.5) ? 1 : random.below(chaosMs),
      client: random.below(clients),
      kind: "submit",
      names: inOrder,
      wants: wanted.map(({ name, count }) => {
        const share = random.pick([0.2, 1]);
        const indices = Array.from({ length: count }, (_, i) => i).filter(() => random.chance(share));
        return [name, indices.length > 0 ? indices : [random.below(count)]] as const;
      }),
      priority: random.chance(0.8) ? 0 : random.below(3) - 1,
      readsHeld: random.chance(0.4),
    });
  }
  const kinds = has.has("cancel")
    ? (["release", "release", "cancel", "retry", "gather"] as const)
    : (["release", "release", "gather"] as const);
  if (random.chance(0.6) || has.has("cancel"))
    for (let n = 1 + random.below(4); n > 0; n--)
      acts.push({
        at: random.below(chaosMs),
        client: random.below(clients),
        kind: random.pick(kinds),
        share: random.next(),
        salt: random.below(2 ** 30),
      });
  if (has.has("churn") || has.has("exile"))
    for (let n = 1 + random.below(has.has("exile") ? 8 : 4); n > 0; n--) {
      const again = random.pick(acts.filter((act) => act.kind === "submit"));
      const at = again.at + random.below(random.pick(has.has("exile") ? [600, chaosMs, chaosMs] : [5, 60, 600]));
      const kind = has.has("cancel") && random.chance(0.3) ? "cancel" : "release";
      acts.push({ at, client: again.client, kind, share: random.pick([0.3, 0.8, 1]), salt: random.below(2 ** 30) });
      acts.push({ ...again, at: at + random.pick([0, 1, 5, 30, 200]) });
    }
  return acts.sort((a, b) => a.at - b.at);
}

function makeFaults(
  random: Random,
  workers: readonly string[],
  clients: number,
  chaosMs: number,
  has: ReadonlySet<Trouble>,
): Fault[] {
  const faults: Fault[] = [];
  const times = (max: number): number => 1 + random.below(max);
  const at = (): number => random.below(chaosMs);
  // No row may meet more deaths by chance than a task is allowed.
  if (has.has("crash"))
    for (let n = times(3); n > 0; n--)
      faults.push({ at: at(), kind: "crash", node: random.pick(workers), forMs: random.pick([1, 50, 500, 12_000]) });
  if (has.has("pause"))
    for (let n = times(3); n > 0; n--)
      faults.push({
        at: at(),
        kind: "pause",
        node: random.pick([...workers, "s"]),
        forMs: random.pick([20, 500, 15_000]),
      });
  if (has.has("cut")) for (let n = times(4); n > 0; n--) faults.push(...cuts(random, workers, clients, at()));
  if (has.has("join"))
    for (let n = times(EXTRA_WORKERS); n > 0; n--)
      faults.push({ at: at(), kind: "join", node: `w${workers.length + n}` });
  // A worker that hears nothing of the scheduler for longer than its lease works on, and is found to have when it comes back.
  if (has.has("exile"))
    for (let n = times(3); n > 0; n--) {
      const fault = { kind: "cut", at: at(), forMs: 2000 + random.below(4000) } as const;
      faults.push({ ...fault, from: "w1", to: "s" }, { ...fault, from: "s", to: "w1" });
      // Who has it then may be gone, and it is to be made where it is being made.
      const others = workers.filter((one) => one !== "w1");
      if (others.length > 0 && random.chance(0.5)) {
        const crashAt = fault.at + fault.forMs + random.below(2000);
        faults.push({ at: crashAt, kind: "crash", node: random.pick(others), forMs: 500 });
      }
    }
  if (has.has("newScheduler")) faults.push({ at: at(), kind: "newScheduler" });
  return faults.sort((a, b) => a.at - b.at);
}

/** A link down in one direction or in both, or a process cut off from all. */
function cuts(random: Random, workers: readonly string[], clients: number, at: number): Fault[] {
  const peers = [...workers, "s", ...Array.from({ length: clients }, (_, i) => `c${i + 1}`)];
  const from = random.pick(peers);
  const others = peers.filter((one) => one !== from);
  const to = random.chance(0.25)
    ? others
    : [from === "s" ? random.pick(others) : random.chance(0.7) ? "s" : random.pick(others)];
  const forMs = random.pick([1, 30, 400, 12_000]);
  const isBoth = random.chance(0.5);
  return to.flatMap((other): Fault[] => [
    { at, kind: "cut", from, to: other, forMs },
    ...(isBoth ? [{ at, kind: "cut" as const, from: other, to: from, forMs }] : []),
  ]);
}
