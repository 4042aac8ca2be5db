/** How far numbers may lie from each other: |a − b| ≤ absolute + relative · max(|a|, |b|). */
export interface Tolerance {
  readonly relative: number;
  readonly absolute: number;
}

/**
 * Where two values first differ and how, or undefined: numbers within the tolerance, NaN equal to NaN, -0 to 0, missing to missing;
 * typed arrays are lists, dates compare by their time, sets and maps by what they hold.
 */
export function valueDifference(
  actual: unknown,
  expected: unknown,
  tolerance: Tolerance,
  where = "value",
): string | undefined {
  const a = plainOf(actual);
  const e = plainOf(expected);
  if (Array.isArray(a) && Array.isArray(e)) return listDifference(a, e, tolerance, where);
  if (isRecord(a) && isRecord(e)) return recordDifference(a, e, tolerance, where);
  return isSame(a, e, tolerance) ? undefined : `${where} is ${shown(a)}, and not ${shown(e)}`;
}

function listDifference(
  a: readonly unknown[],
  e: readonly unknown[],
  tolerance: Tolerance,
  where: string,
): string | undefined {
  if (a.length !== e.length) return `${where} has ${a.length} items, and not ${e.length}: ${shown(a)}, ${shown(e)}`;
  for (const [at, one] of a.entries()) {
    const found = valueDifference(one, e[at], tolerance, `${where}[${at}]`);
    if (found !== undefined) return found;
  }
  return undefined;
}

function recordDifference(
  a: Readonly<Record<string, unknown>>,
  e: Readonly<Record<string, unknown>>,
  tolerance: Tolerance,
  where: string,
): string | undefined {
  for (const name of new Set([...Object.keys(a), ...Object.keys(e)])) {
    if (!(name in a)) return `${where} has no ${name}`;
    if (!(name in e)) return `${where} has ${name}, which is not expected`;
    const found = valueDifference(a[name], e[name], tolerance, `${where}.${name}`);
    if (found !== undefined) return found;
  }
  return undefined;
}

function isSame(a: unknown, e: unknown, { relative, absolute }: Tolerance): boolean {
  if (Object.is(a, e) || a === e) return true;
  if (typeof a === "bigint" && typeof e === "bigint") return false;
  // Of two spellings of an integer none is the wrong one.
  if (typeof a === "bigint" && typeof e === "number") return isSame(Number(a), e, { relative, absolute });
  if (typeof a === "number" && typeof e === "bigint") return isSame(a, Number(e), { relative, absolute });
  if (typeof a !== "number" || typeof e !== "number") return false;
  if (!Number.isFinite(a) || !Number.isFinite(e)) return false;
  return Math.abs(a - e) <= absolute + relative * Math.max(Math.abs(a), Math.abs(e));
}

/** What is compared of a value. */
function plainOf(value: unknown): unknown {
  if (value === undefined) return null;
  if (value instanceof Date) return `Date ${Number.isNaN(value.getTime()) ? "invalid" : value.toISOString()}`;
  if (ArrayBuffer.isView(value) && !(value instanceof DataView)) return [...(value as unknown as Iterable<unknown>)];
  if (value instanceof Set) return [...value].sort(byText);
  if (value instanceof Map) return [...value].sort(byText);
  return value;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const SHOWN_MAX = 120;

/** A value as a message shows it. */
export function shown(value: unknown): string {
  const text = JSON.stringify(value, (_, one: unknown) => {
    if (typeof one === "bigint") return `${one}n`;
    return typeof one === "number" && !Number.isFinite(one) ? String(one) : one;
  });
  return (text ?? String(value)).slice(0, SHOWN_MAX);
}

const SAME_DIGITS = 7;

/** An order for values of any kind; slack in a number does not change the order of what differs elsewhere. */
export function byText(a: unknown, b: unknown): number {
  const [left, right] = [sortText(a), sortText(b)];
  return left < right ? -1 : left > right ? 1 : 0;
}

const sortText = (value: unknown): string =>
  JSON.stringify(value, (_, one: unknown) => {
    if (typeof one === "bigint") return String(one);
    return typeof one === "number" && !Number.isInteger(one) ? Number(one.toPrecision(SAME_DIGITS)) : one;
  }) ?? "undefined";
