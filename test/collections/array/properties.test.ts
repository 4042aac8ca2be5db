import assert from "node:assert/strict";
import { test } from "node:test";
import * as da from "../../../collections/array/index.ts";
import { Random } from "../../../runtime/base/random.ts";
import { pushExecutor } from "../../../runtime/graph/executor.ts";
import { syncExecutor } from "../../../runtime/graph/sync-executor.ts";

pushExecutor(syncExecutor);

/** Shapes with elements in row-major order: the naive evaluator's arrays. */
interface Naive {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

const CASES = Number(process.env["SHOAL_PROPERTY_CASES"] ?? 1500);
const size = (shape: readonly number[]): number => shape.reduce((product, n) => product * n, 1);

function randomShape(r: Random): number[] {
  return Array.from({ length: r.below(4) }, () => (r.chance(0.1) ? r.below(2) : 1 + r.below(6)));
}

function randomChunks(r: Random, n: number): number[] {
  if (n === 0) return [0];
  const sizes: number[] = [];
  for (let left = n; left > 0; ) {
    const part = Math.min(left, r.chance(0.05) ? 0 : 1 + r.below(n));
    sizes.push(part);
    left -= part;
  }
  return sizes;
}

function randomArray(r: Random, shape: readonly number[]): { lazy: da.Array; naive: Naive } {
  const data = Array.from({ length: size(shape) }, () => r.below(21) - 10);
  const dtype = r.pick(["int32", "int64", "float64", "float32", "int8"] as const);
  const flat = da.fromArray(data, { dtype, shape });
  const lazy = shape.length === 0 ? flat : flat.rechunk(shape.map((n) => randomChunks(r, n)));
  return { lazy, naive: { shape, data } };
}

const at = ({ shape, data }: Naive, index: readonly number[]): number =>
  data[index.reduce((so, i, axis) => so * (shape[axis] as number) + i, 0)] as number;

function build(shape: readonly number[], of: (index: readonly number[]) => number): Naive {
  const data: number[] = [];
  const walk = (axis: number, index: readonly number[]): void => {
    if (axis === shape.length) data.push(of(index));
    else for (let i = 0; i < (shape[axis] as number); i++) walk(axis + 1, [...index, i]);
  };
  walk(0, []);
  return { shape, data };
}

async function check(lazy: da.Array, expected: Naive, what: string): Promise<void> {
  assert.deepEqual([...lazy.shape], [...expected.shape], `${what}: shape`);
  const got = await lazy.compute();
  assert.deepEqual([...got.shape], [...expected.shape], `${what}: computed shape`);
  const values = got.ravel().toArray() as number[];
  values.forEach((value, i) => {
    const want = expected.data[i] as number;
    assert.ok(
      Object.is(value, want) ||
        Number(value) === want ||
        Math.abs(Number(value) - want) <= 1e-6 * Math.max(1, Math.abs(want)),
      `${what}: element ${i} is ${value}, expected ${want}`,
    );
  });
}

type Property = (r: Random) => Promise<void>;

const broadcastPair = (r: Random): [readonly number[], readonly number[], number[]] => {
  const shape = randomShape(r);
  const shrink = (): number[] =>
    shape.map((n) => (r.chance(0.3) ? 1 : n)).slice(r.chance(0.3) ? r.below(shape.length + 1) : 0);
  const [a, b] = [shrink(), shrink()];
  const ndim = Math.max(a.length, b.length);
  const out = Array.from({ length: ndim }, (_, axis) => {
    const [x, y] = [a[axis - ndim + a.length] ?? 1, b[axis - ndim + b.length] ?? 1];
    return x === 1 ? y : x;
  });
  return [a, b, out];
};
const pick = (one: Naive, index: readonly number[]): number =>
  at(
    one,
    one.shape.map((n, axis) => (n === 1 ? 0 : (index[axis + index.length - one.shape.length] as number))),
  );

const PROPERTIES: Readonly<Record<string, Property>> = {
  "element-wise operations broadcast": async (r) => {
    const [shapeA, shapeB, out] = broadcastPair(r);
    const [a, b] = [randomArray(r, shapeA), randomArray(r, shapeB)];
    const [name, of] = r.pick([
      ["add", (x: number, y: number) => x + y],
      ["sub", (x: number, y: number) => x - y],
      ["maximum", Math.max],
      ["lt", (x: number, y: number) => Number(x < y)],
      ["div", (x: number, y: number) => x / y],
    ] as const);
    const made = a.lazy[name](b.lazy);
    const expected = build(out, (index) => of(pick(a.naive, index), pick(b.naive, index)));
    await check(made.dtype === "bool" ? made.astype("int8") : made, expected, name);
  },
  "slices follow Python": async (r) => {
    const { lazy, naive } = randomArray(r, randomShape(r));
    const positions = naive.shape.map((n) => {
      if (n > 0 && r.chance(0.25)) return { index: r.below(2 * n) - n, list: null };
      const [start, stop] = [r.below(2 * n + 5) - n - 2, r.below(2 * n + 5) - n - 2];
      const step = r.pick([1, 1, 2, 3, -1, -2]);
      const text = `${r.chance(0.3) ? "" : start}:${r.chance(0.3) ? "" : stop}:${step}`;
      return { index: text, list: pythonRange(text, n) };
    });
    const kept = positions.flatMap((one) => (one.list === null ? [] : [one.list]));
    const expected = build(
      kept.map((list) => list.length),
      (index) => {
        let k = 0;
        return at(
          naive,
          positions.map((one, axis) => {
            if (one.list !== null) return (one.list[index[k++] as number] as number) + 0;
            const given = one.index as number;
            return given < 0 ? given + (naive.shape[axis] as number) : given;
          }),
        );
      },
    );
    await check(
      lazy.get(...positions.map((one) => one.index)),
      expected,
      JSON.stringify(positions.map((one) => one.index)),
    );
  },
  "reductions do not depend on chunks": async (r) => {
    const shape = randomShape(r).map((n) => Math.max(1, n));
    const { lazy, naive } = randomArray(r, shape);
    const axes = shape.map((_, axis) => axis).filter(() => r.chance(0.5));
    const keepdims = r.chance(0.3);
    const [name, fold] = r.pick([
      ["sum", (list: number[]) => list.reduce((x, y) => x + y, 0)],
      ["min", (list: number[]) => Math.min(...list)],
      ["max", (list: number[]) => Math.max(...list)],
      ["mean", (list: number[]) => list.reduce((x, y) => x + y, 0) / list.length],
      ["var", variance],
    ] as const);
    const out = shape.map((n, axis) => (axes.includes(axis) ? 1 : n));
    const full = build(out, (index) => {
      const list: number[] = [];
      build(
        shape.map((n, axis) => (axes.includes(axis) ? n : 1)),
        (inner) =>
          list.push(
            at(
              naive,
              inner.map((i, axis) => (axes.includes(axis) ? i : (index[axis] as number))),
            ),
          ),
      );
      return fold(list);
    });
    const expected = keepdims ? full : { ...full, shape: shape.filter((_, axis) => !axes.includes(axis)) };
    await check(
      lazy[name]({ axis: axes, keepdims, splitEvery: 2 + r.below(4) }),
      expected,
      `${name} over (${axes.join()})`,
    );
  },
  "rechunk, transpose and reshape keep the elements": async (r) => {
    const shape = randomShape(r);
    const { lazy, naive } = randomArray(r, shape);
    const order = r.shuffle(shape.map((_, axis) => axis));
    const moved = lazy.transpose(order).rechunk(order.map((axis) => randomChunks(r, shape[axis] as number)));
    const expected = build(
      order.map((axis) => shape[axis] as number),
      (index) =>
        at(
          naive,
          shape.map((_, axis) => index[order.indexOf(axis)] as number),
        ),
    );
    await check(moved, expected, `transpose (${order.join()})`);
    await check(moved.reshape([-1]), { shape: [size(shape)], data: expected.data }, "reshape");
    await check(moved.ravel().reshape(shape), { shape, data: expected.data }, "reshape back");
  },
  "running sums and orders do not depend on chunks": async (r) => {
    const shape = [1 + r.below(12)];
    const { lazy, naive } = randomArray(r, shape);
    if (lazy.dtype === "int8") return;
    let total = 0;
    const sums = naive.data.map((x) => (total += x));
    await check(lazy.cumsum({ axis: 0, method: r.pick(["sequential", "blelloch"]) }), { shape, data: sums }, "cumsum");
    const k = 1 + r.below(shape[0] as number);
    const best = [...naive.data].sort((x, y) => y - x).slice(0, k);
    await check(lazy.topk(k), { shape: [k], data: best }, "topk");
    const distinct = [...new Set(naive.data)].sort((x, y) => x - y);
    const got = await da.unique(lazy).compute();
    assert.deepEqual(got.toArray(), distinct);
  },
  "assignment replaces what an index names": async (r) => {
    const n = 1 + r.below(10);
    const { lazy, naive } = randomArray(r, [n]);
    const text = `${r.below(n)}:${r.below(2 * n)}:${1 + r.below(3)}`;
    const chosen = new Set(pythonRange(text, n));
    await check(
      lazy.set([text], 7),
      { shape: [n], data: naive.data.map((x, i) => (chosen.has(i) ? 7 : x)) },
      `set ${text}`,
    );
    await check(lazy.set([lazy.lt(0)], 0), { shape: [n], data: naive.data.map((x) => Math.max(0, x)) }, "set by mask");
  },
};

function variance(list: number[]): number {
  const mean = list.reduce((x, y) => x + y, 0) / list.length;
  return list.reduce((sum, x) => sum + (x - mean) ** 2, 0) / list.length;
}

function pythonRange(text: string, n: number): number[] {
  const [start, stop, step] = text.split(":").map((part) => (part === "" ? null : Number(part))) as [
    number | null,
    number | null,
    number,
  ];
  const clamp = (given: number): number => {
    const moved = given < 0 ? given + n : given;
    return step > 0 ? Math.min(Math.max(moved, 0), n) : Math.min(Math.max(moved, -1), n - 1);
  };
  const first = start === null ? (step > 0 ? 0 : n - 1) : clamp(start);
  const end = stop === null ? (step > 0 ? n : -1) : clamp(stop);
  const found: number[] = [];
  for (let i = first; step > 0 ? i < end : i > end; i += step) found.push(i);
  return found;
}

for (const [name, property] of Object.entries(PROPERTIES))
  test(`arrays, property: ${name}`, async () => {
    const each = Math.ceil(CASES / Object.keys(PROPERTIES).length);
    for (let seed = 0; seed < each; seed++)
      await property(new Random(seed * 7919 + name.length)).catch((cause: unknown) => {
        throw new Error(`seed ${seed}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
      });
  });
