import { Chunk, sizeOf, unwrittenChunk, viewOf } from "../chunk.ts";
import { type DType, dtypeInfo } from "../dtype.ts";
import { applied, castTo } from "./elementwise.ts";
import { complexGemm, fastGemm, hasComplexGemm } from "./fast-gemm.ts";
import { type Beta, openBlas } from "./openblas.ts";
import { contiguous, materialize, type Source } from "./pending.ts";
import { reduceNow } from "./reduce.ts";

/** A product of blocks summed over letters, as data. */
export interface Contraction {
  readonly output: string;
  /** Letters that are summed; they stay as axes of length one behind the others. */
  readonly summed: string;
  readonly operands: readonly string[];
  readonly dtype: DType;
}

/** The part of a contraction that one block of each operand gives. */
export function contractBlock(plan: Contraction, ...sources: Source[]): Chunk {
  const letters = [...plan.output, ...plan.summed];
  const chunks = sources.map((source, at) => diagonalView(materialize(source), plan.operands[at] as string));
  const product = asMatrices(plan, [chunks]);
  if (product !== undefined) return product;
  const views = chunks.map(({ chunk, letters: own }) => castTo(spread(chunk, own, letters), plan.dtype));
  const whole = views.slice(1).reduce<Source>((so, one) => applied("multiply", so, one), views[0] as Source);
  const axes = [...plan.summed].map((_, at) => plan.output.length + at);
  const shape = letters.map((letter) => lengthOf(letter, chunks));
  if (axes.length === 0) return broadcastTo(materialize(whole), shape);
  return reduceNow({ name: "sum", axes, keepdims: true, dtype: plan.dtype, skipNan: false }, whole);
}

/** The part that several blocks along the summed axis give together: each product is added where the last one lies. */
export function contractGroup(plan: Contraction, lefts: readonly Source[], rights: readonly Source[]): Chunk {
  const pairs = lefts.map((left, at) => [left, rights[at] as Source] as const);
  const chunks = pairs.map((pair) =>
    pair.map((source, at) => diagonalView(materialize(source), plan.operands[at] as string)),
  );
  const product = asMatrices(plan, chunks);
  if (product !== undefined) return product;
  const parts = pairs.map((pair) => contractBlock(plan, ...pair));
  return materialize(parts.slice(1).reduce<Source>((sum, part) => applied("add", sum, part), parts[0] as Source));
}

interface LetteredChunk {
  readonly chunk: Chunk;
  readonly letters: string;
}

/** A letter twice on one operand walks its diagonal. */
function diagonalView(chunk: Chunk, letters: string): LetteredChunk {
  const unique = [...new Set(letters)];
  if (unique.length === letters.length) return { chunk, letters };
  const at = (letter: string): number[] => [...letters].flatMap((one, axis) => (one === letter ? [axis] : []));
  const shape = unique.map((letter) => Math.min(...at(letter).map((axis) => chunk.shape[axis] as number)));
  const strides = unique.map((letter) => at(letter).reduce((sum, axis) => sum + (chunk.strides[axis] as number), 0));
  return { chunk: viewOf(chunk, shape, strides), letters: unique.join("") };
}

const lengthOf = (letter: string, chunks: readonly LetteredChunk[]): number =>
  Math.max(
    0,
    ...chunks.flatMap((one) =>
      one.letters.includes(letter) ? [one.chunk.shape[one.letters.indexOf(letter)] as number] : [],
    ),
  );

/** A chunk with an axis for each letter, of length one where it has none. */
function spread(chunk: Chunk, own: string, letters: readonly string[]): Chunk {
  const axis = letters.map((letter) => own.indexOf(letter));
  return viewOf(
    chunk,
    axis.map((at) => (at < 0 ? 1 : (chunk.shape[at] as number))),
    axis.map((at) => (at < 0 ? 0 : (chunk.strides[at] as number))),
  );
}

const broadcastTo = (chunk: Chunk, shape: readonly number[]): Chunk =>
  viewOf(
    chunk,
    shape,
    chunk.strides.map((step, axis) => (chunk.shape[axis] === 1 ? 0 : step)),
  );

/** Letters by what they are in a batch of products of matrices, and how long they are. */
interface MatrixLetters {
  readonly batch: readonly string[];
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  readonly summed: readonly string[];
}

/** Two operands of floats as batches of matrix products, where there are letters of each sort; else undefined. Products of further pairs are added. */
function asMatrices(plan: Contraction, pairs: readonly (readonly LetteredChunk[])[]): Chunk | undefined {
  const letters = matrixLetters(plan, pairs[0] as readonly LetteredChunk[]);
  if (letters === undefined || !pairs.every(areWhole)) return undefined;
  const { kind } = dtypeInfo(plan.dtype);
  if (kind === "c" && !pairs.every((pair) => hasComplexGemm(sizesOf(letters, pair)))) return undefined;
  // Only OpenBLAS has products of single floats; elsewhere they are computed as doubles.
  const isSingle = plan.dtype === "float32" && openBlas() !== null;
  const dtype = kind === "c" ? "complex128" : isSingle ? "float32" : "float64";
  const { g, m, n } = sizesOf(letters, pairs[0] as readonly LetteredChunk[]);
  const out = unwrittenChunk(dtype, [g, m, n]);
  for (const [at, pair] of pairs.entries()) multiply(letters, pair, out, at === 0 ? 0 : 1);
  const { batch, rows, columns, summed } = letters;
  const made = [...batch, ...rows, ...columns];
  const lengths = made.map((letter) => lengthOf(letter, pairs[0] as readonly LetteredChunk[]));
  const kept = ordered({ chunk: new Chunk(out.data, dtype, lengths), letters: made.join("") }, [...plan.output]);
  const whole = viewOf(kept, [...kept.shape, ...summed.map(() => 1)], [...kept.strides, ...summed.map(() => 0)]);
  return materialize(castTo(whole, plan.dtype));
}

function matrixLetters(plan: Contraction, chunks: readonly LetteredChunk[]): MatrixLetters | undefined {
  const [a, b] = chunks;
  const { kind } = dtypeInfo(plan.dtype);
  if (a === undefined || b === undefined || chunks.length !== 2 || (kind !== "f" && kind !== "c")) return undefined;
  const inBoth = (letter: string): boolean => a.letters.includes(letter) && b.letters.includes(letter);
  const summed = [...plan.summed];
  if (summed.length === 0 || !summed.every(inBoth)) return undefined;
  return {
    batch: [...plan.output].filter(inBoth),
    rows: [...plan.output].filter((letter) => !b.letters.includes(letter)),
    columns: [...plan.output].filter((letter) => !a.letters.includes(letter)),
    summed,
  };
}

/** No operand is to be repeated along a letter. */
const areWhole = (chunks: readonly LetteredChunk[]): boolean =>
  chunks.every(({ chunk, letters }) =>
    [...letters].every((letter, axis) => chunk.shape[axis] === lengthOf(letter, chunks)),
  );

function sizesOf({ batch, rows, columns, summed }: MatrixLetters, chunks: readonly LetteredChunk[]) {
  const length = (letters: readonly string[]): number => sizeOf(letters.map((letter) => lengthOf(letter, chunks)));
  return { g: length(batch), m: length(rows), n: length(columns), k: length(summed) };
}

/** The products of one pair, written or added where they belong. */
function multiply(letters: MatrixLetters, pair: readonly LetteredChunk[], out: Chunk, beta: Beta): void {
  const [a, b] = pair as readonly [LetteredChunk, LetteredChunk];
  const { batch, rows, columns, summed } = letters;
  const { g, m, n, k } = sizesOf(letters, pair);
  const gemm = out.dtype === "complex128" ? complexGemm : fastGemm;
  const left = contiguous(castTo(ordered(a, [...batch, ...rows, ...summed]), out.dtype));
  const right = contiguous(castTo(ordered(b, [...batch, ...summed, ...columns]), out.dtype));
  for (let at = 0; at < g; at++)
    gemm(
      { m, n, k },
      { data: left.data as Float64Array, at: left.offset + at * m * k },
      { data: right.data as Float64Array, at: right.offset + at * k * n },
      { data: out.data as Float64Array, at: at * m * n },
      beta,
    );
}

const ordered = ({ chunk, letters }: LetteredChunk, order: readonly string[]): Chunk =>
  viewOf(
    chunk,
    order.map((letter) => chunk.shape[letters.indexOf(letter)] as number),
    order.map((letter) => chunk.strides[letters.indexOf(letter)] as number),
  );
