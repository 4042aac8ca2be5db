import assert from "node:assert/strict";
import { test } from "node:test";
import type { AnyData, DType } from "../../../../../collections/array/dtype.ts";
import { opProgram } from "../../../../../collections/array/kernels/apply-op.ts";
import { compiledLoop } from "../../../../../collections/array/kernels/compile.ts";
import {
  type Cells,
  type Fold,
  foldMaximum,
  foldMinimum,
  foldMoments,
  foldSum,
} from "../../../../../collections/array/kernels/folds.ts";
import type { Loop, Step } from "../../../../../collections/array/kernels/loop.ts";
import { type Program, ProgramBuilder } from "../../../../../collections/array/kernels/program.ts";
import { lendOrAllocate, withArena } from "../../../../../collections/array/kernels/simd/arena.ts";
import {
  fillBigRamp,
  fillRamp,
  fillUniformLanes,
} from "../../../../../collections/array/kernels/simd/fill-functions.ts";
import { vectorFold } from "../../../../../collections/array/kernels/simd/fold-functions.ts";
import { vectorCost } from "../../../../../collections/array/kernels/simd/program-function.ts";
import { vectorLoop } from "../../../../../collections/array/kernels/simd/vector-loop.ts";
import { cos, sin } from "../../../../../collections/array/kernels/trigonometry.ts";
import { fillScalar, fillUniform, UNIFORM_PIECE } from "../../../../../collections/array/kernels/uniform-streams.ts";

const AWKWARD = [
  0,
  -0,
  1e-8,
  -3e-7,
  1,
  -1,
  Math.PI / 2,
  Math.PI,
  1e5,
  3e7,
  1e9,
  1e300,
  Number.NaN,
  Infinity,
  -Infinity,
];

const refuse =
  (what: string): Loop =>
  () =>
    assert.fail(`the loop in JavaScript ran for ${what}`);

/** Doubles, awkward ones among them, that differ from place to place. */
function fillSample(data: AnyData, isTame: boolean): void {
  for (let i = 0; i < data.length; i++) {
    const value = isTame ? ((i * 37) % 1013) / 7 - 60 : (AWKWARD[(i * 7) % AWKWARD.length] as number) * (1 + (i % 5));
    if (data instanceof BigInt64Array) data[i] = BigInt(((i * 37) % 1013) - 500) * 2n ** BigInt(i % 17);
    else (data as Float64Array)[i] = value;
  }
}

const unary = (name: string): Program => opProgram(name, ["float64"]);

/** sin(x)² + y / 3, over an x of a dtype. */
function chain(dtype: DType): Program {
  const build = new ProgramBuilder();
  const x = build.cast(build.input(dtype, 0), "float64");
  const y = build.input("float64", 1);
  const sine = build.op("sin", [x], "float64", "float64");
  const square = build.op("multiply", [sine, sine], "float64", "float64");
  const third = build.op("divide", [y, build.literal(3, "float64")], "float64", "float64");
  return build.finish(build.op("add", [square, third], "float64", "float64"));
}

interface Layout {
  readonly size: readonly [number, number];
  /** Elements to the next row and column, for each input. */
  readonly moves: readonly (readonly [number, number])[];
}

function compare(program: Program, { size, moves }: Layout, where: "arena" | "elsewhere", isTame: boolean): void {
  const [n0, n1] = size;
  const steps: Step[] = [
    "next",
    ...moves.map(([, along]): Step => (along === 1 ? "next" : along === 0 ? "same" : "stride")),
  ];
  const plain = compiledLoop(program, steps);
  withArena(() => {
    const inputs = program.inputs.map((dtype, k) => {
      const [across, along] = moves[k] as readonly [number, number];
      const length = (n0 - 1) * across + (n1 - 1) * along + 1;
      const own = new (lendOrAllocate(dtype, 1).constructor as new (n: number) => AnyData)(length);
      const data = where === "arena" ? lendOrAllocate(dtype, length) : own;
      fillSample(data, isTame);
      return data;
    });
    const args = inputs.flatMap((data, k) => [data, 0, ...(moves[k] as readonly [number, number])]);
    const out = where === "arena" ? lendOrAllocate("float64", n0 * n1) : new Float64Array(n0 * n1);
    const wanted = new Float64Array(n0 * n1);
    plain(n0, n1, wanted, 0, n1, 1, ...args);
    vectorLoop(program, steps, isTame ? refuse(`${program.inputs} ${size} ${where}`) : plain)(
      n0,
      n1,
      out,
      0,
      n1,
      1,
      ...args,
    );
    assert.deepEqual([...(out as Float64Array)], [...wanted], `${JSON.stringify(program.nodes)} ${where}`);
  });
}

const VECTOR = "negative positive absolute square reciprocal sqrt floor ceil trunc sin cos".split(" ");

test("vectorLoop() gives the bits of the compiled loop for every operation it knows", () => {
  for (const name of VECTOR)
    for (const isTame of [true, false]) compare(unary(name), { size: [17, 33], moves: [[40, 1]] }, "arena", isTame);
});

test("vectorLoop() follows strides and rows, in the arena and by copies, for every dtype it reads", () => {
  const layouts: Layout[] = [
    {
      size: [1, 20_001],
      moves: [
        [0, 1],
        [0, 1],
      ],
    },
    {
      size: [70, 65],
      moves: [
        [1, 70],
        [65, 1],
      ],
    },
    {
      size: [300, 17],
      moves: [
        [17, 1],
        [1, 0],
      ],
    },
    {
      size: [40, 201],
      moves: [
        [1, 0],
        [402, 2],
      ],
    },
  ];
  for (const dtype of ["float64", "float32", "int64"] as const)
    for (const layout of layouts)
      for (const where of ["arena", "elsewhere"] as const) {
        const steps = [
          "next",
          ...layout.moves.map(([, s]) => (s === 1 ? "next" : s === 0 ? "same" : "stride")),
        ] as Step[];
        if (vectorCost(chain(dtype), steps) !== undefined) compare(chain(dtype), layout, where, true);
      }
});

test("vectorLoop() gives sine and cosine of one argument as each alone, and leaves to JavaScript only what stands near what it must", () => {
  const build = new ProgramBuilder();
  const x = build.input("float64");
  const [sine, cosine] = ["sin", "cos"].map((op) => build.op(op, [x], "float64", "float64")) as [number, number];
  build.op("subtract", [build.op("multiply", [cosine, cosine], "float64", "float64"), sine], "float64", "float64");
  const program = build.finish();
  compare(program, { size: [33, 70], moves: [[70, 1]] }, "arena", true);
  compare(program, { size: [33, 70], moves: [[70, 1]] }, "arena", false);
  const data = Float64Array.from({ length: 8192 }, (_, i) => i / 7);
  data[5000] = 1e9;
  const found = new Float64Array(8192);
  let slow = 0;
  const plain = compiledLoop(program, ["next", "next"]);
  vectorLoop(program, ["next", "next"], (n0, n1, ...operands) => {
    slow += n0 * n1;
    plain(n0, n1, ...operands);
  })(1, 8192, found, 0, 8192, 1, data, 0, 8192, 1);
  assert.deepEqual(
    found,
    data.map((one) => cos(one) ** 2 - sin(one)),
  );
  assert.ok(slow > 0 && slow <= 64, `${slow} elements in JavaScript`);
});

test("fillBigRamp() gives ranges of 64-bit integers, and refuses those that doubles cannot count", () => {
  for (const [start, step] of [
    [0, 1],
    [-5, 3],
    [7, -2],
    [2 ** 31 - 3, 5],
    [-(2 ** 40), -(2 ** 33)],
  ] as const) {
    const plain = BigInt64Array.from({ length: 1000 }, (_, i) => BigInt(start + i * step));
    withArena(() => {
      const lent = lendOrAllocate("int64", 1000);
      assert.ok(fillBigRamp(lent, start, step));
      assert.deepEqual((lent as BigInt64Array).slice(), plain);
      assert.ok(!fillBigRamp(lent, 2 ** 53, 1));
    });
  }
});

test("fillRamp() gives every value the bits of its formula, at every length and place", () => {
  for (const [start, step] of [
    [0, 1],
    [-5, -3],
    [0.1, 0.7],
    [2 ** 53 - 40, 1],
    [1e300, 1e298],
    [-0, -0],
  ] as const)
    for (const length of [2, 8, 14, 16, 998])
      for (const first of [0, 7]) {
        const plain = Float64Array.from({ length }, (_, i) => start + (first + i) * step);
        withArena(() => {
          const lent = lendOrAllocate("float64", length) as Float64Array;
          assert.ok(fillRamp(lent, start, step, first));
          assert.deepEqual(new BigInt64Array(lent.slice().buffer), new BigInt64Array(plain.buffer));
          assert.ok(!fillRamp(new Float64Array(length), start, step, first), "memory that WebAssembly does not see");
        });
      }
});

test("vectorCost() knows no program that needs another register than doubles", () => {
  assert.equal(vectorCost(opProgram("add", ["int32", "int32"]), ["next", "next", "next"]), undefined);
  assert.equal(vectorCost(opProgram("exp", ["float64"]), ["next", "next"]), undefined);
  assert.equal(vectorCost(opProgram("add", ["float32", "float32"]), ["next", "next", "next"]), undefined);
});

test("vectorFold() gives what the loop in JavaScript gives, to rounding", () => {
  const folds: [string, Fold, number][] = [
    ["sum", foldSum, 1],
    ["moments", foldMoments, 4],
    ["max", foldMaximum, 1],
    ["min", foldMinimum, 1],
  ];
  for (const [name, fold, cells] of folds)
    for (const [n0, n1, u, v] of [
      [7, 1001, 0, 0],
      [7, 1001, 1, 0],
      [9, 530, 0, 1],
      [3, 1, 0, 1],
    ] as const)
      withArena(() => {
        const data = lendOrAllocate("float64", n0 * n1) as Float64Array;
        fillSample(data, true);
        const size = Math.max(1, n0 * u, n1 * v);
        const wanted = Array.from({ length: cells }, () => new Float64Array(size));
        const found = Array.from({ length: cells }, () => new Float64Array(size));
        for (let twice = 0; twice < 2; twice++) {
          fold(data, 0, n0, n1, n1, 1, wanted, 0, u, v);
          const refuseFold: Fold = () => assert.fail("the fold in JavaScript ran");
          vectorFold(name, refuseFold)(data, 0, n0, n1, n1, 1, found as Cells[], 0, u, v);
        }
        wanted.forEach((cell, k) => {
          cell.forEach((value, i) => {
            const other = (found[k] as Float64Array)[i] as number;
            assert.ok(Math.abs(value - other) <= 1e-12 * Math.abs(value), `${name} ${n0} ${n1}: ${value} and ${other}`);
          });
        });
      });
});

test("vectorFold() finds the largest and least element wherever it stands, and NaN whatever else there is", () => {
  const refuseFold: Fold = () => assert.fail("the fold in JavaScript ran");
  for (const [name, sign] of [
    ["max", 1],
    ["min", -1],
  ] as const)
    for (const n of [1, 2, 3, 7, 8, 9, 17])
      for (let at = 0; at < n; at++)
        for (const value of [5 * sign, Number.NaN])
          withArena(() => {
            const rows = lendOrAllocate("float64", 2 * n) as Float64Array;
            rows.fill(-sign);
            rows[at] = value;
            const start = -sign * Number.POSITIVE_INFINITY;
            const whole = Float64Array.of(start);
            vectorFold(name, refuseFold)(rows, 0, 2, n, n, 1, [whole], 0, 0, 0);
            assert.deepEqual([...whole], [value]);
            const byRow = Float64Array.of(start, start);
            vectorFold(name, refuseFold)(rows, 0, 2, n, n, 1, [byRow], 0, 1, 0);
            assert.deepEqual([...byRow], [value, -sign]);
            const byColumn = new Float64Array(n).fill(start);
            vectorFold(name, refuseFold)(rows, 0, 2, n, n, 1, [byColumn], 0, 0, 1);
            assert.deepEqual(
              [...byColumn],
              Array.from({ length: n }, (_, j) => (j === at ? value : -sign)),
            );
          });
});

test("vectorFold() folds one element that stands for a row without reading it anew", () => {
  const data = Float64Array.of(0.1, 0.7, -3);
  for (const [name, fold, cells] of [
    ["sum", foldSum, 1],
    ["moments", foldMoments, 4],
    ["max", foldMaximum, 1],
    ["min", foldMinimum, 1],
  ] as const)
    for (const [n0, n1, s0, u, v] of [
      [3, 20_000, 1, 0, 0],
      [3, 70, 1, 1, 0],
      [3, 9_001, 0, 0, 1],
    ] as const) {
      const size = Math.max(1, n0 * u, n1 * v);
      const wanted = Array.from({ length: cells }, () => new Float64Array(size));
      const found = Array.from({ length: cells }, () => new Float64Array(size));
      const refuseFold: Fold = () => assert.fail("the fold in JavaScript ran");
      fold(data, 0, n0, n1, s0, 0, wanted, 0, u, v);
      vectorFold(name, refuseFold)(data, 0, n0, n1, s0, 0, found as Cells[], 0, u, v);
      wanted.forEach((cell, k) => {
        cell.forEach((value, i) => {
          const other = (found[k] as Float64Array)[i] as number;
          assert.ok(
            Math.abs(value - other) <= 1e-9 * Math.max(1, Math.abs(value)),
            `${name} ${n0} ${n1}: ${value}, ${other}`,
          );
        });
      });
    }
});

test("fillUniform() gives the same wherever it writes and wherever it begins, and as without SIMD", () => {
  const words = [42, 2, 0, 1];
  const whole = new Float64Array(2 * UNIFORM_PIECE + 7);
  fillUniform(whole, words, 0, 2, 3);
  withArena(() => {
    const lent = lendOrAllocate("float64", whole.length) as Float64Array;
    fillUniform(lent, words, 0, 2, 3);
    assert.deepEqual(lent.slice(), whole);
    const rest = lendOrAllocate("float64", 7) as Float64Array;
    fillUniform(rest, words, 2 * UNIFORM_PIECE, 2, 3);
    assert.deepEqual(rest.slice(), whole.slice(2 * UNIFORM_PIECE));
  });
  assert.ok(whole.every((x) => x >= 2 && x < 5));
  const state = Int32Array.from({ length: 12 }, (_, i) => Math.imul(i + 1, 0x9e3779b9));
  const plain = new Float64Array(64);
  fillScalar(plain, state, 16, 0, 1);
  withArena(() => {
    const lent = lendOrAllocate("float64", 64) as Float64Array;
    assert.ok(fillUniformLanes(lent, state, 16, 0, 1));
    assert.deepEqual(lent.slice(), plain);
  });
});
