import assert from "node:assert/strict";
import { test } from "node:test";
import { COUNTED } from "./seed-run.ts";
import { type Sum, Tally, type Words } from "./tally.ts";
import { type Average, readUsual, type UsualWords, unusual, usualOf } from "./usual.ts";
import { walkedCharts } from "./walked-charts.ts";

const usual = readUsual();
const SEEDS = 1000;

const sumOf = ({ mean, deviation }: Average): Sum => ({
  sum: mean * SEEDS,
  squares: (deviation ** 2 + mean ** 2) * SEEDS,
});

const wordsOf = ({ heard }: UsualWords): Words => ({
  seeds: SEEDS,
  heard: new Map(Object.entries(heard).map(([what, average]) => [what, sumOf(average)])),
});

/** What so many seeds would have done if all were as usual. */
function asUsual(): Tally {
  const seedsByPair = walkedCharts.flatMap(([chart]) =>
    chart.states.flatMap((state) =>
      chart.events.map((event) => Math.round((usual.walked[`${chart.id}: ${state} × ${event}`] ?? 0) * SEEDS)),
    ),
  );
  const counted = COUNTED.map((name) => sumOf(usual.counted[name] as Average));
  const words = { any: wordsOf(usual.words.any), line: wordsOf(usual.words.line) };
  return Object.assign(new Tally(), { seeds: SEEDS, counted, words, seedsByPair });
}

function withSum(name: (typeof COUNTED)[number], factor: number): Tally {
  const tally = asUsual();
  (tally.counted[COUNTED.indexOf(name)] as Sum).sum *= factor;
  return tally;
}

test("unusual() says nothing of what is usual, and nothing of a few seeds", () => {
  assert.deepEqual(unusual(asUsual(), usual), []);
  assert.deepEqual(unusual(Object.assign(withSum("messages", 2), { seeds: 20 }), usual), []);
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
  const one = Object.assign(asUsual(), {
    seedsByPair: tally.seedsByPair.map((seeds, i) => (i === granted ? 0 : seeds)),
  });
  assert.match(unusual(one, usual).join(), /^thief: asking × granted in 0.00 % of the seeds, usually /);
  assert.match(
    unusual(Object.assign(asUsual(), { seedsByPair: [] }), usual)[0] as string,
    /^0.00 % of the charts' \d+ pairs/,
  );
});

test("unusual() tells of what is heard too often, or no more", () => {
  const often = asUsual();
  (often.words.any.heard.get("worker message compute") as Sum).sum *= 1.3;
  assert.match(unusual(often, usual).join(), /^"worker message compute" is heard /);
  const never = asUsual();
  never.words.any.heard.delete("line append");
  assert.match(unusual(never, usual).join(), /^"line append" is heard 0.000, usually /);
});

test("unusual() tells of what is heard too often where schedulers follow each other, though it is little among all", () => {
  const often = asUsual();
  (often.words.line.heard.get("line append") as Sum).sum *= 1.2;
  assert.match(unusual(often, usual).join(), /^"line append" is heard .* with a line of schedulers/);
});

test("usualOf() gives back what it was made of", () => {
  const tally = asUsual();
  const again = usualOf(tally);
  for (const name of COUNTED)
    assert.ok(Math.abs((again.counted[name]?.deviation ?? 0) / (usual.counted[name]?.deviation ?? 1) - 1) < 0.01, name);
  assert.deepEqual(Object.keys(again.walked), Object.keys(usual.walked));
});
