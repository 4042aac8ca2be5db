import { type DType, dtypeInfo } from "../dtype.ts";
import { floatDType, realDType, weakDType } from "../promote.ts";
import { isScalar, type ScalarLike, toElement, WeakFloat, weakKindOf } from "../scalar.ts";
import { commonDType, type OperandType, resolveSignature } from "../ufunc.ts";
import { type Program, ProgramBuilder } from "./program.ts";

/** A node of a program being built, or a plain value that adapts to the nodes it meets. */
export type Operand = number | { readonly scalar: ScalarLike };

/** A plain value as an operand. */
export const scalarOperand = (scalar: ScalarLike): Operand => ({ scalar });

function typeOf(build: ProgramBuilder, operand: Operand): OperandType {
  if (typeof operand === "number") return { dtype: build.dtypeOf(operand) };
  return operand.scalar instanceof Date ? { dtype: "datetime64[ms]" } : { weak: weakKindOf(operand.scalar) };
}

/** The operand as a node of a dtype. */
export function operandNode(build: ProgramBuilder, operand: Operand, dtype: DType): number {
  if (typeof operand === "number") return build.cast(operand, dtype);
  const { scalar } = operand;
  if (dtype === "bool" || scalar instanceof Date) return build.literal(toElement(scalar, dtype), dtype);
  const kind = weakKindOf(scalar);
  const isLoose = kind === "float" && "iubmM".includes(dtypeInfo(dtype).kind);
  return isLoose
    ? build.cast(build.literal(toElement(scalar, weakDType(kind)), weakDType(kind)), dtype)
    : build.literal(toElement(scalar, dtype), dtype);
}

/**
 * Adds an operation on operands: dtypes are settled by NumPy's promotion, casts are put in.
 * @throws TypeError if the operation is not defined for the dtypes; RangeError if an integer does not fit
 */
export function applyOp(build: ProgramBuilder, name: string, operands: readonly Operand[]): number {
  // Squares are far cheaper than powers, and the same to the last bit.
  if (name === "power" && isScalarTwo(operands[1]) && !isBool(build, operands[0]))
    return applyOp(build, "multiply", [operands[0] as Operand, operands[0] as Operand]);
  if (name === "power") refuseNegativePower(build, operands);
  const beyond = COMPARES.has(name) ? beyondRange(build, operands) : undefined;
  if (beyond !== undefined) return applyOp(build, name, beyond);
  const composite = isSharedTime(build, name, operands) ? sharedTime : COMPOSITES[name];
  if (composite !== undefined) return composite(build, operands);
  const signature = resolveSignature(
    name,
    operands.map((one) => typeOf(build, one)),
  );
  const op = name === "invert" && signature.loop === "bool" ? "logical_not" : name;
  const { first } = signature;
  const args = operands.map((one, i) =>
    operandNode(build, first === undefined ? one : operandNode(build, one, first), signature.args[i] as DType),
  );
  // Durations made with fractions are cut towards zero, as a cast does; what is no number becomes no time.
  if (signature.loop === "float64" && dtypeInfo(signature.result).kind === "m")
    return build.cast(build.op(op, args, "float64", "float64"), signature.result);
  return build.op(op, args, signature.loop, signature.result);
}

const COMPARES: ReadonlySet<string> = new Set(["equal", "not_equal", "less", "less_equal", "greater", "greater_equal"]);

/** Integers compared with a number that their dtype does not hold: they differ, and which is greater is seen as floats. */
function beyondRange(build: ProgramBuilder, operands: readonly Operand[]): Operand[] | undefined {
  const node = operands.find((one) => typeof one === "number") as number | undefined;
  const plain = operands.find((one) => typeof one !== "number");
  if (node === undefined || plain === undefined) return undefined;
  const { scalar } = plain as { readonly scalar: ScalarLike };
  const { kind, itemsize } = dtypeInfo(build.dtypeOf(node));
  if ((kind !== "i" && kind !== "u") || (typeof scalar !== "bigint" && !Number.isInteger(scalar))) return undefined;
  const whole = BigInt(scalar as number);
  if ((kind === "u" ? BigInt.asUintN : BigInt.asIntN)(itemsize * 8, whole) === whole) return undefined;
  return operands.map((one) =>
    typeof one === "number" ? build.cast(one, "float64") : scalarOperand(new WeakFloat(Number(whole))),
  );
}

/** Whole numbers have no negative powers but of floats; those of arrays are found when they are computed. */
function refuseNegativePower(build: ProgramBuilder, [base, power]: readonly Operand[]): void {
  if (typeof base !== "number" || typeof power !== "object" || !"iub".includes(dtypeInfo(build.dtypeOf(base)).kind))
    return;
  const { scalar } = power;
  if ((typeof scalar === "bigint" || Number.isInteger(scalar)) && Number(scalar) < 0)
    throw new RangeError(`${build.dtypeOf(base)} has no power of ${scalar}; give it as a float, da.float(${scalar})`);
}

/** Durations divided by whole numbers. */
function isSharedTime(build: ProgramBuilder, name: string, operands: readonly Operand[]): boolean {
  const [span, count] = operands.map((one) => typeOf(build, one));
  if (name !== "divide" || span === undefined || count === undefined || !("dtype" in span)) return false;
  const isWhole = "dtype" in count ? "iub".includes(dtypeInfo(count.dtype).kind) : count.weak === "int";
  return isWhole && dtypeInfo(span.dtype).kind === "m";
}

/** Durations stay whole numbers of their unit, cut towards zero, as NumPy cuts them; floats would not hold long ones exactly. */
function sharedTime(build: ProgramBuilder, [span, count]: readonly Operand[]): number {
  const whole = operandNode(build, count as Operand, "int64");
  const zero = scalarOperand(0);
  const size = applyOp(build, "floor_divide", [
    applyOp(build, "absolute", [span as Operand]),
    applyOp(build, "absolute", [whole]),
  ]);
  const isNegative = applyOp(build, "logical_xor", [
    applyOp(build, "less", [build.cast(span as number, "int64"), zero]),
    applyOp(build, "less", [whole, zero]),
  ]);
  return whereOf(build, isNegative, applyOp(build, "negative", [size]), size);
}

const isBool = (build: ProgramBuilder, operand: Operand | undefined): boolean =>
  typeof operand === "number" && build.dtypeOf(operand) === "bool";

const isScalarTwo = (operand: Operand | undefined): boolean =>
  typeof operand === "object" && (operand.scalar === 2 || operand.scalar === 2n);

type Composite = (build: ProgramBuilder, operands: readonly Operand[]) => number;

/** Names of operations that are put together of others. */
const COMPOSITES: Readonly<Record<string, Composite>> = {
  where: (build, [condition, yes, no]) => whereOf(build, condition as Operand, yes as Operand, no as Operand),
  clip: (build, operands) => {
    const [x, low, high] = operands as [Operand, Operand, Operand];
    const isOpen = (one: Operand): boolean => typeof one !== "number" && (one.scalar as unknown) === null;
    const above = isOpen(low) ? x : applyOp(build, "maximum", [x, low]);
    const within = isOpen(high) ? above : applyOp(build, "minimum", [above, high]);
    return typeof within === "number" ? within : operandNode(build, within, "float64");
  },
  nan_to_num: (build, operands) => nanToNum(build, operands),
  isclose: (build, operands) => isClose(build, operands as Operand[]),
  round: (build, [x, decimals]) => roundTo(build, x as number, Number((decimals as { scalar: number }).scalar)),
  modf_whole: (build, [x]) => applyOp(build, "trunc", [floatOperand(build, x as Operand)]),
  divmod_quotient: (build, operands) => applyOp(build, "floor_divide", operands),
  zero_nan: (build, [x, fill]) =>
    whereOf(build, applyOp(build, "isnan", [x as Operand]), fill as Operand, x as Operand),
  not_nan: (build, [x]) => applyOp(build, "logical_not", [applyOp(build, "isnan", [x as Operand])]),
  abs_square: (build, [x]) => {
    const size = applyOp(build, "absolute", [x as Operand]);
    return applyOp(build, "multiply", [size, size]);
  },
};

const floatOperand = (build: ProgramBuilder, x: Operand): number =>
  typeof x === "number" ? build.cast(x, floatDType(build.dtypeOf(x))) : operandNode(build, x, "float64");

function whereOf(build: ProgramBuilder, condition: Operand, yes: Operand, no: Operand): number {
  const dtype = commonDType([typeOf(build, yes), typeOf(build, no)]);
  return build.where(
    operandNode(build, condition, "bool"),
    operandNode(build, yes, dtype),
    operandNode(build, no, dtype),
    dtype,
  );
}

const LIMITS = { float32: 3.4028234663852886e38, float64: Number.MAX_VALUE } as const;

function nanToNum(build: ProgramBuilder, [x, nan, high, low]: readonly Operand[]): number {
  const node = x as number;
  const dtype = build.dtypeOf(node);
  const { kind } = dtypeInfo(dtype);
  if (kind !== "f") return node;
  const limit = LIMITS[realDType(dtype) as "float64"];
  const given = (one: Operand | undefined, fallback: number): Operand =>
    one === undefined || typeof one === "number" || (one.scalar as unknown) === null
      ? scalarOperand(new WeakFloat(fallback))
      : one;
  const noNan = whereOf(build, applyOp(build, "isnan", [node]), given(nan, 0), node);
  const noHigh = whereOf(build, applyOp(build, "isposinf", [noNan]), given(high, limit), noNan);
  return whereOf(build, applyOp(build, "isneginf", [noHigh]), given(low, -limit), noHigh);
}

/** |a - b| <= atol + rtol * |b|, equal infinities close, NaNs only if `equalNan`. */
function isClose(build: ProgramBuilder, operands: readonly Operand[]): number {
  const [a, b, rtol, atol, equalNan] = operands as [Operand, Operand, Operand, Operand, Operand];
  const one = floatOperand(build, a);
  const two = floatOperand(build, b);
  const gap = applyOp(build, "absolute", [applyOp(build, "subtract", [one, two])]);
  const slack = applyOp(build, "add", [applyOp(build, "multiply", [applyOp(build, "absolute", [two]), rtol]), atol]);
  const near = applyOp(build, "logical_and", [
    applyOp(build, "less_equal", [gap, slack]),
    applyOp(build, "isfinite", [two]),
  ]);
  const same = applyOp(build, "logical_or", [near, applyOp(build, "equal", [one, two])]);
  if (typeof equalNan === "number" || equalNan.scalar !== true) return same;
  const bothNan = applyOp(build, "logical_and", [applyOp(build, "isnan", [one]), applyOp(build, "isnan", [two])]);
  return applyOp(build, "logical_or", [same, bothNan]);
}

function roundTo(build: ProgramBuilder, x: number, decimals: number): number {
  const dtype = build.dtypeOf(x);
  const { kind } = dtypeInfo(dtype);
  if (kind === "b") return applyOp(build, "rint", [build.cast(x, "float64")]);
  if (kind !== "f" && kind !== "c") {
    if (decimals >= 0) return x;
    const scale = scalarOperand(10 ** -decimals);
    const tens = applyOp(build, "rint", [applyOp(build, "divide", [x, scale])]);
    return build.cast(applyOp(build, "multiply", [tens, scale]), dtype);
  }
  if (decimals === 0) return applyOp(build, "rint", [x]);
  const scale = scalarOperand(new WeakFloat(10 ** Math.abs(decimals)));
  const [there, back] = decimals > 0 ? ["multiply", "divide"] : ["divide", "multiply"];
  return applyOp(build, back as string, [applyOp(build, "rint", [applyOp(build, there as string, [x, scale])]), scale]);
}

/** The program of one operation on arrays and plain values; arrays are its inputs, in order. */
export function opProgram(
  name: string,
  operands: readonly (DType | { readonly scalar: ScalarLike | null })[],
): Program {
  const build = new ProgramBuilder();
  let at = 0;
  const nodes = operands.map((one): Operand => (typeof one === "string" ? build.input(one, at++) : (one as Operand)));
  if (at === 0) nodes[0] = standAlone(build, nodes[0] as Operand);
  return build.finish(applyOp(build, name, nodes));
}

function standAlone(build: ProgramBuilder, operand: Operand): number {
  if (typeof operand === "number") return operand;
  const type = typeOf(build, operand);
  return operandNode(build, operand, "dtype" in type ? type.dtype : weakDType(type.weak));
}

/** Whether something is a plain value rather than an array. */
export const isPlain = (value: unknown): value is ScalarLike => isScalar(value);
