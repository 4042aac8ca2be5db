import { input, own } from "../runtime/graph/call.ts";
import { type Want, wantAll } from "../runtime/graph/graph.ts";
import { SELF, type TaskLayer } from "../runtime/graph/layer.ts";
import { liveFunction } from "../runtime/wire/function-spec.ts";

/** Graphs of trivial tasks: every task has a key, arguments and a result of its own. */

const inc = (x: number): number => x + 1;
const add = (a: number, b: number): number => a + b;
const total = (...xs: number[]): number => xs.reduce((sum, x) => sum + x, 0);

let graphs = 0;
/** Names of a graph are fresh in every run, so that no old result can be handed out. */
const fresh = (name: string): string => `${name}-${(graphs++).toString().padStart(6, "0")}run`;

const NO_EDGES = new Uint32Array(0);

/** n calls of `inc`, each with a number of its own. */
function leaves(name: string, n: number): TaskLayer {
  return {
    kind: "tasks",
    name,
    grid: [n],
    calls: [{ fn: liveFunction(inc), args: [own(0)] }],
    sources: [],
    inputOffsets: new Uint32Array(n + 1),
    inputIndex: NO_EDGES,
    own: { kind: "numbers", data: Float64Array.from({ length: n }, (_, i) => i) },
  };
}

export interface TaskGraph {
  readonly want: Want;
  readonly tasks: number;
  check(values: readonly unknown[]): boolean;
}

export const independent = (n: number): TaskGraph => ({
  want: wantAll(leaves(fresh("e"), n)),
  tasks: n,
  check: (values) => values.length === n && values.every((value, i) => value === i + 1),
});

/** The same with keys of the user's. */
export function keyed(n: number): TaskGraph {
  const name = fresh("k");
  const layer = { ...leaves(name, n), keys: Array.from({ length: n }, (_, i) => `${name}-user-${i}`) };
  return { want: wantAll(layer), tasks: n, check: (values) => values[n - 1] === n };
}

export function chain(n: number): TaskGraph {
  const inputOffsets = new Uint32Array(n + 1);
  for (let i = 1; i <= n; i++) inputOffsets[i] = i - 1;
  const fn = liveFunction(inc);
  const layer: TaskLayer = {
    kind: "tasks",
    name: fresh("c"),
    grid: [n],
    calls: [
      { fn, args: [own(0)] },
      { fn, args: [input(0)] },
    ],
    callOf: Uint32Array.from({ length: n }, (_, i) => (i === 0 ? 0 : 1)),
    sources: [],
    inputOffsets,
    inputSource: new Uint16Array(n - 1).fill(SELF),
    inputIndex: Uint32Array.from({ length: n - 1 }, (_, i) => i),
    ownOffsets: Uint32Array.from({ length: n + 1 }, (_, i) => Math.min(i, 1)),
    own: { kind: "numbers", data: Float64Array.of(0) },
  };
  return { want: { layer, indices: Uint32Array.of(n - 1) }, tasks: n, check: ([value]) => value === n };
}

/** A pairwise sum of n leaves; n is a power of two. */
export function tree(n: number): TaskGraph {
  const token = fresh("t");
  let layer = leaves(token.replace("t-", "t0-"), n);
  for (let width = n / 2, level = 1; width >= 1; width /= 2, level++)
    layer = {
      kind: "tasks",
      name: token.replace("t-", `t${level}-`),
      grid: [width],
      calls: [{ fn: liveFunction(add), args: [input(0), input(1)] }],
      sources: [layer],
      inputOffsets: Uint32Array.from({ length: width + 1 }, (_, i) => 2 * i),
      inputIndex: Uint32Array.from({ length: 2 * width }, (_, i) => i),
    };
  return { want: wantAll(layer), tasks: 2 * n - 1, check: ([value]) => value === (n * (n + 1)) / 2 };
}

export function merge(n: number): TaskGraph {
  const source = leaves(fresh("m"), n);
  const layer: TaskLayer = {
    kind: "tasks",
    name: fresh("out"),
    grid: [],
    calls: [
      {
        fn: liveFunction((xs: number[]) => xs.reduce((sum, x) => sum + x, 0)),
        args: [{ kind: "inputs", from: 0, count: -1 }],
      },
    ],
    sources: [source],
    inputOffsets: Uint32Array.of(0, n),
    inputIndex: Uint32Array.from({ length: n }, (_, i) => i),
  };
  return { want: wantAll(layer), tasks: n + 1, check: ([value]) => value === (n * (n + 1)) / 2 };
}

/** n tasks in 100 layers; each takes the one above it and 4 more of the layer before, drawn from a fixed sequence. */
export function layered(n: number): TaskGraph {
  const width = Math.max(n / 100, 5);
  const token = fresh("l");
  let state = 42;
  const draw = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * width);
  };
  let layer = leaves(token.replace("l-", "l0-"), width);
  for (let level = 1; level < 100; level++)
    layer = {
      kind: "tasks",
      name: token.replace("l-", `l${level}-`),
      grid: [width],
      calls: [{ fn: liveFunction(total), args: [0, 1, 2, 3, 4].map((at) => input(at)) }],
      sources: [layer],
      inputOffsets: Uint32Array.from({ length: width + 1 }, (_, i) => 5 * i),
      inputIndex: Uint32Array.from({ length: 5 * width }, (_, e) => (e % 5 === 0 ? e / 5 : draw())),
    };
  return { want: wantAll(layer), tasks: 100 * width, check: (values) => values.length === width };
}
