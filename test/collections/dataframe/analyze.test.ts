import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { inspect } from "node:util";
import { Client, span } from "shoal";
import * as dd from "shoal/dataframe";
import type { Analysis } from "../../../collections/dataframe/analysis.ts";
import { pushExecutor } from "../../../runtime/graph/executor.ts";
import { syncExecutor } from "../../../runtime/graph/sync-executor.ts";

const ROWS = 1200;
const orders = dd.fromColumns(
  {
    k: Array.from({ length: ROWS }, (_, i) => `k${i % 3}`),
    g: Array.from({ length: ROWS }, (_, i) => i % 10),
    v: Array.from({ length: ROWS }, (_, i) => i),
  },
  { npartitions: 4 },
);
const groups = dd.fromColumns({ g: [0, 1, 2, 3, 4], w: [1, 2, 3, 4, 5] }, { npartitions: 2 });
const query = orders
  .filter((row) => row["v"] >= 1000)
  .merge(groups, { on: "g" })
  .groupby("k")
  .agg({ w: "sum" });

const of = ({ expressions }: Analysis<unknown>, kind: string) => {
  const found = expressions.find((one) => one.kind === kind);
  assert.ok(found, `${kind} among ${expressions.map((one) => one.kind).join(", ")}`);
  return found;
};

test("analyze() gives the value, and of every expression its rows and bytes by partition, its tasks and their time", async () => {
  const analysis = await query.analyze();
  assert.deepEqual(analysis.value.toColumns(), (await query.compute()).toColumns());
  const { rowsByPartition, partitions, tasks, ms } = of(analysis, "filter");
  assert.deepEqual([partitions, tasks, rowsByPartition], [4, 4, [0, 0, 0, 200]]);
  assert.ok((ms as number) > 0);
  const read = of(analysis, "scan");
  assert.deepEqual([read.rows, read.rowsByPartition], [ROWS, [300, 300, 300, 300]]);
  assert.equal(
    read.bytes,
    read.bytesByPartition.reduce((a, b) => a + b),
  );
  // Two columns of eight bytes, and texts.
  assert.ok((read.bytesByPartition[0] as number) >= 300 * 16);
  assert.equal(of(analysis, "join").rows, 100, "five of ten groups are in the small table");
  const last = analysis.expressions.at(-1);
  assert.deepEqual([last?.partitions, last?.rows], [1, 3]);
});

test("the time of an expression is that of all its tasks", async () => {
  const slow = orders.mapPartitions(
    (frame) => {
      const end = performance.now() + 20;
      while (performance.now() < end);
      return frame;
    },
    { schema: { k: "string", g: "int64", v: "int64" } },
  );
  const { expressions } = await slow.filter((row) => row["v"] >= 0).analyze();
  const map = expressions.findIndex(({ kind }) => kind === "map");
  assert.ok((expressions[map]?.ms as number) >= 80, String(expressions[map]?.ms));
  assert.deepEqual(
    expressions.filter(({ inputs }) => inputs.includes(map)).map(({ kind }) => kind),
    ["filter"],
  );
});

test("an exchange and a sort are looked at as a whole; equal work is run again for each analysis, on workers too", async () => {
  await using _client = await Client.local({ mode: "threads", workers: 2 });
  const sorted = orders.sortValues("v").get("v").cumsum();
  for (let round = 0; round < 2; round++) {
    const analysis = await span("outer", () => sorted.analyze());
    assert.equal(analysis.value.toArray().at(-1), (ROWS * (ROWS - 1)) / 2);
    const sort = of(analysis, "sort");
    assert.ok(sort.tasks > 4, "samples are taken, partitions cut and put together");
    assert.equal(sort.rows, ROWS);
    for (const { kind, ms } of analysis.expressions) assert.ok((ms as number) > 0, kind);
  }
});

test("what was there before has no time of its own", async () => {
  await using _client = await Client.local({ mode: "inline" });
  const held = orders.persist();
  const { expressions } = await held.filter((row) => row["v"] < 10).analyze();
  const [have, filter] = expressions;
  assert.deepEqual([have?.kind, have?.ms, have?.tasks, have?.rows], ["layer", null, 0, ROWS]);
  assert.deepEqual([filter?.kind, filter?.rows, filter?.inputs], ["filter", 10, [0]]);
});

test("an analysis is shown as a table and drawn with its figures", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "shoal-analyze-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const analysis = await query.analyze();
  const [heads, ...lines] = String(analysis).split("\n");
  assert.match(heads as string, /time +tasks +partitions +rows +bytes +largest +expression$/);
  assert.equal(lines.length, analysis.expressions.length);
  assert.ok(
    lines.some((line) => / 4 +4 +200 .* filter \(v >= 1000\)$/.test(line)),
    lines.join("\n"),
  );
  assert.equal(inspect(analysis), String(analysis));
  const dot = await analysis.visualize(join(folder, "plan.dot"));
  const filter = analysis.expressions.findIndex(({ kind }) => kind === "filter");
  assert.match(dot, new RegExp(`n${filter} \\[label="filter \\(v >= 1000\\)\\\\n.* in 4 tasks\\\\n200 rows, `));
  assert.match(dot, new RegExp(`n${analysis.expressions[filter]?.inputs[0]} -> n${filter};`));
  const svg = await analysis.visualize(join(folder, "plan.svg"));
  assert.match(svg, /<svg[\s\S]*inner join on/);
  assert.equal(await readFile(join(folder, "plan.svg"), "utf8"), svg);
});

test("analyze() fails as compute() does, and where nobody tells how long tasks took", async () => {
  const failing = orders.mapPartitions(
    () => {
      throw new RangeError("no such price");
    },
    { schema: { k: "string", g: "int64", v: "int64" } },
  );
  await assert.rejects(failing.analyze(), /no such price/);
  await assert.rejects(query.analyze({ quick: true } as never), TypeError);
  const pop = pushExecutor(syncExecutor);
  try {
    await assert.rejects(query.analyze(), { code: "NOT_SUPPORTED" });
  } finally {
    pop();
  }
});
