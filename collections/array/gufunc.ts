import { type AxisRuns, functionArg, input, literal } from "../../runtime/graph/call.ts";
import type { AxisPick, BlockInput, BlockwiseLayer } from "../../runtime/graph/layer.ts";
import { kernel, liveFunction } from "../../runtime/wire/function-spec.ts";
import { blockwise } from "./apply.ts";
import { arrayOf, asArray, type ShoalArray } from "./array.ts";
import type { ArrayLike } from "./array-like.ts";
import { axisOf, type Blocks, gridOf, layerName } from "./blocks.ts";
import { axisBlocks, axisSize } from "./chunk-spec.ts";
import { type DType, parseDType } from "./dtype.ts";
import { alignBlocks } from "./elementwise.ts";
import { expandDims, moveaxis } from "./functions.ts";
import { type GufuncPlan, gufuncBlock, gufuncPart } from "./kernels/gufunc-block.ts";
import { known } from "./known.ts";
import { listGiven } from "./list-given.ts";
import type { BlockFunction } from "./map-blocks.ts";
import { wholeAxis } from "./ordering.ts";
import { rechunkTo } from "./rechunk.ts";

const MODULE = "shoal:collections/array/kernels/gufunc-block";
const BLOCK = kernel(MODULE, "gufuncBlock", gufuncBlock);
const PART = kernel(MODULE, "gufuncPart", gufuncPart);

/** Options of {@link applyGufunc}. */
export interface GufuncOptions {
  /** One dtype for each result; needed where there are several results, or `vectorize`. */
  readonly outputDtypes?: DType | (string & {}) | readonly (DType | (string & {}))[];
  /** Lengths of core axes that no argument has. */
  readonly outputSizes?: Readonly<Record<string, number>>;
  /** Rechunk core axes that are cut, instead of refusing them. */
  readonly allowRechunk?: boolean;
  /** The function sees core axes alone: it is called once for each place of the others. */
  readonly vectorize?: boolean;
  /** Where the core axes of each argument, and of each result, lie; the last ones if left out. */
  readonly axes?: readonly (number | readonly number[])[];
  /** Where the only core axis lies, the same for all. */
  readonly axis?: number;
  /** The core axis of `axis` stays in results without one, with length one. */
  readonly keepdims?: boolean;
}

/** A list where a signature names several results. */
export type GufuncResult<S extends string> = string extends S
  ? ShoalArray | ShoalArray[]
  : S extends `${string}->${string})${string}(${string}`
    ? ShoalArray[]
    : ShoalArray;

/**
 * A function of core axes, over all others: the signature "(i),(i)->()" names core axes, which must be one chunk. The
 * function gets eager arrays whose last axes are the core axes; where several results are named, "(i)->(),()", it gives a list.
 * @throws SyntaxError if the signature does not fit the arrays; RangeError for core axes in several chunks or of unknown length
 * @see https://docs.dask.org/en/stable/generated/dask.array.gufunc.apply_gufunc.html
 * @example
 * const [mean, spread] = da.applyGufunc((a) => [a.mean({ axis: -1 }), a.std({ axis: -1 })], "(i)->(),()", [x.rechunk(-1)], {
 *   outputDtypes: ["float64", "float64"],
 * });
 */
export function applyGufunc<const S extends string>(
  fn: GufuncFunction,
  signature: S,
  arrays: readonly ArrayLike[],
  options: GufuncOptions = {},
): GufuncResult<S> {
  known(options, "applyGufunc", "outputDtypes", "outputSizes", "allowRechunk", "vectorize", "axes", "axis", "keepdims");
  const { inputs, outputs } = parsed(signature, arrays);
  const placed = placesOf(options, inputs, outputs);
  const given = arrays.map((one, at) => argument(one, at, inputs[at] as string[], placed.inputs[at], options));
  const loops = Math.max(0, ...given.map((one) => one.loop));
  const sizes = new Map<string, number>();
  for (const name of outputs.flat()) sizes.set(name, sizeOfCore(name, given, options));
  const dtypes = [options.outputDtypes ?? []].flat().map(parseDType);
  const made =
    outputs.length === 1 && options.vectorize !== true
      ? [oneResult(fn as BlockFunction, given, loops, outputs[0] as string[], sizes, dtypes[0])]
      : severalResults(fn, given, outputs, sizes, { dtypes, vectorize: options.vectorize ?? false });
  const results = made.map((one, at) => placedResult(one, placed.outputs[at], options.keepdims === true));
  return (outputs.length === 1 ? results[0] : results) as GufuncResult<S>;
}

/** What {@link applyGufunc} calls: eager arrays in, an array or value out, a list where several results are named. */
// biome-ignore lint/suspicious/noExplicitAny: the arguments are the caller's own
export type GufuncFunction = (...args: any[]) => unknown;

/**
 * A function to be called on arrays as {@link applyGufunc} does.
 * @see https://docs.dask.org/en/stable/generated/dask.array.gufunc.as_gufunc.html
 * @example
 * const outer = da.gufunc((a, b) => a.get("…", ":", null).mul(b.get("…", null, ":")), "(i),(j)->(i,j)");
 * outer([1, 2], [3, 4, 5]).shape; // [2, 3]
 */
export const gufunc =
  <const S extends string>(fn: GufuncFunction, signature: S, options: GufuncOptions = {}) =>
  (...arrays: readonly ArrayLike[]): GufuncResult<S> =>
    applyGufunc(fn, signature, arrays, options);

function parsed(signature: string, arrays: readonly ArrayLike[]): { inputs: string[][]; outputs: string[][] } {
  if (typeof signature !== "string")
    throw new TypeError(`applyGufunc takes a signature such as "(i),(i)->()" second, got ${String(signature)}`);
  listGiven("applyGufunc", 'applyGufunc(fn, "(i)->()", [x])', arrays);
  const sides = signature.replace(/\s/g, "").split("->");
  const side = /^(\((\w+(,\w+)*)?\),?)*$/;
  if (sides.length !== 2 || !sides.every((one) => side.test(one)))
    throw new SyntaxError(`"${signature}" is no signature; write one such as "(i),(i,j)->(j)"`);
  const [inputs, outputs] = sides.map((one) =>
    [...one.matchAll(/\(([^)]*)\)/g)].map(([, names]) => (names === "" ? [] : (names as string).split(","))),
  ) as [string[][], string[][]];
  if (inputs.length !== arrays.length)
    throw new SyntaxError(`"${signature}" does not fit ${arrays.length} arrays; write "(i),(j)->()"`);
  if (outputs.length === 0) throw new SyntaxError(`"${signature}" names no result; write "(i)->()"`);
  return { inputs, outputs };
}

type Places = readonly number[] | undefined;

interface Placed {
  readonly inputs: readonly Places[];
  readonly outputs: readonly (Places | { readonly kept: number })[];
}

/** Where core axes lie in arguments and results, if not last. */
function placesOf(options: GufuncOptions, inputs: string[][], outputs: string[][]): Placed {
  const { axis, axes } = options;
  if (axis !== undefined) {
    const names = new Set([...inputs, ...outputs].flat());
    if (names.size !== 1)
      throw new TypeError(`axis needs one core axis, but ${[...names].join(", ")} are named; use axes`);
    const place = (cores: string[]): Places => (cores.length === 0 ? undefined : [axis]);
    return { inputs: inputs.map(place), outputs: outputs.map((one) => place(one) ?? { kept: axis }) };
  }
  if (options.keepdims === true) throw new TypeError("keepdims needs axis, the place where the core axis stays");
  const all = [...inputs, ...outputs];
  const lists = (axes ?? []).map((one) => [one].flat());
  if (axes !== undefined && lists.length !== all.length && lists.length !== inputs.length)
    throw new RangeError(
      `axes has ${lists.length} entries for ${inputs.length} arguments and ${outputs.length} results`,
    );
  const places = all.map((cores, at): Places => {
    const own = lists[at];
    if (own !== undefined && own.length !== cores.length)
      throw new RangeError(`axes names ${own.length} axes for (${cores.join(", ")})`);
    return own;
  });
  return { inputs: places.slice(0, inputs.length), outputs: places.slice(inputs.length) };
}

interface Argument {
  readonly array: ShoalArray;
  /** Axes that are no core axes. */
  readonly loop: number;
  readonly cores: readonly string[];
}

function argument(
  one: ArrayLike,
  at: number,
  cores: readonly string[],
  places: Places,
  options: GufuncOptions,
): Argument {
  const given = arrayOf(one);
  if (given.ndim < cores.length)
    throw new RangeError(`Argument ${at} has ${given.ndim} axes, but the signature names (${cores.join(", ")})`);
  const last = cores.map((_, k) => given.ndim - cores.length + k);
  const array = places === undefined ? given : moveaxis(given, places, last);
  const loop = array.ndim - cores.length;
  const cut = array.axes.slice(loop).findIndex((runs) => axisBlocks(runs) > 1);
  if (cut >= 0 && options.allowRechunk !== true)
    throw new RangeError(
      `Core axis "${cores[cut]}" of argument ${at} has ${axisBlocks(array.axes[loop + cut] as AxisRuns)} chunks; rechunk it to one or set allowRechunk`,
    );
  return { array: asArray(cores.reduce<Blocks>((so, _, k) => wholeAxis(so, loop + k), array)), loop, cores };
}

function sizeOfCore(name: string, given: readonly Argument[], options: GufuncOptions): number {
  for (const { array, loop, cores } of given) {
    const at = cores.indexOf(name);
    if (at >= 0) return array.shape[loop + at] as number;
  }
  const size = options.outputSizes?.[name];
  if (size === undefined) throw new RangeError(`The size of core axis "${name}" is unknown; give it in outputSizes`);
  return size;
}

/** One result joins the work before and behind it. */
function oneResult(
  fn: BlockFunction,
  given: readonly Argument[],
  loops: number,
  core: readonly string[],
  sizes: ReadonlyMap<string, number>,
  dtype: DType | undefined,
): ShoalArray {
  const letters = (count: number): string[] => Array.from({ length: count }, (_, k) => `loop${count - 1 - k}`);
  return blockwise(
    fn,
    [...letters(loops), ...core],
    given.map(({ array, loop, cores }) => [array, [...letters(loop), ...cores]] as const),
    {
      ...(dtype === undefined ? {} : { dtype }),
      newAxes: Object.fromEntries(core.map((name) => [name, sizes.get(name) as number])),
      concatenate: true,
    },
  );
}

/** Several results: one layer makes them all, and one each picks its own. */
function severalResults(
  fn: GufuncFunction,
  given: readonly Argument[],
  outputs: readonly (readonly string[])[],
  sizes: ReadonlyMap<string, number>,
  { dtypes, vectorize }: { readonly dtypes: readonly DType[]; readonly vectorize: boolean },
): ShoalArray[] {
  if (dtypes.length !== outputs.length)
    throw new TypeError(`outputDtypes must give the dtypes of ${outputs.length} results, it gives ${dtypes.length}`);
  const loopPart = (one: Argument): Blocks => ({
    ...one.array,
    axes: one.array.axes.slice(0, one.loop),
    layer: { ...one.array.layer, grid: one.array.layer.grid.slice(0, one.loop) },
  });
  const { axes: loop } = alignBlocks(given.map(loopPart));
  const inputs = given.map((one): BlockInput => {
    const lead = loop.length - one.loop;
    const isNarrow = (axis: number): boolean =>
      axisSize(one.array.axes[axis] as AxisRuns) === 1 && axisSize(loop[axis + lead] as AxisRuns) !== 1;
    const { layer } = rechunkTo(
      one.array,
      one.array.axes.map((runs, axis) => (axis >= one.loop || isNarrow(axis) ? runs : (loop[axis + lead] as AxisRuns))),
    );
    const picks = one.array.axes.map(
      (_, axis): AxisPick =>
        axis >= one.loop || isNarrow(axis) ? { kind: "at", index: 0 } : { kind: "axis", axis: axis + lead },
    );
    return { source: layer, axes: picks };
  });
  const plan: GufuncPlan = {
    inputCores: given.map((one) => one.cores.length),
    outputs: outputs.map((cores, at) => ({ cores: cores.length, dtype: dtypes[at] as DType })),
    vectorize,
  };
  const all: BlockwiseLayer = {
    kind: "blockwise",
    name: layerName(fn.name === "" ? "gufunc" : fn.name.replace(/[^\w]/g, ""), fn, plan, inputs),
    grid: gridOf(loop),
    inputs,
    call: { fn: BLOCK, args: [functionArg(liveFunction(fn)), literal(plan), ...inputs.map((_, at) => input(at))] },
  };
  return outputs.map((cores, at) => {
    const axes = [...loop, ...cores.map((name): AxisRuns => [[sizes.get(name) as number, 1]])];
    const layer: BlockwiseLayer = {
      kind: "blockwise",
      name: layerName("gufunc-part", all, at),
      grid: gridOf(axes),
      inputs: [{ source: all, axes: loop.map((_, axis): AxisPick => ({ kind: "axis", axis })) }],
      call: { fn: PART, args: [literal(at), input(0)] },
    };
    return asArray({ layer, axes, dtype: dtypes[at] as DType });
  });
}

function placedResult(made: ShoalArray, places: Places | { readonly kept: number }, keepdims: boolean): ShoalArray {
  if (places === undefined) return made;
  if ("kept" in places) return keepdims ? expandDims(made, axisOf(places.kept, made.ndim + 1)) : made;
  return moveaxis(
    made,
    places.map((_, k) => made.ndim - places.length + k),
    places,
  );
}
