import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Client } from "shoal";
import { collectionRecipes } from "./collection-recipes.ts";
import { delayedRecipes } from "./delayed-recipes.ts";
import { futuresRecipes } from "./futures-recipes.ts";

const recipes = [...delayedRecipes, ...futuresRecipes, ...collectionRecipes];

test("there are 24 recipes", () => assert.equal(recipes.length, 24));

for (const mode of ["inline", "nats"] as const)
  describe(`recipes, ${mode}`, () => {
    let client: Client;
    before(async () => {
      client = await Client.local({ mode, workers: 2, slots: 2 });
    });
    after(() => client.close());
    for (const { title, run, expected } of recipes)
      test(title, { timeout: 60_000 }, async () => {
        assert.deepEqual(await run(client), expected());
      });
  });
