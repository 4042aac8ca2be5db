import type { Cells, Fold } from "../folds.ts";
import { isInArena, lend, withArena } from "./arena.ts";
import {
  makeAddRow,
  makeExtreme,
  makeExtremeRow,
  makeMoments,
  makeMomentsRows,
  makeSum,
  ROWS_AT_ONCE,
} from "./fold-codes.ts";
import type { WasmFunction } from "./wasm-function.ts";

/** Shorter rows are not worth a copy into the arena. */
const ROW_MIN = 64;
/** Elements copied into the arena at a time: they stay in the first two caches. */
const STAGED_MAX = 16_384;

/**
 * Folds of doubles with SIMD, for tiles in the arena; rows elsewhere are copied there piece by piece, as a copy and a fold of eight
 * lanes take less time than a loop in JavaScript, which does all else. Sums run in eight lanes that meet at the end, so rounding
 * grows with an eighth of the length.
 */
export function vectorFold(name: string, otherwise: Fold): Fold {
  const vector = FOLDS[name];
  if (vector === undefined) return otherwise;
  const fold: Fold = (...args) => {
    if (!vector(...args)) otherwise(...args);
  };
  return (...args) => {
    const [data, , , n1, , s1] = args;
    if (s1 === 0 && n1 >= ROW_MIN && foldRepeated(fold, ...args)) return;
    if (s1 !== 1) otherwise(...args);
    else if (isInArena(data)) fold(...args);
    else if (n1 < ROW_MIN || !foldStaged(fold, ...args)) otherwise(...args);
  };
}

/** Copies rows into the arena, as many as fit into a tile, and folds them there; false where it has no room. */
function foldStaged(fold: Fold, ...[data, offset, n0, n1, s0, , accumulators, a0, u, v]: Parameters<Fold>): boolean {
  return withArena(() => {
    const tile = lend("float64", STAGED_MAX) as Cells | undefined;
    if (tile === undefined) return false;
    const columns = Math.min(n1, STAGED_MAX);
    const isRun = s0 >= n1 && s0 - n1 < n1 / 4 && s0 <= STAGED_MAX;
    const step = isRun ? s0 : columns;
    const rows = Math.max(1, Math.floor(STAGED_MAX / step));
    for (let i = 0; i < n0; i += rows)
      for (let j = 0; j < n1; j += columns) {
        const [m0, m1] = [Math.min(rows, n0 - i), Math.min(columns, n1 - j)];
        const from = offset + i * s0 + j;
        // Rows with small gaps are one run, gaps included.
        if (isRun) tile.set(data.subarray(from, from + (m0 - 1) * s0 + m1));
        else for (let k = 0; k < m0; k++) tile.set(data.subarray(from + k * s0, from + k * s0 + m1), k * step);
        fold(tile, 0, m0, m1, step, 1, accumulators, a0 + i * u + j * v, u, v);
      }
    return true;
  });
}

/** Rows of one element repeated: it is written into the arena once for as many as fit there; false where it has no room. */
function foldRepeated(fold: Fold, ...[data, offset, n0, n1, s0, , accumulators, a0, u, v]: Parameters<Fold>): boolean {
  return withArena(() => {
    const columns = Math.min(n1, STAGED_MAX);
    const tile = lend("float64", columns) as Cells | undefined;
    if (tile === undefined) return false;
    for (let i = 0; i < n0; i++) {
      if (i === 0 || s0 !== 0) tile.fill(data[offset + i * s0] as number);
      for (let j = 0; j < n1; j += columns)
        fold(tile, 0, 1, Math.min(columns, n1 - j), columns, 1, accumulators, a0 + i * u + j * v, u, v);
    }
    return true;
  });
}

const functions = new Map<string, WasmFunction | undefined>();

function functionOf(name: string, make: () => WasmFunction | undefined): WasmFunction | undefined {
  if (!functions.has(name)) functions.set(name, make());
  return functions.get(name);
}

/** A fold that says whether it could do it. */
type VectorFold = (...args: Parameters<Fold>) => boolean;

const sumTile: VectorFold = (data, offset, n0, n1, s0, _s1, accumulators, a0, u, v) => {
  const total = accumulators[0] as Cells;
  if (v === 0) {
    const sum = functionOf("sum", makeSum);
    if (sum === undefined) return false;
    const isOne = u === 0 && s0 === n1;
    const rows = isOne ? 1 : n0;
    const length = isOne ? n0 * n1 : n1;
    for (let i = 0; i < rows; i++) {
      const a = a0 + i * u;
      total[a] = (total[a] as number) + sum(data.byteOffset + (offset + i * s0) * 8, length);
    }
    return true;
  }
  const addRow = functionOf("add-row", makeAddRow);
  if (v !== 1 || u !== 0 || addRow === undefined) return false;
  return foldRows(total.subarray(a0, a0 + n1), (staged) => {
    for (let i = 0; i < n0; i++) addRow(data.byteOffset + (offset + i * s0) * 8, n1, staged);
  });
};

const momentsTile: VectorFold = (data, offset, n0, n1, s0, _s1, accumulators, a0, u, v) => {
  const [count, shift, sum, squares] = accumulators as [Cells, Cells, Cells, Cells];
  if (n0 === 0 || n1 === 0) return true;
  if (v === 0) return rowMoments(data, [offset, n0, n1, s0, a0, u], [count, shift, sum, squares]);
  const addRow = functionOf("moments-row", () => makeMomentsRows(1));
  const addRows = functionOf("moments-rows", () => makeMomentsRows(ROWS_AT_ONCE));
  if (v !== 1 || u !== 0 || addRow === undefined || addRows === undefined) return false;
  return withArena(() => {
    const staged = [0, 1, 2].map(() => lend("float64", n1));
    if (staged.includes(undefined)) return false;
    const [shifts, sums, all] = staged as unknown as [Cells, Cells, Cells];
    for (let j = 0; j < n1; j++) {
      if (count[a0 + j] === 0) shift[a0 + j] = data[offset + j] as number;
      count[a0 + j] = (count[a0 + j] as number) + n0;
    }
    shifts.set(shift.subarray(a0, a0 + n1));
    sums.set(sum.subarray(a0, a0 + n1));
    all.set(squares.subarray(a0, a0 + n1));
    const [s, t, q] = [shifts.byteOffset, sums.byteOffset, all.byteOffset];
    for (let i = 0; i < n0; ) {
      const from = data.byteOffset + (offset + i * s0) * 8;
      const isMany = i + ROWS_AT_ONCE <= n0;
      (isMany ? addRows : addRow)(from, n1, s0 * 8, s, t, q);
      i += isMany ? ROWS_AT_ONCE : 1;
    }
    sum.set(sums, a0);
    squares.set(all, a0);
    return true;
  });
};

function rowMoments(
  data: Cells,
  [offset, n0, n1, s0, a0, u]: readonly [number, number, number, number, number, number],
  [count, shift, sum, squares]: readonly [Cells, Cells, Cells, Cells],
): boolean {
  const moments = functionOf("moments", makeMoments);
  if (moments === undefined) return false;
  return withArena(() => {
    const result = lend("float64", 2) as Cells | undefined;
    if (result === undefined) return false;
    const isOne = u === 0 && s0 === n1;
    const length = isOne ? n0 * n1 : n1;
    for (let i = 0; i < (isOne ? 1 : n0); i++) {
      const a = a0 + i * u;
      const from = offset + i * s0;
      if (count[a] === 0) shift[a] = data[from] as number;
      moments(data.byteOffset + from * 8, length, shift[a] as number, result.byteOffset);
      count[a] = (count[a] as number) + length;
      sum[a] = (sum[a] as number) + (result[0] as number);
      squares[a] = (squares[a] as number) + (result[1] as number);
    }
    return true;
  });
}

const extremeTile =
  (name: "max" | "min"): VectorFold =>
  (data, offset, n0, n1, s0, _s1, accumulators, a0, u, v) => {
    const best = accumulators[0] as Cells;
    if (v === 0) {
      const extreme = functionOf(name, () => makeExtreme(name));
      if (extreme === undefined) return false;
      const isOne = u === 0 && s0 === n1;
      for (let i = 0; i < (isOne ? 1 : n0); i++) {
        const from = data.byteOffset + (offset + i * s0) * 8;
        best[a0 + i * u] = extreme(from, isOne ? n0 * n1 : n1, best[a0 + i * u] as number);
      }
      return true;
    }
    const foldRow = functionOf(`${name}-row`, () => makeExtremeRow(name));
    if (v !== 1 || u !== 0 || foldRow === undefined) return false;
    return foldRows(best.subarray(a0, a0 + n1), (staged) => {
      for (let i = 0; i < n0; i++) foldRow(data.byteOffset + (offset + i * s0) * 8, n1, staged);
    });
  };

const FOLDS: Readonly<Record<string, VectorFold>> = {
  sum: sumTile,
  moments: momentsTile,
  max: extremeTile("max"),
  min: extremeTile("min"),
};

/** Runs work on accumulators while they lie in the arena, at an address; false where it has no room. */
function foldRows(cells: Cells, work: (address: number) => void): boolean {
  return withArena(() => {
    const staged = lend("float64", cells.length) as Cells | undefined;
    if (staged === undefined) return false;
    staged.set(cells);
    work(staged.byteOffset);
    cells.set(staged);
    return true;
  });
}
