import { writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { coverageOf, coverageText } from "./coverage.ts";
import { huntMutations } from "./hunt.ts";
import { makeScenario, withCache } from "./make-scenario.ts";
import { type MutationName, mutations } from "./mutations.ts";
import type { Scenario } from "./scenario.ts";
import { SeedPool } from "./seed-pool.ts";
import { COUNTED, type SeedOrder } from "./seed-run.ts";
import { shrink } from "./shrink.ts";
import { type SimulateOptions, simulate } from "./simulate.ts";
import { storyOf } from "./story.ts";
import { Tally } from "./tally.ts";
import { readUsual, USUAL_FILE, unusual, usualOf } from "./usual.ts";
import { walkedCharts } from "./walked-charts.ts";

const USAGE = `npm run sim -- [--from SEED] --seeds N [--jobs J] | --seed SEED [--trace] [--no-shrink]
  [--charts interpreted] [--mutate NAME] [--twice] [--cache]
npm run sim -- --mutations N [--from SEED] --seeds M [--jobs J]

Runs simulated clusters. A single seed is always told in full. Ends with 1 if a seed failed (with --mutate: if none did), or if
many seeds together did what is not usual; --write-usual notes what they did as that. --mutations breaks the sources at N
random places, and tells which seed of M notices each.
`;
const { values: options } = parseArgs({
  options: {
    seed: { type: "string" },
    from: { type: "string" },
    seeds: { type: "string" },
    jobs: { type: "string" },
    charts: { type: "string", default: "compiled" },
    mutate: { type: "string" },
    mutations: { type: "string" },
    cache: { type: "boolean", default: false },
    twice: { type: "boolean", default: false },
    trace: { type: "boolean", default: false },
    "no-shrink": { type: "boolean", default: false },
    "write-usual": { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});
if (options.help) {
  process.stdout.write(USAGE);
  process.exit();
}
const charts = options.charts === "interpreted" ? "interpreted" : "compiled";
const from = Number(options.from ?? options.seed ?? 1);
const count = Number(options.seeds ?? 200);
if (options.mutate !== undefined && !Object.hasOwn(mutations, options.mutate))
  throw new RangeError(`There is no mutation ${options.mutate}: ${Object.keys(mutations).join(", ")}`);
const jobs = Number(options.jobs ?? availableParallelism());
const order: SeedOrder = {
  charts,
  isTwice: options.twice,
  isCached: options.cache,
  mutation: options.mutate as MutationName | undefined,
  isBroken: false,
};
const isOne = options.seed !== undefined && options.seeds === undefined && order.mutation === undefined;
/** Of random breakages, so many must be noticed; some change nothing. */
const CAUGHT_MIN = 0.9;
if (options.mutations !== undefined) {
  const mutations = Number(options.mutations);
  const caught = await huntMutations({ mutations, from, seeds: count, jobs });
  process.exitCode = caught >= mutations * CAUGHT_MIN ? 0 : 1;
} else process.exitCode = isOne ? await runOne(scenarioOf(from)) : await withPool(order.mutation ? hunt : runSeeds);

function scenarioOf(seed: number): Scenario {
  return options.cache ? withCache(makeScenario(seed)) : makeScenario(seed);
}

async function withPool(run: (pool: SeedPool) => Promise<number>): Promise<number> {
  const pool = await SeedPool.start(jobs);
  try {
    return await run(pool);
  } finally {
    pool.close();
  }
}

async function runSeeds(pool: SeedPool): Promise<number> {
  const startedMs = performance.now();
  const tally = new Tally();
  let failed = 0;
  const walked = await pool.run({
    from,
    count,
    order,
    onSeed: (result) => {
      tally.note(result);
      const { seed, failure } = result;
      if (failure === undefined) return true;
      failed += 1;
      console.log(`seed ${seed}: ${failure}`);
      return true;
    },
  });
  const seconds = (performance.now() - startedMs) / 1000;
  console.log(`${count} seeds, ${failed} failed, ${seconds.toFixed(1)} s, ${(count / seconds).toFixed(0)} seeds/s`);
  console.log(COUNTED.map((name, i) => `${name} ${tally.counted[i]?.sum}`).join(", "));
  for (const [i, [chart]] of walkedCharts.entries())
    console.log(coverageText(coverageOf(chart, walked[i] as Uint32Array)));
  const strange = judge(tally);
  return failed > 0 || strange > 0 ? 1 : 0;
}

/** Says what is not usual, or notes it as what is from now on. @returns how much is not */
function judge(tally: Tally): number {
  // What is usual was noted without one.
  if (options.cache) return 0;
  if (options["write-usual"]) {
    writeFileSync(USUAL_FILE, `${JSON.stringify(usualOf(tally), null, 2)}\n`);
    return 0;
  }
  const strange = unusual(tally, readUsual());
  for (const line of strange) console.log(`not as usual: ${line}`);
  return strange.length;
}

/** One seed, twice, in this process; told in full if it fails or the trace is asked for. */
async function runOne(scenario: Scenario): Promise<number> {
  const how: SimulateOptions = { charts, isTelling: options.trace };
  const outcome = await simulate(scenario, how);
  console.log(JSON.stringify({ ...outcome, trace: undefined, failure: outcome.failure?.message }));
  const again = (await simulate(scenario, { charts })).traceHash;
  const failure =
    outcome.failure ??
    (again === outcome.traceHash ? undefined : new Error(`two runs left the traces ${outcome.traceHash} and ${again}`));
  if (failure === undefined) {
    if (options.trace) console.log(outcome.trace.join("\n"));
    return 0;
  }
  console.log(`seed ${scenario.seed}: ${failure.message}`);
  const small = options["no-shrink"] ? scenario : await shrink(scenario, failure.message, { charts });
  console.log(storyOf(small, await simulate(small, { charts, isTelling: true })));
  return 1;
}

async function hunt(pool: SeedPool): Promise<number> {
  let first = Number.POSITIVE_INFINITY;
  let why = "";
  await pool.run({
    from,
    count,
    order,
    onSeed: ({ seed, failure }) => {
      if (failure !== undefined && seed < first) [first, why] = [seed, failure];
      return failure === undefined;
    },
  });
  const isCaught = Number.isFinite(first);
  console.log(
    isCaught
      ? `mutation ${order.mutation} is caught by seed ${first}, the ${first - from + 1}. tried: ${why}`
      : `mutation ${order.mutation} was not caught by ${count} seeds`,
  );
  return isCaught ? 0 : 1;
}
