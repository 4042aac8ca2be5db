import assert from "node:assert/strict";
import { test } from "node:test";
import { type ActivityFigures, Client, span, taskScope } from "shoal";

/** Workers tell with their heartbeats: asked until it is so. */
async function activitiesOf(
  client: Client,
  isThere: (all: readonly ActivityFigures[]) => boolean,
): Promise<readonly ActivityFigures[]> {
  for (;;) {
    const all = await client.getActivities();
    if (isThere(all)) return all;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const sum = (all: readonly ActivityFigures[], wanted: Partial<ActivityFigures>): ActivityFigures | undefined =>
  all
    .filter((one) => Object.entries(wanted).every(([name, value]) => one[name as keyof ActivityFigures] === value))
    .reduce<ActivityFigures | undefined>(
      (total, one) =>
        total === undefined
          ? one
          : {
              ...one,
              seconds: total.seconds + one.seconds,
              bytes: total.bytes + one.bytes,
              count: total.count + one.count,
            },
      undefined,
    );

for (const mode of ["inline", "processes"] as const)
  test(`getActivities() tells functions by kind and span, and what a task measures itself, ${mode}`, {
    timeout: 60_000,
  }, async () => {
    await using client = await Client.local({ mode, workers: 2 });
    const spin = (text: string): number => {
      const until = (ms: number): void => {
        for (const end = performance.now() + ms; performance.now() < end; );
      };
      const scope = taskScope();
      scope.measure("parse", () => {
        until(20);
        scope.measure("unpack", () => until(10));
      });
      scope.tally("parse", { bytes: text.length, count: 0 });
      until(5);
      return text.length;
    };
    await span("etl", () => client.gather(client.map(spin, ["one", "three"])));
    await client
      .submit(() => {
        throw new RangeError("no");
      })
      .exception();
    const all = await activitiesOf(
      client,
      (now) => sum(now, { activity: "run" })?.count === 2 && sum(now, { activity: "fail" })?.count === 1,
    );
    const of = (activity: string): ActivityFigures =>
      sum(all, { context: "execute", activity, span: "etl" }) as ActivityFigures;
    assert.deepEqual([of("parse").count, of("parse").bytes, of("unpack").count], [2, 8, 2]);
    // What is measured within is told by its own name alone.
    assert.ok(of("parse").seconds >= 0.04 && of("unpack").seconds >= 0.02 && of("run").seconds >= 0.01);
    assert.ok(all.every(({ kind, context }) => (context === "execute") === (kind !== "")));
  });

test("getActivities() tells what is spilled, restored and fetched", { timeout: 60_000 }, async () => {
  await using client = await Client.local({ mode: "threads", workers: 2, memoryLimit: "40 MB" });
  const make = (n: number): Float64Array => new Float64Array(1e6).fill(n);
  const blocks = client.map(make, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
  const sums = client.map((block: Float64Array) => block[0], blocks);
  await client.gather(sums);
  const total = client.submit(
    (all: readonly Float64Array[]) => all.reduce((sum, block) => sum + (block[9] as number), 0),
    [...blocks] as never,
  );
  assert.equal(await total.result(), 78);
  const all = await activitiesOf(client, (now) =>
    [
      ["spill", "write"],
      ["restore", "read"],
      ["fetch", "transfer"],
    ].every(([context, activity]) => sum(now, { context, activity } as Partial<ActivityFigures>) !== undefined),
  );
  for (const [context, activity] of [
    ["spill", "write"],
    ["restore", "read"],
    ["fetch", "transfer"],
  ] as const) {
    const { seconds, bytes, count } = sum(all, { context, activity }) as ActivityFigures;
    assert.ok(seconds > 0 && bytes >= 8e6 * 0.9 && count >= 1, `${context} ${activity}: ${seconds} s, ${bytes} bytes`);
  }
});

test("a task may not take a worker's own names for what it measures", async () => {
  await using client = await Client.local({ mode: "inline" });
  for (const name of ["run", "", 5]) {
    const future = client.submit((n: string) => taskScope().measure(n, () => 1), name as string);
    await assert.rejects(future.result(), /An activity needs a name, and not one of the worker's own/);
  }
});
