/**
 * A start value of its own for each partition or group, so that a function that changes it in place does no harm.
 * Instances of classes are shared: a copy would lose its class.
 */
export function startValue(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value) || value instanceof Map || value instanceof Set) return structuredClone(value);
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null ? structuredClone(value) : value;
}
