const UNITS: Readonly<Record<string, number>> = {
  us: 1,
  U: 1,
  ms: 1e3,
  L: 1e3,
  s: 1e6,
  S: 1e6,
  t: 6e7,
  T: 6e7,
  min: 6e7,
  h: 3.6e9,
  H: 3.6e9,
  d: 8.64e10,
  D: 8.64e10,
  w: 6.048e11,
  W: 6.048e11,
};

/**
 * Microseconds of a fixed frequency such as "6H", "1D", "15min", "30s".
 * @throws SyntaxError for text that is none; months and years have no fixed length.
 * @see https://pandas.pydata.org/docs/user_guide/timeseries.html#offset-aliases
 * @example
 * parseFrequencyMicros("6H"); // 21600000000
 */
export function parseFrequencyMicros(text: string): number {
  const match = /^\s*(-?\d*\.?\d*)\s*([a-zA-Z]+)\s*$/.exec(text);
  const unit = match === null ? undefined : UNITS[match[2] as string];
  if (match === null || unit === undefined)
    throw new SyntaxError(`"${text}" is not a fixed frequency such as "6h", "1D", "15min", "30s", "500ms"`);
  const micros = (match[1] === "" ? 1 : Number(match[1])) * unit;
  if (!Number.isInteger(micros) || micros === 0)
    throw new SyntaxError(`"${text}" is not a whole number of microseconds`);
  return micros;
}

/** Stretches that times are put into: of a fixed length, or of the calendar; `end` names a stretch by its last day. */
export type BinRule =
  | { readonly kind: "micros"; readonly micros: number }
  | { readonly kind: "weeks"; readonly weekday: number }
  | { readonly kind: "months"; readonly months: number; readonly label: "start" | "end" };

const MONTHS: Readonly<Record<string, number>> = { M: 1, Q: 3, A: 12, Y: 12 };
const WEEKDAYS = ["MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"];

/**
 * The stretches of a resampling rule: a fixed frequency, "W" (weeks that end on Sunday, or "W-WED" on another day), "M", "Q", "Y" (months,
 * quarters, years by their last day), "MS", "QS", "YS" (by their first).
 * @throws SyntaxError for text that is none of these, and for several weeks or months at once
 * @see https://pandas.pydata.org/docs/user_guide/timeseries.html#offset-aliases
 * @example
 * parseBinRule("MS"); // { kind: "months", months: 1, label: "start" }
 */
export function parseBinRule(text: string): BinRule {
  const match = /^\s*(\d*)\s*(?:W(?:-([A-Z]{3}))?|([MQAY])(S?))\s*$/.exec(text);
  const weekday = WEEKDAYS.indexOf(match?.[2] ?? "SUN");
  if (match === null || weekday < 0) return { kind: "micros", micros: parseFrequencyMicros(text) };
  const [, times, , unit, start] = match;
  if (times !== "" && times !== "1")
    throw new SyntaxError(`"${text}" is several weeks or months at once; use days, such as "14D", or one of them`);
  if (unit === undefined) return { kind: "weeks", weekday };
  return { kind: "months", months: MONTHS[unit] as number, label: start === "S" ? "start" : "end" };
}
