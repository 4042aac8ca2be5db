import assert from "node:assert/strict";
import { test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { asCompleted, Client } from "shoal";
import { clusterSubjects } from "../../../runtime/bus/subject.ts";

const COUNT = 100_000;
/** What changes by itself. */
const OTHER_PARTS = ["log", "failures", "workers", "figures", "status"] as const;
const LIMIT = { timeout: 240_000 };

/** All that client, scheduler and worker hold for futures, by what it is. */
async function heldBy(client: Client): Promise<Record<string, unknown>> {
  const { tasks, ready, slabs } = await client.status();
  const [worker] = client.workers;
  const address = clusterSubjects(client.clusterName).worker(worker?.id as string);
  const { rows, layers, managedBytes, executing, queued } = (await client.ask(address, { type: "state" })) as Record<
    string,
    unknown
  >;
  const { graph, holds } = await client.dumpClusterState(undefined, { exclude: OTHER_PARTS });
  return {
    client: client.executor.session.counts,
    scheduler: { tasks, ready, slabs, graph, holds },
    worker: { rows, layers, managedBytes, executing, queued },
  };
}

/** Asks until nothing more is held than before: what is let go of is told in the same turn, and done soon after. */
async function settlesTo(client: Client, before: Record<string, unknown>): Promise<void> {
  let now = await heldBy(client);
  const said = (held: Record<string, unknown>): string => JSON.stringify(held);
  for (let asked = 0; asked < 500 && said(now) !== said(before); asked++) now = await heldBy(client);
  assert.deepEqual(now, before);
}

const numbers = Array.from({ length: COUNT }, (_, i) => i);
const inc = (n: number): number => n + 1;

for (const mode of ["inline", "threads", "processes", "nats"] as const)
  test(
    `${COUNT} futures made, awaited and let go leave no entry at client, scheduler and worker (${mode})`,
    LIMIT,
    async () => {
      const client = await Client.local({ mode, workers: 1 });
      try {
        const before = await heldBy(client);
        assert.deepEqual(before["client"], { submissions: 0, waits: 0 });
        const futures = client.map(inc, numbers);
        const values = await client.gather(futures);
        assert.equal(values[COUNT - 1], COUNT);
        for (const future of futures) future.release();
        await settlesTo(client, before);
        // One submission each, each waited for.
        const single = numbers.slice(0, 2000).map((n) => client.submit(inc, n));
        for await (const future of asCompleted(single)) future.release();
        await settlesTo(client, before);
      } finally {
        await client.close();
      }
    },
  );

test("futures that are dropped without a word are let go of when they are collected", LIMIT, async () => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const client = await Client.local({ mode: "threads", workers: 1 });
  try {
    const before = await heldBy(client);
    await (async () => {
      const futures = client.map(inc, numbers);
      await client.gather(futures);
    })();
    const { submissions } = client.executor.session.counts;
    assert.equal(submissions, 1);
    while (client.executor.session.counts.submissions > 0) {
      collect();
      await new Promise(setImmediate);
    }
    await settlesTo(client, before);
  } finally {
    await client.close();
  }
});
