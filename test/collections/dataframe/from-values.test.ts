import assert from "node:assert/strict";
import { test } from "node:test";
import { fromColumns } from "../../../collections/dataframe/index.ts";
import { Client } from "../../../index.ts";

test("fromColumns() takes a typed array's type for the column's, and copies its values", async () => {
  const given = Float64Array.of(1, Number.NaN, 3);
  const table = fromColumns(
    {
      f: given,
      g: Float32Array.of(0.5, 1, 2),
      i: Int16Array.of(-1, 2, 3),
      u: new Uint8ClampedArray([1, 2, 300]),
      b: BigInt64Array.of(1n, 2n, -(2n ** 40n)),
      c: Buffer.from("abc"),
      v: new Uint32Array([9, 8, 7, 6]).subarray(1),
    },
    { npartitions: 2 },
  );
  given[0] = 100;
  assert.deepEqual(table.dtypes, {
    f: "float64",
    g: "float32",
    i: "int16",
    u: "uint8",
    b: "int64",
    c: "uint8",
    v: "uint32",
  });
  assert.deepEqual((await table.compute()).toColumns(), {
    f: [1, null, 3],
    g: [0.5, 1, 2],
    i: [-1, 2, 3],
    u: [1, 2, 255],
    b: [1, 2, -(2 ** 40)],
    c: [97, 98, 99],
    v: [8, 7, 6],
  });
  assert.deepEqual(table.divisions, [0, 2, 2]);
});

test("typed arrays come to workers on other threads and in other processes, shared memory too", async () => {
  const shared = new Float64Array(new SharedArrayBuffer(24));
  shared.set([1, 2, 4]);
  for (const mode of ["threads", "processes"] as const) {
    const client = await Client.local({ mode, workers: 1 });
    try {
      const table = fromColumns({ a: shared, b: Int8Array.of(3, 2, 1) }, { npartitions: 2 });
      const computed = await table.assign({ c: (row) => row["a"] + row["b"] }).compute();
      assert.deepEqual(computed.toColumns(), { a: [1, 2, 4], b: [3, 2, 1], c: [4, 4, 5] });
    } finally {
      await client.close();
    }
  }
});

test("rows are put in the order of their labels, typed arrays with them", async () => {
  const table = fromColumns({ v: Float32Array.of(1, 2, 3), s: ["a", "b", "c"] }, { index: [3, 1, 2], npartitions: 2 });
  assert.deepEqual((await table.compute()).toColumns(), { v: [2, 3, 1], s: ["b", "c", "a"] });
  assert.deepEqual(table.divisions, [1, 3, 3]);
});

test("values become the type that is asked for", async () => {
  const table = fromColumns(
    {
      s: [1, "x", null],
      b: [0, true, null],
      f: [1n, true, null],
      i: [true, 2n, null],
      d: [new Date(86_400_000 * 1.5), 3, null],
      t: new Float64Array([1_000, Number.NaN, 0]),
      l: [[1], [], null],
    },
    {
      dtypes: { s: "string", b: "bool", f: "float32", i: "int8", d: "date", t: "datetime", l: "list<float64>" },
      npartitions: 3,
    },
  );
  assert.deepEqual((await table.compute()).toColumns(), {
    s: ["1", "x", null],
    b: [false, true, null],
    f: [1, 1, null],
    i: [1, 2, null],
    d: [new Date(86_400_000), new Date(3 * 86_400_000), null],
    t: [new Date(1), null, new Date(0)],
    l: [[1], [], null],
  });
});

test("a value that the type asked for cannot hold is an error that names its row and column", () => {
  const asked = (values: readonly unknown[] | ArrayBufferView, dtype: string) => () =>
    fromColumns({ a: values }, { dtypes: { a: dtype } });
  assert.throws(asked([1, 0.5], "int64"), /int64 was asked for, which cannot hold 0\.5 in row 1 of column "a"/);
  assert.throws(asked(["x"], "float64"), /cannot hold "x" in row 0/);
  assert.throws(asked([2], "bool"), /cannot hold 2 in row 0/);
  assert.throws(asked([0, 256], "uint8"), /cannot hold 256 in row 1/);
  assert.throws(asked(BigInt64Array.of(2n ** 40n), "int32"), /cannot hold 1099511627776 in row 0/);
  assert.throws(asked(["2020-01-01"], "datetime"), /cannot hold "2020-01-01"/);
  assert.throws(asked([["x"]], "list<int64>"), /cannot hold a list/);
  assert.throws(asked(new DataView(new ArrayBuffer(8)), "int64"), /DataView; give a typed array/);
  assert.throws(() => fromColumns({ a: "abc" as never }), /"a" is "abc"; give a list of values/);
});

test("lists may hold anything a column can, in partitions of nothing but missing ones too", async () => {
  const day = new Date(86_400_000);
  const columns = {
    dates: [[day, day], null, [], [null]],
    lists: [[[1], []], [], null, [[2, null]]],
    texts: [null, ["a"], [], [null]],
    numbers: [[1.5], [], null, [2]],
    truths: [[true], [], null, [false, null]],
  };
  for (const npartitions of [1, 4])
    assert.deepEqual((await fromColumns(columns, { npartitions }).compute()).toColumns(), columns);
});
