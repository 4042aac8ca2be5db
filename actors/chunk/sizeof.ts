import { findValueTypeOfClass } from "../../runtime/base/value-type.ts";

/** Items of a collection that are weighed; the rest is thought to be like them. */
const SAMPLED_MAX = 20;
const OBJECT_BYTES = 48;
const DEPTH_MAX = 6;
/** Such views have no memory of their own before they are asked for it. */
const SMALL_BYTES_MAX = 64;

/**
 * About how many bytes of memory a value holds. Exact for typed arrays and for classes that say `nbytes`; containers are
 * sampled; classes of your own say it by `nbytes`, or `registerValue({ sizeOf })`. Never throws, never walks a cycle for ever.
 * @see https://docs.dask.org/en/stable/api.html (dask.sizeof)
 * @example
 * sizeOf(new Float64Array(1000)); // 8048
 */
export function sizeOf(value: unknown): number {
  return guarded(value, undefined);
}

/** The same of several values together: memory that they are all views on counts once. */
export function sizeOfAll(values: readonly unknown[]): number {
  const seen: Seen = new Set();
  return values.reduce<number>((sum, value) => sum + guarded(value, seen), 0);
}

function guarded(value: unknown, seen: Seen | undefined): number {
  try {
    return weigh(value, 0, seen);
  } catch {
    // A getter of the user's, or of a library's, that throws: its owner's result must not fail for it.
    return OBJECT_BYTES;
  }
}

/** Memory that was weighed already. */
type Seen = Set<ArrayBufferLike>;

function weigh(value: unknown, depth: number, seen: Seen | undefined): number {
  switch (typeof value) {
    case "number":
    case "boolean":
    case "undefined":
      return 8;
    case "string":
      return 16 + value.length * 2;
    case "bigint":
      return 24;
    case "object":
      return value === null ? 8 : sizeOfObject(value, depth, seen);
    default:
      return OBJECT_BYTES;
  }
}

function sizeOfObject(value: object, depth: number, seen: Seen | undefined): number {
  if (ArrayBuffer.isView(value)) return OBJECT_BYTES + viewBytes(value, seen);
  if (value instanceof ArrayBuffer || value instanceof SharedArrayBuffer) return OBJECT_BYTES + value.byteLength;
  const { nbytes } = value as { nbytes?: unknown };
  if (typeof nbytes === "number" && nbytes >= 0) return OBJECT_BYTES + nbytes;
  if (depth >= DEPTH_MAX) return OBJECT_BYTES;
  if (Array.isArray(value)) return OBJECT_BYTES + sampled(value, value.length, depth, seen);
  if (value instanceof Map) return OBJECT_BYTES + sampled(flatEntries(value), value.size * 2, depth, seen);
  if (value instanceof Set) return OBJECT_BYTES + sampled(firstOf(value), value.size, depth, seen);
  if (value instanceof Error) return OBJECT_BYTES + (value.message.length + (value.stack?.length ?? 0)) * 2;
  const registered = findValueTypeOfClass(value.constructor)?.sizeOf?.(value);
  if (registered !== undefined) return OBJECT_BYTES + registered;
  const own = Object.values(value);
  return OBJECT_BYTES + own.length * 8 + sampled(own, own.length, depth, seen);
}

/** Weighed with others, a view counts for all the memory it is on, once. */
function viewBytes(view: ArrayBufferView, seen: Seen | undefined): number {
  if (seen === undefined || view.byteLength <= SMALL_BYTES_MAX) return view.byteLength;
  const { buffer } = view;
  if (seen.has(buffer)) return 0;
  seen.add(buffer);
  return buffer.byteLength;
}

/** The first items weighed, scaled to the whole. */
function sampled(items: readonly unknown[], count: number, depth: number, seen: Seen | undefined): number {
  const n = Math.min(items.length, SAMPLED_MAX);
  if (n === 0) return 0;
  const stride = Math.max(1, Math.floor(items.length / n));
  let bytes = 0;
  for (let i = 0; i < n; i++) bytes += 8 + weigh(items[i * stride], depth + 1, seen);
  return (bytes / n) * count;
}

function flatEntries(map: ReadonlyMap<unknown, unknown>): unknown[] {
  return firstOf(map).flatMap((entry) => entry as unknown[]);
}

function firstOf(items: Iterable<unknown>): unknown[] {
  const first: unknown[] = [];
  for (const item of items) if (first.push(item) >= SAMPLED_MAX) break;
  return first;
}
