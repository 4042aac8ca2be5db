import { type AxisRuns, input, literal } from "../../runtime/graph/call.ts";
import type { AxisPick, BlockwiseLayer } from "../../runtime/graph/layer.ts";
import { kernel } from "../../runtime/wire/function-spec.ts";
import { axisOf, type Blocks, gridOf, layerName, shapeOf, shapeText } from "./blocks.ts";
import { axisSize, commonRuns } from "./chunk-spec.ts";
import { type DType, dtypeInfo, itemsizeOf } from "./dtype.ts";
import { type Contraction, contractBlock, contractGroup } from "./kernels/contract.ts";
import { resultType } from "./promote.ts";
import { rechunkTo } from "./rechunk.ts";
import { reduceBlocks } from "./reduction.ts";

const CONTRACT = kernel("shoal:collections/array/kernels/contract", "contractBlock", contractBlock);
const CONTRACT_GROUP = kernel("shoal:collections/array/kernels/contract", "contractGroup", contractGroup);

/** So many neighbours along the summed axis are multiplied by one task, which adds each product where the last one lies… */
const GROUP_MAX = 4;
/** … as long as what it reads takes no more than this. */
const GROUP_BYTES_MAX = 128 * 2 ** 20;

/** An array and the letter of each of its axes. */
export interface Lettered {
  readonly blocks: Blocks;
  readonly letters: string;
}

/**
 * Products summed over the letters that the output lacks (Einstein's notation); letters are single characters.
 * Blocks of summed axes are multiplied in place, then added up in a tree.
 * @throws RangeError naming letter and lengths if axes of one letter differ
 */
export function contractBlocks(output: string, operands: readonly Lettered[], dtype?: DType): Blocks {
  const to = dtype ?? resultType(...operands.map((one) => one.blocks.dtype));
  const runs = lettersRuns(operands);
  const summed = [...runs.keys()].filter((letter) => !output.includes(letter));
  const aligned = operands.map(({ blocks, letters }) => ({
    letters,
    blocks: rechunkTo(
      blocks,
      [...letters].map((letter, axis) =>
        axisSize(blocks.axes[axis] as AxisRuns) === 1 ? [[1, 1] as const] : (runs.get(letter) as AxisRuns),
      ),
    ),
  }));
  const letters = [...output, ...summed];
  const counts = letters.map((letter) => gridOf([runs.get(letter) as AxisRuns])[0] as number);
  const [grouped, size] = groupedLetter(aligned, output, summed, to);
  const grid = counts.map((count, at) => (letters[at] === grouped ? Math.ceil(count / size) : count));
  const plan: Contraction = {
    output,
    summed: summed.join(""),
    operands: operands.map((part) => part.letters),
    dtype: to,
  };
  const layer: BlockwiseLayer = {
    kind: "blockwise",
    name: layerName(
      "contract",
      plan,
      size,
      aligned.map((part) => part.blocks.layer),
    ),
    grid,
    inputs: aligned.map((part) => ({
      source: part.blocks.layer,
      axes: [...part.letters].map(
        (letter, axis): AxisPick =>
          (part.blocks.layer.grid[axis] as number) === 1
            ? { kind: "at", index: 0 }
            : letter === grouped
              ? { kind: "group", axis: letters.indexOf(letter), size }
              : { kind: "axis", axis: letters.indexOf(letter) },
      ),
    })),
    call: {
      fn: grouped === undefined ? CONTRACT : CONTRACT_GROUP,
      args: [literal(plan), ...aligned.map((_, at) => input(at))],
    },
  };
  const axes = letters.map((letter, at) =>
    at < output.length ? (runs.get(letter) as AxisRuns) : ([[1, grid[at] as number]] as AxisRuns),
  );
  const products: Blocks = { layer, axes, dtype: to };
  if (summed.length === 0) return products;
  const axis = summed.map((_, at) => output.length + at);
  return reduceBlocks(products, "sum", { axis, dtype: to });
}

/**
 * The letter whose blocks are multiplied several by a task, and how many: that of two arrays of floats which both are cut along it, and
 * along no other that is summed. The products of a sum are not kept beside each other then. Blocks that one task alone reads are
 * multiplied where they lie, each by a task of its own.
 */
function groupedLetter(
  operands: readonly Lettered[],
  output: string,
  summed: readonly string[],
  dtype: DType,
): readonly [letter: string | undefined, size: number] {
  const none = [undefined, 1] as const;
  const { kind } = dtypeInfo(dtype);
  if (operands.length !== 2 || (kind !== "f" && kind !== "c")) return none;
  const counts = (letter: string): number[] =>
    operands.map(({ blocks, letters }) => blocks.layer.grid[letters.indexOf(letter)] ?? 1);
  const cut = summed.filter((letter) => counts(letter).some((count) => count > 1));
  const [letter] = cut;
  if (letter === undefined || cut.length > 1 || counts(letter).includes(1)) return none;
  if (operands.some(({ letters }) => letters.indexOf(letter) !== letters.lastIndexOf(letter))) return none;
  const isReadOften = ({ letters }: Lettered): boolean =>
    [...output].some((one) => !letters.includes(one) && counts(one).some((count) => count > 1));
  if (!operands.every(isReadOften)) return none;
  const bytes = operands.reduce((sum, { blocks }) => sum + blockBytes(blocks), 0);
  const size = Math.min(GROUP_MAX, Math.floor(GROUP_BYTES_MAX / bytes));
  return size > 1 ? [letter, size] : none;
}

/** Of the largest block; unknown where lengths are. */
const blockBytes = ({ axes, dtype }: Blocks): number =>
  axes.reduce((product, runs) => product * Math.max(...runs.map(([length]) => length)), itemsizeOf(dtype));

function lettersRuns(operands: readonly Lettered[]): Map<string, AxisRuns> {
  const met = new Map<string, AxisRuns[]>();
  for (const { blocks, letters } of operands)
    [...letters].forEach((letter, axis) => {
      const own = blocks.axes[axis] as AxisRuns;
      met.set(letter, [...(met.get(letter) ?? []), own]);
    });
  return new Map(
    [...met].map(([letter, all]) => {
      const wide = all.filter((one) => axisSize(one) !== 1);
      const sizes = new Set(wide.map(axisSize));
      if (sizes.size > 1)
        throw new RangeError(
          `Shapes ${operands.map((one) => shapeText(shapeOf(one.blocks))).join(" and ")} do not fit: the axes multiplied together have ${[...sizes].join(" and ")} elements`,
        );
      return [letter, wide.length === 0 ? ([[1, 1]] as AxisRuns) : commonRuns(wide, 0)];
    }),
  );
}

/** A letter for the at-th axis. */
const letterOf = (at: number): string => String.fromCharCode(at < 26 ? 97 + at : 65 - 26 + at);
const lettersFrom = (from: number, count: number): string =>
  Array.from({ length: count }, (_, at) => letterOf(from + at)).join("");

/**
 * Matrix products over the last two axes; leading axes broadcast.
 * @throws RangeError with both shapes if the inner lengths differ
 */
export function matmulBlocks(a: Blocks, b: Blocks): Blocks {
  const [m, n] = [a.axes.length, b.axes.length];
  if (m === 0 || n === 0) throw new RangeError("matmul needs axes; multiply plain values with mul");
  requireInner(a, m - 1, b, Math.max(0, n - 2));
  const batch = lettersFrom(3, Math.max(0, Math.max(m, n) - 2));
  const own = (ndim: number): string => (ndim > 2 ? batch.slice(batch.length - (ndim - 2)) : "");
  const left = m === 1 ? "b" : `${own(m)}ab`;
  const right = n === 1 ? "b" : `${own(n)}bc`;
  const output = `${batch}${m === 1 ? "" : "a"}${n === 1 ? "" : "c"}`;
  return contractBlocks(output, [
    { blocks: a, letters: left },
    { blocks: b, letters: right },
  ]);
}

function requireInner(a: Blocks, i: number, b: Blocks, j: number): void {
  const [one, two] = [axisSize(a.axes[i] as AxisRuns), axisSize(b.axes[j] as AxisRuns)];
  if (one !== two)
    throw new RangeError(
      `Shapes ${shapeText(shapeOf(a))} and ${shapeText(shapeOf(b))} do not fit: axis ${i} of the first has ${one} elements, axis ${j} of the second ${two}`,
    );
}

/** NumPy's dot: the last axis of the first with the last but one of the second. */
export function dotBlocks(a: Blocks, b: Blocks): Blocks {
  if (a.axes.length === 0 || b.axes.length === 0)
    return contractBlocks(lettersFrom(0, a.axes.length + b.axes.length), [
      { blocks: a, letters: lettersFrom(0, a.axes.length) },
      { blocks: b, letters: lettersFrom(a.axes.length, b.axes.length) },
    ]);
  return tensordotBlocks(a, b, [[a.axes.length - 1], [Math.max(0, b.axes.length - 2)]]);
}

/**
 * Sums over pairs of axes: a number of them (the last of a with the first of b), or the axes of each.
 * @throws RangeError with both shapes if lengths differ
 * @see https://docs.dask.org/en/stable/generated/dask.array.tensordot.html
 */
export function tensordotBlocks(
  a: Blocks,
  b: Blocks,
  axes: number | readonly [number | readonly number[], number | readonly number[]] = 2,
): Blocks {
  const [m, n] = [a.axes.length, b.axes.length];
  const [left, right] =
    typeof axes === "number"
      ? [Array.from({ length: axes }, (_, k) => m - axes + k), Array.from({ length: axes }, (_, k) => k)]
      : [[axes[0]].flat().map((one) => axisOf(one, m)), [axes[1]].flat().map((one) => axisOf(one, n))];
  if (left.length !== right.length || left.some((axis) => axis < 0))
    throw new RangeError(`tensordot pairs ${left.length} axes of the first with ${right.length} of the second`);
  left.forEach((axis, k) => {
    requireInner(a, axis, b, right[k] as number);
  });
  const one = [...lettersFrom(0, m)];
  const two = [...lettersFrom(m, n)];
  right.forEach((axis, k) => {
    two[axis] = one[left[k] as number] as string;
  });
  const output = [...one.filter((_, axis) => !left.includes(axis)), ...two.filter((_, axis) => !right.includes(axis))];
  return contractBlocks(output.join(""), [
    { blocks: a, letters: one.join("") },
    { blocks: b, letters: two.join("") },
  ]);
}

/**
 * Einstein's summation: "ij,jk->ik"; without "->" the letters met once, in order. "..." stands for further axes.
 * @see https://docs.dask.org/en/stable/generated/dask.array.einsum.html
 */
export function einsumBlocks(spec: string, arrays: readonly Blocks[], dtype?: DType): Blocks {
  if (typeof spec !== "string")
    throw new TypeError(`einsum takes a text such as "ij,jk->ik" first, got ${typeof spec}`);
  const [inputs, output] = spec.replace(/\s/g, "").split("->") as [string, string | undefined];
  const terms = inputs.split(",");
  if (terms.length !== arrays.length)
    throw new RangeError(`"${spec}" names ${terms.length} arrays, ${arrays.length} were given`);
  const wide = Math.max(
    0,
    ...terms.map((term, at) => (term.includes("...") ? (arrays[at] as Blocks).axes.length - term.length + 3 : 0)),
  );
  const dots = Array.from({ length: wide }, (_, at) => String.fromCharCode(0x3b1 + at)).join("");
  const operands = terms.map((term, at): Lettered => {
    const blocks = arrays[at] as Blocks;
    const count = blocks.axes.length - term.length + 3;
    const letters = term.replace("...", dots.slice(dots.length - count));
    if (letters.length !== blocks.axes.length)
      throw new RangeError(`"${term}" names ${letters.length} axes of an array of shape ${shapeText(shapeOf(blocks))}`);
    return { blocks, letters };
  });
  const all = operands.flatMap((one) => [...one.letters]);
  const free = [...new Set(all)].filter(
    (letter) => !dots.includes(letter) && all.filter((one) => one === letter).length === 1,
  );
  const result = (output ?? `${dots.length > 0 ? "..." : ""}${free.sort().join("")}`).replace("...", dots);
  const unknown = [...result].find((letter) => !all.includes(letter));
  if (unknown !== undefined) throw new RangeError(`"${spec}" gives an axis "${unknown}" that no array has`);
  const twice = [...result].find((letter, at) => result.indexOf(letter) !== at);
  if (twice !== undefined) throw new RangeError(`"${spec}" gives axis "${twice}" twice`);
  return contractBlocks(result, operands, dtype);
}
