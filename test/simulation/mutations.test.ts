import assert from "node:assert/strict";
import { test } from "node:test";
import { type MutationName, mutations, withMutation } from "./mutations.ts";
import { makeScenario } from "./scenario.ts";
import { simulate } from "./simulate.ts";

/** The first seed that finds each breakage; `npm run sim -- --seeds 2000 --mutate NAME` looks for it. */
const FOUND_BY: Readonly<Record<MutationName, number>> = {};

for (const name of Object.keys(mutations) as MutationName[])
  test(`simulate() notices ${name}`, async () => {
    const scenario = makeScenario(FOUND_BY[name]);
    assert.equal((await simulate(scenario)).failure, undefined, "whole, the seed passes");
    const { failure } = await withMutation(name, () => simulate(scenario));
    assert.ok(failure !== undefined, `seed ${scenario.seed} fails while it is broken`);
  });
