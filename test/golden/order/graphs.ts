import { Random } from "../../../runtime/base/random.ts";
import type { TaskEdges } from "../../../runtime/graph/dependencies.ts";

/** A seeded graph: row r reads the rows inputs[r]. */
export interface OrderGraph {
  readonly name: string;
  readonly family: string;
  readonly inputs: readonly (readonly number[])[];
}

const SEEDS_PER_FAMILY = 12;

/** Graphs of at least 200 tasks, of the kinds that collections make and of no kind at all; the same in every run. */
export function orderGraphs(): OrderGraph[] {
  const graphs: OrderGraph[] = [];
  for (const [family, make] of Object.entries(families))
    for (let seed = 1; seed <= SEEDS_PER_FAMILY; seed++)
      graphs.push({ name: `${family}-${seed}`, family, inputs: make(new Random(seed * 7919)) });
  return graphs;
}

/** A graph as columns. */
export function edgesOf(inputs: readonly (readonly number[])[]): TaskEdges {
  const inputOffsets = new Uint32Array(inputs.length + 1);
  inputs.forEach((row, at) => {
    inputOffsets[at + 1] = (inputOffsets[at] as number) + row.length;
  });
  return { count: inputs.length, inputOffsets, inputs: Uint32Array.from(inputs.flat()) };
}

const families: Readonly<Record<string, (random: Random) => number[][]>> = {
  /** Chains of some length under a tree of some fan-in. */
  reduction(random) {
    const rows: number[][] = [];
    const add = (...reads: number[]): number => rows.push(reads) - 1;
    const fanIn = 2 + random.below(7);
    let level = Array.from({ length: 120 + random.below(100) }, () => {
      let row = add();
      for (let i = random.below(3); i > 0; i--) row = add(row);
      return row;
    });
    while (level.length > 1) {
      const next: number[] = [];
      for (let i = 0; i < level.length; i += fanIn) next.push(add(...level.slice(i, i + fanIn)));
      level = next;
    }
    return rows;
  },
  /** Several reductions over the same blocks. */
  reductions(random) {
    const rows: number[][] = [];
    const add = (...reads: number[]): number => rows.push(reads) - 1;
    const blocks = Array.from({ length: 60 + random.below(60) }, () => add(add()));
    for (let n = 2 + random.below(3); n > 0; n--) {
      let level = blocks.map((block) => add(block));
      const fanIn = 2 + random.below(6);
      while (level.length > 1) {
        const next: number[] = [];
        for (let i = 0; i < level.length; i += fanIn) next.push(add(...level.slice(i, i + fanIn)));
        level = next;
      }
    }
    return rows;
  },
  /** Each cell reads its neighbours of the step before. */
  stencil(random) {
    const width = 12 + random.below(30);
    const steps = 8 + random.below(20);
    const reach = 1 + random.below(2);
    const rows: number[][] = Array.from({ length: width }, () => []);
    for (let t = 1; t <= steps; t++)
      for (let x = 0; x < width; x++) {
        const reads: number[] = [];
        for (let d = -reach; d <= reach; d++) if (x + d >= 0 && x + d < width) reads.push((t - 1) * width + x + d);
        rows.push(reads);
      }
    return rows;
  },
  /** Every output partition reads a piece of every input partition. */
  shuffle(random) {
    const rows: number[][] = [];
    const add = (...reads: number[]): number => rows.push(reads) - 1;
    const n = 12 + random.below(14);
    const outputs = 12 + random.below(14);
    const splits = Array.from({ length: n }, () => add(add()));
    const pieces = splits.map((split) => Array.from({ length: outputs }, () => add(split)));
    const merged = Array.from({ length: outputs }, (_, j) => add(...pieces.map((of) => of[j] as number)));
    if (random.chance(0.5)) for (const one of merged) add(one);
    else add(...merged);
    return rows;
  },
  /** A map with a statistic of all blocks fed back: x - x.mean(). */
  feedback(random) {
    const rows: number[][] = [];
    const add = (...reads: number[]): number => rows.push(reads) - 1;
    const n = 70 + random.below(60);
    const blocks = Array.from({ length: n }, () => add());
    const total = add(...blocks.map((block) => add(block)));
    const centred = blocks.map((block) => add(block, total));
    if (random.chance(0.5)) add(...centred);
    return rows;
  },
  /** Pairs of blocks of two arrays, contracted: a matrix product. */
  product(random) {
    const rows: number[][] = [];
    const add = (...reads: number[]): number => rows.push(reads) - 1;
    const [n, k, m] = [4 + random.below(4), 4 + random.below(4), 4 + random.below(4)];
    const a = Array.from({ length: n * k }, () => add());
    const b = Array.from({ length: k * m }, () => add());
    for (let i = 0; i < n; i++)
      for (let j = 0; j < m; j++)
        add(...Array.from({ length: k }, (_, p) => add(a[i * k + p] as number, b[p * m + j] as number)));
    while (rows.length < 200) add(rows.length - 1);
    return rows;
  },
  /** Each task reads a few of those shortly before it. */
  local(random) {
    const n = 200 + random.below(200);
    const back = 5 + random.below(40);
    return Array.from({ length: n }, (_, row) =>
      row === 0 || random.chance(0.15)
        ? []
        : distinct(Array.from({ length: 1 + random.below(3) }, () => Math.max(0, row - 1 - random.below(back)))),
    );
  },
  /** Each task reads a few of any before it. */
  random(random) {
    const n = 200 + random.below(200);
    const roots = 10 + random.below(40);
    return Array.from({ length: n }, (_, row) =>
      row < roots ? [] : distinct(Array.from({ length: 1 + random.below(3) }, () => random.below(row))),
    );
  },
  /** Layers with random edges between neighbours. */
  layered(random) {
    const width = 15 + random.below(25);
    const depth = 10 + random.below(10);
    return Array.from({ length: width * depth }, (_, row) => {
      const layer = Math.floor(row / width);
      if (layer === 0) return [];
      return distinct(Array.from({ length: 1 + random.below(3) }, () => (layer - 1) * width + random.below(width)));
    });
  },
};

const distinct = (rows: number[]): number[] => [...new Set(rows)];
