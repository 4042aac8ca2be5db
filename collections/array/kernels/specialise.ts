import { canGenerate } from "./loop.ts";

// biome-ignore lint/suspicious/noExplicitAny: any plain loop.
type AnyLoop = (...args: any[]) => any;

const clones = new Map<string, AnyLoop>();

/**
 * A copy of a loop for one kind of data: V8 keeps what it learns of types per copy, so a loop that sees Float64Array
 * only stays fast beside one that sees Int8Array. The loop must use nothing but its arguments and globals.
 * Where code may not be made from text, the loop itself.
 * @param kind what the copy is for, such as a dtype
 */
export function specialised<L extends AnyLoop>(loop: L, name: string, kind: string): L {
  if (!canGenerate()) return loop;
  const key = `${name}|${kind}`;
  let clone = clones.get(key);
  if (clone === undefined) {
    clone = new Function(`"use strict";return (${loop.toString()})`)() as AnyLoop;
    clones.set(key, clone);
  }
  return clone as L;
}
