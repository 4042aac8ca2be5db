import { type Dtype, isInteger, isNumber } from "../dtype.ts";
import { ofTime, type ResultRule } from "./operation-types.ts";

const FIELDS = (
  "year month day hour minute second millisecond microsecond nanosecond dayOfWeek dayOfYear quarter week isoYear daysInMonth " +
  "epochMs"
).split(" ");
const FLAGS = "isLeapYear isMonthStart isMonthEnd isQuarterStart isQuarterEnd isYearStart isYearEnd".split(" ");
const NAMES = "dayName monthName strftime".split(" ");

const ofDuration = (op: string, dtype: Dtype): ResultRule => ({
  result: (types) => {
    if (types[0] !== "duration" && types[0] !== "null")
      throw new TypeError(`dt.${op} needs a column of time spans, this one is ${types[0]}`);
    return dtype;
  },
});

/** Times and time spans, as `Series.dt` has them. Fields are read in UTC. */
export const TIME_OPERATIONS: Readonly<Record<string, ResultRule>> = {
  ...Object.fromEntries(FIELDS.map((op) => [op, ofTime(op, "int64")])),
  ...Object.fromEntries(FLAGS.map((op) => [op, ofTime(op, "bool")])),
  ...Object.fromEntries(NAMES.map((op) => [op, ofTime(op, "string")])),
  floorTime: ofTime("floor", "datetime"),
  floorMonths: ofTime("floor", "datetime"),
  ceilTime: ofTime("ceil", "datetime"),
  roundTime: ofTime("round", "datetime"),
  offsetTime: ofTime("shift", "datetime"),
  toDate: ofTime("date", "date"),
  days: ofDuration("days", "int64"),
  seconds: ofDuration("seconds", "int64"),
  microseconds: ofDuration("microseconds", "int64"),
  totalSeconds: ofDuration("totalSeconds", "float64"),
  timeFromNumber: {
    result: (types) => {
      if (!isNumber(types[0] as Dtype))
        throw new TypeError(`toDatetime({ unit }) needs numbers, this column is ${types[0]}`);
      return "datetime";
    },
  },
  durationFromNumber: {
    result: (types) => {
      if (!isInteger(types[0] as Dtype) && !isNumber(types[0] as Dtype))
        throw new TypeError(`toTimedelta needs numbers, this column is ${types[0]}`);
      return "duration";
    },
  },
};
