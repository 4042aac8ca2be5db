import assert from "node:assert/strict";
import { test } from "node:test";
import { makeScenario } from "./make-scenario.ts";
import { type MutationName, mutations, withMutation } from "./mutations.ts";
import { simulate } from "./simulate.ts";

/** The first seed that finds each breakage; `npm run sim -- --seeds 2000 --mutate NAME` looks for it. */
const FOUND_BY: Readonly<Record<MutationName, number>> = {
  dropFinished: 7,
  loseWant: 3,
  doubleRelease: 7,
  skipIncarnation: 8,
  acceptStaleAttempt: 36,
  ignoreGap: 6,
  applyTwice: 12,
  replicasSurvive: 1,
  keepWaiters: 9,
  giveAndKeep: 240,
  giveInSilence: 24,
  noCredit: 16,
  skipEpoch: 3,
};

/** Long enough for these seeds as they are; broken ones would go on for ever. */
const REST_MS = 60_000;

for (const name of Object.keys(mutations) as MutationName[])
  test(`simulate() notices ${name}`, async () => {
    const scenario = makeScenario(FOUND_BY[name]);
    const how = { restMs: REST_MS };
    assert.equal((await simulate(scenario, how)).failure, undefined, "whole, the seed passes");
    const { failure } = await withMutation(name, () => simulate(scenario, how));
    assert.ok(failure !== undefined, `seed ${scenario.seed} fails while it is broken`);
  });
