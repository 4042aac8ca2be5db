import { refuseUnknownOptions, shown } from "../../runtime/base/known-options.ts";
import { ANNOTATION_NAMES } from "../../runtime/graph/check-annotations.ts";
import type { Annotations } from "../../runtime/graph/layer.ts";
import type { AnyFunction } from "../../runtime/wire/function-spec.ts";

/** How one call is to be run. */
export interface SubmitOptions extends Annotations {
  /** Cancels the task. */
  readonly signal?: AbortSignal;
  /** The task is cancelled when it runs longer: milliseconds, or text such as "30s". */
  readonly timeout?: number | string;
  /** How long the first retry waits: milliseconds, or text such as "1s"; each further one twice as long, up to a minute. */
  readonly retryDelay?: number | string;
  /** The task's name; two calls of one key are one task. Those of a `map` are named `<key>-0`, `<key>-1`, and so on. */
  readonly key?: string;
}

const OPTION_NAMES: readonly string[] = [
  ...ANNOTATION_NAMES,
  ...(["signal", "timeout", "retryDelay", "key"] satisfies (keyof SubmitOptions)[]),
];

/** @throws TypeError for what `map` cannot run, go through, or read as its options */
export function refuseMapMistakes(fn: unknown, items: unknown, options: unknown): void {
  refuseNoFunction(fn, "map");
  const isStream = typeof items === "object" && items !== null && Symbol.asyncIterator in items;
  if (!isStream && typeof (items as Iterable<unknown> | undefined)?.[Symbol.iterator] !== "function")
    throw new TypeError(`map goes through a list or a stream of items, not ${shown(items)}`);
  refuseUnknownOptions(options, [...OPTION_NAMES, "inFlight"], "map");
}

/** @throws TypeError */
export function refuseNoFunction(fn: unknown, of: string): void {
  if (typeof fn !== "function") throw new TypeError(`${of} runs a function on workers, not ${shown(fn)}`);
}

/**
 * Options are a last argument beyond those the function names, with names of options only. Where the function cannot see such an
 * argument, it is nothing else: a name that is no option is a mistake.
 * @throws TypeError naming it
 */
export function splitOptions(fn: AnyFunction, args: readonly unknown[]): [readonly unknown[], SubmitOptions] {
  const last = args.at(-1);
  if (args.length <= fn.length || typeof last !== "object" || last === null) return [args, {}];
  const prototype: unknown = Object.getPrototypeOf(last);
  const names = Object.keys(last);
  if ((prototype !== Object.prototype && prototype !== null) || names.length === 0) return [args, {}];
  if (!names.every((name) => OPTION_NAMES.includes(name))) {
    if (seesMore(fn)) return [args, {}];
    const count = fn.length === 1 ? "1 argument" : `${fn.length} arguments`;
    refuseUnknownOptions(last, OPTION_NAMES, `submit, whose function takes ${count} and then options,`);
  }
  return [args.slice(0, -1), last as SubmitOptions];
}

/** Whether a function may read arguments beyond those it counts: defaults, rests, `arguments`, and all that shows no source. */
function seesMore(fn: AnyFunction): boolean {
  const text = Function.prototype.toString.call(fn);
  if (/\[native code\]|\barguments\b/.test(text)) return true;
  const from = text.indexOf("(");
  const arrow = text.indexOf("=>");
  if (from < 0 || (arrow >= 0 && arrow < from)) return false;
  let depth = 0;
  let to = from;
  for (; to < text.length; to++) {
    if (text[to] === "(") depth += 1;
    else if (text[to] === ")" && --depth === 0) break;
  }
  return /\.\.\.|=/.test(text.slice(from, to));
}
