import assert from "node:assert/strict";
import { test } from "node:test";
import { COUNTED } from "./seed-run.ts";
import { readUsual, type Tally, unusual, usualOf } from "./usual.ts";
import { walkedCharts } from "./walked-charts.ts";

const usual = readUsual();
const SEEDS = 1000;

/** What so many seeds would have done if all were as usual. */
function asUsual(): Tally {
  const seedsByPair = walkedCharts.flatMap(([chart]) =>
    chart.states.flatMap((state) =>
      chart.events.map((event) => Math.round((usual.walked[`${chart.id}: ${state} × ${event}`] ?? 0) * SEEDS)),
    ),
  );
  const sums = COUNTED.map((name) => (usual.counted[name]?.mean ?? 0) * SEEDS);
  return { seeds: SEEDS, sums, seedsByPair };
}

const withSum = (name: (typeof COUNTED)[number], factor: number): Tally => {
  const tally = asUsual();
  return { ...tally, sums: tally.sums.map((sum, i) => (COUNTED[i] === name ? sum * factor : sum)) };
};

test("unusual() says nothing of what is usual, and nothing of a few seeds", () => {
  assert.deepEqual(unusual(asUsual(), usual), []);
  assert.deepEqual(unusual({ ...withSum("messages", 2), seeds: 20 }, usual), []);
});

test("unusual() tells of a cluster that says twice as much, or begins sessions for nothing", () => {
  assert.match(unusual(withSum("messages", 2), usual).join(), /^messages: /);
  assert.match(unusual(withSum("sessions", 3), usual).join(), /^sessions: /);
});

test("unusual() tells of pairs that are walked no more, as when nobody steals, and of charts that hardly are", () => {
  const tally = asUsual();
  const names = walkedCharts.flatMap(([{ id, states, events }]) =>
    states.flatMap((state) => events.map((event) => `${id}: ${state} × ${event}`)),
  );
  const granted = names.indexOf("thief: asking × granted");
  const one = { ...tally, seedsByPair: tally.seedsByPair.map((seeds, i) => (i === granted ? 0 : seeds)) };
  assert.match(unusual(one, usual).join(), /^thief: asking × granted in 0.00 % of the seeds, usually /);
  assert.match(unusual({ ...tally, seedsByPair: [] }, usual)[0] as string, /^0.00 % of the charts' \d+ pairs/);
});

test("usualOf() gives back what it was made of", () => {
  const tally = asUsual();
  const squares = COUNTED.map((name) => {
    const { mean, deviation } = usual.counted[name] as { mean: number; deviation: number };
    return (deviation ** 2 + mean ** 2) * SEEDS;
  });
  const again = usualOf(tally, squares);
  for (const name of COUNTED)
    assert.ok(Math.abs((again.counted[name]?.deviation ?? 0) / (usual.counted[name]?.deviation ?? 1) - 1) < 0.01, name);
  assert.deepEqual(Object.keys(again.walked), Object.keys(usual.walked));
});
