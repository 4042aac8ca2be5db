import assert from "node:assert/strict";
import { test } from "node:test";
import { fromColumns } from "../../../collections/dataframe/index.ts";
import "../../../index.ts";

test("nuniqueApprox() comes within 3 % of the number of different values, few or many, of any type", async () => {
  const rows = 200_000;
  for (const different of [1, 10, 1_000, 20_000, 60_000, 150_000]) {
    const numbers = Array.from({ length: rows }, (_, at) => (at * 7_919) % different);
    const df = fromColumns(
      { n: numbers, s: numbers.map((one) => `k${one}`), f: numbers.map((one) => one / 7) },
      { npartitions: 4 },
    );
    for (const name of ["n", "s", "f"] as const) {
      const found = await df.get(name).nuniqueApprox().compute();
      assert.ok(Math.abs(found - different) <= 0.03 * different, `${found} of ${different} (${name})`);
    }
  }
});

test("nuniqueApprox() does not count what is missing, and finds nothing in nothing", async () => {
  const df = fromColumns({ x: [1, null, 1, 2, null] }, { npartitions: 2, dtypes: { x: "float64" } });
  assert.equal(await df.get("x").nuniqueApprox().compute(), 2);
  assert.equal(
    await df
      .filter((row) => (row.x as number) > 9)
      .get("x")
      .nuniqueApprox()
      .compute(),
    0,
  );
});
