import {
  broadcasted,
  broadcastShapes,
  Chunk,
  emptyChunk,
  isRowMajor,
  sizeOf,
  unwrittenChunk,
  viewOf,
} from "../chunk.ts";
import { type AnyData, allocateUnwritten, type DType, lanesOf } from "../dtype.ts";
import { copyRows } from "./copy-rows.ts";
import { Generated, withLent } from "./generated.ts";
import type { Loop, Step } from "./loop.ts";
import { loopOf } from "./loop-of.ts";
import { castProgram, isIdentity, type Program, ProgramBuilder, programDType, programKey } from "./program.ts";

/**
 * Values not written out yet: a program over chunks. An element-wise kernel gives one, and what reads it goes on with
 * the program instead of an array, so that a fused chain is one loop and writes once. Never leaves its task: the
 * call that makes it ends in {@link materialize}.
 */
export class Pending {
  readonly program: Program;
  /** Chunks that broadcast to `shape`, and generated blocks of that shape. */
  readonly inputs: readonly (Chunk | Generated)[];
  readonly shape: readonly number[];

  constructor(program: Program, inputs: readonly (Chunk | Generated)[], shape: readonly number[]) {
    this.program = program;
    this.inputs = inputs;
    this.shape = shape;
  }

  get dtype(): DType {
    return programDType(this.program);
  }
}

/**
 * A block with a box of it replaced, not written out yet: what then shows the box alone, as the trim behind a stencil does, reads
 * the replacement and needs no copy of the block. Never leaves its task.
 */
export class Assigned {
  readonly base: Chunk;
  /** Where the box begins along each axis. */
  readonly start: readonly number[];
  /** What fills the box: of its shape, and of the dtype of the block. */
  readonly box: Chunk | Pending;

  constructor(base: Chunk, start: readonly number[], box: Chunk | Pending) {
    this.base = base;
    this.start = start;
    this.box = box;
  }

  get dtype(): DType {
    return this.base.dtype;
  }

  get shape(): readonly number[] {
    return this.base.shape;
  }

  /** All that it reads. */
  get inputs(): readonly (Chunk | Generated)[] {
    return [this.base, ...(this.box instanceof Pending ? this.box.inputs : [this.box])];
  }

  written(): Chunk {
    const out = copyOf(this.base);
    const at = this.start.reduce((so, one, axis) => so + one * (out.strides[axis] as number), out.offset);
    assign(viewOf(out, this.box.shape, out.strides, at), this.box);
    return out;
  }
}

/** What kernels take: a chunk, or one still to be written out. */
export type Source = Chunk | Pending | Generated | Assigned;

const NODES_MAX = 96;
const INPUTS_MAX = 12;

/** A program on sources, itself still to be written out; sources that are pending become part of it. */
export function pendingOf(program: Program, sources: readonly Source[], shape?: readonly number[]): Pending {
  const to = shape ?? broadcastShapes(...sources.map((one) => one.shape));
  const parts = sources.map((one) =>
    (one instanceof Pending || one instanceof Generated) && mayJoin(one, to) ? one : materialize(one),
  );
  if (!parts.some((one) => one instanceof Pending)) return new Pending(program, parts as (Chunk | Generated)[], to);
  const chunks: (Chunk | Generated)[] = [];
  const positions = parts.map((part) =>
    (part instanceof Pending ? part.inputs : [part]).map((chunk) => {
      const known = chunks.indexOf(chunk);
      return known >= 0 ? known : chunks.push(chunk) - 1;
    }),
  );
  if (chunks.length > INPUTS_MAX || program.nodes.length > NODES_MAX)
    return new Pending(program, parts.map(materialize), to);
  return new Pending(joined(program, parts, positions), chunks, to);
}

/** A pending source that would be computed again for every row it is broadcast over is written out first. */
const mayJoin = (one: Pending | Generated, shape: readonly number[]): boolean =>
  one instanceof Pending
    ? sizeOf(one.shape) === sizeOf(shape) && one.program.nodes.length <= NODES_MAX
    : one.shape.length === shape.length && one.shape.every((n, axis) => n === shape[axis]);

const JOINED_KEPT = 512;
const joinedPrograms = new Map<string, Program>();

function joined(program: Program, parts: readonly Source[], positions: readonly (readonly number[])[]): Program {
  const key = [
    programKey(program),
    ...parts.map((part, i) => `${part instanceof Pending ? programKey(part.program) : part.dtype}@${positions[i]}`),
  ].join("#");
  const known = joinedPrograms.get(key);
  if (known !== undefined) return known;
  const build = new ProgramBuilder();
  const results = parts.map((part, i) => {
    const at = positions[i] as readonly number[];
    if (!(part instanceof Pending)) return build.input(part.dtype, at[0] as number);
    return build.inline(
      part.program,
      part.program.inputs.map((dtype, k) => build.input(dtype, at[k] as number)),
    );
  });
  const made = build.finish(build.inline(program, results));
  if (joinedPrograms.size >= JOINED_KEPT) joinedPrograms.delete(joinedPrograms.keys().next().value as string);
  joinedPrograms.set(key, made);
  return made;
}

/** Writes a source out: a chunk as it is, or what a program gives in memory of its own. */
export function materialize(source: Source): Chunk {
  if (source instanceof Generated) return source.into(allocateUnwritten);
  if (source instanceof Assigned) return source.written();
  if (!(source instanceof Pending)) return source;
  if (source.inputs.length === 0 && sizeOf(source.shape) > 1) return repeated(source);
  if (isIdentity(source.program)) return broadcasted(materialize(source.inputs[0] as Chunk), source.shape);
  const out = unwrittenChunk(source.dtype, source.shape);
  writeInto(source, out);
  return out;
}

/** One value everywhere is kept once. */
function repeated(source: Pending): Chunk {
  const one = emptyChunk(source.dtype, []);
  writeInto(new Pending(source.program, [], []), one);
  return broadcasted(one, source.shape);
}

/** The elements in row-major order in memory without gaps; the chunk itself if it is so already. */
export function contiguous(source: Source): Chunk {
  const chunk = materialize(source);
  return isRowMajor(chunk) ? chunk : copyOf(chunk);
}

/** The elements in new memory, in row-major order. */
export function copyOf(chunk: Chunk): Chunk {
  const out = unwrittenChunk(chunk.dtype, chunk.shape);
  if (isRowMajor(chunk)) {
    const lanes = lanesOf(chunk.dtype);
    const size = sizeOf(chunk.shape);
    (out.data as Float64Array).set(
      (chunk.data as Float64Array).subarray(chunk.offset * lanes, (chunk.offset + size) * lanes),
    );
  } else writeInto(new Pending(identityOf(chunk.dtype), [chunk], chunk.shape), out);
  return out;
}

const identities = new Map<DType, Program>();

/** The program that gives its input as it is. */
export function identityOf(dtype: DType): Program {
  let program = identities.get(dtype);
  if (program === undefined) {
    const build = new ProgramBuilder();
    build.input(dtype);
    identities.set(dtype, (program = build.finish()));
  }
  return program;
}

/** Copies a source into a view of the same shape, cast to its dtype. */
export function assign(target: Chunk, source: Source): void {
  if (source instanceof Chunk && source.dtype === target.dtype && copyRows(target, source)) return;
  writeInto(pendingOf(castBetween(source.dtype, target.dtype), [source], target.shape), target);
}

const casts = new Map<string, Program>();

function castBetween(from: DType, to: DType): Program {
  const key = `${from} ${to}`;
  let program = casts.get(key);
  if (program === undefined) casts.set(key, (program = castProgram(from, to)));
  return program;
}

/** Side of the square tiles in which operands of crossing memory order are walked: 64 rows of 64 doubles fit the first cache. */
const TILE = 64;

/** Evaluates a pending source into a chunk of its shape and dtype. */
export function writeInto(source: Pending, out: Chunk): void {
  withLent(source.inputs, (chunks) => writeChunks(source.program, chunks, out));
}

function writeChunks(program: Program, chunks: readonly Chunk[], out: Chunk): void {
  const operands = [out, ...chunks.map((chunk) => broadcasted(chunk, out.shape))];
  const plan = planOf(operands, out.shape);
  if (plan.shape.some((n) => n === 0)) return;
  const outer = plan.shape.length - 2;
  const [n0, n1] = plan.shape.slice(-2) as [number, number];
  const inner = plan.strides.map((strides) => strides[outer + 1] as number);
  const across = plan.strides.map((strides) => strides[outer] as number);
  const loop = loopOf(
    program,
    inner.map((step): Step => (step === 1 ? "next" : step === 0 ? "same" : "stride")),
  );
  const isCrossing =
    n0 > TILE / 2 && n1 > TILE / 2 && inner.some((step, i) => Math.abs(step) > 8 && Math.abs(across[i] as number) < 8);
  const offsets = operands.map((chunk) => chunk.offset);
  const run = (at: readonly number[]): void => {
    if (isCrossing) runTiled(loop, plan, at, [n0, n1]);
    else loop(n0, n1, ...operandArgs(plan, at, outer));
  };
  eachOuter(plan, outer, offsets, run);
}

/** Axes of all operands after joining those that can be walked as one; at least two. */
interface Plan {
  readonly data: readonly AnyData[];
  readonly shape: readonly number[];
  readonly strides: readonly (readonly number[])[];
}

export function planOf(operands: readonly Chunk[], shape: readonly number[]): Plan {
  const axes: { n: number; strides: number[] }[] = [];
  for (let axis = 0; axis < shape.length; axis++) {
    const n = shape[axis] as number;
    if (n === 1) continue;
    const strides = operands.map((one) => one.strides[axis] as number);
    const last = axes[axes.length - 1];
    if (last?.strides.every((step, i) => step === (strides[i] as number) * n)) {
      last.n *= n;
      last.strides = strides;
    } else axes.push({ n, strides });
  }
  while (axes.length < 2) axes.unshift({ n: 1, strides: operands.map(() => 0) });
  return {
    data: operands.map((one) => one.data),
    shape: axes.map((axis) => axis.n),
    strides: operands.map((_, i) => axes.map((axis) => axis.strides[i] as number)),
  };
}

function operandArgs(plan: Plan, at: readonly number[], outer: number): (AnyData | number)[] {
  const args: (AnyData | number)[] = [];
  for (let i = 0; i < plan.data.length; i++) {
    const strides = plan.strides[i] as readonly number[];
    args.push(plan.data[i] as AnyData, at[i] as number, strides[outer] as number, strides[outer + 1] as number);
  }
  return args;
}

function runTiled(loop: Loop, plan: Plan, at: readonly number[], [n0, n1]: readonly [number, number]): void {
  const outer = plan.shape.length - 2;
  const args = operandArgs(plan, at, outer);
  for (let i = 0; i < n0; i += TILE)
    for (let j = 0; j < n1; j += TILE) {
      for (let k = 0; k < at.length; k++)
        args[4 * k + 1] = (at[k] as number) + i * (args[4 * k + 2] as number) + j * (args[4 * k + 3] as number);
      loop(Math.min(TILE, n0 - i), Math.min(TILE, n1 - j), ...args);
    }
}

/** Calls `run` with every operand's offset at each position of the outer axes. */
export function eachOuter(
  plan: Plan,
  outer: number,
  offsets: readonly number[],
  run: (at: readonly number[]) => void,
): void {
  const at = [...offsets];
  const walk = (axis: number): void => {
    if (axis === outer) {
      run(at);
      return;
    }
    const n = plan.shape[axis] as number;
    for (let i = 0; i < n; i++) {
      walk(axis + 1);
      for (let k = 0; k < at.length; k++) at[k] = (at[k] as number) + ((plan.strides[k] as number[])[axis] as number);
    }
    for (let k = 0; k < at.length; k++) at[k] = (at[k] as number) - n * ((plan.strides[k] as number[])[axis] as number);
  };
  walk(0);
}
