import { decodeValue, encodeValue, flattenValue, unflattenValue } from "./value.ts";

/**
 * Whatever was thrown, as bytes: class, name, message, stack, own fields, causes. A thrown value that cannot travel becomes
 * an Error that says what it was, so a failure is always told.
 */
export function errorToWire(thrown: unknown): Uint8Array {
  try {
    return flattenValue(encodeValue(thrown, { shareMemory: false }));
  } catch (reason) {
    const told = new Error(`A value was thrown that cannot travel: ${describe(thrown)}`, { cause: reason });
    return flattenValue(encodeValue(told, { shareMemory: false }));
  }
}

/**
 * What {@link errorToWire} was given. Shoal's own errors come back as their class, others as the nearest built-in class.
 * @throws ShoalError DECODE
 */
export const errorFromWire = (bytes: Uint8Array): unknown => decodeValue(unflattenValue(bytes));

function describe(thrown: unknown): string {
  try {
    return String(thrown);
  } catch {
    return Object.prototype.toString.call(thrown);
  }
}
