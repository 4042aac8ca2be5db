import type { Dtype } from "../dataframe/dtype.ts";

/** What is empty or stands for nothing, as pandas reads it. */
export const NULL_TEXTS: readonly string[] = [
  "",
  "#N/A",
  "#N/A N/A",
  "#NA",
  "-1.#IND",
  "-1.#QNAN",
  "-NaN",
  "-nan",
  "1.#IND",
  "1.#QNAN",
  "<NA>",
  "N/A",
  "NA",
  "NULL",
  "NaN",
  "n/a",
  "nan",
  "null",
];

/** Rows of CSV text as lists of fields; quotes may hold separators and ends of lines. A last line without an end counts only if `whole`. */
export function parseCsvRows(
  text: string,
  separator: string,
  quote: string | null,
  comment: string | null,
  whole: boolean,
): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let at = 0;
  let lineStart = true;
  while (at < text.length) {
    if (lineStart && comment !== null && text.startsWith(comment, at)) {
      const end = text.indexOf("\n", at);
      at = end < 0 ? text.length : end + 1;
      continue;
    }
    lineStart = false;
    const [field, next] = readField(text, at, separator, quote);
    if (next >= text.length && !whole) break;
    row.push(field);
    at = next + 1;
    if (next >= text.length || text[next] === "\n") {
      rows.push(row);
      row = [];
      lineStart = true;
    }
  }
  return rows;
}

/**
 * The text with every row as long as the longest may be, and with quotes only around whole fields; undefined where it was so.
 * @param count fields of a row; shorter rows are filled up
 */
export function withFullRows(text: string, separator: string, quote: string | null, count: number): string | undefined {
  const special = new RegExp(
    `[${[separator, quote ?? "", "\n", "\r"].map((one) => one.replace(/[\\\]^-]/, "\\$&")).join("")}]`,
  );
  const cell = (field: string): string =>
    quote !== null && special.test(field) ? quote + field.replaceAll(quote, quote + quote) + quote : field;
  const rows = parseCsvRows(text, separator, quote, null, true);
  const full = rows.map((row) => {
    const isBlank = row.length === 1 && row[0]?.trim() === "";
    const fields = isBlank ? row : [...row, ...new Array<string>(Math.max(0, count - row.length)).fill("")];
    return fields.map(cell).join(separator);
  });
  const made = `${full.join("\n")}\n`;
  return made.trimEnd() === text.replaceAll("\r\n", "\n").trimEnd() ? undefined : made;
}

/** A field, and where it ends: at a separator, an end of line, or the end. */
function readField(text: string, from: number, separator: string, quote: string | null): [string, number] {
  if (quote === null || text[from] !== quote) {
    let end = from;
    while (end < text.length && text[end] !== separator && text[end] !== "\n") end += 1;
    return [text.slice(from, end).replace(/\r$/, ""), end];
  }
  let value = "";
  let at = from + 1;
  for (;;) {
    const close = text.indexOf(quote, at);
    if (close < 0) return [value + text.slice(at), text.length];
    value += text.slice(at, close);
    at = close + 1;
    if (text[at] !== quote) break;
    value += quote;
    at += 1;
  }
  // What stands behind the quote that closes belongs to the value too.
  const rest = at;
  while (at < text.length && text[at] !== separator && text[at] !== "\n") at += 1;
  return [value + text.slice(rest, at).replace(/\r$/, ""), at];
}

const INTEGER = /^\s*[-+]?\d+\s*$/;
const FLOAT = /^\s*[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?\s*$|^\s*[-+]?inf(inity)?\s*$/i;

export type CsvInference =
  /** `isMarked`: some of its numbers have marks that must go before they are read. */
  | { readonly kind: "type"; readonly dtype: Dtype; readonly isMarked: boolean }
  /** A whole number that no type holds which holds the others too. */
  | { readonly kind: "too wide"; readonly text: string };

/** What numbers are written with, beside digits. */
export interface NumberMarks {
  /** Between groups of digits, if any. */
  readonly thousands: string | null;
  /** Before the fraction. */
  readonly decimal: string;
}

/** What takes the place of a point in a number whose fraction begins with another mark: no number has it. */
export const NO_NUMBER = "?";

/** A number's text as it is read. */
function unmarked(text: string, { thousands, decimal }: NumberMarks): string {
  const plain = thousands === null ? text : text.replaceAll(thousands, "");
  return decimal === "." ? plain : plain.replaceAll(".", NO_NUMBER).replaceAll(decimal, ".");
}

/** The type that all values of a column can be read as. */
export function inferCsvDtype(values: readonly string[], nulls: ReadonlySet<string>, marks: NumberMarks): CsvInference {
  const typed = (dtype: Dtype, isMarked = false): CsvInference => ({ kind: "type", dtype, isMarked });
  const present = values.filter((value) => !nulls.has(value));
  if (present.length === 0) return typed("float64", marks.decimal !== ".");
  if (present.every((value) => /^(true|false)$/i.test(value))) return typed("bool");
  const plain = present.map((value) => unmarked(value, marks));
  const isMarked = plain.some((value, at) => value !== present[at]);
  if (plain.every((value) => INTEGER.test(value))) {
    const dtype = wholeDtype(plain);
    if (dtype !== undefined) return typed(dtype, isMarked);
    return { kind: "too wide", text: present[plain.findIndex(isBeyondInt64)] as string };
  }
  if (plain.every((value) => FLOAT.test(value))) return typed("float64", isMarked || marks.decimal !== ".");
  return typed("string");
}

const INT64_MAX = 2n ** 63n - 1n;
const UINT64_MAX = 2n ** 64n - 1n;
/** Whole numbers of fewer signs are int64 at any rate. */
const SIGNS_SURE = 18;

const wholeOf = (text: string): bigint => BigInt(text.trim().replace(/^\+/, ""));
const isBeyondInt64 = (text: string): boolean => {
  if (text.length <= SIGNS_SURE) return false;
  const whole = wholeOf(text);
  return whole > INT64_MAX || whole < -INT64_MAX - 1n;
};

/** As pandas: int64, uint64 where a value needs it and none is negative; undefined where neither holds all. */
function wholeDtype(texts: readonly string[]): "int64" | "uint64" | undefined {
  const beyond = texts.filter(isBeyondInt64);
  if (beyond.length === 0) return "int64";
  const isNatural = !texts.some((text) => text.trimStart().startsWith("-"));
  return isNatural && beyond.every((text) => wholeOf(text) <= UINT64_MAX) ? "uint64" : undefined;
}

const CLOCKS: readonly (readonly [string, string])[] = [
  ["", ""],
  ["[ T]\\d\\d:\\d\\d", "%H:%M"],
  ["[ T]\\d\\d:\\d\\d:\\d\\d", "%H:%M:%S"],
  ["[ T]\\d\\d:\\d\\d:\\d\\d\\.\\d+", "%H:%M:%S%.f"],
];

/** The shapes of times and how the engine names them: years first, or days and months, of which the caller says which come first. */
function timeFormats(isDayFirst: boolean): [RegExp, string][] {
  const [first, second] = isDayFirst ? ["%d", "%m"] : ["%m", "%d"];
  const days = ["-", "/", "."].flatMap((mark): [string, string][] => [
    [`\\d{4}\\${mark}\\d\\d\\${mark}\\d\\d`, `%Y${mark}%m${mark}%d`],
    [`\\d\\d?\\${mark}\\d\\d?\\${mark}\\d{4}`, `${first}${mark}${second}${mark}%Y`],
  ]);
  return days.flatMap(([day, format]) =>
    CLOCKS.flatMap(([clock, hours]) =>
      (hours === "" ? [""] : [" ", "T"]).map((gap): [RegExp, string] => [
        new RegExp(`^${day}${clock.replace("[ T]", gap)}$`),
        `${format}${gap}${hours}`,
      ]),
    ),
  );
}

/** The format that all times are written in, if it is one of the usual ones. */
export const timeFormatOf = (values: readonly string[], isDayFirst = false): string | undefined =>
  values.length === 0
    ? undefined
    : timeFormats(isDayFirst).find(([shape]) => values.every((value) => shape.test(value)))?.[1];

/** The text without what stands behind a comment mark; lines that were nothing but a comment are gone. */
export function withoutComments(text: string, comment: string): string {
  const kept: string[] = [];
  for (const line of text.split("\n")) {
    const at = line.indexOf(comment);
    if (at < 0) kept.push(line);
    else if (line.slice(0, at).trim() !== "") kept.push(line.slice(0, at).trimEnd());
  }
  return kept.join("\n");
}

/** Names from a header; equal names get a number, as in pandas. */
export function headerNames(sample: readonly (readonly string[])[]): string[] {
  const seen = new Map<string, number>();
  return (sample[0] ?? []).map((name, at) => {
    const base = name === "" ? `Unnamed: ${at}` : name;
    const times = seen.get(base) ?? 0;
    seen.set(base, times + 1);
    return times === 0 ? base : `${base}.${times}`;
  });
}
