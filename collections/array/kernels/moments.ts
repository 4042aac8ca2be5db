import { Chunk, sizeOf } from "../chunk.ts";
import { allocate, dtypeInfo } from "../dtype.ts";
import { applied, castTo } from "./elementwise.ts";
import { foldSource, keptShape } from "./fold-source.ts";
import { type Cells, foldMoments, foldNanMoments, foldSum } from "./folds.ts";
import type { Source } from "./pending.ts";
import { vectorFold } from "./simd/fold-functions.ts";
import { specialised } from "./specialise.ts";

/**
 * Count, mean and central sums (of squares, cubes … up to `order`) of a block, from which those of many blocks follow
 * exactly (Chan, Golub, LeVeque; Pébay 2008).
 */
export function momentsOf(source: Source, axes: readonly number[], skipNan: boolean, order: number): readonly Chunk[] {
  const x = castTo(source, "float64");
  const kept = keptShape(source.shape, axes);
  const size = sizeOf(kept);
  const cells = [0, 1, 2, 3].map(() => allocate("float64", size) as Float64Array);
  const fold = skipNan && dtypeInfo(source.dtype).kind === "f" ? foldNanMoments : foldMoments;
  foldSource(
    x,
    axes,
    cells,
    vectorFold(fold === foldMoments ? "moments" : "nan-moments", specialised(fold, fold.name, "float64")),
  );
  const [count, shift, sum, squares] = cells as [Float64Array, Float64Array, Float64Array, Float64Array];
  const mean = new Float64Array(size);
  for (let i = 0; i < size; i++) {
    const n = count[i] as number;
    const part = n === 0 ? 0 : (sum[i] as number) / n;
    mean[i] = (shift[i] as number) + part;
    // Rounding may leave a negative rest where all elements are equal; NaN stays.
    const rest = (squares[i] as number) - part * (sum[i] as number);
    squares[i] = Math.max(0, rest);
  }
  const chunkOf = (data: Float64Array): Chunk => new Chunk(data, "float64", kept);
  const parts = [chunkOf(count), chunkOf(mean), chunkOf(squares)];
  for (let power = 3; power <= order; power++) {
    const total = new Float64Array(size);
    const away = applied("power", applied("subtract", x, parts[1] as Chunk), power);
    const filled = skipNan ? applied("zero_nan", away, 0) : away;
    foldSource(filled, axes, [total], specialised(foldSum, "sum", "float64"));
    parts.push(chunkOf(total));
  }
  return parts;
}

const cellsOf = (chunk: Chunk | undefined): Cells => (chunk as Chunk).data as Cells;

/** The moments of several blocks together. */
export function mergeMoments(partials: readonly (readonly Chunk[])[]): readonly Chunk[] {
  const first = partials[0] as readonly Chunk[];
  const { shape } = first[0] as Chunk;
  const size = sizeOf(shape);
  const order = first.length - 1;
  const merged = first.map(() => new Float64Array(size));
  const counts = merged[0] as Float64Array;
  const means = merged[1] as Float64Array;
  for (const one of partials)
    for (let i = 0; i < size; i++) {
      const n = cellsOf(one[0])[i] as number;
      if (n === 0) continue;
      counts[i] = (counts[i] as number) + n;
      means[i] =
        (means[i] as number) + ((cellsOf(one[1])[i] as number) - (means[i] as number)) * (n / (counts[i] as number));
    }
  for (let power = 2; power <= order; power++)
    for (const one of partials) addCentralSums(merged[power] as Float64Array, power, one, means);
  return merged.map((data) => new Chunk(data, "float64", shape));
}

function addCentralSums(total: Float64Array, power: number, part: readonly Chunk[], means: Float64Array): void {
  for (let i = 0; i < total.length; i++) {
    const n = cellsOf(part[0])[i] as number;
    if (n === 0) continue;
    const away = (cellsOf(part[1])[i] as number) - (means[i] as number);
    let sum = 0;
    let choose = 1;
    for (let k = 0; k <= power; k++) {
      const left = power - k;
      const central = left === 0 ? n : left === 1 ? 0 : (cellsOf(part[left])[i] as number);
      sum += choose * central * away ** k;
      choose = (choose * (power - k)) / (k + 1);
    }
    total[i] = (total[i] as number) + sum;
  }
}

/** Variance, standard deviation or a central moment from count, mean and central sums. */
export function finishMoments(
  parts: readonly Chunk[],
  { name, ddof = 0, order = 2 }: { readonly name: string; readonly ddof?: number; readonly order?: number },
): Chunk {
  const count = cellsOf(parts[0]);
  const sums = cellsOf(parts[order]);
  const result = new Float64Array(count.length);
  for (let i = 0; i < result.length; i++) {
    const n = count[i] as number;
    const left = n - ddof;
    // Nothing left to divide by: NaN or Infinity, as NumPy gives.
    const moment = order === 0 ? 1 : order === 1 ? 0 : (sums[i] as number) / Math.max(0, left);
    result[i] = n === 0 ? Number.NaN : name === "std" ? Math.sqrt(moment) : moment;
  }
  return new Chunk(result, "float64", (parts[0] as Chunk).shape);
}
