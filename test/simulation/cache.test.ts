import assert from "node:assert/strict";
import { test } from "node:test";
import { makeScenario, withCache } from "./make-scenario.ts";
import { simulate } from "./simulate.ts";
import { storyOf } from "./story.ts";

/** Seeds of the ordinary run, and of clusters that are short of memory: `npm run sim -- --cache --from N` goes on from there. */
const FROM = [1, 900_000];
const SEEDS = 150;

test("simulate() finds every cluster right and empty with a cache of results, which keeps nothing that was cleared", async () => {
  let found = 0;
  for (const from of FROM)
    for (let seed = from; seed < from + SEEDS; seed++) {
      const scenario = withCache(makeScenario(seed));
      const outcome = await simulate(scenario);
      if (outcome.failure !== undefined) assert.fail(storyOf(scenario, outcome));
      found += outcome.found;
    }
  assert.ok(found > FROM.length * SEEDS, `${found} results were found`);
});
