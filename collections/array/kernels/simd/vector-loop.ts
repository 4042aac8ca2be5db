import { type AnyData, type DType, itemsizeOf } from "../../dtype.ts";
import type { Loop, Step } from "../loop.ts";
import type { Program } from "../program.ts";
import { isInArena, withArena } from "./arena.ts";
import { programFunction, vectorCost } from "./program-function.ts";
import { copyOut, staged } from "./staging.ts";
import type { WasmFunction } from "./wasm-function.ts";

/** Fewer elements are not worth a step into WebAssembly. */
const ELEMENTS_MIN = 256;
/** Elements copied into the arena at a time, where operands lie elsewhere: with those of all operands they stay in the second cache. */
const STAGED_MAX = 16_384;
/** Simple operations that cost what a copy into the arena or out of it costs. */
const COPY_COST = 2;

/**
 * A loop that runs with SIMD where that gains: operands in the arena are used where they lie, others are copied there tile by
 * tile if the program is long enough. Else, and for elements that only JavaScript can do, `otherwise` runs.
 */
export function vectorLoop(program: Program, steps: readonly Step[], otherwise: Loop): Loop {
  const cost = vectorCost(program, steps);
  if (cost === undefined) return otherwise;
  // Rows are copied as runs: where the result stays in the arena, that and the shortest program take less time than JavaScript.
  const comesByRows = steps.every((step) => step !== "stride");
  let run: WasmFunction | undefined | null = null;
  return (n0, n1, ...operands) => {
    const elsewhere = operands.filter((one) => typeof one !== "number" && !isInArena(one));
    // Operands over the same memory, such as neighbours in a stencil, are copied once.
    const copies = new Set(elsewhere).size;
    const isWorth = cost >= copies * COPY_COST || (comesByRows && isInArena(operands[0] as AnyData));
    if (n0 * n1 < ELEMENTS_MIN || n1 < 16 || !isWorth) return otherwise(n0, n1, ...operands);
    if (run === null) run = programFunction(program, steps);
    if (run === undefined) return otherwise(n0, n1, ...operands);
    const tiles: Tiles = { program, run, otherwise };
    if (copies === 0) runTile(tiles, [n0, n1], operands);
    else eachTile([n0, n1], tileOf(n1), operands, (size, at) => withArena(() => runStaged(tiles, size, at)));
  };
}

interface Tiles {
  readonly program: Program;
  readonly run: WasmFunction;
  readonly otherwise: Loop;
}

type Operands = readonly (AnyData | number)[];
type Size = readonly [rows: number, columns: number];

/** Runs a tile whose operands all lie in the arena. */
function runTile({ program, run, otherwise }: Tiles, [n0, n1]: Size, operands: Operands): void {
  const args: number[] = [n0, n1];
  for (let k = 0; k < operands.length; k += 4) {
    const [data, at, across, along] = operands.slice(k, k + 4) as [AnyData, number, number, number];
    const bytes = itemsizeOf(k === 0 ? "float64" : (program.inputs[k / 4 - 1] as DType));
    args.push(data.byteOffset + at * bytes, across * bytes);
    if (k > 0) args.push(along * bytes);
  }
  if (run(...args) === 0) return;
  if (n0 * n1 <= MENDED) otherwise(n0, n1, ...operands);
  else {
    // Few elements are JavaScript's: they are looked for, so that not all become its work.
    const side = n1 > MENDED ? ([1, MENDED] as const) : ([Math.ceil(MENDED / n1 / 2), n1] as const);
    eachTile([n0, n1], side, operands, (size, at) => runTile({ program, run, otherwise }, size, at));
  }
}

/** Elements that go to JavaScript at once if one of them must. */
const MENDED = 64;

function tileOf(n1: number): Size {
  const columns = Math.min(n1, STAGED_MAX);
  return [Math.max(1, Math.floor(STAGED_MAX / columns)), columns];
}

function eachTile(
  [n0, n1]: Size,
  [rows, columns]: Size,
  operands: Operands,
  run: (size: Size, operands: Operands) => void,
): void {
  for (let i = 0; i < n0; i += rows)
    for (let j = 0; j < n1; j += columns) {
      const moved = operands.map((one, k) =>
        k % 4 !== 1 ? one : (one as number) + i * (operands[k + 1] as number) + j * (operands[k + 2] as number),
      );
      run([Math.min(rows, n0 - i), Math.min(columns, n1 - j)], moved);
    }
}

/** Runs a tile after copying what lies elsewhere into the arena, and copies the result to where it belongs. */
function runStaged(tiles: Tiles, size: Size, operands: Operands): void {
  const inArena = staged(size, operands, ["float64", ...tiles.program.inputs]);
  if (inArena === undefined) return tiles.otherwise(size[0], size[1], ...operands);
  runTile(tiles, size, inArena);
  const [to, at, across] = operands as [AnyData, number, number];
  if (inArena[0] !== to) copyOut(to as Float64Array, at, across, inArena[0] as Float64Array, size);
}
