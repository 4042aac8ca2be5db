import { broadcasted, Chunk, rowMajor, sizeOf } from "../chunk.ts";
import { type AnyData, lanesOf } from "../dtype.ts";
import type { Cells, Fold } from "./folds.ts";
import { Generated, withLent } from "./generated.ts";
import type { Loop, Step } from "./loop.ts";
import { loopOf } from "./loop-of.ts";
import { Assigned, eachOuter, materialize, Pending, planOf, type Source } from "./pending.ts";
import { arenaMemory, lend, lendOrAllocate, withArena } from "./simd/arena.ts";
import { SLOTS, sparesFor } from "./simd/spare-threads.ts";
import { TILE_BYTES, TILE_ELEMENTS, tileMaker } from "./tile-maker.ts";

/** Where operands cross memory order, tiles are squares of this side: rows of one operand lie as columns of the other. */
const CROSSING_SIDE = 64;

/** The shape with reduced axes of length one. */
export const keptShape = (shape: readonly number[], axes: readonly number[]): number[] =>
  shape.map((n, axis) => (axes.includes(axis) ? 1 : n));

/**
 * Folds a source along axes into accumulators of the kept shape (row-major). A pending source is evaluated tile by
 * tile, so that an element-wise chain and the reduction behind it never fill memory.
 */
export function foldSource(
  source: Source,
  axes: readonly number[],
  accumulators: readonly AnyData[],
  fold: Fold,
): void {
  if (sizeOf(source.shape) === 0) return;
  // One value everywhere is folded from where it stands once.
  if (source instanceof Assigned || (source instanceof Pending && source.inputs.length === 0)) {
    foldSource(materialize(source), axes, accumulators, fold);
    return;
  }
  if (axes.length === source.shape.length && isPiecewise(source)) {
    foldGenerated(source, accumulators as readonly Cells[], fold);
    return;
  }
  withLent(source instanceof Pending ? source.inputs : [source], (inputs) =>
    foldChunks({ source, inputs, axes, accumulators, fold }),
  );
}

/** Whether all that a source reads is given by formulas that can begin at any tile. */
function isPiecewise(source: Source): source is Pending | Generated {
  if (source instanceof Generated) return TILE_ELEMENTS % source.piece === 0 && lanesOf(source.dtype) === 1;
  return (
    source instanceof Pending &&
    source.inputs.length > 0 &&
    lanesOf(source.dtype) === 1 &&
    source.inputs.every((one) => one instanceof Generated && isPiecewise(one))
  );
}

/** A whole block that formulas give, or a program over such blocks, tile by tile: it is never written out. */
function foldGenerated(source: Pending | Generated, accumulators: readonly Cells[], fold: Fold): void {
  const inputs = (source instanceof Pending ? source.inputs : [source]) as readonly Generated[];
  const size = sizeOf(source.shape);
  if (foldShared(source, inputs, accumulators, fold)) return;
  withArena(() => {
    const tiles = inputs.map((one) => lendOrAllocate(one.dtype, TILE_ELEMENTS));
    const result = source instanceof Pending ? lendOrAllocate(source.dtype, TILE_ELEMENTS) : (tiles[0] as AnyData);
    const loop =
      source instanceof Pending ? loopOf(source.program, ["next", ...inputs.map((): Step => "next")]) : undefined;
    const operands = tiles.flatMap((tile) => [tile, 0, TILE_ELEMENTS, 1]);
    for (let from = 0; from < size; from += TILE_ELEMENTS) {
      const count = Math.min(TILE_ELEMENTS, size - from);
      inputs.forEach((one, k) => {
        const tile = tiles[k] as AnyData;
        one.fill((count < TILE_ELEMENTS ? tile.subarray(0, count) : tile) as AnyData, from);
      });
      loop?.(1, count, result, 0, TILE_ELEMENTS, 1, ...operands);
      fold(result as unknown as Cells, 0, 1, count, count, 1, accumulators, 0, 0, 0);
    }
  });
}

/** The same with the help of other threads: they make tiles, this one folds them in order, so that the bits are the same. False where there is no help. */
function foldShared(
  source: Pending | Generated,
  inputs: readonly Generated[],
  accumulators: readonly Cells[],
  fold: Fold,
): boolean {
  const size = sizeOf(source.shape);
  const memory = arenaMemory();
  // Where no other thread sees the arena, functions for them are not made either.
  if (size % 2 !== 0 || !(memory?.buffer instanceof SharedArrayBuffer)) return false;
  const make = tileMaker(source, inputs);
  const spares = make && sparesFor(size, make.cost, memory);
  if (make === undefined || spares === undefined) return false;
  return withArena(() => {
    const laneBytes = inputs.length * TILE_BYTES;
    const scratch = lend("float64", (spares.lanes * laneBytes) / 8);
    const slots = Array.from({ length: SLOTS }, () => lend("float64", TILE_ELEMENTS));
    if (scratch === undefined || slots.includes(undefined)) return false;
    spares.run({
      count: Math.ceil(size / TILE_ELEMENTS),
      laneBytes,
      calls: (tile, slot) => {
        const from = tile * TILE_ELEMENTS;
        const into = slots[slot] as AnyData;
        return make.calls(into.byteOffset, scratch.byteOffset, Math.min(TILE_ELEMENTS, size - from), from);
      },
      take: (tile, slot, isLeft) => {
        const from = tile * TILE_ELEMENTS;
        const count = Math.min(TILE_ELEMENTS, size - from);
        const data = slots[slot] as AnyData;
        if (isLeft) make.alone(data, count, from);
        fold(data as unknown as Cells, 0, 1, count, count, 1, accumulators, 0, 0, 0);
      },
    });
    return true;
  });
}

interface Folding {
  readonly source: Exclude<Source, Assigned>;
  readonly inputs: readonly Chunk[];
  readonly axes: readonly number[];
  readonly accumulators: readonly AnyData[];
  readonly fold: Fold;
}

function foldChunks({ source, inputs, axes, accumulators, fold }: Folding): void {
  const kept = keptShape(source.shape, axes);
  const target = new Chunk(accumulators[0] as AnyData, source.dtype, kept, strideless(kept));
  const operands = [broadcasted(target, source.shape), ...inputs.map((one) => broadcasted(one, source.shape))];
  const plan = planOf(operands, source.shape);
  const outer = plan.shape.length - 2;
  const size = plan.shape.slice(-2) as [number, number];
  const steps = plan.strides.map((strides) => [strides[outer], strides[outer + 1]] as [number, number]);
  const offsets = [0, ...inputs.map((one) => one.offset)];
  const cells = accumulators as readonly Cells[];
  if (source instanceof Pending) {
    withArena(() => {
      const tiles = tilesOf(source, inputs, steps, size);
      eachOuter(plan, outer, offsets, (at) => foldTiles(tiles, at, cells, fold));
    });
    return;
  }
  const [[u, v], [s0, s1]] = steps as [[number, number], [number, number]];
  const data = (inputs[0] as Chunk).data as unknown as Cells;
  eachOuter(plan, outer, offsets, ([a, p]) =>
    fold(data, p as number, size[0], size[1], s0, s1, cells, a as number, u, v),
  );
}

/** Row-major strides with 0 along axes of length one, so that they broadcast. */
function strideless(shape: readonly number[]): number[] {
  const strides = rowMajor(shape);
  return strides.map((step, axis) => (shape[axis] === 1 ? 0 : step));
}

interface Tiles {
  readonly loop: Loop;
  readonly data: readonly AnyData[];
  /** Outer and inner steps of the accumulators and each input. */
  readonly steps: readonly (readonly [number, number])[];
  readonly size: readonly [number, number];
  readonly tile: readonly [number, number];
  readonly scratch: AnyData;
}

function tilesOf(
  source: Pending,
  chunks: readonly Chunk[],
  steps: readonly (readonly [number, number])[],
  size: readonly [number, number],
): Tiles {
  const inputs = steps.slice(1);
  const isCrossing = size[0] > 32 && inputs.some(([outer, inner]) => Math.abs(inner) > 8 && Math.abs(outer) < 8);
  const columns = Math.min(size[1], isCrossing ? CROSSING_SIDE : TILE_ELEMENTS);
  const moves: Step[] = inputs.map(([, inner]) => (inner === 1 ? "next" : inner === 0 ? "same" : "stride"));
  return {
    loop: loopOf(source.program, ["next", ...moves]),
    data: chunks.map((one) => one.data as AnyData),
    steps,
    size,
    tile: [Math.min(size[0], isCrossing ? CROSSING_SIDE : Math.max(1, Math.floor(TILE_ELEMENTS / columns))), columns],
    scratch: lendOrAllocate(source.dtype, TILE_ELEMENTS),
  };
}

function foldTiles(tiles: Tiles, at: readonly number[], accumulators: readonly Cells[], fold: Fold): void {
  const { loop, data, steps, scratch } = tiles;
  const [n0, n1] = tiles.size;
  const [rows, columns] = tiles.tile;
  const [u, v] = steps[0] as [number, number];
  for (let i = 0; i < n0; i += rows)
    for (let j = 0; j < n1; j += columns) {
      const m0 = Math.min(rows, n0 - i);
      const m1 = Math.min(columns, n1 - j);
      const args: (AnyData | number)[] = [scratch, 0, m1, 1];
      for (let k = 0; k < data.length; k++) {
        const [outer, inner] = steps[k + 1] as [number, number];
        args.push(data[k] as AnyData, (at[k + 1] as number) + i * outer + j * inner, outer, inner);
      }
      loop(m0, m1, ...args);
      fold(scratch as unknown as Cells, 0, m0, m1, m1, 1, accumulators, (at[0] as number) + i * u + j * v, u, v);
    }
}

/** Complex numbers as pairs of floats along one axis more. */
export function asPairs(chunk: Chunk): Chunk {
  if (lanesOf(chunk.dtype) === 1) return chunk;
  return new Chunk(
    chunk.data,
    chunk.dtype === "complex64" ? "float32" : "float64",
    [...chunk.shape, 2],
    [...chunk.strides.map((step) => step * 2), 1],
    chunk.offset * 2,
  );
}

/** The reverse of {@link asPairs}, for elements in row-major order. */
export const asComplex = (chunk: Chunk): Chunk =>
  new Chunk(chunk.data, chunk.dtype === "float32" ? "complex64" : "complex128", chunk.shape.slice(0, -1));
