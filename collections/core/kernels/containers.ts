/** A Map of a list of keys and a list of values: containers with lazy values in them are put together on the worker. */
export function mapOf(keys: readonly unknown[], values: readonly unknown[]): Map<unknown, unknown> {
  return new Map(keys.map((key, i) => [key, values[i]]));
}

/** A Set of a list. */
export function setOf(items: readonly unknown[]): Set<unknown> {
  return new Set(items);
}
