import { plainToken } from "../../runtime/base/random.ts";
import { type Arg, type Call, input } from "../../runtime/graph/call.ts";
import { wantCount } from "../../runtime/graph/graph.ts";
import { blockKey, type TaskKey } from "../../runtime/graph/key.ts";
import { type Annotations, type HeldLayer, type Layer, SELF, type TaskLayer } from "../../runtime/graph/layer.ts";
import { type AnyFunction, liveFunction } from "../../runtime/wire/function-spec.ts";
import type { Collection } from "../core/collection.ts";
import { isPlainData, unpack } from "../core/unpack.ts";
import { Future } from "./future.ts";
import type { SharedArguments } from "./shared-arguments.ts";

/** Calls of one function with the same options, made in the same turn: they become one layer. */
export class PendingCalls {
  readonly fn: AnyFunction;
  readonly annotations: Annotations;
  readonly name: string;
  private calls: (readonly unknown[])[] = [];
  /** Names that callers chose, by position. */
  private readonly keys = new Map<number, TaskKey>();
  private count = 0;
  private built: TaskLayer | undefined;

  constructor(fn: AnyFunction, annotations: Annotations) {
    this.fn = fn;
    this.annotations = annotations;
    const prefix = fn.name === "" ? "lambda" : fn.name.replace(/^bound /, "");
    this.name = `${prefix}-${plainToken(12)}`;
  }

  get size(): number {
    return this.count;
  }

  /** What the calls are given, one after another. */
  get given(): readonly (readonly unknown[])[] {
    return this.calls;
  }

  /** Position of the call among the layer's tasks. */
  add(args: readonly unknown[], key: TaskKey | undefined): number {
    if (key !== undefined) this.keys.set(this.count, key);
    this.calls.push(args);
    return this.count++;
  }

  keyOf(at: number): TaskKey {
    return this.keys.get(at) ?? blockKey(this.name, [at]);
  }

  /**
   * One layer in columns: calls of the same shape share one Call, plain arguments are own values.
   * @param hold a layer of futures that have left, by their handles; `keeper` keeps them alive
   * @param shared arguments that are chunks of their own
   */
  build(hold: (handles: Uint32Array, keeper: unknown) => HeldLayer, shared: SharedArguments): TaskLayer {
    if (this.built !== undefined) return this.built;
    const shapes = new Map<string, number>();
    const calls: Call[] = [];
    const callOf = new Uint32Array(this.calls.length);
    const own: unknown[] = [];
    const ownOffsets = new Uint32Array(this.calls.length + 1);
    const inputs = new InputColumns(this);
    const fn = liveFunction(this.fn);
    this.calls.forEach((args, i) => {
      const lowered = args.map((arg) => {
        const chunk = shared.layerOf(arg);
        return chunk === undefined
          ? lowerArg(arg, own, ownOffsets[i] as number, inputs)
          : input(inputs.placeBlock(chunk));
      });
      const shape = shapeOf(lowered);
      let at = shape === undefined ? undefined : shapes.get(shape);
      if (at === undefined) {
        at = calls.push({ fn, args: lowered }) - 1;
        if (shape !== undefined) shapes.set(shape, at);
      }
      callOf[i] = at;
      ownOffsets[i + 1] = own.length;
      inputs.endTask();
    });
    this.built = {
      kind: "tasks",
      name: this.name,
      grid: [this.calls.length],
      // Nobody can ask for calls without a key a second time: they would only be in the cache's way.
      annotations: this.keys.size === 0 ? { cache: false, ...this.annotations } : this.annotations,
      ...(this.keys.size > 0 ? { keys: this.calls.map((_, at) => this.keyOf(at)) } : {}),
      calls,
      ...(calls.length > 1 ? { callOf } : {}),
      ...inputs.columns(hold),
      ownOffsets,
      own: own.every((value) => typeof value === "number")
        ? { kind: "numbers", data: Float64Array.from(own as number[]) }
        : { kind: "live", items: own },
    };
    return this.built;
  }

  /** The layer, once it is built. */
  get layer(): TaskLayer {
    return this.built as TaskLayer;
  }

  /** The calls have left: what they read is no longer kept alive from here. */
  leave(): void {
    this.calls = [];
    this.built = undefined;
  }
}

/** Arguments that say only which input or own value goes where, as text; undefined if there is more to them. */
function shapeOf(args: readonly Arg[]): string | undefined {
  let shape = "";
  for (const arg of args) {
    if (arg.kind === "own" || arg.kind === "input") shape += `${arg.kind[0]}${arg.at},`;
    else if (arg.kind === "list") {
      const inner = shapeOf(arg.items);
      if (inner === undefined) return undefined;
      shape += `[${inner}],`;
    } else return undefined;
  }
  return shape;
}

/** A plain argument becomes an own value; lazies inside it become inputs, functions travel. */
function lowerArg(value: unknown, own: unknown[], first: number, inputs: InputColumns): Arg {
  if (value instanceof Future) return input(inputs.placeFuture(value));
  if (!isPlainData(value)) return unpack(value, inputs);
  own.push(value);
  return { kind: "own", at: own.length - 1 - first };
}

/** What layers of calls that read nothing share. */
const NO_SOURCE = new Uint16Array(0);
const NO_INDEX = new Uint32Array(0);

/** Edges of a layer under construction: to its own tasks, to layers built before it, and to futures that have left. */
class InputColumns {
  private readonly home: PendingCalls;
  private readonly sources: (Layer | "held")[] = [];
  private readonly sourceAt = new Map<Layer | "held", number>();
  private readonly offsets: number[] = [0];
  private readonly source: number[] = [];
  private readonly index: number[] = [];
  private readonly held = new Map<number, { readonly at: number; readonly future: Future<unknown> }>();

  constructor(home: PendingCalls) {
    this.home = home;
  }

  place(collection: Collection<unknown>): number {
    if (collection instanceof Future) return this.placeFuture(collection);
    const first = this.next;
    const { layer, indices } = collection.wants();
    const at = this.sourceOf(layer);
    for (let i = 0, n = wantCount({ layer, indices }); i < n; i++)
      this.add(at, indices === null ? i : (indices[i] as number));
    return first;
  }

  single(collection: Collection<unknown>): number | undefined {
    return collection instanceof Future ? this.placeFuture(collection) : undefined;
  }

  placeFuture(future: Future<unknown>): number {
    const first = this.next;
    const pending = future.pending;
    if (pending?.calls === this.home) this.add(SELF, pending.at);
    else if (pending !== undefined) this.add(this.sourceOf((pending.calls as PendingCalls).layer), pending.at);
    else this.add(this.sourceOf("held"), this.heldAt(future));
    return first;
  }

  /** A layer of one block. */
  placeBlock(layer: Layer): number {
    const first = this.next;
    this.add(this.sourceOf(layer), 0);
    return first;
  }

  endTask(): void {
    this.offsets.push(this.index.length);
  }

  columns(
    hold: (handles: Uint32Array, keeper: unknown) => HeldLayer,
  ): Pick<TaskLayer, "sources" | "inputOffsets" | "inputSource" | "inputIndex"> {
    const keeper = [...this.held.values()].map((one) => one.future);
    const sources = this.sources.map((one) =>
      one === "held" ? hold(Uint32Array.from(this.held.keys()), keeper) : one,
    );
    const inputOffsets = Uint32Array.from(this.offsets);
    if (this.index.length === 0) return { sources, inputOffsets, inputSource: NO_SOURCE, inputIndex: NO_INDEX };
    return {
      sources,
      inputOffsets,
      inputSource: Uint16Array.from(this.source),
      inputIndex: Uint32Array.from(this.index),
    };
  }

  private get next(): number {
    return this.index.length - (this.offsets.at(-1) as number);
  }

  private add(source: number, index: number): void {
    this.source.push(source);
    this.index.push(index);
  }

  private sourceOf(layer: Layer | "held"): number {
    let at = this.sourceAt.get(layer);
    if (at === undefined) this.sourceAt.set(layer, (at = this.sources.push(layer) - 1));
    return at;
  }

  private heldAt(future: Future<unknown>): number {
    const { handle } = future;
    let one = this.held.get(handle);
    if (one === undefined) this.held.set(handle, (one = { at: this.held.size, future }));
    return one.at;
  }
}
