import { shapeOf, shapeText } from "./blocks.ts";
import { isBlocks } from "./elementwise.ts";

/**
 * An argument that must be a list.
 * @throws TypeError that names the function, shows the call and says what was given
 */
export function listGiven<T extends readonly unknown[]>(what: string, call: string, given: T): T {
  if (!Array.isArray(given)) throw new TypeError(`${what} takes a list, as in ${call}; got ${described(given)}`);
  return given;
}

function described(given: unknown): string {
  if (isBlocks(given)) return `an array of shape ${shapeText(shapeOf(given))}`;
  return given === null || typeof given !== "object"
    ? String(given)
    : `a value of ${given.constructor?.name ?? "no class"}`;
}
