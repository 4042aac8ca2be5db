import type { AnyFunction, SourceFunction } from "./function-spec.ts";
import { functionText } from "./function-text.ts";
import { placeInScript, type ScriptPosition, scriptPosition } from "./inspector-capture.ts";

/** Functions that left this process as source, by the titles that stacks of other processes name them with. */
interface Departed {
  readonly fn: WeakRef<AnyFunction>;
  readonly source: string;
  /** Columns before the source on its first line, where it is rebuilt. */
  readonly indent: number;
  /** Frames that were read, "line:column" there to "file:line" here. */
  readonly homes: Map<string, string | undefined>;
}

const DEPARTED_MAX = 4096;
const departed = new Map<string, Departed>();

/** Lines that `new Function` puts before its body. */
const HEADER_LINES = 2;

/** What stands around a function's source where it is rebuilt, up to the source; all on one line. */
export function sourcePrefix(names: readonly string[]): string {
  const declared = names.length === 0 ? "" : `let { ${names.join(", ")} } = __shoal_captures__;`;
  return `"use strict"; ${declared} return { value: `;
}

/** The name that a rebuilt function's script has in stacks: "shoal-function/" and this. */
export const scriptTitle = ({ name, hash }: Pick<SourceFunction, "name" | "hash">): string =>
  `${name.replace(/[^\w$.-]+/g, "_")}-${hash.slice(0, 8)}`;

/** Remembers where a function is at home, of the last 4,096; nothing is looked up before an error comes back. */
export function noteDeparture(spec: SourceFunction): void {
  if (spec.live === undefined) return;
  const title = scriptTitle(spec);
  departed.delete(title);
  departed.set(title, {
    fn: new WeakRef(spec.live),
    source: spec.source,
    indent: sourcePrefix(Object.keys(spec.captures)).length,
    homes: new Map(),
  });
  if (departed.size > DEPARTED_MAX) departed.delete(departed.keys().next().value as string);
}

/** A stack with the frames of functions that travelled where they were written; frames of which that is not known stay as they are. */
export function stackAtHome(stack: string): string {
  return stack.replace(
    /shoal-function\/([\w$.-]+):(\d+):(\d+)/g,
    (frame, title: string, line: string, column: string) => {
      const one = departed.get(title);
      if (one === undefined) return frame;
      const at = `${line}:${column}`;
      if (!one.homes.has(at)) one.homes.set(at, findHome(one, Number(line) - 1 - HEADER_LINES, Number(column) - 1));
      return one.homes.get(at) ?? frame;
    },
  );
}

/** @param line in the source, from 0 @param column in the line as it was rebuilt, from 0 */
function findHome({ fn, source, indent }: Departed, line: number, column: number): string | undefined {
  const live = fn.deref();
  if (live === undefined) return undefined;
  try {
    const start = scriptPosition(live);
    if (start === undefined) return undefined;
    const within = offsetWithin(live, source, line, line === 0 ? column - indent : column);
    return placeInScript(within === undefined ? start : moved(start, live, within));
  } catch {
    // Without the inspector frames stay as they are.
    return undefined;
  }
}

/** Where a place of the source is in the function's own text; undefined if that was changed on its way, or the place is outside. */
function offsetWithin(fn: AnyFunction, source: string, line: number, column: number): number | undefined {
  const text = Function.prototype.toString.call(fn);
  const before = source.split("\n").slice(0, line);
  const offset = before.reduce((sum, one) => sum + one.length + 1, 0) + column - source.indexOf(text);
  return source.includes(text) && offset >= 0 && offset < text.length ? offset : undefined;
}

/** The engine places a function where its parameters begin, an arrow function where it begins itself. */
function moved(start: ScriptPosition, fn: AnyFunction, offset: number): ScriptPosition {
  const text = Function.prototype.toString.call(fn);
  const isArrow = functionText(fn).root.type === "ArrowFunctionExpression";
  const lines = text.slice(0, offset).split("\n");
  const column = (lines.at(-1) as string).length;
  if (lines.length > 1) return { ...start, line: start.line + lines.length - 1, column };
  return { ...start, column: start.column + column - (isArrow ? 0 : text.indexOf("(")) };
}
