/** How many times more chunks are worth a warning. */
const TIMES = 10;
/** Fewer chunks than these cost nothing, however they came about. */
const CHUNKS_MIN = 1000;

/**
 * Warns that an operation makes many more chunks than it was given, as Dask's PerformanceWarning does.
 * @see https://docs.dask.org/en/stable/array-chunks.html
 */
export function warnOfMany(what: string, before: number, after: number): void {
  if (after < CHUNKS_MIN || after < TIMES * Math.max(1, before)) return;
  process.emitWarning(`${what} makes ${after} chunks of ${before}; rechunk() first, or afterwards`, {
    type: "PerformanceWarning",
    code: "SHOAL_MANY_CHUNKS",
  });
}
