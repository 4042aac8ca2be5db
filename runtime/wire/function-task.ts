import type { AnyFunction } from "./function-spec.ts";

/** What is known of a function beyond its text: said by its author, not found out. */
export type TaskOrigin =
  | { readonly kind: "module"; readonly module: string; readonly exportName: string }
  | { readonly kind: "captures"; readonly captures: Readonly<Record<string, unknown>>; readonly fn: AnyFunction };

const origins = new WeakMap<AnyFunction, TaskOrigin>();

/** What {@link task} was told of a function. */
export const findOrigin = (fn: AnyFunction): TaskOrigin | undefined => origins.get(fn);

/** Records where a function can be imported from. */
export function nameFunction(fn: AnyFunction, module: string, exportName: string): void {
  origins.set(fn, { kind: "module", module, exportName });
}

/**
 * Says how a function travels, where the automatic way does not do.
 *
 * `task(import.meta, "name", fn)`: by name. The module must export it under that name and be importable on the workers.
 * `task({ k, data }, (env, x) => …)`: as text with these captured values as first argument; the inspector is not needed.
 * @returns the function to hand to `delayed`, `map`, `submit` …
 * @throws TypeError if the arguments are neither form.
 * @example
 * export const score = task(import.meta, "score", (row: Row) => row.a * 2);
 * const scaled = task({ k: 3 }, (env, x: number) => x * env.k);
 */
export function task<F extends AnyFunction>(meta: ImportMeta, exportName: string, fn: F): F;
export function task<E extends Readonly<Record<string, unknown>>, A extends unknown[], R>(
  captures: E,
  fn: (env: E, ...args: A) => R,
): (...args: A) => R;
export function task(first: object, second: unknown, third?: unknown): AnyFunction {
  if (typeof second === "string" && typeof third === "function") {
    const { url } = first as ImportMeta;
    if (typeof url !== "string") throw new TypeError(`task(import.meta, "${second}", fn) needs import.meta first`);
    nameFunction(third as AnyFunction, url, second);
    return third as AnyFunction;
  }
  if (typeof second !== "function" || typeof first !== "object" || first === null)
    throw new TypeError('task takes (import.meta, "name", fn) or ({ captured }, (env, …) => …)');
  const fn = second as AnyFunction;
  const captures = { ...first };
  const bound = Object.defineProperty((...args: unknown[]) => fn(captures, ...args), "name", { value: fn.name });
  origins.set(bound, { kind: "captures", captures, fn });
  return bound;
}
