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

/** The folds of doubles as functions of WebAssembly. */

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
export function makeSum(): WasmFunction | undefined {
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
export function makeAddRow(): WasmFunction | undefined {
  const build = new FunctionBuilder([I32, I32, I32]);
  const next = (by: number): Code => set(2, i32.add(get(2), int(8 * by)));
  const many = sequence(
    ...[0, 2].map((k) => v128.store(at(2, k), f64x2.add(v128.load(at(2, k)), v128.load(at(0, k))))),
    next(4),
  );
  const one = sequence(f64.store(get(2), f64.add(f64.load(get(2)), f64.load(get(0)))), next(1));
  return build.build(stepped(0, 1, 4, many, one));
}

/** What is better than the best so far takes its place, and so does NaN, which nothing is better than. */
const better = (name: "max" | "min", best: Code, x: Code): Code =>
  v128.select(x, best, v128.or(name === "max" ? f64x2.lt(best, x) : f64x2.lt(x, best), f64x2.ne(x, x)));

/** (address, n, best so far) → the largest or least. */
export function makeExtreme(name: "max" | "min"): WasmFunction | undefined {
  const build = new FunctionBuilder([I32, I32, F64]);
  const lanes = [0, 1, 2, 3].map(() => build.local(V128));
  const x = build.local(V128);
  const take = (best: number, value: Code): Code => sequence(set(x, value), set(best, better(name, get(best), get(x))));
  const [a, b, c, d] = lanes as [number, number, number, number];
  return build.build(
    sequence(
      ...lanes.map((one) => set(one, f64x2.splat(get(2)))),
      stepped(
        0,
        1,
        8,
        sequence(...lanes.map((one, k) => take(one, v128.load(at(0, 2 * k))))),
        take(a, v128.loadSplat(get(0))),
      ),
      ...[b, c, d].map((one) => take(a, get(one))),
      take(a, f64x2.splat(f64x2.high(get(a)))),
      f64x2.low(get(a)),
    ),
    [F64],
  );
}

/** (address, n, best so far): a row's largest or least elements column by column. */
export function makeExtremeRow(name: "max" | "min"): WasmFunction | undefined {
  const build = new FunctionBuilder([I32, I32, I32]);
  const x = build.local(V128);
  const best = build.local(V128);
  const pass = (load: (address: Code) => Code, store: (address: Code, value: Code) => Code, k: number): Code =>
    sequence(set(x, load(at(0, k))), set(best, load(at(2, k))), store(at(2, k), better(name, get(best), get(x))));
  const next = (by: number): Code => set(2, i32.add(get(2), int(8 * by)));
  const many = sequence(pass(v128.load, v128.store, 0), pass(v128.load, v128.store, 2), next(4));
  return build.build(stepped(0, 1, 4, many, sequence(pass(v128.loadLow, v128.storeLow, 0), next(1))));
}

/** (address, n, shift, result): the sum and the sum of squares of what is left when the shift is taken off. */
export function makeMoments(): WasmFunction | undefined {
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

/** Rows folded column by column at a time: what was folded so far is read and written once for all of them. */
export const ROWS_AT_ONCE = 4;

/** (address, n, bytes to the next row, shifts, sums, squares): the moments of some rows added column by column. */
export function makeMomentsRows(rows: number): WasmFunction | undefined {
  const build = new FunctionBuilder([I32, I32, I32, I32, I32, I32]);
  const [shift, sum, squares, d] = [0, 1, 2, 3].map(() => build.local(V128)) as [number, number, number, number];
  const others = Array.from({ length: rows - 1 }, () => build.local(I32));
  const starts = others.map((row, k) => set(row, i32.add(get(k === 0 ? 0 : (others[k - 1] as number)), get(2))));
  const next = (by: number): Code => sequence(...[3, 4, 5, ...others].map((p) => set(p, i32.add(get(p), int(8 * by)))));
  const pass = (load: (address: Code) => Code, store: (address: Code, value: Code) => Code): Code =>
    sequence(
      ...[shift, sum, squares].map((local, k) => set(local, load(get(3 + k)))),
      ...[0, ...others].map((row) =>
        sequence(
          set(d, f64x2.sub(load(get(row)), get(shift))),
          set(sum, f64x2.add(get(sum), get(d))),
          set(squares, f64x2.add(get(squares), f64x2.mul(get(d), get(d)))),
        ),
      ),
      store(get(4), get(sum)),
      store(get(5), get(squares)),
    );
  const many = sequence(pass(v128.load, v128.store), next(2));
  return build.build(sequence(...starts, stepped(0, 1, 2, many, sequence(pass(v128.loadLow, v128.storeLow), next(1)))));
}
