const SWEEPS_MAX = 60;

/**
 * One-sided Jacobi: goes through all pairs of n columns until none needs to be turned.
 * @param rotate makes columns p and q orthogonal; whether they were not
 */
export function jacobiSweeps(n: number, rotate: (p: number, q: number) => boolean): void {
  for (let sweep = 0; sweep < SWEEPS_MAX; sweep++) {
    let rotated = false;
    for (let p = 0; p < n - 1; p++) for (let q = p + 1; q < n; q++) rotated = rotate(p, q) || rotated;
    if (!rotated) return;
  }
}
