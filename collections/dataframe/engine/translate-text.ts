import type { Options } from "../expression/expression.ts";
import { type PolarsExpr, polars } from "./polars.ts";
import { repeatText } from "./translate-number.ts";
import { choose, first, lit, native, type Translation, type Typed } from "./typed.ts";

const text = (options: Options, name: string): string => String(options[name] ?? "");
const int = (e: PolarsExpr): PolarsExpr => e.cast(polars().Int64);
const whole = (n: number): PolarsExpr => lit(n).cast(polars().Int64);
const lengthOf = (e: PolarsExpr): PolarsExpr => int(e.str.lengths());
const escaped = (literal: string): string => literal.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
const flagged = (pattern: string, options: Options): string => (options["case"] === false ? `(?i)${pattern}` : pattern);
const patternOf = (options: Options, regex = options["regex"] !== false): string =>
  flagged(regex ? text(options, "pattern") : escaped(text(options, "pattern")), options);
const matches =
  (pattern: string): Translation =>
  (args) =>
    first(args).e.str.contains(pattern);

/** Rewrites text one character after another; `build` sees a character and the one before it. */
function perCharacter(e: PolarsExpr, build: (character: PolarsExpr, before: PolarsExpr) => PolarsExpr): PolarsExpr {
  const character = (polars() as unknown as { element(): PolarsExpr }).element();
  const rewritten = native(native(e, "strSplit", lit("")), "listEval", build(character, character.shift(1)), true);
  return native(rewritten, "listJoin", lit(""), true);
}

const isLetter = (e: PolarsExpr): PolarsExpr => e.str.contains("\\p{L}").fillNull(lit(false));

/** A first letter in capitals: of "ß", which has two, only the first is one, as in Python. */
const toFirst = (e: PolarsExpr): PolarsExpr => choose(e.eq(lit("ß")), lit("Ss"), e.str.toUpperCase());

export const toTitle = (e: PolarsExpr): PolarsExpr =>
  perCharacter(e, (one, before) => choose(isLetter(before), one.str.toLowerCase(), toFirst(one)));

const swapCase = (e: PolarsExpr): PolarsExpr =>
  perCharacter(e, (one) => choose(one.str.contains("\\p{Lu}"), one.str.toLowerCase(), one.str.toUpperCase()));

const capitalize = (e: PolarsExpr): PolarsExpr => toFirst(e.str.slice(0, 1)).add(e.str.slice(1).str.toLowerCase());

/** Python's slice with a step of one; negative positions count from the end. */
const slice: Translation = (args, options) => {
  const { e } = first(args);
  const start = Number(options["start"] ?? 0);
  const stop = options["stop"] as number | null | undefined;
  if (stop === null || stop === undefined) return e.str.slice(start);
  if (start >= 0 && stop >= 0) return e.str.slice(start, Math.max(0, stop - start));
  const length = lengthOf(e);
  const from = start < 0 ? length.add(whole(start)).clip(0, 2 ** 40) : whole(start);
  const to = stop < 0 ? length.add(whole(stop)) : whole(stop);
  return native(
    e,
    "strSlice",
    from,
    to
      .sub(from)
      .clip(0, 2 ** 40)
      .cast(polars().UInt64),
  );
};

const at: Translation = (args, options) => {
  const { e } = first(args);
  const position = Number(options["at"]);
  const inside = lengthOf(e).gt(whole(position < 0 ? -position - 1 : position));
  return choose(inside, e.str.slice(position, 1), lit(null).cast(polars().Utf8));
};

/** Where a text begins, in characters, or -1; `greedy` finds the last place. */
const position =
  (greedy: boolean): Translation =>
  (args, options) => {
    const { e } = first(args);
    const before = e.str.extract(`(?s)^(.*${greedy ? "" : "?"})${escaped(text(options, "pattern"))}`, 1);
    return choose(e.isNull(), lit(null).cast(polars().Int64), lengthOf(before).fillNull(whole(-1)));
  };

const pad: Translation = (args, options) => {
  const { e } = first(args);
  const width = Number(options["width"]);
  const fill = text(options, "fill") || " ";
  if (options["side"] === "right") return e.str.padEnd(width, fill);
  if (options["side"] !== "both") return e.str.padStart(width, fill);
  // Python's centre: an odd rest goes left if the width is odd, else right.
  const rest = whole(width)
    .sub(lengthOf(e))
    .clip(0, 2 ** 40);
  const half = native(rest, "floordiv", whole(2));
  const left = width % 2 === 1 ? half.add(native(rest, "rem", whole(2))) : half;
  return repeatText(lit(fill), left)
    .add(e)
    .add(repeatText(lit(fill), rest.sub(left)));
};

/** Marks every match with a character that text does not hold, so that matches can be counted and cut out. */
const MARK = "\u0001";
const END = "\u0002";

const countMatches: Translation = (args, options) => {
  const marked = first(args).e.str.replaceAll(patternOf(options), MARK);
  return lengthOf(marked).sub(lengthOf(native(marked, "strReplaceAll", lit(MARK), lit(""), true)));
};

/** Every match; of a pattern with a group, what the group holds. */
const extractAll: Translation = (args, options) => {
  const pattern = patternOf(options);
  const whole = options["groups"] === 1 ? pattern : `(${pattern})`;
  const marked = first(args).e.str.replaceAll(whole, `${MARK}$1${END}`);
  const pieces = native(marked, "strSplit", lit(MARK)).lst.slice(1, 2 ** 31);
  const zero = lit(0).cast(polars().Int64);
  const piece = (polars() as unknown as { element(): PolarsExpr }).element();
  return native(pieces, "listEval", native(native(piece, "strSplit", lit(END)), "listGet", zero, true), true);
};

const replaceText: Translation = (args, options) => {
  const literalText = options["regex"] !== true && options["case"] !== false;
  const pattern = literalText ? text(options, "pattern") : patternOf(options, options["regex"] === true);
  const count = Number(options["count"] ?? -1);
  const replacement = text(options, "replacement");
  const { e } = first(args);
  if (count === 0 && literalText) return e;
  if (count <= 0) return native(e, "strReplaceAll", lit(pattern), lit(replacement), literalText, 1);
  if (count === 1) return native(e, "strReplace", lit(pattern), lit(replacement), literalText, 1);
  return literalText
    ? replaceSome(e, escaped(pattern), replacement.replaceAll("$", "$$$$"), count)
    : replaceSome(e, pattern, replacement, count);
};

/** The first matches only, one after the other: a mark stands behind the last that was replaced, and what is before it is not searched again. */
function replaceSome(e: PolarsExpr, pattern: string, replacement: string, count: number): PolarsExpr {
  const flags = /^\(\?[a-z]+\)/.exec(pattern)?.[0] ?? "";
  const own = `(${pattern.slice(flags.length)})`;
  // Two groups stand before the match, which is a group now too.
  const shifted = replacement.replace(/\$\$|\$(\d+)|\$\{(\d+)\}/g, (reference, bare?: string, braced?: string) =>
    reference === "$$" ? reference : `\${${Number(bare ?? braced) + 3}}`,
  );
  const replaced = (marked: PolarsExpr, before: string): PolarsExpr =>
    native(
      marked,
      "strReplace",
      lit(`${flags}^${before}((?s:.*?))${own}`),
      lit(`\${1}\${2}${shifted}${MARK}`),
      false,
      1,
    );
  let marked = replaced(e, "()");
  for (let at = 1; at < count; at++) marked = replaced(marked, `((?s:.*))${MARK}`);
  return native(marked, "strReplaceAll", lit(MARK), lit(""), true, 1);
}

/** Without a separator, text is split at runs of white space, as Python does. */
const split: Translation = (args, options) => {
  const separator = options["separator"];
  const times = Number(options["times"] ?? -1);
  if (times > 0) return splitSome(first(args).e, typeof separator === "string" ? separator : null, times);
  if (typeof separator === "string") return native(first(args).e, "strSplit", lit(separator));
  const spaced = first(args).e.str.strip().str.replaceAll("\\s+", " ");
  const pieces = native(spaced, "strSplit", lit(" "));
  return choose(spaced.eq(lit("")), pieces.lst.slice(0, 0), pieces);
};

/** Text split at its first separators: they are marked one after the other, and what is behind them stays as it is. */
function splitSome(e: PolarsExpr, separator: string | null, times: number): PolarsExpr {
  let marked = separator === null ? e.str.stripCharsStart(SPACES) : e;
  for (let at = 0; at < times; at++)
    marked = native(marked, "strReplace", lit(separator ?? "\\s+"), lit(MARK), separator !== null, 1);
  if (separator !== null) return native(marked, "strSplit", lit(MARK));
  const pieces = native(marked.str.replace(`${MARK}$`, ""), "strSplit", lit(MARK));
  return choose(marked.eq(lit("")), pieces.lst.slice(0, 0), pieces);
}

const SPACES = " \t\n\r\v\f";

const strip =
  (method: "stripChars" | "stripCharsStart" | "stripCharsEnd"): Translation =>
  (args, options) =>
    first(args).e.str[method](typeof options["characters"] === "string" ? options["characters"] : SPACES);

const removeAffix =
  (side: "start" | "end"): Translation =>
  (args, options) => {
    const affix = escaped(text(options, "affix"));
    return first(args).e.str.replace(side === "start" ? `^${affix}` : `${affix}$`, "");
  };

const zfill: Translation = (args, options) => {
  const { e } = first(args);
  const width = Number(options["width"]);
  const signed = e.str.contains("^[+-]");
  const rest = e.str.slice(1);
  return choose(
    signed,
    e.str.slice(0, 1).add(rest.str.padStart(Math.max(0, width - 1), "0")),
    e.str.padStart(width, "0"),
  );
};

const ISO_FORMATS = [
  "%Y-%m-%d %H:%M:%S%.f",
  "%Y-%m-%dT%H:%M:%S%.f",
  "%Y-%m-%d",
  "%Y-%m-%d %H:%M",
  "%Y-%m-%dT%H:%M",
  "%Y-%m-%dT%H:%M:%S%.fZ",
  "%Y/%m/%d",
  "%Y/%m/%d %H:%M:%S",
  "%m/%d/%Y",
  "%m/%d/%Y %H:%M:%S",
];

/** Text by a format, or by whichever of the usual ones it has; what has none is an error, or missing if not `strict`. */
const parseTime: Translation = (args, options) => {
  const { e } = first(args);
  const strict = options["strict"] !== false;
  const format = options["format"];
  const parsed = (text: PolarsExpr, one: string, must: boolean): PolarsExpr =>
    native(text, "strToDatetime", one, "us", undefined, must, true, false).cast(polars().Datetime("us"));
  if (typeof format === "string") return parsed(e, format, strict);
  let known = parsed(e, ISO_FORMATS[0] as string, false);
  for (const one of ISO_FORMATS.slice(1)) known = known.fillNull(parsed(e, one, false));
  if (!strict) return known;
  const rest = choose(known.isNull(), e, lit(null));
  return known.fillNull(parsed(rest, "%Y-%m-%d", true));
};

const concatText: Translation = (args, options) => {
  const separator = text(options, "separator");
  const parts = args.map((arg: Typed) => (arg.dtype === "string" ? arg.e : arg.e.cast(polars().Utf8)));
  let all = parts[0] as PolarsExpr;
  for (const part of parts.slice(1)) all = all.add(lit(separator)).add(part);
  return all;
};

/** A text between all characters: put behind each of them, and taken away behind the last. */
const joinCharacters: Translation = (args, options) => {
  const separator = text(options, "separator");
  const behind = first(args).e.str.replaceAll("(?s)(.)", `\${1}${separator.replaceAll("$", "$$$$")}`);
  const length = lengthOf(behind)
    .sub(whole([...separator].length))
    .clip(0, 2 ** 40);
  return native(behind, "strSlice", whole(0), length.cast(polars().UInt64));
};

export const TEXT_TRANSLATIONS: Readonly<Record<string, Translation>> = {
  upper: (args) => first(args).e.str.toUpperCase(),
  lower: (args) => first(args).e.str.toLowerCase(),
  casefold: (args) => first(args).e.str.toLowerCase().str.replaceAll("ß", "ss"),
  capitalize: (args) => capitalize(first(args).e),
  title: (args) => toTitle(first(args).e),
  swapcase: (args) => swapCase(first(args).e),
  strip: strip("stripChars"),
  lstrip: strip("stripCharsStart"),
  rstrip: strip("stripCharsEnd"),
  replaceText,
  slice,
  sliceReplace: (args, options, result) => {
    const { start, stop } = options;
    const before = slice(args, { start: 0, stop: start ?? 0 }, result);
    const from = (place: typeof stop): PolarsExpr => slice(args, { start: place ?? 0, stop: null }, result);
    // Where there is nothing between the two, nothing is taken away.
    const after = choose(
      slice(args, { start: start ?? 0, stop: stop ?? 0 }, result).eq(lit("")),
      from(start),
      from(stop),
    );
    return before.add(lit(text(options, "replacement"))).add(after);
  },
  getChar: at,
  pad,
  zfill,
  repeat: (args, options) => repeatText(first(args).e, whole(Number(options["times"]))),
  removePrefix: removeAffix("start"),
  removeSuffix: removeAffix("end"),
  extract: (args, options) => first(args).e.str.extract(patternOf(options, true), Number(options["group"] ?? 1)),
  contains: (args, options) => first(args).e.str.contains(patternOf(options)),
  startsWith: (args, options) => first(args).e.str.startsWith(text(options, "pattern")),
  endsWith: (args, options) => first(args).e.str.endsWith(text(options, "pattern")),
  match: (args, options) => first(args).e.str.contains(flagged(`^(?:${text(options, "pattern")})`, options)),
  fullMatch: (args, options) => first(args).e.str.contains(flagged(`^(?:${text(options, "pattern")})$`, options)),
  isAlnum: matches("^[\\p{L}\\p{N}]+$"),
  isAlpha: matches("^\\p{L}+$"),
  isDecimal: matches("^\\p{Nd}+$"),
  isDigit: matches("^[\\p{Nd}\u00b2\u00b3\u00b9]+$"),
  isNumeric: matches("^\\p{N}+$"),
  isSpace: matches("^\\s+$"),
  isUpper: (args) =>
    first(args)
      .e.str.contains("\\p{Lu}")
      .and(native(first(args).e.str.contains("\\p{Ll}"), "not")),
  isLower: (args) =>
    first(args)
      .e.str.contains("\\p{Ll}")
      .and(native(first(args).e.str.contains("\\p{Lu}"), "not")),
  isTitle: (args) =>
    first(args)
      .e.str.contains("\\p{L}")
      .and(first(args).e.eq(toTitle(first(args).e))),
  textLength: (args) => lengthOf(first(args).e),
  find: position(false),
  rfind: position(true),
  countMatches,
  split,
  extractAll,
  concatText,
  joinCharacters,
  parseTime,
  parseNumber: (args, options) =>
    first(args)
      .e.str.strip()
      .cast(polars().Float64, options["strict"] !== false),
};
