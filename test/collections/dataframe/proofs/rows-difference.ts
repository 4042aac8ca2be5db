type Row = readonly unknown[];

/** What differs between two multisets of rows, or null; fractions with slack. */
export function rowsDifference(actual: readonly Row[], expected: readonly Row[]): string | null {
  if (actual.length !== expected.length) return `${actual.length} rows, expected ${expected.length}`;
  const [a, e] = [sorted(actual), sorted(expected)];
  for (let row = 0; row < a.length; row++)
    for (let at = 0; at < (e[row]?.length ?? 0); at++)
      if (!equal(a[row]?.[at], e[row]?.[at]))
        return `row ${row}: ${JSON.stringify(a[row])}, expected ${JSON.stringify(e[row])}`;
  return null;
}

const RELATIVE = 1e-9;
function equal(a: unknown, e: unknown): boolean {
  if (typeof a !== "number" || typeof e !== "number") return Object.is(a, e);
  return Math.abs(a - e) <= 1e-9 + RELATIVE * Math.max(Math.abs(a), Math.abs(e));
}

/** Rounded for the order only, so that slack does not change it. */
const keyOf = (row: Row): string =>
  JSON.stringify(row, (_, one: unknown) =>
    typeof one === "number" && !Number.isInteger(one) ? Number(one.toPrecision(6)) : one === 0 ? 0 : one,
  );
const sorted = (rows: readonly Row[]): Row[] =>
  rows
    .map((row) => [keyOf(row), row] as const)
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([, row]) => row);
