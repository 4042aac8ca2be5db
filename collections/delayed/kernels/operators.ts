import { isDeepStrictEqual } from "node:util";

/**
 * Operators on values, as lazy work knows them: numbers and bigints as in arithmetic (`mod` and `floordiv` round down,
 * true counts as 1), text and lists are joined and repeated, Sets are united and cut, lists are ordered by their first difference,
 * and an object that has a method of the operator's name answers itself. Kinds that do not go together are a TypeError,
 * never a concatenation by chance; a division by zero is a RangeError, as it is for bigints.
 */
type Numeric = number | bigint;

export const add = (a: unknown, b: unknown): unknown => {
  if (typeof a === "string" && typeof b === "string") return a + b;
  if (Array.isArray(a) && Array.isArray(b)) return [...a, ...b];
  return arithmetic(
    "add",
    a,
    b,
    (x, y) => x + y,
    (x, y) => x + y,
  );
};
export const sub = (a: unknown, b: unknown): unknown => {
  if (a instanceof Set && b instanceof Set) return new Set([...a].filter((one) => !b.has(one)));
  return arithmetic(
    "sub",
    a,
    b,
    (x, y) => x - y,
    (x, y) => x - y,
  );
};
export const mul = (a: unknown, b: unknown): unknown => {
  if (isSequence(a) && Number.isInteger(b)) return repeated(a, b as number);
  if (isSequence(b) && Number.isInteger(a)) return repeated(b, a as number);
  return arithmetic(
    "mul",
    a,
    b,
    (x, y) => x * y,
    (x, y) => x * y,
  );
};
/** Numbers: as JavaScript; bigints give a number, as a quotient is seldom whole. */
export const div = (a: unknown, b: unknown): unknown =>
  arithmetic(
    "div",
    a,
    b,
    (x, y) => x / divisor(y),
    (x, y) => Number(x) / divisor(Number(y)),
  );
export const floordiv = (a: unknown, b: unknown): unknown =>
  arithmetic(
    "floordiv",
    a,
    b,
    (x, y) => Math.floor(x / divisor(y)),
    (x, y) => (x - floorMod(x, y)) / y,
  );
export const mod = (a: unknown, b: unknown): unknown =>
  arithmetic(
    "mod",
    a,
    b,
    (x, y) => {
      const rest = x % divisor(y);
      return rest !== 0 && rest < 0 !== y < 0 ? rest + y : rest;
    },
    floorMod,
  );
export const pow = (a: unknown, b: unknown): unknown =>
  arithmetic(
    "pow",
    a,
    b,
    (x, y) => x ** y,
    (x, y) => x ** y,
  );
export const matmul = (a: unknown, b: unknown): unknown => ownMethod("matmul", a, b);

export const and = (a: unknown, b: unknown): unknown => {
  if (a instanceof Set && b instanceof Set) return new Set([...a].filter((one) => b.has(one)));
  return bitwise(
    "and",
    a,
    b,
    (x, y) => x && y,
    (x, y) => x & y,
  );
};
export const or = (a: unknown, b: unknown): unknown => {
  if (a instanceof Set && b instanceof Set) return new Set([...a, ...b]);
  return bitwise(
    "or",
    a,
    b,
    (x, y) => x || y,
    (x, y) => x | y,
  );
};
export const xor = (a: unknown, b: unknown): unknown => {
  if (a instanceof Set && b instanceof Set) return or(sub(a, b), sub(b, a));
  return bitwise(
    "xor",
    a,
    b,
    (x, y) => x !== y,
    (x, y) => x ^ y,
  );
};
export const lshift = (a: unknown, b: unknown): unknown =>
  arithmetic(
    "lshift",
    a,
    b,
    (x, y) => x * 2 ** y,
    (x, y) => x << y,
  );
export const rshift = (a: unknown, b: unknown): unknown =>
  arithmetic(
    "rshift",
    a,
    b,
    (x, y) => Math.floor(x / 2 ** y),
    (x, y) => x >> y,
  );

/** By value: lists, objects, Maps and Sets are equal if what is in them is. */
export const eq = (a: unknown, b: unknown): unknown => (hasMethod(a, "eq") ? ownMethod("eq", a, b) : equal(a, b));
export const ne = (a: unknown, b: unknown): unknown => (hasMethod(a, "ne") ? ownMethod("ne", a, b) : !equal(a, b));
const equal = (a: unknown, b: unknown): boolean =>
  a === b || (typeof a === "object" && typeof b === "object" && isDeepStrictEqual(a, b));
export const lt = (a: unknown, b: unknown): unknown => ordered("lt", a, b, (x, y) => x < y);
export const le = (a: unknown, b: unknown): unknown => ordered("le", a, b, (x, y) => x <= y);
export const gt = (a: unknown, b: unknown): unknown => ordered("gt", a, b, (x, y) => x > y);
export const ge = (a: unknown, b: unknown): unknown => ordered("ge", a, b, (x, y) => x >= y);

export const neg = (a: unknown): unknown =>
  unary(
    "neg",
    a,
    (x) => -x,
    (x) => -x,
  );
export const pos = (a: unknown): unknown =>
  unary(
    "pos",
    a,
    (x) => x,
    (x) => x,
  );
export const abs = (a: unknown): unknown => unary("abs", a, Math.abs, (x) => (x < 0n ? -x : x));
export const invert = (a: unknown): unknown =>
  unary(
    "invert",
    a,
    (x) => -x - 1,
    (x) => ~x,
  );
/** Logical not: by JavaScript's truth. */
export const not = (a: unknown): unknown => !a;

const isSequence = (value: unknown): value is string | readonly unknown[] =>
  typeof value === "string" || Array.isArray(value);

function repeated(of: string | readonly unknown[], times: number): string | unknown[] {
  const count = Math.max(0, times);
  return typeof of === "string" ? of.repeat(count) : new Array<readonly unknown[]>(count).fill(of).flat(1);
}

function divisor(y: number): number {
  if (y === 0) throw new RangeError("Division by zero");
  return y;
}

function floorMod(x: bigint, y: bigint): bigint {
  const rest = x % y;
  return rest !== 0n && rest < 0n !== y < 0n ? rest + y : rest;
}

function arithmetic(
  name: string,
  a: unknown,
  b: unknown,
  ofNumbers: (x: number, y: number) => number,
  ofBigints: (x: bigint, y: bigint) => Numeric,
): unknown {
  if (typeof a === "number" && typeof b === "number") return ofNumbers(a, b);
  if (typeof a === "bigint" && typeof b === "bigint") return ofBigints(a, b);
  if (countsAsNumber(a) && countsAsNumber(b)) return ofNumbers(Number(a), Number(b));
  if (hasMethod(a, name)) return ownMethod(name, a, b);
  if (hasMethod(b, `r${name}`)) return ownMethod(`r${name}`, b, a);
  return refuse(name, a, b);
}

const countsAsNumber = (value: unknown): boolean => typeof value === "number" || typeof value === "boolean";

function bitwise(
  name: string,
  a: unknown,
  b: unknown,
  ofBooleans: (x: boolean, y: boolean) => boolean,
  ofBigints: (x: bigint, y: bigint) => bigint,
): unknown {
  if (typeof a === "boolean" && typeof b === "boolean") return ofBooleans(a, b);
  if (typeof a === "number" && typeof b === "number" && Number.isInteger(a) && Number.isInteger(b))
    return Number(ofBigints(BigInt(a), BigInt(b)));
  if (typeof a === "bigint" && typeof b === "bigint") return ofBigints(a, b);
  return hasMethod(a, name) ? ownMethod(name, a, b) : refuse(name, a, b);
}

function ordered(name: string, a: unknown, b: unknown, compare: (x: Numeric, y: Numeric) => boolean): unknown {
  if (Array.isArray(a) && Array.isArray(b)) return compare(firstDifference(a, b), 0);
  const numeric = (value: unknown): boolean => typeof value === "number" || typeof value === "bigint";
  const same = (kind: string): boolean => typeof a === kind && typeof b === kind;
  if ((numeric(a) && numeric(b)) || same("string") || same("boolean") || (a instanceof Date && b instanceof Date))
    return compare(a as Numeric, b as Numeric);
  return hasMethod(a, name) ? ownMethod(name, a, b) : refuse(name, a, b);
}

/** Below 0 if the first item that differs is less in `a`, or `a` ends first. */
function firstDifference(a: readonly unknown[], b: readonly unknown[]): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++)
    if (!equal(a[i], b[i])) return lt(a[i], b[i]) === true ? -1 : 1;
  return a.length - b.length;
}

function unary(name: string, a: unknown, ofNumber: (x: number) => number, ofBigint: (x: bigint) => bigint): unknown {
  if (typeof a === "number") return ofNumber(a);
  if (typeof a === "bigint") return ofBigint(a);
  return hasMethod(a, name) ? ownMethod(name, a) : refuse(name, a);
}

const hasMethod = (value: unknown, name: string): boolean =>
  typeof value === "object" && value !== null && typeof (value as Record<string, unknown>)[name] === "function";

function ownMethod(name: string, of: unknown, ...args: readonly unknown[]): unknown {
  if (!hasMethod(of, name)) return refuse(name, of, ...args);
  return (of as Record<string, (...args: readonly unknown[]) => unknown>)[name]?.(...args);
}

function refuse(name: string, ...operands: readonly unknown[]): never {
  throw new TypeError(`${name} is not defined for ${operands.map(kindOf).join(" and ")}`);
}

function kindOf(value: unknown): string {
  if (value === null) return "null";
  return typeof value === "object" ? (value.constructor?.name ?? "object") : typeof value;
}
