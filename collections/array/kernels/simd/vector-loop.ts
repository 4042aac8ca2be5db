import { type AnyData, type DType, itemsizeOf } from "../../dtype.ts";
import type { Loop, Step } from "../loop.ts";
import type { Program } from "../program.ts";
import { specialised } from "../specialise.ts";
import { isInArena, lend, withArena } from "./arena.ts";
import { programFunction, vectorCost } from "./program-function.ts";
import type { WasmFunction } from "./wasm-function.ts";

/** Fewer elements are not worth a step into WebAssembly. */
const ELEMENTS_MIN = 256;
/** Elements copied into the arena at a time, where operands lie elsewhere: with those of all operands they stay in the second cache. */
const STAGED_MAX = 4096;
/** Simple operations that cost what a copy into the arena or out of it costs. */
const COPY_COST = 2;

/**
 * A loop that runs with SIMD where that gains: operands in the arena are used where they lie, others are copied there tile by
 * tile if the program is long enough. Else, and for elements that only JavaScript can do, `otherwise` runs.
 */
export function vectorLoop(program: Program, steps: readonly Step[], otherwise: Loop): Loop {
  const cost = vectorCost(program, steps);
  if (cost === undefined) return otherwise;
  let run: WasmFunction | undefined | null = null;
  return (n0, n1, ...operands) => {
    const copies = operands.filter((one) => typeof one !== "number" && !isInArena(one)).length;
    if (n0 * n1 < ELEMENTS_MIN || n1 < 16 || cost < copies * COPY_COST) return otherwise(n0, n1, ...operands);
    if (run === null) run = programFunction(program, steps);
    if (run === undefined) return otherwise(n0, n1, ...operands);
    const tiles: Tiles = { program, run, otherwise };
    if (copies === 0) runTile(tiles, [n0, n1], operands);
    else eachTile([n0, n1], operands, (size, at) => withArena(() => runStaged(tiles, size, at)));
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
  if (run(...args) !== 0) otherwise(n0, n1, ...operands);
}

function eachTile([n0, n1]: Size, operands: Operands, run: (size: Size, operands: Operands) => void): void {
  const columns = Math.min(n1, STAGED_MAX);
  const rows = Math.max(1, Math.floor(STAGED_MAX / columns));
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
  const [n0, n1] = size;
  const staged: (AnyData | number)[] = [];
  for (let k = 0; k < operands.length; k += 4) {
    const [data, at, across, along] = operands.slice(k, k + 4) as [AnyData, number, number, number];
    if (isInArena(data)) staged.push(data, at, across, along);
    else {
      const dtype = k === 0 ? "float64" : (tiles.program.inputs[k / 4 - 1] as DType);
      const isFixed = k > 0 && along === 0;
      const width = isFixed ? 1 : n1;
      const tile = lend(dtype, n0 * width);
      if (tile === undefined) return tiles.otherwise(n0, n1, ...operands);
      if (k > 0) copyIn(tile, data, at, [n0, width], [across, along]);
      staged.push(tile, 0, width, isFixed ? 0 : 1);
    }
  }
  runTile(tiles, size, staged);
  const [to, at, across] = operands as [AnyData, number, number];
  if (staged[0] !== to) copyOut(to as Float64Array, at, across, staged[0] as Float64Array, size);
}

function copyIn(
  tile: AnyData,
  data: AnyData,
  at: number,
  [n0, n1]: Size,
  [across, along]: readonly [number, number],
): void {
  const to = tile as Float64Array;
  const from = data as Float64Array;
  if (along === 1 && n1 >= 128) {
    for (let i = 0; i < n0; i++) to.set(from.subarray(at + i * across, at + i * across + n1), i * n1);
    return;
  }
  specialised(copyStrided, "stage", data.constructor.name)(to, from, at, n0, n1, across, along);
}

function copyStrided(
  to: Float64Array,
  from: Float64Array,
  at: number,
  n0: number,
  n1: number,
  across: number,
  along: number,
): void {
  let q = 0;
  for (let i = 0; i < n0; i++) {
    let p = at + i * across;
    for (let j = 0; j < n1; j++) {
      to[q] = from[p] as number;
      q += 1;
      p += along;
    }
  }
}

function copyOut(to: Float64Array, at: number, across: number, tile: Float64Array, [n0, n1]: Size): void {
  if (across === n1) to.set(tile, at);
  else for (let i = 0; i < n0; i++) to.set(tile.subarray(i * n1, (i + 1) * n1), at + i * across);
}
