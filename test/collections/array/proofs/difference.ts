import { Chunk } from "../../../../collections/array/chunk.ts";
import type { NDArray } from "../../../../collections/array/index.ts";
import { syncExecutor } from "../../../../runtime/graph/sync-executor.ts";
import { type Element, isNan, isPair, type NaiveArray, pairOf } from "./naive/naive-array.ts";
import { lazyOf, type Story, tell } from "./story.ts";

/**
 * Where the library tells a story otherwise than plain loops do: as it is written, block by block, and as it is
 * optimised. @returns null where all agree
 */
export async function differenceOf(story: Story): Promise<string | null> {
  const values = tell(story);
  const expected = values.at(-1) as NaiveArray;
  const tolerance = toleranceOf(values);
  try {
    const lazy = lazyOf(story);
    if (lazy.dtype !== expected.dtype) return `dtype ${lazy.dtype}, expected ${expected.dtype}`;
    const told = [...lazy.shape];
    if (told.length !== expected.shape.length || told.some((n, axis) => !Number.isNaN(n) && n !== expected.shape[axis]))
      return `shape (${told}), expected (${expected.shape})`;
    const [blocks] = (await syncExecutor.compute([{ layer: lazy.layer, indices: null }])) as [Chunk[]];
    const wrong = blockDifference(blocks, lazy.chunks, lazy.dtype);
    if (wrong !== null) return wrong;
    const written = difference(plainOf(lazy.finish(blocks)), expected, tolerance);
    if (written !== null) return `as written: ${written}`;
    const optimised = difference(plainOf(await lazy.compute()), expected, tolerance);
    return optimised === null ? null : `optimised: ${optimised}`;
  } catch (error) {
    return `${(error as Error).name}: ${(error as Error).message}`;
  }
}

/** Blocks that are not what was told of them. */
function blockDifference(
  blocks: readonly Chunk[],
  chunks: readonly (readonly number[])[],
  dtype: string,
): string | null {
  const grid = chunks.map((one) => one.length);
  for (const [at, block] of blocks.entries()) {
    let left = at;
    const place = [...grid].reverse().map((n) => {
      const here = left % n;
      left = Math.floor(left / n);
      return here;
    });
    const told = place.reverse().map((i, axis) => (chunks[axis] as readonly number[])[i] as number);
    if (!(block instanceof Chunk) && (block as { dtype?: string }).dtype === undefined)
      return `block ${at} is no chunk`;
    if (block.dtype !== dtype) return `block ${at} is ${block.dtype}, told was ${dtype}`;
    if (block.shape.length !== told.length || told.some((n, axis) => !Number.isNaN(n) && n !== block.shape[axis]))
      return `block ${at} has shape (${block.shape}), told was (${told})`;
  }
  return null;
}

/** The elements of a computed array, read through its strides. */
function plainOf(x: NDArray): NaiveArray {
  const data: Element[] = [];
  const walk = (axis: number, place: number): void => {
    if (axis < x.shape.length) {
      for (let i = 0; i < (x.shape[axis] as number); i++) walk(axis + 1, place + i * (x.strides[axis] as number));
      return;
    }
    const cells = x.data as ArrayLike<number | bigint>;
    if (x.dtype.startsWith("complex")) data.push({ re: Number(cells[2 * place]), im: Number(cells[2 * place + 1]) });
    else
      data.push(
        x.dtype === "bool"
          ? cells[place] === 1
          : x.dtype.startsWith("float")
            ? Number(cells[place])
            : BigInt(cells[place] as number),
      );
  };
  walk(0, x.offset);
  return { dtype: x.dtype, shape: x.shape, data };
}

/** How far numbers may lie apart: by the coarsest floats of a story and the largest of its numbers. */
export function toleranceOf(values: readonly NaiveArray[]): number {
  const coarse = values.some(({ dtype }) => dtype === "float32" || dtype === "complex64") ? 2e-6 : 1e-12;
  const sizes = values.flatMap(({ data }) =>
    data.map((one) => (isPair(one) ? Math.hypot(one.re, one.im) : Math.abs(Number(one)))),
  );
  return coarse * sizes.reduce((most, one) => (Number.isFinite(one) && one > most ? one : most), 1);
}

export function difference(found: NaiveArray, expected: NaiveArray, tolerance: number): string | null {
  if (found.dtype !== expected.dtype) return `dtype ${found.dtype}, expected ${expected.dtype}`;
  if (found.shape.join() !== expected.shape.join()) return `shape (${found.shape}), expected (${expected.shape})`;
  const wrong = expected.data.findIndex((want, i) => !isClose(found.data[i] as Element, want, tolerance));
  if (wrong < 0) return null;
  const text = (one: Element | undefined): string =>
    one !== undefined && isPair(one) ? `${one.re}+${one.im}j` : String(one);
  return `element ${wrong} is ${text(found.data[wrong])}, expected ${text(expected.data[wrong])}`;
}

function isClose(a: Element, b: Element, tolerance: number): boolean {
  if (a === b) return true;
  if (typeof a === "boolean" || typeof a === "bigint") return false;
  if (isNan(a) || isNan(b)) return isNan(a) && isNan(b);
  const [x, y] = [pairOf(a), pairOf(b)];
  const near = (one: number, other: number): boolean => one === other || Math.abs(one - other) <= tolerance;
  return near(x.re, y.re) && near(x.im, y.im);
}
