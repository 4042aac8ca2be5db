import { asArray, type ShoalArray } from "./array.ts";
import { type ArrayLike, blocksOf, operandOf } from "./array-like.ts";
import type { Blocks } from "./blocks.ts";
import { type CumulativeOptions, cumulativeBlocks } from "./cumulative.ts";
import { type DType, parseDType } from "./dtype.ts";
import { applyBlocks, type BlocksOperand, castBlocks, isBlocks } from "./elementwise.ts";
import type { ReductionName } from "./kernels/reduce.ts";
import { known } from "./known.ts";
import { type ReduceOptions, reduceBlocks } from "./reduction.ts";
import { reaxisBlocks } from "./slicing.ts";

/** NumPy's keywords of universal functions. */
export interface UfuncOptions {
  /** Where it is false the result takes the elements of `out` instead. */
  readonly where?: ArrayLike;
  /** What `where` leaves; lazy arrays are values, so nothing is written to it. Zeros if left out. */
  readonly out?: ArrayLike;
  /** The dtype of the result. */
  readonly dtype?: DType | string;
}

/** An element-wise function of one array. */
export interface Ufunc1 {
  (x: ArrayLike, options?: UfuncOptions): ShoalArray;
  readonly opName: string;
}

/** An element-wise function of two arrays. */
export interface Ufunc2 {
  (a: ArrayLike, b: ArrayLike, options?: UfuncOptions): ShoalArray;
  readonly opName: string;
  /** Every element of the first with every element of the second. */
  outer(a: ArrayLike, b: ArrayLike): ShoalArray;
  /** The function between all elements along an axis; for add, multiply, minimum, maximum, logicalAnd, logicalOr. */
  reduce(x: ArrayLike, options?: ReduceOptions): ShoalArray;
  /** What `reduce` has found so far at each place along an axis, the first if none is named; for add and multiply. */
  accumulate(x: ArrayLike, options?: CumulativeOptions): ShoalArray;
}

/** A universal function of one array, by NumPy's name. */
export function ufunc1(opName: string): Ufunc1 {
  return Object.assign((x: ArrayLike, options?: UfuncOptions) => asArray(withOptions(applied(opName, [x]), options)), {
    opName,
  });
}

const REDUCTIONS: Readonly<Record<string, ReductionName>> = {
  add: "sum",
  multiply: "prod",
  minimum: "min",
  maximum: "max",
  logical_and: "all",
  logical_or: "any",
};

/** A universal function of two arrays, by NumPy's name. */
export function ufunc2(opName: string): Ufunc2 {
  return Object.assign(
    (a: ArrayLike, b: ArrayLike, options?: UfuncOptions) => asArray(withOptions(applied(opName, [a, b]), options)),
    {
      opName,
      outer: (a: ArrayLike, b: ArrayLike) => {
        const [one, two] = [blocksOf(a), blocksOf(b)];
        const order = [...one.axes.map((_, axis): number | null => axis), ...two.axes.map(() => null)];
        return asArray(applyBlocks(opName, [reaxisBlocks(one, order), two]));
      },
      reduce: (x: ArrayLike, options: ReduceOptions = {}) => {
        const name = REDUCTIONS[opName];
        if (name === undefined)
          throw new TypeError(`${opName} has no reduce; use ${Object.keys(REDUCTIONS).join(", ")}`);
        return asArray(reduceBlocks(blocksOf(x), name, { axis: 0, ...options }));
      },
      accumulate: (x: ArrayLike, options: CumulativeOptions = {}) => {
        const name = REDUCTIONS[opName];
        if (name !== "sum" && name !== "prod") throw new TypeError(`${opName} has no accumulate; use add, multiply`);
        return asArray(cumulativeBlocks(blocksOf(x), name, { axis: 0, ...options }));
      },
    },
  );
}

function applied(name: string, operands: readonly ArrayLike[]): Blocks {
  const given = operands.map(operandOf);
  return applyBlocks(name, given.some(isBlocks) ? given : [blocksOf(operands[0] as ArrayLike), ...given.slice(1)]);
}

function withOptions(result: Blocks, options: UfuncOptions | undefined): Blocks {
  if (options === undefined) return result;
  known(options, "A universal function", "where", "out", "dtype");
  const cast = options.dtype === undefined ? result : castBlocks(result, parseDType(options.dtype));
  if (options.where === undefined) return cast;
  const kept = options.out === undefined ? 0 : (operandOf(options.out) as BlocksOperand);
  return castBlocks(applyBlocks("where", [operandOf(options.where), cast, kept]), cast.dtype);
}
