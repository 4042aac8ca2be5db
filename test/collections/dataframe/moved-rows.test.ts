import assert from "node:assert/strict";
import { test } from "node:test";
import { concat, type DataFrame, fromColumns, type Series } from "../../../collections/dataframe/index.ts";

const columns = { k: ["a", "b", "a", "b", null, "b", "a", "c"], v: [1, 2, 3, 4, 5, 6, 7, 8] };
const table = (npartitions: number) => fromColumns(columns, { npartitions });
type Trips = ReturnType<typeof table>;

/** Columns made along groups, whose rows lie in other partitions than their table's. */
const ALONG: Readonly<Record<string, (t: Trips) => Series<unknown>>> = {
  cumsum: (t) => t.groupby("k").get("v").cumsum(),
  shift: (t) => t.groupby("k").get("v").shift(1),
  cumcount: (t) => t.groupby("k").cumcount(),
  ffill: (t) => t.groupby("k").get("v").ffill(),
  transform: (t) => t.groupby("k").get("v").transform("mean"),
  "transform of one's own": (t) =>
    t
      .groupby("k")
      .get("v")
      .transform((group) => [...(group as Iterable<number>)].map((v, _, all) => v - (all[0] as number)), "float64"),
};

const records = async (t: DataFrame<never>): Promise<unknown> => (await t.compute()).toRecords();

for (const [name, along] of Object.entries(ALONG))
  test(`${name} along groups finds its rows again in a table of several partitions`, async () => {
    const assigned = (n: number) => records(table(n).assign({ c: along(table(n)) } as never) as never);
    assert.deepEqual(await assigned(3), await assigned(1));
    const summed = async (n: number) => [
      ...(await table(n)
        .get("v")
        .add(along(table(n)) as never)
        .compute()),
    ];
    assert.deepEqual(await summed(3), await summed(1));
    const filtered = (n: number) => {
      const some = table(n).filter((row) => row.v > 2);
      return records(some.assign({ c: along(table(n)) } as never) as never);
    };
    assert.deepEqual(await filtered(3), await filtered(1));
  });

test("two columns along the same groups lie alike, and are taken partition by partition", async () => {
  const t = table(3);
  const groups = t.groupby("k").get("v");
  const both = groups.cumsum().sub(groups.transform("sum") as never);
  assert.ok(!both.explain().includes("repartition"), both.explain());
  const byIndex = async (s: Series<unknown>) => {
    const rows = (await s.resetIndex({ name: "x" }).compute()).toRecords() as { index: number }[];
    return rows.sort((a, b) => a.index - b.index);
  };
  const one = table(1).groupby("k").get("v");
  assert.deepEqual(await byIndex(both), await byIndex(one.cumsum().sub(one.transform("sum") as never)));
});

test("an index that names rows twice cannot say where a column along groups belongs: an error, not wrong values", async () => {
  const twice = concat([table(2), table(2)]) as unknown as Trips;
  const assigned = twice.assign({ c: twice.groupby("k").get("v").cumsum() } as never);
  await assert.rejects(assigned.compute(), /8 of 16 rows repeat one: give the table an index/);
});

test("a column of the unsorted table finds its rows in the sorted one", async () => {
  const assigned = (n: number) => {
    const t = fromColumns({ v: [8, 3, 6, 1, 4, 7, 2, 5] }, { npartitions: n });
    return records(t.sortValues("v").assign({ c: t.get("v") } as never) as never);
  };
  assert.deepEqual(await assigned(3), await assigned(1));
});

test("a column finds its rows in a table that was put together anew, and in partitions picked from it", async () => {
  const v = [8, 3, 6, 1, 4, 7, 2, 5];
  const of = (npartitions: number) => fromColumns({ v }, { npartitions });
  const halves = of(2);
  const stacked = concat([
    halves.filter((row) => row.v > 4),
    halves.filter((row) => row.v <= 4),
  ]) as unknown as DataFrame<never>;
  const assigned = await records(stacked.assign({ c: of(4).get("v") } as never) as never);
  assert.deepEqual(
    (assigned as { v: number; c: number }[]).map((row) => row.c),
    [8, 6, 7, 5, 3, 1, 4, 2],
  );
  const last = of(4).partitions(2, 3);
  const picked = await records(last.assign({ c: of(2).get("v") } as never) as never);
  assert.deepEqual(picked, [
    { v: 4, c: 4 },
    { v: 7, c: 7 },
    { v: 2, c: 2 },
    { v: 5, c: 5 },
  ]);
});
