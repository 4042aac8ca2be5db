import { describe, Flow, flowOf, through } from "./flow.ts";

type TextMethod = (text: string, ...args: never[]) => unknown;

/** Methods of Python's text under Dask's names in camelCase, and those of JavaScript under their own. */
export const TEXT_METHODS = {
  upper: (text: string) => text.toUpperCase(),
  lower: (text: string) => text.toLowerCase(),
  title: (text: string) => text.toLowerCase().replace(/\p{L}+/gu, (word) => capitalized(word)),
  capitalize: (text: string) => capitalized(text.toLowerCase()),
  swapCase: (text: string) =>
    [...text].map((c) => (c === c.toLowerCase() ? c.toUpperCase() : c.toLowerCase())).join(""),
  strip: (text: string, characters?: string) => stripped(text, characters, true, true),
  lstrip: (text: string, characters?: string) => stripped(text, characters, true, false),
  rstrip: (text: string, characters?: string) => stripped(text, characters, false, true),
  split: (text: string, separator?: string | null, splitsMax = -1) => split(text, separator ?? null, splitsMax),
  rsplit: (text: string, separator?: string | null, splitsMax = -1) =>
    splitFromRight(text, separator ?? null, splitsMax),
  splitLines: (text: string) => (text === "" ? [] : text.replace(/(\r\n|\r|\n)$/, "").split(/\r\n|\r|\n/)),
  replace: (text: string, old: string, by: string, count = -1) => replaced(text, old, by, count),
  startsWith: (text: string, prefix: string | readonly string[]) =>
    typeof prefix === "string" ? text.startsWith(prefix) : prefix.some((one) => text.startsWith(one)),
  endsWith: (text: string, suffix: string | readonly string[]) =>
    typeof suffix === "string" ? text.endsWith(suffix) : suffix.some((one) => text.endsWith(one)),
  includes: (text: string, part: string) => text.includes(part),
  find: (text: string, part: string) => text.indexOf(part),
  rfind: (text: string, part: string) => text.lastIndexOf(part),
  index: (text: string, part: string) => found(text.indexOf(part), part),
  rindex: (text: string, part: string) => found(text.lastIndexOf(part), part),
  count: (text: string, part: string) => text.split(part).length - 1,
  slice: (text: string, from?: number, to?: number) => text.slice(from, to),
  at: (text: string, index: number) => text.at(index),
  join: (text: string, parts: readonly string[]) => parts.join(text),
  partition: (text: string, separator: string) => partition(text, separator),
  rpartition: (text: string, separator: string) => partitionFromRight(text, separator),
  expandTabs: (text: string, width = 8) => expandedTabs(text, width),
  zfill: (text: string, width: number) =>
    text.replace(/^([+-]?)(.*)$/su, (_, sign, rest) => sign + rest.padStart(width - sign.length, "0")),
  padStart: (text: string, width: number, fill?: string) => text.padStart(width, fill),
  padEnd: (text: string, width: number, fill?: string) => text.padEnd(width, fill),
  rjust: (text: string, width: number, fill?: string) => text.padStart(width, fill),
  ljust: (text: string, width: number, fill?: string) => text.padEnd(width, fill),
  center: (text: string, width: number, fill = " ") => centered(text, width, fill),
  removePrefix: (text: string, prefix: string) => (text.startsWith(prefix) ? text.slice(prefix.length) : text),
  removeSuffix: (text: string, suffix: string) =>
    suffix !== "" && text.endsWith(suffix) ? text.slice(0, -suffix.length) : text,
  trim: (text: string) => text.trim(),
  normalize: (text: string, form?: string) => text.normalize(form),
  caseFold: (text: string) => text.toLowerCase().replaceAll("ß", "ss"),
  isAscii: (text: string) => !/[^\0-\x7f]/.test(text),
  isIdentifier: (text: string) => /^[\p{ID_Start}_]\p{ID_Continue}*$/u.test(text),
  isDecimal: (text: string) => /^\p{Nd}+$/u.test(text),
  isNumeric: (text: string) => /^\p{N}+$/u.test(text),
  isTitle: (text: string) => /\p{L}/u.test(text) && !/\p{L}\p{Lu}|(?<!\p{L})\p{Ll}/u.test(text),
  isDigit: (text: string) => /^\p{Nd}+$/u.test(text),
  isAlpha: (text: string) => /^\p{L}+$/u.test(text),
  isAlnum: (text: string) => /^[\p{L}\p{N}]+$/u.test(text),
  isSpace: (text: string) => /^\s+$/u.test(text),
  isUpper: (text: string) => text !== text.toLowerCase() && text === text.toUpperCase(),
  isLower: (text: string) => text !== text.toUpperCase() && text === text.toLowerCase(),
} satisfies Record<string, TextMethod>;

/** Calls one of {@link TEXT_METHODS} on every item. @throws TypeError for items that are no text */
export function mapText(items: unknown, method: string, args: readonly unknown[]): Flow<unknown> {
  const source = flowOf<unknown>(items);
  if (method === "match") return matching(source, args[0] as string);
  if (method === "split" && (args[0] ?? null) === null && args.length < 2) return new SplitFlow(source);
  const fn = (TEXT_METHODS as unknown as Record<string, (text: string, ...args: unknown[]) => unknown>)[method];
  if (fn === undefined) throw new TypeError(`Text has no method ${method}`);
  return through(source, (batch) => {
    const results = new Array<unknown>(batch.length);
    for (let i = 0; i < batch.length; i++) results[i] = fn(textOf(batch[i], method), ...args);
    return results;
  });
}

/** Texts as lists of their words; whoever wants the words alone can go to the texts. */
export class SplitFlow extends Flow<unknown> {
  readonly texts: Flow<unknown>;

  constructor(texts: Flow<unknown>) {
    super(through(texts, (batch) => batch.map((item) => words(textOf(item, "split")))).pull, texts.leave);
    this.texts = texts;
  }
}

/** The words of texts, one by one. */
export class WordsFlow extends Flow<unknown> {
  readonly texts: Flow<unknown>;

  constructor(texts: Flow<unknown>, words: Flow<unknown>) {
    super(words.pull, words.leave);
    this.texts = texts;
  }
}

function matching(source: Flow<unknown>, pattern: string): Flow<unknown> {
  const expression = shellExpression(pattern);
  return through(source, (batch) => batch.filter((item) => expression.test(textOf(item, "match"))));
}

function textOf(item: unknown, method: string): string {
  if (typeof item === "string") return item;
  throw new TypeError(`str.${method}() needs items that are text, and one is ${describe(item)}`);
}

/** A shell pattern over whole texts: `*`, `?`, `[abc]`, `[!abc]`. */
function shellExpression(pattern: string): RegExp {
  let source = "";
  for (let i = 0; i < pattern.length; i++) {
    const c = pattern[i] as string;
    const close = c === "[" ? pattern.indexOf("]", i + 2) : -1;
    if (c === "*") source += ".*";
    else if (c === "?") source += ".";
    else if (close > 0) {
      const body = pattern.slice(i + 1, close).replace(/[\\\]^[]/g, "\\$&");
      source += `[${body.startsWith("!") ? `^${body.slice(1)}` : body}]`;
      i = close;
    } else source += c.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
  }
  return new RegExp(`^${source}$`, "s");
}

const capitalized = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);

function stripped(text: string, characters: string | undefined, left: boolean, right: boolean): string {
  if (characters === undefined) return left && right ? text.trim() : left ? text.trimStart() : text.trimEnd();
  let from = 0;
  let to = text.length;
  while (left && from < to && characters.includes(text[from] as string)) from += 1;
  while (right && to > from && characters.includes(text[to - 1] as string)) to -= 1;
  return text.slice(from, to);
}

function split(text: string, separator: string | null, splitsMax: number): string[] {
  if (separator === null) return splitsMax < 0 ? words(text) : firstWords(text, splitsMax);
  if (separator === "") throw new RangeError("split() needs a separator that is not empty");
  const parts = text.split(separator);
  if (splitsMax < 0 || parts.length <= splitsMax + 1) return parts;
  return [...parts.slice(0, splitsMax), parts.slice(splitsMax).join(separator)];
}

/** Words between runs of white space. The loop over plain ASCII is what text benchmarks spend their time in. */
export function words(text: string): string[] {
  const found: string[] = [];
  const n = text.length;
  let from = -1;
  for (let i = 0; i < n; i++) {
    const unit = text.charCodeAt(i);
    if (unit > 127) return text.trim().split(/\s+/).filter(Boolean);
    if (unit === 32 || (unit >= 9 && unit <= 13) || (unit >= 28 && unit <= 31)) {
      if (from >= 0) found.push(text.slice(from, i));
      from = -1;
    } else if (from < 0) from = i;
  }
  if (from >= 0) found.push(from === 0 ? text : text.slice(from));
  return found;
}

function firstWords(text: string, splitsMax: number): string[] {
  const parts: string[] = [];
  let rest = text.trimStart();
  while (parts.length < splitsMax && rest !== "") {
    const end = rest.search(/\s/);
    parts.push(end < 0 ? rest : rest.slice(0, end));
    rest = end < 0 ? "" : rest.slice(end).trimStart();
  }
  return rest === "" ? parts : [...parts, rest];
}

function lastWords(text: string, splitsMax: number): string[] {
  const parts: string[] = [];
  let rest = text.trimEnd();
  while (parts.length < splitsMax && rest !== "") {
    const word = /\S+$/.exec(rest)?.[0] as string;
    parts.unshift(word);
    rest = rest.slice(0, -word.length).trimEnd();
  }
  return rest === "" ? parts : [rest, ...parts];
}

function splitFromRight(text: string, separator: string | null, splitsMax: number): string[] {
  if (separator === null) return splitsMax < 0 ? words(text) : lastWords(text, splitsMax);
  if (separator === "") throw new RangeError("rsplit() needs a separator that is not empty");
  const parts = text.split(separator);
  if (splitsMax < 0 || parts.length <= splitsMax + 1) return parts;
  const joined = parts.length - splitsMax;
  return [parts.slice(0, joined).join(separator), ...parts.slice(joined)];
}

/** An empty text stands before every character and at the end, as in Python. */
function replaced(text: string, old: string, by: string, count: number): string {
  if (count < 0) return text.replaceAll(old, () => by);
  const parts = old === "" ? ["", ...text, ""] : text.split(old);
  return parts.reduce((all, part, i) => (i === 0 ? part : all + (i <= count ? by : old) + part), "");
}

function partition(text: string, separator: string): [string, string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, "", ""] : [text.slice(0, at), separator, text.slice(at + separator.length)];
}

function partitionFromRight(text: string, separator: string): [string, string, string] {
  const at = text.lastIndexOf(separator);
  return at < 0 ? ["", "", text] : [text.slice(0, at), separator, text.slice(at + separator.length)];
}

function found(at: number, part: string): number {
  if (at < 0) throw new RangeError(`The text has no ${JSON.stringify(part)} in it`);
  return at;
}

function expandedTabs(text: string, width: number): string {
  let column = 0;
  return text.replace(/\t|[\r\n]|[^\t\r\n]+/g, (piece) => {
    if (piece === "\r" || piece === "\n") column = 0;
    const shown = piece === "\t" ? " ".repeat(width <= 0 ? 0 : width - (column % width)) : piece;
    column += piece === "\r" || piece === "\n" ? 0 : shown.length;
    return shown;
  });
}

function centered(text: string, width: number, fill: string): string {
  const room = Math.max(0, width - text.length);
  const left = Math.floor(room / 2) + ((room % 2) & (width % 2));
  return text.padStart(text.length + left, fill).padEnd(text.length + room, fill);
}
