import type { Cells, Fold } from "../folds.ts";
import { isInArena, lend, withArena } from "./arena.ts";
import {
  type Code,
  F64,
  f64,
  f64x2,
  get,
  I32,
  i32,
  int,
  sequence,
  set,
  V128,
  v128,
  whileTrue,
} from "./instructions.ts";
import { FunctionBuilder, type WasmFunction } from "./wasm-function.ts";

/** Shorter rows are not worth a copy into the arena. */
const ROW_MIN = 64;
/** Elements copied into the arena at a time: they stay in the first two caches. */
const STAGED_MAX = 8192;

/**
 * Folds of doubles with SIMD, for tiles in the arena; rows elsewhere are copied there piece by piece, as a copy and a fold of eight
 * lanes take less time than a loop in JavaScript, which does all else. Sums run in eight lanes that meet at the end, so rounding
 * grows with an eighth of the length.
 */
export function vectorFold(name: string, otherwise: Fold): Fold {
  const vector = name === "sum" ? sumTile : name === "moments" ? momentsTile : undefined;
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
  return withArena(() => {
    const staged = lend("float64", n1) as Cells | undefined;
    if (staged === undefined) return false;
    staged.set(total.subarray(a0, a0 + n1));
    for (let i = 0; i < n0; i++) addRow(data.byteOffset + (offset + i * s0) * 8, n1, staged.byteOffset);
    total.set(staged, a0);
    return true;
  });
};

const momentsTile: VectorFold = (data, offset, n0, n1, s0, _s1, accumulators, a0, u, v) => {
  const [count, shift, sum, squares] = accumulators as [Cells, Cells, Cells, Cells];
  if (n0 === 0 || n1 === 0) return true;
  if (v === 0) return rowMoments(data, [offset, n0, n1, s0, a0, u], [count, shift, sum, squares]);
  const addRow = functionOf("moments-row", makeMomentsRow);
  if (v !== 1 || u !== 0 || addRow === undefined) return false;
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
    for (let i = 0; i < n0; i++) addRow(data.byteOffset + (offset + i * s0) * 8, n1, s, t, q);
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

/** Steps through `n` elements, `width` at a time while they last, then one by one; `p` is the address. */
function stepped(p: number, n: number, width: number, many: Code, one: Code): Code {
  const step = (by: number): Code => sequence(set(p, i32.add(get(p), int(8 * by))), set(n, i32.sub(get(n), int(by))));
  return sequence(
    whileTrue(i32.le(int(width), get(n)), sequence(many, step(width))),
    whileTrue(i32.le(int(1), get(n)), sequence(one, step(1))),
  );
}

const at = (p: number, element: number): Code => i32.add(get(p), int(8 * element));
const both = (local: number): Code => f64.add(f64x2.low(get(local)), f64x2.high(get(local)));

/** (address, n) → sum. */
function makeSum(): WasmFunction | undefined {
  const build = new FunctionBuilder([I32, I32]);
  const lanes = [0, 1, 2, 3].map(() => build.local(V128));
  const rest = build.local(F64);
  const many = sequence(...lanes.map((one, k) => set(one, f64x2.add(get(one), v128.load(at(0, 2 * k))))));
  const single = set(rest, f64.add(get(rest), f64.load(get(0))));
  const [a, b, c, d] = lanes as [number, number, number, number];
  const met = set(a, f64x2.add(f64x2.add(get(a), get(b)), f64x2.add(get(c), get(d))));
  return build.build(sequence(stepped(0, 1, 8, many, single), met, f64.add(both(a), get(rest))), [F64]);
}

/** (address, n, sums): adds a row to a row. */
function makeAddRow(): WasmFunction | undefined {
  const build = new FunctionBuilder([I32, I32, I32]);
  const next = (by: number): Code => set(2, i32.add(get(2), int(8 * by)));
  const many = sequence(
    ...[0, 2].map((k) => v128.store(at(2, k), f64x2.add(v128.load(at(2, k)), v128.load(at(0, k))))),
    next(4),
  );
  const one = sequence(f64.store(get(2), f64.add(f64.load(get(2)), f64.load(get(0)))), next(1));
  return build.build(stepped(0, 1, 4, many, one));
}

/** (address, n, shift, result): the sum and the sum of squares of what is left when the shift is taken off. */
function makeMoments(): WasmFunction | undefined {
  const build = new FunctionBuilder([I32, I32, F64, I32]);
  const lanes = [0, 1, 2, 3].map(() => ({ d: build.local(V128), s: build.local(V128), q: build.local(V128) }));
  const k = build.local(V128);
  const many = sequence(...lanes.map((lane, i) => addMoment(lane, k, v128.load(at(0, 2 * i)))));
  const first = lanes[0] as (typeof lanes)[number];
  // A single element: its lane is (x, shift), whose second half leaves nothing.
  const single = addMoment(first, k, f64x2.replaceLow(get(k), f64.load(get(0))));
  const met = (part: "s" | "q"): Code => {
    const [a, b, c, d] = lanes.map((lane) => get(lane[part])) as [Code, Code, Code, Code];
    return set(first.d, f64x2.add(f64x2.add(a, b), f64x2.add(c, d)));
  };
  return build.build(
    sequence(
      set(k, f64x2.splat(get(2))),
      stepped(0, 1, 8, many, single),
      met("s"),
      f64.store(get(3), both(first.d)),
      met("q"),
      f64.store(at(3, 1), both(first.d)),
    ),
  );
}

interface MomentLane {
  readonly d: number;
  readonly s: number;
  readonly q: number;
}

const addMoment = ({ d, s, q }: MomentLane, shift: number, value: Code): Code =>
  sequence(
    set(d, f64x2.sub(value, get(shift))),
    set(s, f64x2.add(get(s), get(d))),
    set(q, f64x2.add(get(q), f64x2.mul(get(d), get(d)))),
  );

/** (address, n, shifts, sums, squares): a row's moments added column by column. */
function makeMomentsRow(): WasmFunction | undefined {
  const build = new FunctionBuilder([I32, I32, I32, I32, I32]);
  const d = build.local(V128);
  const next = (by: number): Code => sequence(...[2, 3, 4].map((p) => set(p, i32.add(get(p), int(8 * by)))));
  const pass = (load: (address: Code) => Code, store: (address: Code, value: Code) => Code): Code =>
    sequence(
      set(d, f64x2.sub(load(get(0)), load(get(2)))),
      store(get(3), f64x2.add(load(get(3)), get(d))),
      store(get(4), f64x2.add(load(get(4)), f64x2.mul(get(d), get(d)))),
    );
  return build.build(
    stepped(
      0,
      1,
      2,
      sequence(pass(v128.load, v128.store), next(2)),
      sequence(pass(v128.loadLow, v128.storeLow), next(1)),
    ),
  );
}
