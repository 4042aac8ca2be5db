import { isTime } from "../dtype.ts";
import type { Field } from "../schema.ts";
import { call, type Expr } from "./expression.ts";
import { inferDtype } from "./infer.ts";

const MEET_TIMES = new Set(["eq", "ne", "lt", "le", "gt", "ge", "add", "sub", "coalesce", "ifElse", "minOf", "maxOf"]);

/** Text that meets a time is read as a time, so that `f.date > "2021-04-01"` means what it says. */
export function coerceTimes(expr: Expr, fields: readonly Field[]): Expr {
  if (expr.kind !== "call") return expr;
  const args = expr.args.map((arg) => coerceTimes(arg, fields));
  const same = { ...expr, args };
  const next = ARITHMETIC.has(expr.op) ? narrowed(same, fields) : same;
  if (!MEET_TIMES.has(expr.op) || !args.some((arg) => arg.kind === "literal" && arg.dtype === "string")) return next;
  const meetsTime = args.some((arg) => arg.kind !== "literal" && isTime(inferDtype(arg, fields)));
  return meetsTime ? { ...next, args: args.map(timeOf) } : next;
}

const ARITHMETIC = new Set(["add", "sub", "mul", "div", "floordiv", "mod", "rem", "pow"]);

/** A number written beside a narrow column takes the column's type if it fits there, as NumPy has it: int8 + 1 stays int8. */
function narrowed(expr: Extract<Expr, { kind: "call" }>, fields: readonly Field[]): typeof expr {
  const [a, b] = expr.args as [Expr, Expr];
  const literal = a.kind === "literal" ? a : b.kind === "literal" ? b : undefined;
  const other = literal === a ? b : a;
  if (literal === undefined || typeof literal.value !== "number" || other.kind === "literal") return expr;
  const dtype = inferDtype(other, fields);
  const bits = Number(/^u?int(8|16|32)$/.exec(dtype)?.[1] ?? 0);
  const [low, high] = dtype.startsWith("u") ? [0, 2 ** bits - 1] : [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1];
  const whole = bits > 0 && Number.isInteger(literal.value) && literal.value >= low && literal.value <= high;
  if (!whole && dtype !== "float32") return expr;
  const typed: Expr = { ...literal, dtype };
  return { ...expr, args: literal === a ? [typed, b] : [a, typed] };
}

const timeOf = (arg: Expr): Expr =>
  arg.kind === "literal" && arg.dtype === "string"
    ? { kind: "literal", value: parseTimeMicros(String(arg.value)), dtype: "datetime" }
    : arg;

/**
 * Microseconds since 1970 of ISO text; without a zone it is UTC.
 * @throws SyntaxError
 */
export function parseTimeMicros(text: string): number {
  const iso =
    /^(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?(?:[T ](\d{1,2})(?::(\d{1,2})(?::(\d{1,2})(\.\d+)?)?)?)?(Z|[+-]\d{2}:?\d{2})?$/.exec(
      text.trim(),
    );
  if (iso === null) throw new SyntaxError(`"${text}" is not a time such as "2021-04-01" or "2021-04-01 12:30:00"`);
  const part = (at: number, otherwise: number) => (iso[at] === undefined ? otherwise : Number(iso[at]));
  const ms = Date.UTC(part(1, 1970), part(2, 1) - 1, part(3, 1), part(4, 0), part(5, 0), part(6, 0));
  const zone = iso[8] === undefined || iso[8] === "Z" ? 0 : zoneMinutes(iso[8]);
  return (ms - zone * 60_000) * 1000 + Math.round(part(7, 0) * 1e6);
}

function zoneMinutes(zone: string): number {
  const digits = zone.replace(":", "");
  const minutes = Number(digits.slice(1, 3)) * 60 + Number(digits.slice(3, 5));
  return digits.startsWith("-") ? -minutes : minutes;
}

/** The microsecond after the last that text such as "2021-04" or "2021-04-01" covers. */
export function endOfTimeMicros(text: string): number {
  const parts = /^(\d{4})(?:-(\d{1,2}))?(?:-(\d{1,2}))?(?:[T ](\d{1,2}))?(?::(\d{1,2}))?(?::(\d{1,2}))?/.exec(
    text.trim(),
  );
  if (parts === null) return parseTimeMicros(text) + 1;
  const given = parts
    .slice(1)
    .filter((one) => one !== undefined)
    .map(Number);
  const [year, month = 1, day = 1, hour = 0, minute = 0, second = 0] = given as number[];
  const next = [year as number, month - 1, day, hour, minute, second];
  next[given.length - 1] = (next[given.length - 1] as number) + 1;
  return Date.UTC(...(next as [number, number, number, number, number, number])) * 1000;
}

export const isNull = (expr: Expr): Expr => call("isNull", [expr]);
