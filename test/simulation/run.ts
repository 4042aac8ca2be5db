import { hungerChart, schedulerTaskChart } from "../../actors/scheduler/scheduler-state.ts";
import { thiefChart } from "../../actors/worker/stealing.ts";
import { workerTaskChart } from "../../actors/worker/worker-states.ts";
import { hits } from "./cluster.ts";
import { coverageOf, coverageText } from "./coverage.ts";
import { mutations, withMutation } from "./mutations.ts";
import { makeScenario, type Scenario } from "./scenario.ts";
import { shrink } from "./shrink.ts";
import { type Outcome, type SimulateOptions, simulate } from "./simulate.ts";
import { storyOf } from "./story.ts";

/**
 * `npm run sim -- [--seed FROM] --seeds N | --seed N [--trace] [--no-shrink]`, `[--charts interpreted] [--mutate NAME] [--twice]`.
 * A single seed is always told in full. Ends with 1 if a seed failed (with `--mutate`: if none did).
 */
const options = readOptions(process.argv.slice(2));
const one = options.has("seeds") ? undefined : options.get("seed");
const from = Number(options.get("seed") ?? options.get("from") ?? 1);
const count = one === undefined ? Number(options.get("seeds") ?? 200) : 1;
const mutation = options.get("mutate");
const how: SimulateOptions = {
  charts: options.get("charts") === "interpreted" ? "interpreted" : "compiled",
  isTelling: options.has("trace"),
};
if (mutation === undefined) process.exitCode = await runSeeds();
else if (!Object.hasOwn(mutations, mutation))
  throw new RangeError(`There is no mutation ${mutation}: ${Object.keys(mutations).join(", ")}`);
else process.exitCode = await huntMutation(mutation as keyof typeof mutations);

async function runSeeds(): Promise<number> {
  const startedMs = performance.now();
  const sums = {
    events: 0,
    messages: 0,
    lost: 0,
    repeated: 0,
    reordered: 0,
    crashes: 0,
    deaths: 0,
    sessions: 0,
    stolen: 0,
    runs: 0,
  };
  let failed = 0;
  for (let seed = from; seed < from + count; seed++) {
    const scenario = makeScenario(seed);
    const outcome = await simulate(scenario, how);
    for (const name of Object.keys(sums) as (keyof typeof sums)[]) sums[name] += outcome[name];
    if (one !== undefined)
      console.log(JSON.stringify({ ...outcome, trace: undefined, failure: outcome.failure?.message }));
    const failure =
      outcome.failure ?? (options.has("twice") || one !== undefined ? await differs(scenario, outcome) : undefined);
    if (failure === undefined) {
      if (how.isTelling) console.log(outcome.trace.join("\n"));
      continue;
    }
    failed += 1;
    console.log(`seed ${seed}: ${failure.message}`);
    if (one !== undefined) await tell(scenario, failure);
  }
  const seconds = (performance.now() - startedMs) / 1000;
  console.log(`${count} seeds, ${failed} failed, ${seconds.toFixed(1)} s, ${(count / seconds).toFixed(0)} seeds/s`);
  console.log(
    Object.entries(sums)
      .map(([name, n]) => `${name} ${n}`)
      .join(", "),
  );
  console.log(coverageText(coverageOf(schedulerTaskChart, hits.scheduler.task)));
  console.log(coverageText(coverageOf(workerTaskChart, hits.worker.task)));
  console.log(coverageText(coverageOf(hungerChart, hits.scheduler.hunger)));
  console.log(coverageText(coverageOf(thiefChart, hits.worker.thief)));
  return failed > 0 ? 1 : 0;
}

/** A seed that runs twice and leaves two traces is a failure of the simulator itself. */
async function differs(scenario: Scenario, first: Outcome): Promise<Error | undefined> {
  const { traceHash } = await simulate(scenario, { ...how, isTelling: false });
  return traceHash === first.traceHash
    ? undefined
    : new Error(`two runs left the traces ${first.traceHash} and ${traceHash}`);
}

async function tell(scenario: Scenario, failure: Error): Promise<void> {
  const small = options.has("no-shrink") ? scenario : await shrink(scenario, failure.message, how);
  const outcome = await simulate(small, { ...how, isTelling: true });
  console.log(storyOf(small, outcome));
}

async function huntMutation(name: keyof typeof mutations): Promise<number> {
  for (let seed = from; seed < from + count; seed++) {
    const { failure } = await withMutation(name, () => simulate(makeScenario(seed), { ...how, restMs: 60_000 }));
    if (failure === undefined) continue;
    console.log(`mutation ${name} is caught by seed ${seed}, the ${seed - from + 1}. tried: ${failure.message}`);
    return 0;
  }
  console.log(`mutation ${name} was not caught by ${count} seeds`);
  return 1;
}

function readOptions(words: readonly string[]): Map<string, string> {
  const found = new Map<string, string>();
  for (const [i, word] of words.entries())
    if (word.startsWith("--"))
      found.set(word.slice(2), words[i + 1]?.startsWith("--") === false ? (words[i + 1] as string) : "");
  return found;
}
