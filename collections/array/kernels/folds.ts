// biome-ignore-all lint/suspicious/noSelfCompare: x !== x is the NaN test that also holds for bigints and is one instruction.
/**
 * The inner loops of reductions. Each walks a tile of n0 rows of n1 elements and folds them into accumulators: row i
 * goes to a0 + i * u, column j adds j * v; v is 0 where a row folds into one accumulator, u where columns do.
 * They use nothing but their arguments, so that they can be copied per dtype.
 */
export type Fold = (
  data: Cells,
  offset: number,
  n0: number,
  n1: number,
  s0: number,
  s1: number,
  accumulators: readonly Cells[],
  a0: number,
  u: number,
  v: number,
) => void;

/** Typed arrays as loops see them; bigints pass through the same code. */
export type Cells = Float64Array;

export function foldSum(
  data: Cells,
  offset: number,
  n0: number,
  n1: number,
  s0: number,
  s1: number,
  accumulators: readonly Cells[],
  a0: number,
  u: number,
  v: number,
): void {
  const total = accumulators[0] as Cells;
  for (let i = 0; i < n0; i++) {
    let p = offset + i * s0;
    let a = a0 + i * u;
    if (v === 0) {
      let w = 0;
      let x = 0;
      let y = 0;
      let z = 0;
      let j = 0;
      for (; j + 3 < n1; j += 4) {
        w += data[p] as number;
        x += data[p + s1] as number;
        y += data[p + 2 * s1] as number;
        z += data[p + 3 * s1] as number;
        p += 4 * s1;
      }
      for (; j < n1; j++) {
        w += data[p] as number;
        p += s1;
      }
      total[a] = (total[a] as number) + (w + x + (y + z));
    } else
      for (let j = 0; j < n1; j++) {
        total[a] = (total[a] as number) + (data[p] as number);
        p += s1;
        a += v;
      }
  }
}

/** For 64-bit integers: sums stay in their cell, as a bigint in a variable costs an object a step. */
export function foldSumBig(
  data: Cells,
  offset: number,
  n0: number,
  n1: number,
  s0: number,
  s1: number,
  accumulators: readonly Cells[],
  a0: number,
  u: number,
  v: number,
): void {
  const total = accumulators[0] as Cells;
  for (let i = 0; i < n0; i++) {
    let p = offset + i * s0;
    let a = a0 + i * u;
    for (let j = 0; j < n1; j++) {
      total[a] = (total[a] as number) + (data[p] as number);
      p += s1;
      a += v;
    }
  }
}

export function foldProduct(
  data: Cells,
  offset: number,
  n0: number,
  n1: number,
  s0: number,
  s1: number,
  accumulators: readonly Cells[],
  a0: number,
  u: number,
  v: number,
): void {
  const total = accumulators[0] as Cells;
  for (let i = 0; i < n0; i++) {
    let p = offset + i * s0;
    let a = a0 + i * u;
    for (let j = 0; j < n1; j++) {
      total[a] = (total[a] as number) * (data[p] as number);
      p += s1;
      a += v;
    }
  }
}

export function foldMinimum(
  data: Cells,
  offset: number,
  n0: number,
  n1: number,
  s0: number,
  s1: number,
  accumulators: readonly Cells[],
  a0: number,
  u: number,
  v: number,
): void {
  const least = accumulators[0] as Cells;
  for (let i = 0; i < n0; i++) {
    let p = offset + i * s0;
    let a = a0 + i * u;
    if (v === 0) {
      let m = least[a] as number;
      for (let j = 0; j < n1; j++) {
        const x = data[p] as number;
        if (x < m || x !== x) m = x;
        p += s1;
      }
      least[a] = m;
    } else
      for (let j = 0; j < n1; j++) {
        const x = data[p] as number;
        if (x < (least[a] as number) || x !== x) least[a] = x;
        p += s1;
        a += v;
      }
  }
}

export function foldMaximum(
  data: Cells,
  offset: number,
  n0: number,
  n1: number,
  s0: number,
  s1: number,
  accumulators: readonly Cells[],
  a0: number,
  u: number,
  v: number,
): void {
  const most = accumulators[0] as Cells;
  for (let i = 0; i < n0; i++) {
    let p = offset + i * s0;
    let a = a0 + i * u;
    if (v === 0) {
      let m = most[a] as number;
      for (let j = 0; j < n1; j++) {
        const x = data[p] as number;
        if (x > m || x !== x) m = x;
        p += s1;
      }
      most[a] = m;
    } else
      for (let j = 0; j < n1; j++) {
        const x = data[p] as number;
        if (x > (most[a] as number) || x !== x) most[a] = x;
        p += s1;
        a += v;
      }
  }
}

/** Ignores NaN; the accumulators start as NaN. */
export function foldNanMinimum(
  data: Cells,
  offset: number,
  n0: number,
  n1: number,
  s0: number,
  s1: number,
  accumulators: readonly Cells[],
  a0: number,
  u: number,
  v: number,
): void {
  const least = accumulators[0] as Cells;
  for (let i = 0; i < n0; i++) {
    let p = offset + i * s0;
    let a = a0 + i * u;
    for (let j = 0; j < n1; j++) {
      const x = data[p] as number;
      const m = least[a] as number;
      if (x < m || m !== m) least[a] = x;
      p += s1;
      a += v;
    }
  }
}

/** Ignores NaN; the accumulators start as NaN. */
export function foldNanMaximum(
  data: Cells,
  offset: number,
  n0: number,
  n1: number,
  s0: number,
  s1: number,
  accumulators: readonly Cells[],
  a0: number,
  u: number,
  v: number,
): void {
  const most = accumulators[0] as Cells;
  for (let i = 0; i < n0; i++) {
    let p = offset + i * s0;
    let a = a0 + i * u;
    for (let j = 0; j < n1; j++) {
      const x = data[p] as number;
      const m = most[a] as number;
      if (x > m || m !== m) most[a] = x;
      p += s1;
      a += v;
    }
  }
}

/**
 * Count, shift, sum and sum of squares of what is left when the shift (the first element met) is taken off: one pass
 * that does not cancel as plain squares do.
 */
export function foldMoments(
  data: Cells,
  offset: number,
  n0: number,
  n1: number,
  s0: number,
  s1: number,
  accumulators: readonly Cells[],
  a0: number,
  u: number,
  v: number,
): void {
  const [count, shift, sum, squares] = accumulators as [Cells, Cells, Cells, Cells];
  for (let i = 0; i < n0; i++) {
    let p = offset + i * s0;
    let a = a0 + i * u;
    if (v === 0 && n1 > 0) {
      if (count[a] === 0) shift[a] = data[p] as number;
      const k = shift[a] as number;
      let s = 0;
      let q = 0;
      let t = 0;
      let r = 0;
      let j = 0;
      for (; j + 1 < n1; j += 2) {
        const d = (data[p] as number) - k;
        const e = (data[p + s1] as number) - k;
        s += d;
        q += d * d;
        t += e;
        r += e * e;
        p += 2 * s1;
      }
      if (j < n1) {
        const d = (data[p] as number) - k;
        s += d;
        q += d * d;
      }
      s += t;
      q += r;
      count[a] = (count[a] as number) + n1;
      sum[a] = (sum[a] as number) + s;
      squares[a] = (squares[a] as number) + q;
    } else
      for (let j = 0; j < n1; j++) {
        const x = data[p] as number;
        if (count[a] === 0) shift[a] = x;
        const d = x - (shift[a] as number);
        count[a] = (count[a] as number) + 1;
        sum[a] = (sum[a] as number) + d;
        squares[a] = (squares[a] as number) + d * d;
        p += s1;
        a += v;
      }
  }
}

/** As {@link foldMoments}, NaN left out. */
export function foldNanMoments(
  data: Cells,
  offset: number,
  n0: number,
  n1: number,
  s0: number,
  s1: number,
  accumulators: readonly Cells[],
  a0: number,
  u: number,
  v: number,
): void {
  const [count, shift, sum, squares] = accumulators as [Cells, Cells, Cells, Cells];
  for (let i = 0; i < n0; i++) {
    let p = offset + i * s0;
    let a = a0 + i * u;
    for (let j = 0; j < n1; j++) {
      const x = data[p] as number;
      if (x === x) {
        if (count[a] === 0) shift[a] = x;
        const d = x - (shift[a] as number);
        count[a] = (count[a] as number) + 1;
        sum[a] = (sum[a] as number) + d;
        squares[a] = (squares[a] as number) + d * d;
      }
      p += s1;
      a += v;
    }
  }
}
