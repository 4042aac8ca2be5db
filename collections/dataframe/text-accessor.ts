import { type AnyRow, DataFrame } from "./dataframe.ts";
import { call, type Options, type Plain } from "./expression/expression.ts";
import { firstColumn } from "./operand.ts";
import type { View, ViewColumn } from "./plan/view.ts";
import { Series } from "./series.ts";

/**
 * What is done with each text of a column. Positions count characters; missing stays missing.
 * @see https://docs.dask.org/en/stable/dataframe-api.html#string-methods
 */
export class TextAccessor {
  private readonly view: View;

  constructor(view: View) {
    this.view = view;
  }

  upper = (): Series<string> => this.do("upper");
  lower = (): Series<string> => this.do("lower");
  casefold = (): Series<string> => this.do("casefold");
  capitalize = (): Series<string> => this.do("capitalize");
  title = (): Series<string> => this.do("title");
  swapcase = (): Series<string> => this.do("swapcase");
  strip = (characters: string | null = null): Series<string> => this.do("strip", { characters });
  lstrip = (characters: string | null = null): Series<string> => this.do("lstrip", { characters });
  rstrip = (characters: string | null = null): Series<string> => this.do("rstrip", { characters });
  /** Characters of texts, items of lists. */
  len = (): Series<number> => this.do(this.isList() ? "listLength" : "textLength");
  isAlnum = (): Series<boolean> => this.do("isAlnum");
  isAlpha = (): Series<boolean> => this.do("isAlpha");
  isDecimal = (): Series<boolean> => this.do("isDecimal");
  isDigit = (): Series<boolean> => this.do("isDigit");
  isLower = (): Series<boolean> => this.do("isLower");
  isNumeric = (): Series<boolean> => this.do("isNumeric");
  isSpace = (): Series<boolean> => this.do("isSpace");
  isTitle = (): Series<boolean> => this.do("isTitle");
  isUpper = (): Series<boolean> => this.do("isUpper");
  startsWith = (pattern: string, options: { na?: boolean } = {}): Series<boolean> =>
    this.known("startsWith", { pattern }, options.na);
  endsWith = (pattern: string, options: { na?: boolean } = {}): Series<boolean> =>
    this.known("endsWith", { pattern }, options.na);
  /** Whether a pattern (a regular expression unless `regex: false`) occurs; `na` stands where the text is missing. */
  contains = (pattern: string, options: { regex?: boolean; case?: boolean; na?: boolean } = {}): Series<boolean> =>
    this.known("contains", { pattern, regex: options.regex ?? true, case: options.case ?? true }, options.na);
  match = (pattern: string, options: { case?: boolean; na?: boolean } = {}): Series<boolean> =>
    this.known("match", { pattern, case: options.case ?? true }, options.na);
  fullMatch = (pattern: string, options: { case?: boolean; na?: boolean } = {}): Series<boolean> =>
    this.known("fullMatch", { pattern, case: options.case ?? true }, options.na);
  /** Where a text begins, or -1. */
  find = (pattern: string): Series<number> => this.do("find", { pattern });
  rfind = (pattern: string): Series<number> => this.do("rfind", { pattern });
  count = (pattern: string): Series<number> => this.do("countMatches", { pattern });
  /** Every match of a regular expression; of one with a group, what the group holds. @throws TypeError for more groups */
  findall = (pattern: string): Series<string[]> => {
    const groups = groupNames(pattern).length;
    if (groups > 1)
      throw new TypeError(
        `str.findall gives one text a match, and "${pattern}" has ${groups} groups; write (?:…) for those that are not wanted`,
      );
    return this.do("extractAll", { pattern: plainPattern(pattern), groups });
  };
  replace = (
    pattern: string,
    replacement: string,
    options: { regex?: boolean; case?: boolean; n?: number } = {},
  ): Series<string> => {
    const { regex = false, case: caseSensitive = true, n: count = -1 } = options;
    if (count > REPLACEMENTS_MAX)
      throw new RangeError(`str.replace takes n up to ${REPLACEMENTS_MAX}, got ${count}; leave it out to replace all`);
    if (count > 1 && regex && !isCountable(pattern))
      throw new TypeError(
        `str.replace with n: ${count} needs a pattern that matches no empty text and looks at nothing before it (\\b, \\B, flags x and U), got "${pattern}"; leave out n`,
      );
    return this.do("replaceText", { pattern, replacement, regex, case: caseSensitive, count });
  };
  removePrefix = (affix: string): Series<string> => this.do("removePrefix", { affix });
  removeSuffix = (affix: string): Series<string> => this.do("removeSuffix", { affix });
  slice = (start: number | null = null, stop: number | null = null): Series<string> =>
    this.do("slice", { start: start ?? 0, stop });
  sliceReplace = (start: number, stop: number, replacement = ""): Series<string> =>
    this.do("sliceReplace", { start, stop, replacement });
  /** The character at a position of a text, or the value at a position of a list. */
  get = (at: number): Series<string> => this.do(this.isList() ? "listGet" : "getChar", { at });
  pad = (width: number, options: { side?: "left" | "right" | "both"; fill?: string } = {}): Series<string> =>
    this.do("pad", { width, side: options.side ?? "left", fill: options.fill ?? " " });
  center = (width: number, fill = " "): Series<string> => this.do("pad", { width, side: "both", fill });
  ljust = (width: number, fill = " "): Series<string> => this.do("pad", { width, side: "right", fill });
  rjust = (width: number, fill = " "): Series<string> => this.do("pad", { width, side: "left", fill });
  zfill = (width: number): Series<string> => this.do("zfill", { width });
  repeat = (times: number): Series<string> => this.do("repeat", { times });
  /**
   * A list of parts; without a separator, text is split at white space.
   * @param options `n`: split at the first separators only, 64 at most; 0 and -1 mean all. `expand`: parts as columns, "0" to "n"
   * @example
   * const names = fromColumns({ name: ["Ada King Lovelace"] }).get("name");
   * names.str.split(" ", { n: 1, expand: true }); // columns "0": "Ada", "1": "King Lovelace"
   */
  split: Split = ((separator: string | null = null, { n = -1, expand = false }: SplitOptions = {}) => {
    if (!(Number.isInteger(n) && n >= -1 && n <= SPLITS_MAX))
      throw new RangeError(`str.split takes n from 1 to ${SPLITS_MAX}, or -1 for all, got ${n}`);
    const options = { separator, times: n };
    if (!expand) return this.do<string[]>("split", options);
    if (n < 1) throw new TypeError("str.split into columns needs n, which says how many there are: n + 1");
    const parts = call("split", [this.own.expr], options);
    const columns = Array.from({ length: n + 1 }, (_, at) => ({
      name: String(at),
      expr: call("listGet", [parts], { at }),
    }));
    return new DataFrame({ ...this.view, columns });
  }) as Split;
  /** The values of each list as one text. */
  join = (separator: string): Series<string> => this.do(this.isList() ? "listJoin" : "joinCharacters", { separator });
  /** Groups of a regular expression as columns. */
  extract = (pattern: string): DataFrame<AnyRow> => {
    const columns = groupNames(pattern).map((name, at) => ({
      name: name ?? String(at),
      expr: call("extract", [this.own.expr], { pattern: plainPattern(pattern), group: at + 1 }),
    }));
    return new DataFrame({ ...this.view, columns });
  };
  /** This text, and that of other columns of the table, behind each other. */
  cat = (other: Series<string>, options: { separator?: string; naRep?: string } = {}): Series<string> => {
    const { separator = "", naRep } = options;
    const present = (one: Series<string>): Series<string> => (naRep === undefined ? one : one.fillna(naRep));
    const own = new Series<string>(this.view);
    return (present(own).add(separator).add(present(other)) as Series<string>).rename(own.name);
  };

  private get own(): ViewColumn {
    return this.view.columns[0] as ViewColumn;
  }

  private isList(): boolean {
    return new Series(this.view).dtype.startsWith("list");
  }

  private do<R>(op: string, options?: Options): Series<R> {
    return new Series<R>(firstColumn(this.view, call(op, [this.own.expr], options), this.own.name));
  }

  private known(op: string, options: Options, na: Plain | undefined): Series<boolean> {
    const found = this.do<boolean>(op, options);
    return na === undefined || na === null ? found : (found.fillna(na as boolean) as Series<boolean>);
  }
}

interface SplitOptions {
  readonly n?: number;
  readonly expand?: boolean;
}

interface Split {
  (separator: string | null, options: { readonly n: number; readonly expand: true }): DataFrame<AnyRow>;
  (separator?: string | null, options?: { readonly n?: number; readonly expand?: false }): Series<string[]>;
}

const SPLITS_MAX = 64;

const plainPattern = (pattern: string): string => pattern.replaceAll("(?P<", "(?<");

/** One after the other, each with an expression of its own. */
const REPLACEMENTS_MAX = 64;

/** Whether its matches can be replaced one after the other. */
function isCountable(pattern: string): boolean {
  if (/\\[bB]|\(\?[a-z]*[xU]/.test(pattern)) return false;
  try {
    // JavaScript does not write flags like that.
    return !new RegExp(
      plainPattern(pattern)
        .replace(/\(\?[a-z]+\)/g, "")
        .replace(/\(\?[a-z]+:/g, "(?:"),
    ).test("");
  } catch {
    return false;
  }
}

/** The groups of a regular expression, with the names of those that have one; what is escaped, or in brackets, is none. */
function groupNames(pattern: string): (string | undefined)[] {
  const bare = pattern.replace(/\\./gs, "").replace(/\[\^?\]?[^\]]*\]/g, "");
  return [...bare.matchAll(/\((?!\?)|\(\?P?<(\w+)>/g)].map((group) => group[1]);
}

declare module "./series.ts" {
  interface Series<T> {
    /** Methods for columns of text. @throws TypeError when a method is called on a column that is none */
    readonly str: TextAccessor;
  }
}

Object.defineProperty(Series.prototype, "str", {
  get(this: Series<unknown>): TextAccessor {
    return new TextAccessor(this.view);
  },
});
