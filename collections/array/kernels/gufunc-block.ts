import { broadcasted, type Chunk, emptyChunk, sizeOf, viewOf } from "../chunk.ts";
import type { DType } from "../dtype.ts";
import { asNDArray } from "../ndarray.ts";
import { assign, materialize, type Source } from "./pending.ts";
import { chunkOfResult, eager } from "./user-blocks.ts";

type UserFunction = (...args: unknown[]) => unknown;

/** How a generalised universal function is called on blocks. */
export interface GufuncPlan {
  /** Core axes of each argument, its last ones. */
  readonly inputCores: readonly number[];
  /** Core axes and dtype of each result. */
  readonly outputs: readonly { readonly cores: number; readonly dtype: DType }[];
  /** Whether the function sees core axes alone, one place of the others at a time. */
  readonly vectorize: boolean;
}

/** All results of the function on the blocks of one place, which {@link gufuncPart} tells apart. */
export function gufuncBlock(fn: UserFunction, plan: GufuncPlan, ...blocks: Source[]): Chunk[] | Promise<Chunk[]> {
  if (plan.vectorize) return eachPlace(fn, plan, blocks.map(materialize));
  const made = fn(...blocks.map(eager));
  return made instanceof Promise ? made.then((one) => resultsOf(one, plan)) : resultsOf(made, plan);
}

/** The at-th of several results. */
export const gufuncPart = (at: number, results: readonly Chunk[]): Chunk => results[at] as Chunk;

function resultsOf(made: unknown, { outputs }: GufuncPlan): Chunk[] {
  if (outputs.length === 1) return [chunkOfResult(made, (outputs[0] as { dtype: DType }).dtype)];
  if (!Array.isArray(made) || made.length !== outputs.length)
    throw new TypeError(
      `The function must give a list of ${outputs.length} results, it gave ${Array.isArray(made) ? `a list of ${made.length}` : typeof made}`,
    );
  return outputs.map(({ dtype }, at) => chunkOfResult(made[at], dtype));
}

/** Calls the function once for each place of the axes that are no core axes, over which arguments broadcast. */
function eachPlace(fn: UserFunction, plan: GufuncPlan, chunks: readonly Chunk[]): Chunk[] {
  const loops = chunks.map((one, at) => one.shape.slice(0, one.shape.length - (plan.inputCores[at] as number)));
  const ndim = Math.max(...loops.map((one) => one.length));
  const loop = Array.from({ length: ndim }, (_, axis) =>
    Math.max(...loops.map((one) => one[one.length - ndim + axis] ?? 1)),
  );
  const wide = chunks.map((one, at) =>
    broadcasted(one, [...loop, ...one.shape.slice((loops[at] as readonly number[]).length)]),
  );
  let made: Chunk[] | undefined;
  for (let place = 0; place < sizeOf(loop); place++) {
    const results = resultsOf(fn(...wide.map((one) => asNDArray(corePart(one, ndim, place)))), plan);
    made ??= results.map((one) => emptyChunk(one.dtype, [...loop, ...one.shape]));
    results.forEach((one, at) => {
      assign(corePart((made as Chunk[])[at] as Chunk, ndim, place), one);
    });
  }
  return (
    made ?? plan.outputs.map(({ dtype, cores }) => emptyChunk(dtype, [...loop, ...new Array<number>(cores).fill(0)]))
  );
}

/** What lies at the place-th position of the first axes, in row-major order: a view. */
function corePart(chunk: Chunk, ndim: number, place: number): Chunk {
  let { offset } = chunk;
  for (let axis = ndim - 1, rest = place; axis >= 0; axis--) {
    const n = chunk.shape[axis] as number;
    offset += (rest % n) * (chunk.strides[axis] as number);
    rest = Math.floor(rest / n);
  }
  return viewOf(chunk, chunk.shape.slice(ndim), chunk.strides.slice(ndim), offset);
}
