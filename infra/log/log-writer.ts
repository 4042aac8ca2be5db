import type { LogEntry } from "../../actors/scheduler/cluster-log.ts";
import { config } from "../../runtime/base/config.ts";
import {
  DEFAULT_LOG_FORMAT,
  LOG_LEVELS,
  type Logger,
  type LogLine,
  type LogThreshold,
  parseLogFormat,
  parseLogLevel,
  parseLogLevels,
} from "../../runtime/base/log-options.ts";

export interface LogWriterOptions {
  readonly cluster: string;
  /** Where nobody configured a level. */
  readonly level: LogThreshold;
  /** From the scheduler's clock to milliseconds since 1970. */
  readonly offsetMs: number;
  write(line: string): void;
}

/** Writes what happens in a cluster as lines, as `log.level`, `log.levels` and `log.format` say. */
export class LogWriter {
  private readonly options: LogWriterOptions;
  private readonly level: LogThreshold;
  private readonly levels: ReadonlyMap<Logger, LogThreshold>;
  private readonly format: (line: LogLine) => string;

  constructor(options: LogWriterOptions) {
    this.options = options;
    this.level = parseLogLevel(config.get("log.level") ?? options.level);
    this.levels = parseLogLevels(config.get("log.levels") ?? "");
    this.format = parseLogFormat(config.get("log.format") ?? DEFAULT_LOG_FORMAT);
  }

  write(entries: readonly LogEntry[]): void {
    const { cluster, offsetMs, write } = this.options;
    for (const { atMs, level, about, name, text } of entries) {
      const least = this.levels.get(about) ?? this.level;
      if (least === "silent" || LOG_LEVELS.indexOf(level) < LOG_LEVELS.indexOf(least)) continue;
      write(this.format({ cluster, atMs: atMs + offsetMs, level, about, name, text }));
    }
  }
}
