import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import * as dd from "../../../../collections/dataframe/index.ts";
import { KeyPlaces, NOWHERE } from "../../../../collections/dataframe/kernels/key-places.ts";
import "../../../../index.ts";

const key = fc.oneof(
  fc.integer({ min: -20, max: 20 }),
  fc.integer({ min: -(2 ** 53) + 1, max: 2 ** 53 - 1 }),
  fc.constantFrom(-0, 2 ** 31, 2 ** 32, 2 ** 53 - 1),
);

test("KeyPlaces finds every key where it stands, near together or far apart, and no other", () => {
  fc.assert(
    fc.property(fc.uniqueArray(key, { comparator: (a, b) => a === b }), fc.array(key), (keys, more) => {
      const places = KeyPlaces.of(Float64Array.from(keys));
      assert.ok(places !== undefined);
      const sought = [...keys, ...more, Number.NaN, 2 ** 60];
      const at = new Uint32Array(sought.length);
      const expected = sought.map((one) => keys.indexOf(one === 0 ? 0 : one));
      assert.equal(places.find(Float64Array.from(sought), at), expected.filter((one) => one >= 0).length);
      assert.deepEqual(
        [...at],
        expected.map((one) => (one < 0 ? NOWHERE : one)),
      );
    }),
    { numRuns: 500, seed: 3 },
  );
});

test("KeyPlaces does not tell keys apart that come up twice, are missing, or that a fraction cannot hold", () => {
  for (const keys of [[1, 2, 1], [1, 1e12, 1], [1, Number.NaN], [0.5], [2 ** 53], [1, Number.POSITIVE_INFINITY]])
    assert.equal(KeyPlaces.of(Float64Array.from(keys)), undefined);
});

const left = fc.array(fc.record({ k: fc.option(fc.integer({ min: -3, max: 9 }), { freq: 5 }), v: fc.nat(9) }), {
  minLength: 1,
  maxLength: 30,
});
const right = fc.array(fc.record({ k: fc.option(fc.integer({ min: -3, max: 9 }), { freq: 9 }), w: fc.string() }), {
  minLength: 1,
  maxLength: 8,
});

test("merge() gives the same rows whether the one partition is sent to all of the other or both are exchanged", async () => {
  const sorted = (rows: readonly unknown[]): string[] => rows.map((row) => JSON.stringify(row)).sort();
  await fc.assert(
    fc.asyncProperty(left, right, fc.constantFrom("inner", "left"), fc.boolean(), async (a, b, how, named) => {
      const dtypes = { k: "int64", v: "int64" };
      const own = dd.fromRecords(a, { npartitions: Math.min(3, a.length), dtypes });
      const plain = dd.fromRecords(b, { npartitions: 1, dtypes: { k: "int64", w: "string" } });
      const other = named ? plain.rename({ k: "key", w: "v" }) : plain;
      const options = { how, ...(named ? { leftOn: "k", rightOn: "key" } : { on: "k" }) } as const;
      const rows = async (broadcast: boolean): Promise<string[]> =>
        sorted(await (await own.merge(other, { ...options, broadcast }).compute()).toRecords());
      assert.deepEqual(await rows(true), await rows(false));
    }),
    { numRuns: 40, seed: 9 },
  );
});

test("merge() gives the same rows whichever side is the small one, and whatever it keeps of them", async () => {
  const sorted = (rows: readonly unknown[]): string[] => rows.map((row) => JSON.stringify(row)).sort();
  const hows = fc.constantFrom("inner", "left", "right", "leftsemi", "leftanti");
  await fc.assert(
    fc.asyncProperty(left, right, hows, fc.boolean(), async (a, b, how, turned) => {
      const large = dd.fromRecords([...a, ...a, ...a], { npartitions: 3, dtypes: { k: "int64", v: "int64" } });
      const small = dd.fromRecords([...b, { k: 1, w: "-" }], { npartitions: 2, dtypes: { k: "int64", w: "string" } });
      const [own, other] = turned ? [small, large] : [large, small];
      const rows = async (options: { broadcast?: false }): Promise<string[]> =>
        sorted((await own.merge(other as never, { on: "k", how, ...options }).compute()).toRecords());
      assert.deepEqual(await rows({}), await rows({ broadcast: false }));
    }),
    { numRuns: 60, seed: 4 },
  );
});

test("a small left that goes to every partition keeps its order there", async () => {
  const small = dd.fromColumns({ k: [3, 1, 2], w: ["c", "a", "b"] }, { npartitions: 2 });
  const large = dd.fromColumns({ k: [1, 2, 3, 4, 3, 2, 1, 1], v: [0, 1, 2, 3, 4, 5, 6, 7] }, { npartitions: 2 });
  const made = small.merge(large, { on: "k" });
  assert.match(made.explain(), /broadcast-left/);
  const records = (await made.compute()).toRecords() as { k: number; w: string; v: number }[];
  assert.deepEqual(
    records.map(({ k, w, v }) => [k, w, v]),
    [
      [3, "c", 2],
      [1, "a", 0],
      [2, "b", 1],
      [3, "c", 4],
      [1, "a", 6],
      [1, "a", 7],
      [2, "b", 5],
    ],
  );
});

test("merge() with every partition keeps the order of the left's rows, and only the columns that are used", async () => {
  const own = dd.fromColumns({ k: [5, 3, 9, 5, 1, 3], v: [0, 1, 2, 3, 4, 5] }, { npartitions: 3 });
  const other = dd.fromColumns({ k: [3, 5, 7], w: ["c", "e", "g"] }, { npartitions: 1 });
  assert.deepEqual(
    await own
      .merge(other, { on: "k" })
      .get("w")
      .compute()
      .then((one) => one.toArray()),
    ["e", "c", "e", "c"],
  );
  const kept = await own.merge(other, { on: "k", how: "left" }).compute();
  assert.deepEqual(await kept.toRecords(), [
    { k: 5, v: 0, w: "e" },
    { k: 3, v: 1, w: "c" },
    { k: 9, v: 2, w: null },
    { k: 5, v: 3, w: "e" },
    { k: 1, v: 4, w: null },
    { k: 3, v: 5, w: "c" },
  ]);
  assert.equal(await own.merge(other, { on: "k" }).get("v").sum().compute(), 9);
});
