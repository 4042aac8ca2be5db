/**
 * The seam between the evaluator and one area's public exports. A vocabulary file (test/golden/vocabulary/<area>.ts)
 * exports `vocabulary: Vocabulary`; it imports public entries only ("shoal", "shoal/array", …) and translates names and
 * keywords, never values. Every hook gives `undefined` for what is not its own.
 *
 * - A Python function is a JavaScript function; `python((args, keywords) => …)` makes one that reads keywords.
 * - A module is a `Namespace`: `new Namespace("da", { exports, aliases, special })`. What has no public export is
 *   `unsupported(...)`, and the case counts as unsupported if nothing was computed yet.
 * - Tuples and lists are arrays, dicts plain objects (Maps if a key is no text), sets Sets, slices `PythonSlice`.
 * - Lambdas arrive as JavaScript functions that carry all they call in their text, so that they can travel; eager
 *   values in them are used by methods (`add`, `mul`, `get`…) and by `attributeName`/`lambdaName`.
 */
export interface Vocabulary {
  readonly area: string;
  /** What Python names stand for: `{ da: new Namespace(…) }`. */
  readonly names?: Readonly<Record<string, unknown>>;
  /** Called before each case with an empty folder of its own. */
  begin?(folder: string): void;
  /** An input of a case as the library's value. */
  input?(spec: InputSpec, context: CaseContext): unknown;
  /** `of.name`; a method is a function (see `python`). */
  attribute?(of: unknown, name: string): unknown;
  /** `of[index]`. */
  item?(of: unknown, index: unknown): unknown;
  /** A whole number written as a float, such as 2.0, where the area tells it from an integer. */
  wholeFloat?(value: number): unknown;
  binary?(op: string, a: unknown, b: unknown): unknown;
  unary?(op: string, a: unknown): unknown;
  /** `len(of)`, `abs(of)`, `bool(of)`, `list(of)`, `sorted(of)`… of the area's own values. */
  builtin?(name: string, of: unknown, rest: readonly unknown[]): unknown;
  /** Computes a lazy value (or takes an eager one) and writes it as the golden file writes `expected`. */
  describe?(value: unknown, expected: Expected): Promise<Shown | undefined> | Shown | undefined;
  /** JavaScript text for a dotted Python name inside lambdas: `np.sqrt` → `(x) => x.sqrt()`. */
  lambdaName?(path: string): string | undefined;
  /** JavaScript's name for an attribute of eager values inside lambdas; default camelCase. */
  attributeName?(name: string): string | undefined;
}

export interface InputSpec {
  readonly type: string;
  readonly [field: string]: any;
}

export interface Expected {
  readonly type?: string;
  readonly error?: string;
  readonly when?: string;
  readonly [field: string]: any;
}

/** A value in the golden file's own form. */
export type Shown = Readonly<Record<string, unknown>>;

export interface CaseContext {
  readonly id: string;
  readonly name: string;
  /** An empty folder of the case's own. */
  readonly folder: string;
}

export interface Keywords {
  readonly [name: string]: any;
}
export type PythonCall = (args: any[], keywords: Keywords) => unknown;

const callSymbol = Symbol("python call");

/** A function that the evaluator calls with positional and keyword arguments apart. */
export function python(call: PythonCall): (...args: any[]) => unknown {
  return Object.assign((...args: any[]) => call(args, {}), { [callSymbol]: call });
}

export const pythonCallOf = (fn: unknown): PythonCall | undefined => (fn as { [callSymbol]?: PythonCall })[callSymbol];

/** A case needs something that has no public export. */
export class Unsupported extends Error {}

export function unsupported(what: string): never {
  throw new Unsupported(what);
}

export class PythonSlice {
  readonly from: unknown;
  readonly to: unknown;
  readonly step: unknown;
  constructor(from: unknown, to: unknown, step: unknown) {
    this.from = from;
    this.to = to;
    this.step = step;
  }
}

const tuples = new WeakSet<object>();

/** Marks an array that Python wrote as a tuple: `x[1, 2]` and `x[[1, 2]]` differ in nothing else. */
export function tupleOf<T extends object>(items: T): T {
  tuples.add(items);
  return items;
}

export const isTuple = (value: unknown): value is unknown[] =>
  typeof value === "object" && value !== null && tuples.has(value);

export const ELLIPSIS: unique symbol = Symbol("...") as never;

/** `name` in camelCase: `from_sequence` → `fromSequence`. */
export const camelCase = (name: string): string =>
  name.replace(/(?<=[a-z0-9])_([a-z0-9])/g, (_, c: string) => c.toUpperCase());

/** A Python module over a module's public exports. */
export class Namespace {
  readonly name: string;
  private readonly exports: Readonly<Record<string, unknown>>;
  private readonly aliases: Readonly<Record<string, string>>;
  private readonly special: Readonly<Record<string, unknown>>;

  constructor(
    name: string,
    from: { exports?: object; aliases?: Record<string, string>; special?: Record<string, unknown> },
  ) {
    this.name = name;
    this.exports = (from.exports ?? {}) as Record<string, unknown>;
    this.aliases = from.aliases ?? {};
    this.special = from.special ?? {};
  }

  get(name: string): unknown {
    const found = Object.hasOwn(this.special, name)
      ? this.special[name]
      : (this.exports[this.aliases[name] ?? name] ?? this.exports[camelCase(name)]);
    return found === undefined ? unsupported(`${this.name}.${name}`) : found;
  }
}
