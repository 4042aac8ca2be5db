import { inspect } from "node:util";
import { functionArg } from "../../runtime/graph/call.ts";
import type { Want } from "../../runtime/graph/graph.ts";
import { type Layer, taskKey } from "../../runtime/graph/layer.ts";
import { tokenSymbol } from "../../runtime/graph/tokenize.ts";
import { type AnyFunction, type FunctionSpec, kernel } from "../../runtime/wire/function-spec.ts";
import { Collection } from "../core/collection.ts";
import { specOf } from "../core/spec-of.ts";
import { attribute, callMethod, callValue, identity, item, sliced } from "./kernels/access.ts";
import * as operators from "./kernels/operators.ts";
import { callOf, type DelayedOptions } from "./lazy-call.ts";
import { nodeOf, nodeSymbol } from "./lower-args.ts";
import { type DelayedNode, nextNodeId, type Place, placedNode, uniqueKey } from "./node.ts";
import { placeNodes } from "./place-nodes.ts";
import { isKeyed, PURE } from "./pure-calls.ts";

/**
 * A lazy T: the methods of {@link DelayedValue}, and T's own attributes, methods, items and call, each giving something
 * lazy. Names that both have mean DelayedValue's; `attr(name)` reaches the other.
 */
export type Delayed<T> = DelayedValue<T> & Members<T> & Callable<T> & Items<T>;

/** What may stand where a T is wanted: the value, a lazy one, or a container of either. */
export type LazyArg<T> =
  | T
  | Collection<T>
  | (T extends AnyFunction
      ? never
      : T extends readonly unknown[]
        ? { readonly [K in keyof T]: LazyArg<T[K]> }
        : T extends object
          ? { readonly [K in keyof T]: LazyArg<T[K]> }
          : never);

export type LazyArgs<A extends readonly unknown[]> = { [K in keyof A]: LazyArg<A[K]> };

type Result<F extends AnyFunction> = Awaited<ReturnType<F>>;
type IsAny<T> = 0 extends 1 & T ? true : false;

type Callable<T> =
  IsAny<T> extends true
    ? (...args: unknown[]) => Delayed<unknown>
    : T extends AnyFunction
      ? (...args: LazyArgs<Parameters<T>>) => Delayed<Result<T>>
      : unknown;

type Members<T> =
  IsAny<T> extends true
    ? unknown
    : {
        readonly [K in Exclude<keyof T & string, keyof DelayedValue<unknown>>]: T[K] extends AnyFunction
          ? (...args: unknown[]) => Delayed<Result<T[K]>>
          : Delayed<T[K]>;
      };

type Items<T> =
  IsAny<T> extends true
    ? unknown
    : T extends readonly (infer U)[]
      ? { readonly [at: number]: Delayed<U> } & { [Symbol.iterator](): Iterator<Delayed<U>> }
      : unknown;

const ACCESS = "shoal:collections/delayed/kernels/access";
const access = {
  attribute: kernel(ACCESS, "attribute", attribute),
  callMethod: kernel(ACCESS, "callMethod", callMethod),
  callValue: kernel(ACCESS, "callValue", callValue),
  identity: kernel(ACCESS, "identity", identity),
  item: kernel(ACCESS, "item", item),
  sliced: kernel(ACCESS, "sliced", sliced),
};
type OperatorName = keyof typeof operators;
const operatorKernels = Object.fromEntries(
  Object.entries(operators).map(([name, fn]) => [
    name,
    kernel("shoal:collections/delayed/kernels/operators", name, fn),
  ]),
) as unknown as Record<OperatorName, FunctionSpec>;

/**
 * What every lazy value can do. Its value is unknown until it is computed: it cannot be looped over (but see `nout`),
 * assigned to, or turned into text or a number; in a condition JavaScript takes any object for true, which nothing can
 * catch: compute it first.
 * @see https://docs.dask.org/en/stable/delayed-api.html
 */
export class DelayedValue<T> extends Collection<T> {
  declare readonly [nodeSymbol]: DelayedNode;
  declare protected readonly options: DelayedOptions;

  override get layer(): Layer {
    return placeOf(this).layer;
  }

  /** The key of its task. */
  get key(): string {
    const node = this[nodeSymbol];
    if (node.place !== undefined) return taskKey(node.place.layer, node.place.index);
    node.key ??= uniqueKey(node.fn.name);
    return node.key;
  }

  override wants(): Want {
    const { layer, index } = placeOf(this);
    return { layer, indices: Uint32Array.of(index) };
  }

  override finish(blocks: readonly unknown[]): T {
    return blocks[0] as T;
  }

  override rebuild(layer: Layer): this {
    const place = { layer, index: placeOf(this).index };
    return wrap(placedNode(place), { ...this.options }) as unknown as this;
  }

  override settle(together: readonly Collection<unknown>[]): void {
    placeNodes(together.map(nodeOf).filter((node) => node !== undefined));
  }

  /** The function with options changed: `delayed(load).with({ name: "orders" })(path)`. */
  with(options: DelayedOptions): this {
    const { spec } = this as unknown as LazyAccess;
    return wrap(this[nodeSymbol], { ...this.options, ...options }, spec) as unknown as this;
  }

  /** An attribute of the value, also one whose name a lazy value has itself. Calling it calls the method. */
  attr(name: string): Delayed<unknown> {
    const { pure, annotations } = this.options;
    const made = callOf(access.attribute, [this, name], { pure: pure ?? false, ...(annotations && { annotations }) });
    return wrap(made, {}, undefined, { of: this, name });
  }

  /** An item: a position (negative from the end) or a key. Fails at compute with RangeError or UNKNOWN_KEY. */
  item(key: unknown): Delayed<T extends readonly (infer U)[] ? U : unknown> {
    return derived(access.item, [this, key]);
  }

  /** Items from `from` up to `to`, every `step`-th; null means the end on that side. */
  sliced(from: number | null, to: number | null = null, step: number | null = null): Delayed<T> {
    return derived(access.sliced, [this, from, to, step]);
  }

  add(other: unknown): Delayed<T> {
    return operate("add", this, other);
  }
  sub(other: unknown): Delayed<T> {
    return operate("sub", this, other);
  }
  mul(other: unknown): Delayed<T> {
    return operate("mul", this, other);
  }
  div(other: unknown): Delayed<T> {
    return operate("div", this, other);
  }
  /** Division rounded down. */
  floordiv(other: unknown): Delayed<T> {
    return operate("floordiv", this, other);
  }
  /** What division rounded down leaves: it has the sign of the divisor. */
  mod(other: unknown): Delayed<T> {
    return operate("mod", this, other);
  }
  pow(other: unknown): Delayed<T> {
    return operate("pow", this, other);
  }
  matmul(other: unknown): Delayed<T> {
    return operate("matmul", this, other);
  }
  radd(other: unknown): Delayed<T> {
    return operate("add", other, this);
  }
  rsub(other: unknown): Delayed<T> {
    return operate("sub", other, this);
  }
  rmul(other: unknown): Delayed<T> {
    return operate("mul", other, this);
  }
  rdiv(other: unknown): Delayed<T> {
    return operate("div", other, this);
  }
  rfloordiv(other: unknown): Delayed<T> {
    return operate("floordiv", other, this);
  }
  rmod(other: unknown): Delayed<T> {
    return operate("mod", other, this);
  }
  rpow(other: unknown): Delayed<T> {
    return operate("pow", other, this);
  }
  rmatmul(other: unknown): Delayed<T> {
    return operate("matmul", other, this);
  }
  and(other: unknown): Delayed<T> {
    return operate("and", this, other);
  }
  or(other: unknown): Delayed<T> {
    return operate("or", this, other);
  }
  xor(other: unknown): Delayed<T> {
    return operate("xor", this, other);
  }
  rand(other: unknown): Delayed<T> {
    return operate("and", other, this);
  }
  ror(other: unknown): Delayed<T> {
    return operate("or", other, this);
  }
  rxor(other: unknown): Delayed<T> {
    return operate("xor", other, this);
  }
  rlshift(other: unknown): Delayed<T> {
    return operate("lshift", other, this);
  }
  rrshift(other: unknown): Delayed<T> {
    return operate("rshift", other, this);
  }
  lshift(other: unknown): Delayed<T> {
    return operate("lshift", this, other);
  }
  rshift(other: unknown): Delayed<T> {
    return operate("rshift", this, other);
  }
  eq(other: unknown): Delayed<boolean> {
    return operate("eq", this, other);
  }
  ne(other: unknown): Delayed<boolean> {
    return operate("ne", this, other);
  }
  lt(other: unknown): Delayed<boolean> {
    return operate("lt", this, other);
  }
  le(other: unknown): Delayed<boolean> {
    return operate("le", this, other);
  }
  gt(other: unknown): Delayed<boolean> {
    return operate("gt", this, other);
  }
  ge(other: unknown): Delayed<boolean> {
    return operate("ge", this, other);
  }
  neg(): Delayed<T> {
    return operate("neg", this);
  }
  pos(): Delayed<T> {
    return operate("pos", this);
  }
  abs(): Delayed<T> {
    return operate("abs", this);
  }
  invert(): Delayed<T> {
    return operate("invert", this);
  }
  /** Whether JavaScript takes the value for false. */
  not(): Delayed<boolean> {
    return operate("not", this);
  }

  override [tokenSymbol](): unknown {
    return this.key;
  }

  [Symbol.toPrimitive](hint: string): string {
    if (hint === "string") return this[inspect.custom]();
    throw new TypeError("A lazy value has no value yet: use add(), lt() and the other methods, or compute it first");
  }

  [inspect.custom](): string {
    const node = this[nodeSymbol];
    return `Delayed(${node.place === undefined ? (node.key ?? node.fn.name) : this.key})`;
  }
}

function operate<R>(name: OperatorName, ...operands: readonly unknown[]): Delayed<R> {
  return derived(operatorKernels[name], operands);
}

/** A call of a built-in kernel. */
const derived = <R>(fn: FunctionSpec, args: readonly unknown[]): Delayed<R> =>
  wrap(callOf(fn, args, args.every(isKeyed) ? PURE : PLAIN), PLAIN) as unknown as Delayed<R>;

function placeOf(value: { readonly [nodeSymbol]: DelayedNode }): Place {
  const node = value[nodeSymbol];
  if (node.place === undefined) placeNodes([node]);
  return node.place as Place;
}

/** A function as a lazy value; calling it makes tasks. */
export function wrapFunction(fn: AnyFunction, options: DelayedOptions): unknown {
  const spec = specOf(fn);
  const node: DelayedNode = {
    id: nextNodeId(),
    fn: access.identity,
    args: [functionArg(spec)],
    shape: `u${nextNodeId()}`,
    inputs: [],
    own: [],
    key: undefined,
    annotations: undefined,
    place: undefined,
  };
  return wrap(node, options, spec);
}

/** A value as a lazy value. */
export function wrapValue(value: unknown, options: DelayedOptions): unknown {
  return wrap(callOf(access.identity, [value], { ...options, pure: options.pure ?? false }), options);
}

/** A task of any layer as a lazy value. */
export const wrapPlace = (place: Place): Delayed<unknown> => wrap(placedNode(place), PLAIN);

/** Options of results, which have none of their own. */
const PLAIN: DelayedOptions = {};

/** What every proxy stands before: a function, so that lazy values can be called. All that differs is in the handlers. */
const target = Object.assign((): undefined => undefined, {
  [inspect.custom]: DelayedValue.prototype[inspect.custom],
}) as unknown as DelayedValue<unknown>;

function wrap(
  node: DelayedNode,
  options: DelayedOptions,
  spec?: FunctionSpec,
  from?: { readonly of: unknown; readonly name: string },
): Delayed<unknown> {
  return new Proxy(target, new LazyAccess(node, options, spec, from)) as unknown as Delayed<unknown>;
}

const refuse = (what: string): never => {
  throw new TypeError(`A lazy value cannot be ${what}: its value is not known before it is computed`);
};

/** One lazy value, as what its proxy asks. */
class LazyAccess implements ProxyHandler<DelayedValue<unknown>> {
  readonly [nodeSymbol]: DelayedNode;
  readonly options: DelayedOptions;
  /** Set for a function that was wrapped: calling it makes a task of that function. */
  readonly spec: FunctionSpec | undefined;
  /** Set for an attribute: calling it is a method call on what it was taken from. */
  private readonly from: { readonly of: unknown; readonly name: string } | undefined;

  constructor(
    node: DelayedNode,
    options: DelayedOptions,
    spec: FunctionSpec | undefined,
    from: { readonly of: unknown; readonly name: string } | undefined,
  ) {
    this[nodeSymbol] = node;
    this.options = options;
    this.spec = spec;
    this.from = from;
  }

  get(_target: unknown, property: string | symbol, self: DelayedValue<unknown>): unknown {
    if (property === nodeSymbol) return this[nodeSymbol];
    if (property === "options") return this.options;
    if (property === "spec") return this.spec;
    if (property === Symbol.iterator) return () => iterate(this.options, self);
    if (property === "length" && this.options.nout !== undefined) return this.options.nout;
    if (typeof property === "symbol" || property in DelayedValue.prototype)
      return Reflect.get(DelayedValue.prototype, property, self);
    if (property === "then" || property === "toJSON" || property === "prototype") return undefined;
    return /^\d+$/.test(property) ? self.item(Number(property)) : self.attr(property);
  }

  apply(_target: unknown, _this: unknown, args: unknown[]): unknown {
    const { spec, options, from } = this;
    if (spec !== undefined)
      return wrap(callOf(spec, args, options), options.nout === undefined ? PLAIN : { nout: options.nout });
    if (from !== undefined) return derived(access.callMethod, [from.of, from.name, ...args]);
    return derived(access.callValue, [wrap(this[nodeSymbol], options), ...args]);
  }

  has(_target: unknown, property: string | symbol): boolean {
    return property === nodeSymbol || property in DelayedValue.prototype;
  }

  getPrototypeOf(): object {
    return DelayedValue.prototype;
  }

  set(_target: unknown, property: string | symbol): never {
    return refuse(`assigned to ("${String(property)}")`);
  }

  defineProperty(): never {
    return refuse("changed");
  }

  deleteProperty(): never {
    return refuse("changed");
  }
}

function iterate({ nout }: DelayedOptions, self: DelayedValue<unknown>): Iterator<unknown> {
  if (nout === undefined) return refuse("looped over; say delayed(fn, { nout }) how many items there are");
  return Array.from({ length: nout }, (_, at) => self.item(at)).values();
}
