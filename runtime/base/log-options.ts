/** How grave an entry of a log is, the least first. */
export const LOG_LEVELS = ["info", "warn", "error"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];
/** "silent": nothing is written. */
export type LogThreshold = LogLevel | "silent";

/** What entries are about; each is a logger with a level of its own. */
export const LOGGERS = ["worker", "client", "task", "submission", "plugin"] as const;
export type Logger = (typeof LOGGERS)[number];

/** An entry that is to be written. */
export interface LogLine {
  readonly cluster: string;
  /** Milliseconds since 1970. */
  readonly atMs: number;
  readonly level: LogLevel;
  readonly about: Logger;
  /** The worker, client or key. */
  readonly name: string;
  readonly text: string;
}

const FIELDS = ["time", "level", "about", "name", "text", "cluster"] as const;
const THRESHOLDS: readonly string[] = [...LOG_LEVELS, "silent"];

export const DEFAULT_LOG_FORMAT = "{time} {level} {about} {name} {text}";

/** @throws SyntaxError naming what is no level */
export function parseLogLevel(text: string): LogThreshold {
  if (THRESHOLDS.includes(text)) return text as LogThreshold;
  throw new SyntaxError(`"${text}" is no level of a log: write one of ${THRESHOLDS.join(", ")}`);
}

/**
 * Levels by logger: `"task=error, worker=info"`.
 * @throws SyntaxError naming what is no logger or no level
 */
export function parseLogLevels(text: string): ReadonlyMap<Logger, LogThreshold> {
  const levels = new Map<Logger, LogThreshold>();
  for (const part of text.split(",").filter((one) => one.trim() !== "")) {
    const [name = "", level = ""] = part.split("=").map((one) => one.trim());
    if (!(LOGGERS as readonly string[]).includes(name))
      throw new SyntaxError(`"${name}" is no logger: write one of ${LOGGERS.join(", ")}, as in "task=error"`);
    levels.set(name as Logger, parseLogLevel(level));
  }
  return levels;
}

/**
 * Makes lines of entries: "json", or a text with `{time}`, `{level}`, `{about}`, `{name}`, `{text}` and `{cluster}` in it.
 * @throws SyntaxError naming a field that there is not
 */
export function parseLogFormat(format: string): (line: LogLine) => string {
  if (format === "json") return ({ atMs, ...line }) => JSON.stringify({ time: new Date(atMs).toISOString(), ...line });
  for (const [, field = ""] of format.matchAll(/\{(\w*)\}/g))
    if (!(FIELDS as readonly string[]).includes(field))
      throw new SyntaxError(
        `A line of the log has no {${field}}: it has ${FIELDS.map((one) => `{${one}}`).join(", ")}; or write "json"`,
      );
  return (line) => {
    const { atMs, ...texts } = line;
    const fields: Readonly<Record<string, string>> = { ...texts, time: new Date(atMs).toISOString() };
    return format.replace(/\{(\w+)\}/g, (_, field: string) => oneLine(fields[field] as string));
  };
}

/** Texts of errors have lines, and bytes that terminals obey: neither may pass for an entry of its own. */
const oneLine = (text: string): string => text.replace(/\s*\n\s*/g, " | ").replace(/[\u0000-\u001f\u007f-\u009f]/g, "");
