const BYTE_UNITS: Readonly<Record<string, number>> = {
  "": 1,
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  tb: 1e12,
  pb: 1e15,
  k: 1e3,
  m: 1e6,
  g: 1e9,
  t: 1e12,
  p: 1e15,
  kib: 1024,
  mib: 1024 ** 2,
  gib: 1024 ** 3,
  tib: 1024 ** 4,
  pib: 1024 ** 5,
};

const DURATION_UNITS_MS: Readonly<Record<string, number>> = {
  "": 1000,
  ns: 1e-6,
  us: 1e-3,
  ms: 1,
  s: 1000,
  sec: 1000,
  second: 1000,
  seconds: 1000,
  m: 60_000,
  min: 60_000,
  minute: 60_000,
  minutes: 60_000,
  h: 3_600_000,
  hour: 3_600_000,
  hours: 3_600_000,
  d: 86_400_000,
  day: 86_400_000,
  days: 86_400_000,
};

/**
 * Bytes from a number or text such as "128 MiB" or "1.5GB".
 * @throws SyntaxError if the text is neither.
 * @see https://docs.dask.org/en/stable/api.html#dask.utils.parse_bytes
 * @example
 * parseBytes("1 KiB"); // 1024
 */
export function parseBytes(text: string | number): number {
  return typeof text === "number" ? text : scaled(text, BYTE_UNITS, 'a number of bytes such as "128 MiB"');
}

/**
 * Milliseconds from a number (milliseconds) or text such as "30s", "5 min", "250ms" (a bare number in text is seconds).
 * @throws SyntaxError if the text is neither.
 * @example
 * parseDurationMs("1.5s"); // 1500
 */
export function parseDurationMs(text: string | number): number {
  return typeof text === "number" ? text : scaled(text, DURATION_UNITS_MS, 'a duration such as "30s"');
}

/** "1.50 GiB": bytes for people. */
export function formatBytes(bytes: number): string {
  for (const [unit, size] of [
    ["PiB", 1024 ** 5],
    ["TiB", 1024 ** 4],
    ["GiB", 1024 ** 3],
    ["MiB", 1024 ** 2],
    ["kiB", 1024],
  ] as const)
    if (Math.abs(bytes) >= size * 0.9) return `${(bytes / size).toFixed(2)} ${unit}`;
  return `${bytes} B`;
}

/** "1.23 s", "45.6 ms", "7.8 us": milliseconds for people. */
export function formatDuration(ms: number): string {
  if (ms >= 3_600_000) return `${Math.floor(ms / 3_600_000)}h ${Math.round((ms % 3_600_000) / 60_000)}m`;
  if (ms >= 60_000) return `${Math.floor(ms / 60_000)}m ${Math.round((ms % 60_000) / 1000)}s`;
  if (ms >= 1000) return `${(ms / 1000).toFixed(2)} s`;
  if (ms >= 1) return `${ms.toFixed(1)} ms`;
  return `${(ms * 1000).toFixed(1)} us`;
}

function scaled(text: string, units: Readonly<Record<string, number>>, wanted: string): number {
  const match = /^\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?)?\s*([a-z]*)\s*$/i.exec(text);
  const unit = match === null ? undefined : units[(match[2] ?? "").toLowerCase()];
  if (match === null || unit === undefined || (match[1] === undefined && match[2] === ""))
    throw new SyntaxError(`"${text}" is not ${wanted}`);
  return Number(match[1] ?? 1) * unit;
}
