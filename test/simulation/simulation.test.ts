import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { Cluster } from "./cluster.ts";
import { isPlain, isRunInOnePlace, isRunOnce } from "./in-order.ts";
import type { LineOptions } from "./line.ts";
import { makeScenario } from "./make-scenario.ts";
import type { Fault, Scenario } from "./scenario.ts";
import { simulate } from "./simulate.ts";
import { storyOf } from "./story.ts";

/** Seeds of the ordinary run; `npm run sim -- --seeds N` goes on from there. */
const SEEDS = 100;
test("simulate() finds every cluster at rest, right and empty at the end", async () => {
  let tasks = 0;
  for (let seed = 1; seed <= SEEDS; seed++) {
    const scenario = makeScenario(seed);
    const outcome = await simulate(scenario);
    if (outcome.failure !== undefined) assert.fail(storyOf(scenario, outcome));
    tasks += outcome.runs;
  }
  assert.ok(tasks > SEEDS * 20, `${tasks} tasks ran`);
});

test("simulate() leaves the same trace twice, and with every row a real XState actor", async () => {
  for (let seed = 1; seed <= 4; seed++) {
    const scenario = makeScenario(seed);
    const first = await simulate(scenario);
    assert.equal((await simulate(scenario)).traceHash, first.traceHash, `seed ${seed}, again`);
    assert.equal(
      (await simulate(scenario, { charts: "interpreted" })).traceHash,
      first.traceHash,
      `seed ${seed}, interpreted`,
    );
  }
});

test("makeScenario() makes seeds in which each check of how tasks run has something to judge", () => {
  const scenarios = Array.from({ length: 1000 }, (_, i) => makeScenario(i + 1));
  const rests = (scenario: Scenario): boolean =>
    isPlain(scenario) &&
    scenario.options.speculate !== true &&
    scenario.layers.some(({ annotations, behaviour }) => annotations.retryDelayMs && behaviour.flaky.length > 0);
  assert.ok(scenarios.filter(isRunInOnePlace).length >= 50);
  assert.ok(scenarios.filter(isRunOnce).length >= 15);
  assert.ok(scenarios.some(rests));
});

test("makeScenario() makes work worth the while", () => {
  const scenarios = Array.from({ length: 300 }, (_, i) => makeScenario(i + 1));
  const median = (of: (scenario: (typeof scenarios)[number]) => number): number =>
    scenarios.map(of).sort((a, b) => a - b)[150] as number;
  assert.ok(median(({ layers }) => layers.reduce((sum, layer) => sum + layer.count, 0)) >= 100);
  assert.ok(median(({ options }) => options.workers) >= 4);
});

test("simulate() stands by: a leader that wakes after its successor has ended finds in the journal that it was deposed", async () => {
  const scenario = makeScenario(2311);
  assert.ok(scenario.options.line !== undefined, "the seed has a standby");
  const outcome = await simulate(scenario);
  if (outcome.failure !== undefined) assert.fail(storyOf(scenario, outcome));
});

test("simulate() waits for a task that kills its workers four times, and for slow tasks before it that are made again each time", async () => {
  const scenario = makeScenario(1500003230);
  const outcome = await simulate(scenario);
  if (outcome.failure !== undefined) assert.fail(storyOf(scenario, outcome));
});

test("simulate() leaves a copy on its way whose question was lost twice", async () => {
  const scenario = makeScenario(1500066516);
  const outcome = await simulate(scenario);
  if (outcome.failure !== undefined) assert.fail(storyOf(scenario, outcome));
});

/** Histories of before lives of schedulers met with faults of their own: one server keeps the journal, and has it all. */
function onOneServer(scenario: Scenario): Scenario {
  const line = scenario.options.line as LineOptions;
  return { ...scenario, options: { ...scenario.options, line: { ...line, servers: 1, isRough: false } } };
}

test("simulate() loses acknowledged records while a leader stands still: it writes no more once others have their numbers", async () => {
  const { faults, ...drawn } = onOneServer(makeScenario(31848));
  // The last leader that dies takes three records with it.
  const last = faults.findLastIndex(({ kind }) => kind === "leaderCrash");
  const scenario = {
    ...drawn,
    faults: faults.map((one, at) => (at === last ? ({ ...one, forgets: 3 } as Fault) : one)),
  };
  const kinds = scenario.faults.map((fault) => (fault.kind === "leaderCrash" && fault.forgets ? "loss" : fault.kind));
  assert.ok(kinds.includes("loss") && kinds.includes("leaderPause"), kinds.join());
  const outcome = await simulate(scenario);
  if (outcome.failure !== undefined) assert.fail(storyOf(scenario, outcome));
});

test("simulate() loses a submission with the journal's tail: a worker that had its layers is told those that have their numbers now", async () => {
  const { faults, ...drawn } = onOneServer(makeScenario(400008997));
  const scenario = {
    ...drawn,
    faults: faults.map((one) => (one.kind === "leaderCrash" ? ({ ...one, forgets: 3 } as Fault) : one)),
  };
  const outcome = await simulate(scenario);
  if (outcome.failure !== undefined) assert.fail(storyOf(scenario, outcome));
});

test("simulate() loses a worker's joining with the journal's tail: what it runs may be begun elsewhere until it is heard of", async () => {
  const scenario = onOneServer(makeScenario(800001940));
  assert.ok(scenario.faults.some((fault) => fault.kind === "leaderCrash" && fault.forgets));
  const outcome = await simulate(scenario);
  if (outcome.failure !== undefined) assert.fail(storyOf(scenario, outcome));
});

test("simulate() finds the task at the end of a chain that ends its worker in a few deaths, not in one for each task before it", async () => {
  const scenario = makeScenario(800075575);
  const outcome = await simulate(scenario);
  if (outcome.failure !== undefined) assert.fail(storyOf(scenario, outcome));
  assert.ok(outcome.crashes <= 6, `${outcome.crashes} crashes`);
});

test("simulate() sends a task back with the one that it waits for, as a newer copy of an input takes that along", async () => {
  const scenario = makeScenario(900198);
  const outcome = await simulate(scenario);
  if (outcome.failure !== undefined) assert.fail(storyOf(scenario, outcome));
});

test("simulate() sends a task that begins again back if its input is made here anew meanwhile", async () => {
  const scenario = makeScenario(1000032459);
  const outcome = await simulate(scenario);
  if (outcome.failure !== undefined) assert.fail(storyOf(scenario, outcome));
});

test("simulate() keeps a failure to itself: a promise that failed with it is not the next simulation's", async (t) => {
  hearNothing(t);
  const sabotage = ({ world }: Cluster): void =>
    void world.at(10, "break", () => {
      void Promise.reject(new Error("what came of it"));
      throw new Error("what broke");
    });
  const broken = await simulate(makeScenario(1), { sabotage });
  assert.equal(broken.failure?.message, "what broke");
  assert.equal((await simulate(makeScenario(2))).failure, undefined);
});

test("simulate() fails if the last thing that happens is a promise that fails with nobody waiting for it", async (t) => {
  hearNothing(t);
  const scenario = makeScenario(1);
  const { virtualMs } = await simulate(scenario);
  const sabotage = ({ world }: Cluster): void => {
    const run = world.run.bind(world);
    world.run = async (...how) => {
      const end = await run(...how);
      if (world.now === virtualMs) void Promise.reject(new Error("nobody heard"));
      return end;
    };
  };
  assert.equal((await simulate(scenario, { sabotage })).failure?.message, "nobody heard");
});

/** The test runner hears of promises that fail on purpose no more than the process of a seed would. */
function hearNothing(t: TestContext): void {
  const listeners = process.rawListeners("unhandledRejection") as NodeJS.UnhandledRejectionListener[];
  process.removeAllListeners("unhandledRejection");
  t.after(() => {
    for (const listener of listeners) process.on("unhandledRejection", listener);
  });
}

test("simulate() takes back what was sent ahead to a straggler in the turn that copies it", async () => {
  // In the second one such task has begun there before it hears.
  for (const seed of [64653, 800022461]) {
    const scenario = makeScenario(seed);
    assert.ok(scenario.options.speculate);
    const outcome = await simulate(scenario);
    if (outcome.failure !== undefined) assert.fail(storyOf(scenario, outcome));
  }
});
