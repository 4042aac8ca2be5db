import { schedulerTaskChart } from "../../actors/scheduler/scheduler-state.ts";
import { workerTaskChart } from "../../actors/worker/worker-states.ts";
import { hits } from "./cluster.ts";
import { coverageOf, coverageText } from "./coverage.ts";
import { makeScenario } from "./scenario.ts";
import { simulate } from "./simulate.ts";

/** `npm run sim -- [--from N] [--seeds N] [--seed N] [--trace]` */
const options = new Map<string, string>();
const given = process.argv.slice(2);
for (const [i, word] of given.entries())
  if (word.startsWith("--"))
    options.set(word.slice(2), given[i + 1]?.startsWith("--") === false ? (given[i + 1] as string) : "");
const one = options.get("seed");
const from = Number(one ?? options.get("from") ?? 1);
const count = one === undefined ? Number(options.get("seeds") ?? 200) : 1;
const startedMs = performance.now();
let failed = 0;
let events = 0;
for (let seed = from; seed < from + count; seed++) {
  const scenario = makeScenario(seed);
  const outcome = await simulate(scenario, { isTelling: options.has("trace") });
  events += outcome.events;
  if (one !== undefined)
    console.log(JSON.stringify({ ...outcome, trace: undefined, failure: outcome.failure?.message }));
  if (outcome.failure === undefined) continue;
  failed += 1;
  console.log(`seed ${seed}: ${outcome.failure.message}`);
  if (options.has("trace")) {
    console.log(JSON.stringify(scenario, undefined, 1).slice(0, 6000));
    console.log(outcome.trace.join("\n"));
    console.log(outcome.failure);
  }
}
const seconds = (performance.now() - startedMs) / 1000;
console.log(
  `${count} seeds, ${failed} failed, ${events} events, ${seconds.toFixed(1)} s, ${(count / seconds).toFixed(0)} seeds/s`,
);
console.log(coverageText(coverageOf(schedulerTaskChart, hits.scheduler)));
console.log(coverageText(coverageOf(workerTaskChart, hits.worker)));
if (failed > 0) process.exitCode = 1;
