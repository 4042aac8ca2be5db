import assert from "node:assert/strict";
import { test } from "node:test";
import * as da from "../../../../collections/array/index.ts";
import { selectPlaces } from "../../../../collections/array/kernels/select.ts";
import { pushExecutor } from "../../../../runtime/graph/executor.ts";
import { syncExecutor } from "../../../../runtime/graph/sync-executor.ts";

pushExecutor(syncExecutor);

/** Digits, their dtype, chunks, k, and the places that Dask 2022.12 over NumPy 1.24 gives. */
const ties: [string, da.DType, number, number, number[]][] = [
  ["20130001132311", "int64", 2, 3, [9, 11, 3]],
  ["21320001320212", "int64", 5, -3, [6, 10, 4]],
  ["2241320120303130414400124001112344330000", "int64", 7, 6, [33, 19, 2, 16, 24, 18]],
  ["2230014142244204032043110000114034200444", "float64", 40, -12, [27, 31, 36, 3, 4, 24, 35, 16, 25, 19, 14, 26]],
  [
    "033002321312012323302120331130000031300002030122010331211012",
    "float32",
    13,
    16,
    [15, 43, 25, 36, 34, 28, 1, 52, 51, 2, 6, 9, 24, 17, 18, 5],
  ],
  ["000120020", "float64", 9, 1, [7]],
  ["020210012000101202101102111000", "float64", 4, 1, [23]],
  ["020120002210101210101100211212", "int16", 10, 1, [29]],
  [
    "25243115445142540241305423042322025023235542542243455044014254525403554255511350103513254315303504212325524142131223154522441324124450312513332135024203104524150422014340320520244004215341544330314315",
    "uint8",
    60,
    -9,
    [160, 133, 26, 146, 169, 79, 153, 164, 93],
  ],
  [
    "1010010010011002021111202010011222120020202201120020200000202020",
    "float64",
    64,
    14,
    [31, 32, 38, 40, 42, 43, 24, 22, 47, 35, 50, 52, 33, 17],
  ],
];

for (const [digits, dtype, chunks, k, expected] of ties)
  test(`argtopk() takes those of equal elements that Dask takes: ${k} of ${digits.length} ${dtype} in chunks of ${chunks}`, async () => {
    const x = da.fromArray(Array.from(digits, Number), { dtype, chunks });
    assert.deepEqual((await da.argtopk(x, k).compute()).toArray(), expected);
    const best = Array.from(digits, Number).sort((a, b) => (k > 0 ? b - a : a - b));
    assert.deepEqual((await da.topk(x, k).compute()).toArray(), best.slice(0, Math.abs(k)));
  });

test("argtopk() goes along any axis", async () => {
  const x = da.fromArray(
    [
      [0, 0, 0, 1, 0, 1],
      [2, 2, 2, 2, 2, 2],
      [0, 2, 0, 1, 1, 1],
      [2, 1, 1, 1, 1, 3],
    ],
    { chunks: [2, 3] },
  );
  assert.deepEqual((await da.argtopk(x, 2, { axis: 0 }).compute()).toArray(), [
    [3, 1, 1, 1, 1, 3],
    [1, 2, 3, 3, 3, 1],
  ]);
  assert.deepEqual((await da.argtopk(x, -2, { axis: 1 }).compute()).toArray(), [
    [0, 1],
    [0, 1],
    [0, 2],
    [1, 2],
  ]);
});

test("topk() of no rows has as many elements a row as were told", async () => {
  const x = da.ones([1, 6, 5], { chunks: [[1], [0, 3, 3], [5]] });
  const y = da.topk(x, 2, { axis: 2 });
  assert.deepEqual((await y.blocks(0, 0).compute()).shape, [1, 0, 2]);
  assert.deepEqual((await da.topk(x, 5, { axis: 0 }).blocks(0, 0).compute()).shape, [1, 0, 5]);
});

test("topk() puts NaN after all numbers, and keeps large whole numbers and complex ones whole", async () => {
  const found = async (x: da.Array, k: number): Promise<unknown> => (await da.topk(x, k).compute()).toArray();
  const gaps = da.fromArray([3, Number.NaN, 1, 4, 1, Number.NaN, 5], { chunks: 3 });
  assert.deepEqual(await found(gaps, 3), [Number.NaN, Number.NaN, 5]);
  assert.deepEqual(await found(gaps, -3), [1, 1, 3]);
  assert.deepEqual(await found(gaps, 1), [Number.NaN]);
  const large = da.fromArray([2n ** 60n, 2n ** 60n + 1n, 5n, 2n ** 60n - 1n], { chunks: 2 });
  assert.deepEqual((await da.topk(large, 1).compute()).toArray({ int64: "bigint" }), [2n ** 60n + 1n]);
  const z = da.fromArray([da.complex(1, 2), da.complex(1, 3), da.complex(0, 9)]);
  assert.deepEqual(await found(z, 2), [da.complex(1, 3), da.complex(1, 2)]);
});

test("selectPlaces() parts any row at any place, and rows made to mislead it in no more than a sort takes", () => {
  const n = 4096;
  const rows: Float64Array[] = [
    Float64Array.from({ length: n }, (_, i) => (i * 7919) % 257),
    Float64Array.from({ length: n }, (_, i) => i),
    Float64Array.from({ length: n }, (_, i) => (i < n / 2 ? 2 * i : 2 * (n - i) + 1)),
    Float64Array.from({ length: n }, (_, i) => (i % 2 === 0 ? i + 1 : n / 2 + i)),
    new Float64Array(n),
  ];
  for (const row of rows)
    for (const k of [0, 2, 3, 5, 1000, n - 1]) {
      const places = Uint32Array.from({ length: n }, (_, i) => i);
      let compared = 0;
      selectPlaces(places, k, (i, j) => {
        compared++;
        return (row[i] as number) < (row[j] as number);
      });
      const sorted = row.slice().sort();
      assert.equal(row[places[k] as number], sorted[k]);
      assert.deepEqual(
        Float64Array.from(places.subarray(0, k), (at) => row[at] as number).sort(),
        sorted.subarray(0, k),
      );
      assert.ok(compared < 60 * n, `${compared} comparisons`);
    }
});
