import assert from "node:assert/strict";
import { test } from "node:test";
import { Client, config } from "shoal";

const LIMIT = { timeout: 90_000 };

for (const mode of ["threads", "processes", "nats"] as const)
  test(
    `environment: workers have these variables before anything runs there, the program does not (${mode})`,
    LIMIT,
    async (t) => {
      const client = await Client.local({ mode, workers: 2, environment: { SHOAL_TEST_COLOUR: "teal" } });
      t.after(() => client.close());
      const colours = await client.run(() => process.env["SHOAL_TEST_COLOUR"]);
      assert.deepEqual([...colours.values()], ["teal", "teal"]);
      assert.equal(process.env["SHOAL_TEST_COLOUR"], undefined);
    },
  );

for (const mode of ["processes", "nats"] as const)
  test(`the title of a worker's process is its name, as \`ps\` and \`top\` show it (${mode})`, LIMIT, async (t) => {
    const client = await Client.local({ mode, workers: 2 });
    t.after(() => client.close());
    const titles = await client.run(() => process.title);
    assert.deepEqual(
      [...titles],
      client.workers.map(({ id }) => [id, `shoal worker ${id}`]),
    );
    assert.doesNotMatch(process.title, /^shoal/);
  });

test("environment: inline the worker is the program, whose variables are its own", async () => {
  await assert.rejects(Client.local({ mode: "inline", environment: { A: "1" } }), TypeError);
});

for (const mode of ["threads", "processes"] as const)
  test(`workers go by the configuration of the program that starts them (${mode})`, LIMIT, async (t) => {
    const undo = config.set({ "compute.priority": 7, "compute.timeout": "45s", "delayed.pure": true });
    const client = await Client.local({ mode, workers: 1 }).finally(undo);
    t.after(() => client.close());
    const seen = await client.submit(() => config.all()).result();
    assert.deepEqual(seen, { "compute.priority": 7, "compute.timeout": "45s", "delayed.pure": true });
  });
