import { type Chunk, sizeOf } from "./chunk.ts";
import { type DType, dtypeInfo, lanesOf, type TimeUnit } from "./dtype.ts";
import { unitChange } from "./kernels/cast.ts";
import { type Complex, NOT_A_TIME } from "./scalar.ts";

const THRESHOLD = 1000;
const EDGE = 3;
const PRECISION = 8;
const GAP = "--";

/** The element at a place of the data, as JavaScript holds it; booleans as booleans. */
export function elementAt(chunk: Chunk, at: number): number | bigint | boolean | Complex {
  const data = chunk.data as Float64Array;
  if (lanesOf(chunk.dtype) === 2) return { re: data[2 * at] as number, im: data[2 * at + 1] as number };
  return chunk.dtype === "bool" ? Boolean(data[at]) : (data[at] as number);
}

/**
 * An array as NumPy prints it: columns lined up, long axes cut in the middle, "--" at gaps.
 * @param isGap whether there is no element at a place of the data
 */
export function formatChunk(chunk: Chunk, isGap: (at: number) => boolean = () => false): string {
  if (chunk.shape.length === 0)
    return isGap(chunk.offset) ? GAP : scalarText(elementAt(chunk, chunk.offset), chunk.dtype);
  if (sizeOf(chunk.shape) === 0) return "[]";
  const isLong = sizeOf(chunk.shape) > THRESHOLD;
  const shown: number[] = [];
  visit(chunk, isLong, 0, chunk.offset, (at) => shown.push(at));
  const format = formatter(chunk, shown, isGap);
  return textOf(chunk, isLong, 0, chunk.offset, format);
}

function positions(n: number, isLong: boolean): (number | null)[] {
  if (!isLong || n <= 2 * EDGE) return Array.from({ length: n }, (_, i) => i);
  return [0, 1, 2, null, n - 3, n - 2, n - 1];
}

function visit(chunk: Chunk, isLong: boolean, axis: number, offset: number, each: (at: number) => void): void {
  if (axis === chunk.shape.length) {
    each(offset);
    return;
  }
  for (const i of positions(chunk.shape[axis] as number, isLong))
    if (i !== null) visit(chunk, isLong, axis + 1, offset + i * (chunk.strides[axis] as number), each);
}

function textOf(chunk: Chunk, isLong: boolean, axis: number, offset: number, format: (at: number) => string): string {
  if (axis === chunk.shape.length) return format(offset);
  const left = chunk.shape.length - axis;
  const separator = left === 1 ? " " : `${"\n".repeat(left - 1)}${" ".repeat(axis + 1)}`;
  const parts = positions(chunk.shape[axis] as number, isLong).map((i) =>
    i === null ? "..." : textOf(chunk, isLong, axis + 1, offset + i * (chunk.strides[axis] as number), format),
  );
  return `[${left === 1 ? wrapped(parts, axis + 1) : parts.join(separator)}]`;
}

function wrapped(parts: readonly string[], indent: number): string {
  const lines: string[] = [];
  let line = "";
  for (const part of parts) {
    if (line !== "" && indent + line.length + 1 + part.length > 74) {
      lines.push(line);
      line = part;
    } else line = line === "" ? part : `${line} ${part}`;
  }
  return [...lines, line].join(`\n${" ".repeat(indent)}`);
}

function formatter(chunk: Chunk, places: readonly number[], isGap: (at: number) => boolean): (at: number) => string {
  const shown = places.filter((at) => !isGap(at));
  const { kind } = dtypeInfo(chunk.dtype);
  const cells = chunk.data as Float64Array;
  const write =
    kind === "f"
      ? floatWriter(shown.map((at) => cells[at] as number))
      : kind === "c"
        ? complexWriter(chunk, shown)
        : (at: number) => scalarText(elementAt(chunk, at), chunk.dtype);
  const texts = new Map(
    shown.map((at) => [at, kind === "f" ? (write as (x: number) => string)(cells[at] as number) : write(at)]),
  );
  const gaps = shown.length < places.length ? [GAP] : [];
  const width = Math.max(...[...texts.values(), ...gaps].map((text) => text.length));
  return (at) => (texts.get(at) ?? GAP).padStart(width);
}

function complexWriter(chunk: Chunk, shown: readonly number[]): (at: number) => string {
  const cells = chunk.data as Float64Array;
  const re = floatWriter(shown.map((at) => cells[2 * at] as number));
  const im = floatWriter(shown.map((at) => Math.abs(cells[2 * at + 1] as number)));
  return (at) => {
    const part = cells[2 * at + 1] as number;
    return `${re(cells[2 * at] as number)}${part < 0 || Object.is(part, -0) ? "-" : "+"}${im(Math.abs(part)).trim()}j`;
  };
}

/** One format for a set of floats: fixed with just enough decimals, or exponents where sizes differ widely. */
function floatWriter(values: readonly number[]): (x: number) => string {
  const finite = values.filter((x) => Number.isFinite(x) && x !== 0).map(Math.abs);
  const largest = Math.max(0, ...finite);
  const smallest = Math.min(Infinity, ...finite);
  const special = (x: number): string => (Number.isNaN(x) ? "nan" : x > 0 ? "inf" : "-inf");
  if (largest >= 1e8 || smallest < 1e-4 || largest / smallest > 1000) {
    if (largest >= 1e16 || smallest < 1e-4 || largest / smallest > 1e3) {
      const isWhole = values.every((x) => !Number.isFinite(x) || Number.isInteger(x));
      if (!(isWhole && largest < 1e16) && (largest >= 1e8 || smallest < 1e-4)) {
        const digits = Math.max(0, ...values.filter(Number.isFinite).map((x) => mantissaDigits(x)));
        return (x) => (Number.isFinite(x) ? exponentText(x, digits) : special(x));
      }
    }
  }
  const decimals = Math.max(0, ...values.filter(Number.isFinite).map(decimalsOf));
  return (x) => {
    if (!Number.isFinite(x)) return special(x);
    const text = x.toFixed(decimals);
    return decimals === 0 ? `${text}.` : padDecimals(x, text, decimals);
  };
}

function padDecimals(x: number, text: string, decimals: number): string {
  const own = decimalsOf(x);
  const cut = text.slice(0, text.length - (decimals - own));
  return (own === 0 && !cut.endsWith(".") ? `${cut}.` : cut).replace(/\.\.$/, ".").padEnd(text.length);
}

function decimalsOf(x: number): number {
  const text = Number(x.toFixed(PRECISION)).toFixed(PRECISION).replace(/0+$/, "");
  return text.length - text.indexOf(".") - 1;
}

const mantissaDigits = (x: number): number => {
  const [mantissa] = x.toExponential(PRECISION).split("e") as [string];
  return mantissa.replace(/0+$/, "").replace(/^-?\d\.?/, "").length;
};

function exponentText(x: number, digits: number): string {
  const [mantissa, exponent] = x.toExponential(digits).split("e") as [string, string];
  const power = Number(exponent);
  return `${digits === 0 ? `${mantissa}.` : mantissa}e${power < 0 ? "-" : "+"}${String(Math.abs(power)).padStart(2, "0")}`;
}

function scalarText(value: number | bigint | boolean | Complex, dtype: DType): string {
  const { kind, unit } = dtypeInfo(dtype);
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "object")
    return `(${floatText(value.re)}${value.im < 0 ? "-" : "+"}${floatText(Math.abs(value.im))}j)`;
  if (unit !== undefined && typeof value === "bigint")
    return kind === "M" ? timeText(value, unit) : spanText(value, unit);
  return kind === "f" ? floatText(value as number) : String(value);
}

function floatText(x: number): string {
  if (!Number.isFinite(x)) return Number.isNaN(x) ? "nan" : x > 0 ? "inf" : "-inf";
  return Number.isInteger(x) && Math.abs(x) < 1e16 ? x.toFixed(1) : String(x);
}

const spanText = (count: bigint, unit: TimeUnit): string => (count === NOT_A_TIME ? "NaT" : `${count} ${unit}`);

const DIGITS: Readonly<Record<string, number>> = { s: 0, ms: 3, us: 6, ns: 9 };

/** ISO text with as many digits as the unit has. */
export function timeText(count: bigint, unit: TimeUnit): string {
  if (count === NOT_A_TIME) return "NaT";
  const seconds = Number(unitChange(unit, "s")(count));
  const iso = new Date(seconds * 1000).toISOString().replace(/\.000Z$/, "");
  if (unit === "Y") return iso.slice(0, 4);
  if (unit === "M") return iso.slice(0, 7);
  if (unit === "D" || unit === "W") return iso.slice(0, 10);
  if (unit === "h") return iso.slice(0, 13);
  if (unit === "m") return iso.slice(0, 16);
  const digits = DIGITS[unit] as number;
  if (digits === 0) return iso;
  const per = 10n ** BigInt(digits);
  return `${iso}.${String(((count % per) + per) % per).padStart(digits, "0")}`;
}
