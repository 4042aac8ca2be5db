import assert from "node:assert/strict";
import { test } from "node:test";
import { asCompleted, Client, wait } from "shoal";

const square = (n: number): number => n * n;

test("what is no name, no option, no future, no class or no count is refused where it is said", async () => {
  await using client = await Client.local({ mode: "inline" });
  const future = client.submit(square, 3);
  const never = (value: unknown) => value as never;
  const refused: [RegExp, () => unknown][] = [
    [/name of a queue, variable or event/, () => client.queue("")],
    [/name of a queue, variable or event/, () => client.variable(never(5))],
    [/name of a lock/, () => client.lock("")],
    [/name of a lock/, () => client.multiLock(["a", ""])],
    [/name of a semaphore/, () => client.semaphore(never(undefined), 1)],
    [/name of a dataset/, () => client.publishDataset("", 1)],
    [/result\(\) has no option "timout"; did you mean "timeout"/, () => future.result(never({ timout: 5 }))],
    [/exception\(\) has no option/, () => future.exception(never({ timout: 5 }))],
    [/gather\(\) has no option/, () => client.gather([future], never({ timout: 5 }))],
    [
      /scatter\(\) has no option "brodcast"; did you mean "broadcast"/,
      () => client.scatter([1], never({ brodcast: true })),
    ],
    [/wait\(\) has no option "returnWhen"/, () => wait([future], never({ returnWhen: "first" }))],
    [/until of wait\(\) is "all" or "first"/, () => wait([future], { until: never("some") })],
    [/Item 0 of the futures of wait is 5/, () => wait([never(5)])],
    [/Item 0 of the futures of asCompleted is 5/, () => asCompleted([never(5)])],
    [/actor\(\) takes a class/, () => client.actor(never(5))],
    [/actor\(\) takes a class/, () => client.actor(never(() => 1))],
    [/waitForWorkers\(\) takes a number/, () => client.waitForWorkers(never("x"))],
  ];
  for (const [message, run] of refused)
    await assert.rejects(async () => run(), { name: "TypeError", message }, String(message));
  assert.equal(await future.result({ timeout: "10s" }), 9);
  await assert.rejects(
    client.run(() => {
      throw new RangeError("no");
    }),
    /^ShoalError: A function failed on worker inline: RangeError: no/,
  );
});

for (const mode of ["inline", "threads"] as const)
  test(`whatever a closed client is asked for fails at once with CLOSED, ${mode}`, async () => {
    const client = await Client.local({ mode, workers: 1 });
    const held = client.submit(square, 2);
    await held.result();
    const queue = client.queue<number>("before");
    await client.close();
    const asked: Record<string, () => unknown> = {
      submit: () => client.submit(square, 1).result(),
      map: () => client.gather(client.map(square, [1])),
      scatter: () => client.scatter(1),
      put: () => queue.put(1),
      get: () => client.queue("q").get(),
      lock: () => client.lock("l").acquire(),
      variable: () => client.variable("v").get(),
      event: () => client.event("e").wait(),
      topic: () => client.topic("t").subscribe(),
      actor: () => client.actor(class Counter {}),
      run: () => client.run(() => 1),
      runOnScheduler: () => client.runOnScheduler(() => 1),
      publishDataset: () => client.publishDataset("d", 1),
      getDataset: () => client.getDataset("d"),
      setMetadata: () => client.setMetadata("m", 1),
      logEvent: () => client.logEvent("t", 1),
      status: () => client.status(),
      getSpans: () => client.getSpans(),
      getActivities: () => client.getActivities(),
      getLogs: () => client.getLogs(),
      hasWhat: () => client.hasWhat(),
      whoHas: () => client.whoHas([held]),
      replicate: () => client.replicate([held]),
      registerPlugin: () => client.registerPlugin({ setup: () => {} }),
      registerSchedulerPlugin: () => client.registerSchedulerPlugin({ start: () => {} }),
      getVersions: () => client.getVersions(),
      waitForWorkers: () => client.waitForWorkers(1),
      forwardLogging: () => client.forwardLogging(),
    };
    for (const [name, ask] of Object.entries(asked)) await assert.rejects(async () => ask(), { code: "CLOSED" }, name);
  });
