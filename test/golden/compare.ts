import type { Expected, Shown } from "./vocabulary.ts";

/** Relative and absolute slack of a comparison. */
interface Tolerance {
  readonly relative: number;
  readonly absolute: number;
}

/** What differs, or null. `actual` is in the golden file's form. */
export function difference(
  actual: Shown,
  expected: Expected,
  compare: string | null | undefined,
  kind: string,
): string | null {
  const tolerance = toleranceOf(expected, kind);
  const unordered = compare?.includes("any order") === true || compare === "unordered";
  const ignoresIndex = compare?.includes("index ignored") === true;
  switch (expected.type) {
    case "dataframe":
    case "series":
    case "index":
      return tableDifference(actual, expected, tolerance, unordered, ignoresIndex);
    case "bag":
      return "items" in expected
        ? valueDifference(sorted(itemsOf(actual)), sorted(expected.items as unknown[]), tolerance, "items")
        : fieldsDifference(actual, expected, ["npartitions", "partitions"], tolerance);
    case "list":
      return unordered
        ? valueDifference(sorted(itemsOf(actual)), sorted(expected.items as unknown[]), tolerance, "items")
        : fieldsDifference(actual, expected, ["items"], tolerance);
    case "value":
      return unordered && Array.isArray(expected.value)
        ? valueDifference(sorted(actual["value"] as unknown[]), sorted(expected.value), tolerance, "value")
        : fieldsDifference(actual, expected, ["value"], tolerance);
    default:
      return fieldsDifference(
        actual,
        expected,
        ["dtype", "shape", "chunks", "data", "value", "names", "divisions"],
        tolerance,
      );
  }
}

function toleranceOf(expected: Expected, kind: string): Tolerance {
  if (/linalg|fft/.test(kind)) return { relative: 1e-7, absolute: 1e-7 };
  const single = [expected["dtype"], ...((expected["dtypes"] as string[] | undefined) ?? [])].some(
    (one) => one === "float32" || one === "complex64",
  );
  return { relative: single ? 1e-5 : 1e-9, absolute: single ? 1e-6 : 1e-9 };
}

function fieldsDifference(
  actual: Shown,
  expected: Expected,
  fields: readonly string[],
  tolerance: Tolerance,
): string | null {
  for (const field of fields) {
    if (!(field in expected)) continue;
    const found = valueDifference(actual[field], expected[field], tolerance, field);
    if (found !== null) return found;
  }
  return null;
}

/** Deep comparison; numbers with slack, integers and booleans exactly, "NaN" and infinities as text. */
export function valueDifference(
  actual: unknown,
  expected: unknown,
  tolerance: Tolerance,
  where: string,
): string | null {
  const a = plain(actual);
  const e = plain(expected);
  if (Array.isArray(a) && Array.isArray(e)) {
    if (a.length !== e.length) return `${where}: ${a.length} items, expected ${e.length} (${brief(a)} | ${brief(e)})`;
    for (let i = 0; i < a.length; i++) {
      const found = valueDifference(a[i], e[i], tolerance, `${where}[${i}]`);
      if (found !== null) return found;
    }
    return null;
  }
  if (isRecord(a) && isRecord(e)) {
    const names = [...new Set([...Object.keys(a), ...Object.keys(e)])];
    for (const name of names) {
      const found = valueDifference(a[name], e[name], tolerance, `${where}.${name}`);
      if (found !== null) return found;
    }
    return null;
  }
  return scalarsEqual(a, e, tolerance) ? null : `${where}: ${brief(a)}, expected ${brief(e)}`;
}

function scalarsEqual(a: unknown, e: unknown, { relative, absolute }: Tolerance): boolean {
  if (typeof a !== "number" || typeof e !== "number")
    return Object.is(a, e) || (typeof a === "number" && typeof e === "string" && String(a) === e);
  if (Number.isInteger(a) && Number.isInteger(e) && Math.max(Math.abs(a), Math.abs(e)) < 2 ** 53 && a === e)
    return true;
  return Math.abs(a - e) <= absolute + relative * Math.max(Math.abs(a), Math.abs(e));
}

function plain(value: unknown): unknown {
  if (typeof value === "number")
    return Number.isNaN(value) ? "NaN" : Number.isFinite(value) ? value : value > 0 ? "Infinity" : "-Infinity";
  if (typeof value === "bigint") return value >= -(2n ** 53n) && value <= 2n ** 53n ? Number(value) : String(value);
  if (value === undefined) return null;
  if (value instanceof Set) return sorted([...value].map(plain));
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, item]) => [String(key), item]));
  if (ArrayBuffer.isView(value) && !(value instanceof DataView)) return [...(value as unknown as Iterable<unknown>)];
  return value;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const brief = (value: unknown): string =>
  (JSON.stringify(value, (_, one: unknown) => (typeof one === "bigint" ? String(one) : one)) ?? "undefined").slice(
    0,
    120,
  );
const itemsOf = (actual: Shown): unknown[] =>
  (actual["items"] as unknown[] | undefined) ?? ((actual["partitions"] as unknown[][] | undefined) ?? []).flat();

function sorted(items: readonly unknown[]): unknown[] {
  const keyed = items.map((item) => [sortText(item), item] as const);
  return keyed.sort((a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0)).map(([, item]) => item);
}

/** Rounded, so that slack in a number does not change the order of rows that differ elsewhere. */
const sortText = (item: unknown): string =>
  JSON.stringify(plain(item), (_, one: unknown) => {
    const value = plain(one);
    return typeof value === "number" && !Number.isInteger(value) ? Number(value.toPrecision(7)) : value;
  });

function tableDifference(
  actual: Shown,
  expected: Expected,
  tolerance: Tolerance,
  unordered: boolean,
  ignoresIndex: boolean,
): string | null {
  const found =
    fieldsDifference(actual, expected, ["columns", "name", "names", "divisions", "partitions"], tolerance) ??
    dtypesDifference(actual, expected);
  if (found !== null) return found;
  const rows = (of: Shown | Expected): unknown[] => rowsOf(of, ignoresIndex || !("index" in expected));
  const order = unordered ? sorted : (items: readonly unknown[]): unknown[] => [...items];
  return valueDifference(order(rows(actual)), order(rows(expected)), tolerance, "rows");
}

function rowsOf(of: Shown | Expected, ignoresIndex: boolean): unknown[] {
  const columns = (of["data"] ?? [of["values"]]) as unknown[][];
  const index = (of["index"] as { values?: unknown[] } | undefined)?.values;
  const count = columns[0]?.length ?? index?.length ?? 0;
  return Array.from({ length: count }, (_, row) => [
    ...(ignoresIndex ? [] : [missingAsNull(index?.[row])]),
    ...columns.map((column) => missingAsNull(column[row])),
  ]);
}

const missingAsNull = (value: unknown): unknown =>
  value === "NaN" || value === undefined || (typeof value === "number" && Number.isNaN(value)) ? null : value;

function dtypesDifference(actual: Shown, expected: Expected): string | null {
  const listed = (of: Shown | Expected): unknown[] =>
    (of["dtypes"] ?? (of["dtype"] === undefined ? [] : [of["dtype"]])) as unknown[];
  if (expected.type === "index" || listed(expected).length === 0) return null;
  const columns = (expected["data"] ?? [expected["values"]]) as unknown[][];
  for (const [at, want] of listed(expected).entries()) {
    const got = listed(actual)[at];
    const mayBeInteger = want === "float64" && wholeWithGaps(columns[at] ?? []);
    if (got !== want && !(mayBeInteger && /^u?int\d+$/i.test(String(got))))
      return `dtype of column ${at}: ${String(got)}, expected ${String(want)}`;
  }
  return null;
}

const wholeWithGaps = (values: readonly unknown[]): boolean =>
  values.some((value) => value === "NaN" || value === null) &&
  values.every((value) => value === "NaN" || value === null || Number.isInteger(value));
