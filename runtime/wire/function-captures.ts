import { captureScopes } from "./inspector-capture.ts";

/**
 * Values that a function's scopes hold under these names, as they are now; names that no scope declares are left out.
 * @throws ShoalError NOT_PORTABLE if the inspector is not to be had
 */
export function capturedValues(fn: { readonly name: string }, names: Iterable<string>): ReadonlyMap<string, unknown> {
  return captureScopes(fn, names).values;
}

/** "file:line" of a function, where the engine knows it. */
export const placeOfFunction = (fn: { readonly name: string }): string | undefined => captureScopes(fn, []).place;
