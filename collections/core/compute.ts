import { type ComputeOptions, configured, currentExecutor } from "../../runtime/graph/executor.ts";
import { graphOf, type Want } from "../../runtime/graph/graph.ts";
import { optimizeGraph } from "../../runtime/graph/optimize.ts";
import { type Collection, isCollection } from "./collection.ts";
import { childrenOf, collectionsIn, mapChildren } from "./unpack.ts";

/** What computing a value gives: collections become their values, inside containers too; the rest stays. */
export type Computed<A> =
  A extends Collection<infer T>
    ? T
    : A extends readonly unknown[]
      ? { -readonly [K in keyof A]: Computed<A[K]> }
      : A extends Map<infer K, infer V>
        ? Map<Computed<K>, Computed<V>>
        : A extends Set<infer V>
          ? Set<Computed<V>>
          : A extends (...args: never[]) => unknown
            ? A
            : A extends Date | RegExp | ArrayBufferView
              ? A
              : A extends object
                ? { -readonly [K in keyof A]: Computed<A[K]> }
                : A;

/** {@link ComputeOptions}, and how arguments are read. */
export interface ComputeManyOptions extends ComputeOptions {
  /** False looks for collections among the arguments only, not inside containers; default true. */
  readonly traverse?: boolean;
}

/**
 * Computes many collections in one submission, so that what they share is done once. Arguments may be arrays, plain
 * objects, Maps and Sets with collections inside; anything else passes through.
 * @throws TaskError with the original error as `cause` if a task failed
 * @see https://docs.dask.org/en/stable/api.html#dask.compute
 * @example
 * const [total, [half]] = await compute(x.sum(), [x.mul(0.5)]);
 */
export function compute<A extends readonly unknown[]>(
  ...args: A
): Promise<{ -readonly [K in keyof A]: Computed<A[K]> }> {
  return computeWith({}, ...args);
}

/** {@link compute} with options: `computeWith({ timeout: "30s" }, a, b)`. */
export async function computeWith<A extends readonly unknown[]>(
  options: ComputeManyOptions,
  ...args: A
): Promise<{ -readonly [K in keyof A]: Computed<A[K]> }> {
  const found = foundIn(args, options);
  const values = new Map<unknown, unknown>();
  if (found.length > 0) {
    const blocks = await currentExecutor().compute(wantsOf(found), configured(options, ["traverse"]));
    const finished = await Promise.all(found.map((one, i) => one.finish(blocks[i] as unknown[])));
    found.forEach((one, i) => {
      values.set(one, finished[i]);
    });
  }
  return replaced(args, values) as never;
}

/**
 * Starts the work of many collections in one submission and keeps their blocks; gives the arguments with every
 * collection replaced by its held twin.
 * @see https://docs.dask.org/en/stable/api.html#dask.persist
 */
export function persist<A extends readonly unknown[]>(...args: A): A {
  return persistWith({}, ...args);
}

/** {@link persist} with options. */
export function persistWith<A extends readonly unknown[]>(options: ComputeManyOptions, ...args: A): A {
  const found = foundIn(args, options);
  if (found.length === 0) return args;
  const held = currentExecutor().persist(wantsOf(found), configured(options, ["traverse"]));
  return replaced(
    args,
    new Map(found.map((one, i) => [one, one.rebuild(held[i] as (typeof held)[number])])),
  ) as unknown as A;
}

/**
 * Gives equivalent collections that share one optimised graph. Computing optimises anyway; this is for looking at it.
 * @see https://docs.dask.org/en/stable/api.html#dask.optimize
 */
export function optimize<A extends readonly unknown[]>(...args: A): A {
  const found = foundIn(args, {});
  const graph = optimizeGraph(graphOf(wantsOf(found)));
  return replaced(
    args,
    new Map(found.map((one, i) => [one, one.rebuild((graph.wants[i] as Want).layer)])),
  ) as unknown as A;
}

/** What collections want, after classes that build their layers late have built them together. */
export function wantsOf(collections: readonly Collection<unknown>[]): Want[] {
  const settled = new Set<unknown>();
  for (const one of collections) {
    if (settled.has(one.constructor)) continue;
    settled.add(one.constructor);
    one.settle(collections);
  }
  return collections.map((one) => one.wants());
}

const foundIn = (args: readonly unknown[], options: ComputeManyOptions): Collection<unknown>[] =>
  options.traverse === false ? [...new Set(args.filter(isCollection))] : collectionsIn(args);

/** The value with everything in `values` put in its place; containers that hold nothing of it stay the same objects. */
function replaced(value: readonly unknown[], values: ReadonlyMap<unknown, unknown>): unknown[] {
  const touched = new Map<unknown, boolean>();
  const touches = (one: unknown): boolean => {
    if (values.has(one)) return true;
    if (typeof one !== "object" || one === null) return false;
    const known = touched.get(one);
    if (known !== undefined) return known;
    touched.set(one, false);
    const any = (childrenOf(one) ?? []).some(touches);
    touched.set(one, any);
    return any;
  };
  const open = new Set<unknown>();
  const walk = (one: unknown): unknown => {
    if (values.has(one)) return values.get(one);
    if (!touches(one)) return one;
    if (open.has(one)) throw new TypeError("A container of lazy values holds itself and cannot be rebuilt");
    open.add(one);
    const built = mapChildren(one, walk);
    open.delete(one);
    return built;
  };
  return value.map(walk);
}
