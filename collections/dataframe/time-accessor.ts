import { type AnyRow, DataFrame } from "./dataframe.ts";
import { call, type Options } from "./expression/expression.ts";
import { firstColumn } from "./operand.ts";
import type { View, ViewColumn } from "./plan/view.ts";
import { Series } from "./series.ts";

/**
 * Parts and roundings of times (read in UTC), and of time spans.
 * @see https://docs.dask.org/en/stable/dataframe-api.html#datetime-accessor
 */
export class TimeAccessor {
  private readonly view: View;

  constructor(view: View) {
    this.view = view;
  }

  get year(): Series<number> {
    return this.do("year");
  }
  get month(): Series<number> {
    return this.do("month");
  }
  get day(): Series<number> {
    return this.do("day");
  }
  get hour(): Series<number> {
    return this.do("hour");
  }
  get minute(): Series<number> {
    return this.do("minute");
  }
  get second(): Series<number> {
    return this.do("second");
  }
  get microsecond(): Series<number> {
    return this.do("microsecond");
  }
  get nanosecond(): Series<number> {
    return this.do("nanosecond");
  }
  /** Monday is 0. */
  get weekday(): Series<number> {
    return this.do("dayOfWeek");
  }
  get dayOfWeek(): Series<number> {
    return this.do("dayOfWeek");
  }
  get dayOfYear(): Series<number> {
    return this.do("dayOfYear");
  }
  get quarter(): Series<number> {
    return this.do("quarter");
  }
  get week(): Series<number> {
    return this.do("week");
  }
  get daysInMonth(): Series<number> {
    return this.do("daysInMonth");
  }
  get date(): Series<Date> {
    return this.do("toDate");
  }
  get isLeapYear(): Series<boolean> {
    return this.do("isLeapYear");
  }
  get isMonthStart(): Series<boolean> {
    return this.do("isMonthStart");
  }
  get isMonthEnd(): Series<boolean> {
    return this.do("isMonthEnd");
  }
  get isQuarterStart(): Series<boolean> {
    return this.do("isQuarterStart");
  }
  get isQuarterEnd(): Series<boolean> {
    return this.do("isQuarterEnd");
  }
  get isYearStart(): Series<boolean> {
    return this.do("isYearStart");
  }
  get isYearEnd(): Series<boolean> {
    return this.do("isYearEnd");
  }
  /** Whole days of a time span. */
  get days(): Series<number> {
    return this.do("days");
  }
  /** Seconds of a time span beyond its days. */
  get seconds(): Series<number> {
    return this.do("seconds");
  }
  get microseconds(): Series<number> {
    return this.do("microseconds");
  }
  totalSeconds(): Series<number> {
    return this.do("totalSeconds");
  }
  dayName(): Series<string> {
    return this.do("dayName");
  }
  monthName(): Series<string> {
    return this.do("monthName");
  }
  strftime(format: string): Series<string> {
    return this.do("strftime", { format });
  }
  normalize(): Series<Date> {
    return this.do("floorTime", { frequency: "1D" });
  }
  /** @param frequency such as "1h", "15min", "1D" */
  floor(frequency: string): Series<Date> {
    return this.do("floorTime", { frequency });
  }
  ceil(frequency: string): Series<Date> {
    return this.do("ceilTime", { frequency });
  }
  round(frequency: string): Series<Date> {
    return this.do("roundTime", { frequency });
  }
  /** Columns year, week and day (Monday is 1) of the ISO calendar. */
  isocalendar(): DataFrame<AnyRow> {
    const own = this.own.expr;
    const day = call("add", [call("dayOfWeek", [own]), { kind: "literal", value: 1, dtype: "int64" }]);
    return new DataFrame({
      ...this.view,
      columns: [
        { name: "year", expr: call("isoYear", [own]) },
        { name: "week", expr: call("week", [own]) },
        { name: "day", expr: day },
      ],
    });
  }

  private get own(): ViewColumn {
    return this.view.columns[0] as ViewColumn;
  }

  private do<R>(op: string, options?: Options): Series<R> {
    return new Series<R>(firstColumn(this.view, call(op, [this.own.expr], options), this.own.name));
  }
}

declare module "./series.ts" {
  interface Series<T> {
    /** Parts and roundings of times. */
    readonly dt: TimeAccessor;
  }
}

Object.defineProperty(Series.prototype, "dt", {
  get(this: Series<unknown>): TimeAccessor {
    return new TimeAccessor(this.view);
  },
});

/**
 * Text or numbers as times.
 * @param options.format strftime codes; ISO forms are told by themselves
 * @param options.errors "coerce" makes what is no time missing; default "raise"
 * @param options.unit what numbers count since 1970: s, ms, us, ns, D
 */
export function toDatetime(
  series: Series<unknown>,
  options: { format?: string; errors?: "raise" | "coerce"; unit?: string } = {},
): Series<Date> {
  const own = series.view.columns[0] as ViewColumn;
  if (series.dtype === "datetime") return series as Series<Date>;
  if (series.dtype !== "string")
    return new Series<Date>(
      firstColumn(series.view, call("timeFromNumber", [own.expr], { unit: options.unit ?? "ns" }), own.name),
    );
  const parse = call("parseTime", [own.expr], { format: options.format ?? null, strict: options.errors !== "coerce" });
  return new Series<Date>(firstColumn(series.view, parse, own.name));
}

/** Text as numbers. */
export function toNumeric(series: Series<unknown>, options: { errors?: "raise" | "coerce" } = {}): Series<number> {
  const own = series.view.columns[0] as ViewColumn;
  if (series.dtype !== "string") return series as Series<number>;
  return new Series<number>(
    firstColumn(series.view, call("parseNumber", [own.expr], { strict: options.errors !== "coerce" }), own.name),
  );
}
