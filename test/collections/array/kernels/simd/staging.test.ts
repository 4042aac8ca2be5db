import assert from "node:assert/strict";
import { test } from "node:test";
import { compiledLoop } from "../../../../../collections/array/kernels/compile.ts";
import {
  type Cells,
  type Fold,
  foldMaximum,
  foldMinimum,
  foldMoments,
  foldSum,
} from "../../../../../collections/array/kernels/folds.ts";
import type { Step } from "../../../../../collections/array/kernels/loop.ts";
import { type Program, ProgramBuilder } from "../../../../../collections/array/kernels/program.ts";
import { withArena } from "../../../../../collections/array/kernels/simd/arena.ts";
import { vectorFold } from "../../../../../collections/array/kernels/simd/fold-functions.ts";
import { staged } from "../../../../../collections/array/kernels/simd/staging.ts";
import { vectorLoop } from "../../../../../collections/array/kernels/simd/vector-loop.ts";

/** 0.4 a + 0.15 b + 0.15 c … over doubles. */
function weighted(inputs: number): Program {
  const build = new ProgramBuilder();
  const terms = Array.from({ length: inputs }, (_, k) =>
    build.op(
      "multiply",
      [build.input("float64", k), build.literal(k === 0 ? 0.4 : 0.15, "float64")],
      "float64",
      "float64",
    ),
  );
  return build.finish(terms.reduce((so, term) => build.op("add", [so, term], "float64", "float64")));
}

const sample = (length: number): Float64Array => Float64Array.from({ length }, (_, i) => ((i * 37) % 1013) / 7 - 60);

test("vectorLoop() gives the bits of the compiled loop for neighbours in one memory, near and far, whatever the width", () => {
  for (const [rows, columns, across] of [
    [50, 100, 102],
    [3, 9000, 9002],
    [20, 64, 300],
    [1, 5000, 5002],
  ] as const) {
    const data = sample((rows + 40) * across + 50);
    for (const shifts of [
      [across + 1, 1, 2 * across + 1, across, across + 2],
      [0, 37 * across, 5, 38 * across, 3],
    ]) {
      const program = weighted(shifts.length);
      const steps: Step[] = ["next", ...shifts.map((): Step => "next")];
      const operands = shifts.flatMap((at) => [data, at, across, 1]);
      const [found, wanted] = [new Float64Array(rows * across), new Float64Array(rows * across)];
      compiledLoop(program, steps)(rows, columns, wanted, 1, across, 1, ...operands);
      const loop = vectorLoop(program, steps, () => assert.fail("the loop in JavaScript ran"));
      loop(rows, columns, found, 1, across, 1, ...operands);
      assert.deepEqual(found, wanted, `${rows} ${columns} ${across} ${shifts}`);
    }
  }
});

test("staged() copies neighbours once, and what lies far apart each for itself", () => {
  const data = sample(10_000);
  const tiles = (shifts: readonly number[]): Set<unknown> =>
    withArena(() => {
      const operands = [new Float64Array(100), 0, 10, 1, ...shifts.flatMap((at) => [data, at, 12, 1])];
      const found = staged([10, 10], operands, ["float64", ...shifts.map(() => "float64" as const)]);
      return new Set(found?.filter((_, k) => k > 0 && k % 4 === 0));
    });
  assert.equal(tiles([0, 1, 12, 13]).size, 1);
  assert.equal(tiles([0, 9000]).size, 2);
});

test("vectorFold() gives what the loop in JavaScript gives, to rounding, for rows outside the arena", () => {
  const folds: [string, Fold, number][] = [
    ["sum", foldSum, 1],
    ["moments", foldMoments, 4],
    ["max", foldMaximum, 1],
    ["min", foldMinimum, 1],
  ];
  const refuse: Fold = () => assert.fail("the fold in JavaScript ran");
  for (const [name, fold, cells] of folds)
    for (const [n0, n1, s0] of [
      [7, 1001, 1003],
      [9, 530, 2000],
      [2, 20_000, 20_001],
    ] as const)
      for (const [u, v] of [
        [0, 0],
        [1, 0],
        [0, 1],
      ] as const) {
        const data = sample(n0 * s0 + 5);
        const size = Math.max(1, n0 * u, n1 * v);
        const [wanted, found] = [1, 2].map(() => Array.from({ length: cells }, () => new Float64Array(size)));
        fold(data, 5, n0, n1, s0, 1, wanted as Cells[], 0, u, v);
        vectorFold(name, refuse)(data, 5, n0, n1, s0, 1, found as Cells[], 0, u, v);
        wanted?.forEach((cell, k) => {
          cell.forEach((value, i) => {
            const other = ((found as Cells[])[k] as Cells)[i] as number;
            assert.ok(Math.abs(value - other) <= 1e-12 * Math.max(1, Math.abs(value)), `${name} ${value} ${other}`);
          });
        });
      }
});
