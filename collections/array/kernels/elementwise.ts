import { type Chunk, sizeOf } from "../chunk.ts";
import type { DType } from "../dtype.ts";
import { type ScalarLike, toElement } from "../scalar.ts";
import { opProgram } from "./apply-op.ts";
import { Generated } from "./generated.ts";
import { Assigned, contiguous, materialize, Pending, pendingOf, type Source } from "./pending.ts";
import { castProgram, literalProgram, type Program } from "./program.ts";

/** The kernel of all element-wise work: a program on its arguments, to be fused with what reads it. */
export function elementwise(program: Program, ...sources: Source[]): Pending {
  return pendingOf(program, sources);
}

/** What ends a call whose result may be pending: writes it out as a chunk, or leaves it to those that read it where that costs less. */
export function settle(source: Source, as: "chunk" | "let" = "chunk"): Source {
  return as === "let" && isCheap(source) ? source : materialize(source);
}

const CHEAP_OPS = new Set(["add", "subtract", "multiply", "divide", "negative", "positive", "absolute", "square"]);
/** An operation takes less than writing an element to memory and reading it, but not many of them. */
const CHEAP_STEPS_MAX = 4;

/** Whether making a source again, or as part of each loop that reads it, takes less than writing it out. */
function isCheap(source: Source): boolean {
  if (source instanceof Generated) return source.isCheap;
  if (source instanceof Assigned) return false;
  if (!(source instanceof Pending)) return true;
  const steps = source.program.nodes.filter((node) => node.kind !== "input" && node.kind !== "literal");
  return (
    steps.length <= CHEAP_STEPS_MAX &&
    steps.every((node) => node.kind === "cast" || (node.kind === "op" && CHEAP_OPS.has(node.op))) &&
    source.inputs.every((one) => !(one instanceof Generated) || one.isCheap)
  );
}

/** The kernel of constant arrays: one value in the shape of the block. */
export function filled(program: Program, location: { readonly shape: readonly number[] }): Pending {
  return new Pending(program, [], location.shape);
}

const programs = new Map<string, Program>();

/** Applies an operation by name to sources and plain values, eagerly typed, lazily computed. */
export function applied(name: string, ...operands: readonly (Source | ScalarLike | null)[]): Pending {
  const types = operands.map((one) => (isSource(one) ? one.dtype : { scalar: one }));
  const key = types.every((one) => typeof one === "string") ? `${name}|${types.join()}` : undefined;
  let program = key === undefined ? undefined : programs.get(key);
  if (program === undefined) {
    program = opProgram(name, types);
    if (key !== undefined) programs.set(key, program);
  }
  return pendingOf(program, operands.filter(isSource));
}

/** As {@link applied}, written out. */
export const applyNow = (name: string, ...operands: readonly (Source | ScalarLike | null)[]): Chunk =>
  materialize(applied(name, ...operands));

/** A source in another dtype. */
export const castTo = (source: Source, dtype: DType): Source =>
  source.dtype === dtype ? source : pendingOf(castProgram(source.dtype, dtype), [source]);

/** A chunk of one value, in memory that may be written to. */
export const constant = (value: ScalarLike, dtype: DType, shape: readonly number[]): Chunk =>
  contiguous(new Pending(literalProgram(toElement(value, dtype), dtype), [], shape));

export const isSource = (value: unknown): value is Source =>
  typeof value === "object" &&
  value !== null &&
  (("data" in value && "strides" in value && "offset" in value) ||
    "program" in value ||
    "fill" in value ||
    "box" in value) &&
  "dtype" in value &&
  "shape" in value;

/** Whether a source has no elements. */
export const isEmpty = (source: Source): boolean => sizeOf(source.shape) === 0;

/** The shape of a block, for sizes that follow from data. */
export const shapeOfBlock = (source: Source): readonly number[] => source.shape;
