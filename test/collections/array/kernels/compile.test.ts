import assert from "node:assert/strict";
import { test } from "node:test";
import { Chunk, emptyChunk, sizeOf } from "../../../../collections/array/chunk.ts";
import { type AnyData, type DType, lanesOf, registerOf } from "../../../../collections/array/dtype.ts";
import { opProgram } from "../../../../collections/array/kernels/apply-op.ts";
import { castFunction } from "../../../../collections/array/kernels/cast.ts";
import { compiledLoop } from "../../../../collections/array/kernels/compile.ts";
import { interpretedLoop } from "../../../../collections/array/kernels/interpret.ts";
import type { Step } from "../../../../collections/array/kernels/loop.ts";
import { castProgram, type Program, programDType } from "../../../../collections/array/kernels/program.ts";
import { OPERATIONS } from "../../../../collections/array/ufunc.ts";

const DTYPES: readonly DType[] = [
  "bool",
  "int8",
  "int16",
  "int32",
  "int64",
  "uint8",
  "uint16",
  "uint32",
  "uint64",
  "float32",
  "float64",
  "complex64",
  "complex128",
];
const BINARY = new Set(
  "add subtract multiply divide floor_divide remainder fmod power float_power minimum maximum fmin fmax equal not_equal less less_equal greater greater_equal logical_and logical_or logical_xor bitwise_and bitwise_or bitwise_xor left_shift right_shift arctan2 hypot copysign nextafter logaddexp logaddexp2 ldexp heaviside gcd lcm".split(
    " ",
  ),
);
const VALUES = [0, 1, -1, 2, 3, -7, 100, 127, 255, 65_535, 2 ** 31, 0.5, -2.5, Number.NaN, Infinity, -Infinity, -0];

/** Values of a dtype, awkward ones among them. */
function sample(dtype: DType, shift: number): Chunk {
  const cast = castFunction("float64", dtype);
  const chunk = emptyChunk(dtype, [VALUES.length]);
  VALUES.forEach((_, at) => {
    const value = VALUES[(at * 5 + shift) % VALUES.length] as number;
    const made = cast(value);
    const cells = chunk.data as Float64Array;
    if (typeof made === "object") {
      cells[2 * at] = made.re;
      cells[2 * at + 1] = VALUES[(at + shift) % 6] as number;
    } else cells[at] = made as number;
  });
  return chunk;
}

function run(program: Program, chunks: readonly Chunk[], loop: ReturnType<typeof interpretedLoop>): AnyData {
  const out = emptyChunk(programDType(program), (chunks[0] as Chunk).shape);
  loop(1, sizeOf(out.shape), out.data, 0, 0, 1, ...chunks.flatMap((chunk) => [chunk.data as AnyData, 0, 0, 1]));
  return out.data as AnyData;
}

/** What came of it: elements, or what was refused. */
function outcome(of: () => AnyData): unknown {
  try {
    return [...of()];
  } catch (error) {
    assert.ok(error instanceof RangeError, String(error));
    return error.message;
  }
}

function assertSame(program: Program, chunks: readonly Chunk[], what: string): void {
  const steps: Step[] = ["next", ...chunks.map((): Step => "next")];
  const compiled = outcome(() => run(program, chunks, compiledLoop(program, steps)));
  assert.deepEqual(
    compiled,
    outcome(() => run(program, chunks, interpretedLoop(program))),
    what,
  );
}

test("compiledLoop() and interpretedLoop() give the same for every operation and dtype", () => {
  let checked = 0;
  for (const name of OPERATIONS)
    for (const dtype of DTYPES) {
      const arity = BINARY.has(name) ? 2 : 1;
      const chunks = [sample(dtype, 0), sample(dtype, 3)].slice(0, arity);
      let program: Program;
      try {
        program = opProgram(
          name,
          chunks.map((chunk) => chunk.dtype),
        );
      } catch (error) {
        assert.ok(error instanceof TypeError, `${name} of ${dtype}: ${String(error)}`);
        continue;
      }
      try {
        compiledLoop(program, ["next", ...chunks.map((): Step => "next")]);
      } catch (error) {
        assert.match(String(error), /is not defined for/, `${name} of ${dtype}`);
        continue;
      }
      assertSame(program, chunks, `${name} of ${dtype}`);
      checked += 1;
    }
  assert.ok(checked > 500, `only ${checked} pairs were checked`);
});

test("compiledLoop() and interpretedLoop() give the same for every cast", () => {
  for (const from of DTYPES)
    for (const to of DTYPES) assertSame(castProgram(from, to), [sample(from, 1)], `${from} to ${to}`);
});

test("compiledLoop() walks strides, broadcast operands and pairs", () => {
  const program = opProgram("add", ["complex128", "int32"]);
  const x = new Chunk(new Float64Array([1, 10, 2, 20, 3, 30, 4, 40]), "complex128", [2, 2]);
  const y = new Chunk(new Int32Array([5]), "int32", []);
  const out = emptyChunk("complex128", [2, 2]);
  compiledLoop(program, ["next", "stride", "same"])(2, 2, out.data, 0, 2, 1, x.data, 0, 1, 2, y.data, 0, 0, 0);
  assert.deepEqual([...out.data], [6, 10, 8, 30, 7, 20, 9, 40]);
  assert.equal(registerOf("complex128"), "complex");
  assert.equal(lanesOf("complex128"), 2);
});
