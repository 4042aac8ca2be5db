import type { Options } from "../expression/expression.ts";
import { parseFrequencyMicros } from "../frequency.ts";
import { type PolarsExpr, polars, polarsType } from "./polars.ts";
import { choose, first, lit, native, type Translation, type Typed } from "./typed.ts";

const DAY = 86_400_000_000;
const int = (e: PolarsExpr): PolarsExpr => e.cast(polars().Int64);
const whole = (n: number): PolarsExpr => lit(n).cast(polars().Int64);
const time = (arg: Typed): PolarsExpr => (arg.dtype === "date" ? arg.e.cast(polarsType("datetime")) : arg.e);
const micros = (arg: Typed): PolarsExpr => int(time(arg));
const floorDiv = (e: PolarsExpr, by: number): PolarsExpr => native(e, "floordiv", whole(by));
const modulo = (e: PolarsExpr, by: number): PolarsExpr => native(e, "rem", whole(by));
const asTime = (e: PolarsExpr): PolarsExpr => e.cast(polarsType("datetime"));

type Field = "year" | "month" | "day" | "hour" | "minute" | "second" | "ordinalDay" | "weekday" | "week";
const field = (arg: Typed, name: Field): PolarsExpr => int(time(arg).date[name]());

const leap = (arg: Typed): PolarsExpr => {
  const year = field(arg, "year");
  const divides = (n: number) => modulo(year, n).eq(whole(0));
  return divides(4)
    .and(native(divides(100), "not"))
    .or(divides(400));
};

/** 28 to 31: odd months up to July and even ones from August have 31. */
const daysInMonth = (arg: Typed): PolarsExpr => {
  const month = field(arg, "month");
  const february = choose(leap(arg), whole(29), whole(28));
  const long = modulo(month.add(floorDiv(month, 8)), 2).eq(whole(1));
  // A missing month takes no branch: what is added to is missing then.
  return choose(month.eq(whole(2)), february, whole(30).add(int(long)));
};

const quarter = (arg: Typed): PolarsExpr => floorDiv(field(arg, "month").add(whole(2)), 3);
const monthIs = (arg: Typed, month: number): PolarsExpr => field(arg, "month").eq(whole(month));
const monthStart = (arg: Typed): PolarsExpr => field(arg, "day").eq(whole(1));
const monthEnd = (arg: Typed): PolarsExpr => field(arg, "day").eq(daysInMonth(arg));
const ofQuarter = (arg: Typed, rest: number): PolarsExpr => modulo(field(arg, "month"), 3).eq(whole(rest));

/** A missing time is no first or last of anything, as in pandas. */
const flag =
  (is: (arg: Typed) => PolarsExpr): Translation =>
  (args) =>
    is(first(args)).fillNull(lit(false));

const frequency = (options: Options): number => parseFrequencyMicros(String(options["frequency"]));

/** The even neighbour on a tie, as pandas rounds times. */
function roundTo(e: PolarsExpr, step: number): PolarsExpr {
  const down = floorDiv(e, step);
  const rest = e.sub(down.mul(whole(step)));
  const up = rest.gt(whole(step / 2)).or(rest.eq(whole(step / 2)).and(modulo(down, 2).eq(whole(1))));
  return choose(up, down.add(whole(1)), down).mul(whole(step));
}

const UNIT_MICROS: Readonly<Record<string, number>> = { ns: 0.001, us: 1, ms: 1e3, s: 1e6, m: 6e7, h: 3.6e9, D: DAY };

/** A number of units since 1970 or of length, in microseconds. */
function fromUnits(arg: Typed, options: Options): PolarsExpr {
  const scale = UNIT_MICROS[String(options["unit"] ?? "ns")];
  if (scale === undefined)
    throw new RangeError(`"${options["unit"]}" is no unit of time; use ns, us, ms, s, m, h or D`);
  if (scale >= 1 && (arg.dtype.startsWith("int") || arg.dtype.startsWith("uint"))) return int(arg.e).mul(whole(scale));
  return int(native(arg.e.cast(polars().Float64).mul(lit(scale)), "round", 0, "halftoeven"));
}

/** Days from 1970 to the first of a month. @see https://howardhinnant.github.io/date_algorithms.html#days_from_civil */
function daysBefore(year: PolarsExpr, month: PolarsExpr): PolarsExpr {
  const early = month.ltEq(whole(2));
  const y = choose(early, year.sub(whole(1)), year);
  const m = choose(early, month.add(whole(9)), month.sub(whole(3)));
  const inYear = floorDiv(m.mul(whole(153)).add(whole(2)), 5);
  const leaps = floorDiv(y, 4).sub(floorDiv(y, 100)).add(floorDiv(y, 400));
  return y.mul(whole(365)).add(leaps).add(inYear).sub(whole(719_468));
}

export const TIME_TRANSLATIONS: Readonly<Record<string, Translation>> = {
  year: (args) => field(first(args), "year"),
  month: (args) => field(first(args), "month"),
  day: (args) => field(first(args), "day"),
  hour: (args) => field(first(args), "hour"),
  minute: (args) => field(first(args), "minute"),
  second: (args) => field(first(args), "second"),
  millisecond: (args) => floorDiv(modulo(micros(first(args)), 1_000_000), 1000),
  microsecond: (args) => modulo(micros(first(args)), 1_000_000),
  nanosecond: (args) => micros(first(args)).mul(whole(0)),
  dayOfWeek: (args) => field(first(args), "weekday").sub(whole(1)),
  dayOfYear: (args) => field(first(args), "ordinalDay"),
  quarter: (args) => quarter(first(args)),
  week: (args) => field(first(args), "week"),
  isoYear: (args) => int(time(first(args)).date.strftime("%G").cast(polars().Int64)),
  daysInMonth: (args) => daysInMonth(first(args)),
  epochMs: (args) => floorDiv(micros(first(args)), 1000),
  isLeapYear: flag(leap),
  isMonthStart: flag(monthStart),
  isMonthEnd: flag(monthEnd),
  isQuarterStart: flag((arg) => monthStart(arg).and(ofQuarter(arg, 1))),
  isQuarterEnd: flag((arg) => monthEnd(arg).and(ofQuarter(arg, 0))),
  isYearStart: flag((arg) => monthStart(arg).and(monthIs(arg, 1))),
  isYearEnd: flag((arg) => monthEnd(arg).and(monthIs(arg, 12))),
  dayName: (args) => time(first(args)).date.strftime("%A"),
  monthName: (args) => time(first(args)).date.strftime("%B"),
  strftime: (args, options) => time(first(args)).date.strftime(String(options["format"])),
  floorTime: (args, options) => {
    const step = frequency(options);
    return asTime(floorDiv(micros(first(args)), step).mul(whole(step)));
  },
  floorMonths: (args, options) => {
    const months = Number(options["months"]);
    const [year, month] = [field(first(args), "year"), field(first(args), "month")];
    // January is at the start of every stretch.
    const begins = month.sub(modulo(month.sub(whole(1)), months));
    return asTime(whole(DAY).mul(daysBefore(year, begins)));
  },
  ceilTime: (args, options) => {
    const step = frequency(options);
    return asTime(floorDiv(micros(first(args)).add(whole(step - 1)), step).mul(whole(step)));
  },
  roundTime: (args, options) => asTime(roundTo(micros(first(args)), frequency(options))),
  offsetTime: (args, options) => asTime(micros(first(args)).add(whole(Number(options["micros"])))),
  toDate: (args) => time(first(args)).cast(polars().Date),
  days: (args) => floorDiv(int(first(args).e), DAY),
  seconds: (args) => floorDiv(modulo(int(first(args).e), DAY), 1_000_000),
  microseconds: (args) => modulo(int(first(args).e), 1_000_000),
  totalSeconds: (args) => int(first(args).e).cast(polars().Float64).div(lit(1e6)),
  timeFromNumber: (args, options) => asTime(fromUnits(first(args), options)),
  durationFromNumber: (args, options) => fromUnits(first(args), options).cast(polarsType("duration")),
};
