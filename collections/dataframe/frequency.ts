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
