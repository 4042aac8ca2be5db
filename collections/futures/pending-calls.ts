import { uniqueToken } from "../../runtime/base/random.ts";
import type { Arg, Call } from "../../runtime/graph/call.ts";
import { wantCount } from "../../runtime/graph/graph.ts";
import { blockKey, type TaskKey } from "../../runtime/graph/key.ts";
import type { Annotations, Layer, TaskLayer } from "../../runtime/graph/layer.ts";
import type { AnyFunction } from "../../runtime/wire/function-spec.ts";
import { liveFunction } from "../../runtime/wire/function-spec.ts";
import type { Collection } from "../core/collection.ts";
import { collectionsIn, unpack } from "../core/unpack.ts";

/** One call of `submit` or `map` that has not left yet. */
interface PendingCall {
  readonly args: readonly unknown[];
}

/** Calls of one function with the same options, made in the same turn: they become one layer. */
export class PendingCalls {
  readonly fn: AnyFunction;
  readonly annotations: Annotations;
  readonly name: string;
  private readonly calls: PendingCall[] = [];
  private readonly keys: (TaskKey | undefined)[] = [];

  constructor(fn: AnyFunction, annotations: Annotations) {
    this.fn = fn;
    this.annotations = annotations;
    const prefix = fn.name === "" ? "lambda" : fn.name.replace(/^bound /, "");
    this.name = `${prefix}-${uniqueToken()
      .replace(/[^0-9A-Za-z]/g, "")
      .slice(0, 12)}`;
  }

  get size(): number {
    return this.calls.length;
  }

  /** Position of the call among the layer's tasks. */
  add(args: readonly unknown[], key: TaskKey | undefined): number {
    this.keys.push(key);
    return this.calls.push({ args }) - 1;
  }

  keyOf(at: number): TaskKey {
    return this.keys[at] ?? blockKey(this.name, [at]);
  }

  /** One layer in columns: calls of the same shape share one Call, plain arguments are own values. */
  build(): TaskLayer {
    const shapes = new Map<string, number>();
    const calls: Call[] = [];
    const callOf: number[] = [];
    const own: unknown[] = [];
    const ownOffsets: number[] = [0];
    const inputs = new InputColumns();
    const fn = liveFunction(this.fn);
    for (const { args } of this.calls) {
      const lowered = args.map((arg) => lowerArg(arg, own, ownOffsets[ownOffsets.length - 1] as number, inputs));
      const shape = lowered.every((arg) => arg.kind === "own") ? `${lowered.length}` : undefined;
      let at = shape === undefined ? undefined : shapes.get(shape);
      if (at === undefined) {
        at = calls.push({ fn, args: lowered }) - 1;
        if (shape !== undefined) shapes.set(shape, at);
      }
      callOf.push(at);
      ownOffsets.push(own.length);
      inputs.endTask();
    }
    const isKeyed = this.keys.some((key) => key !== undefined);
    return {
      kind: "tasks",
      name: this.name,
      grid: [this.calls.length],
      annotations: this.annotations,
      ...(isKeyed ? { keys: this.keys.map((_, at) => this.keyOf(at)) } : {}),
      calls,
      ...(calls.length > 1 ? { callOf: Uint32Array.from(callOf) } : {}),
      ...inputs.columns(),
      ownOffsets: Uint32Array.from(ownOffsets),
      own: own.every((value) => typeof value === "number")
        ? { kind: "numbers", data: Float64Array.from(own as number[]) }
        : { kind: "live", items: own },
    };
  }
}

/** A plain argument becomes an own value; lazies inside it become inputs. */
function lowerArg(value: unknown, own: unknown[], first: number, inputs: InputColumns): Arg {
  const isPlain = typeof value !== "object" || value === null || collectionsIn(value).length === 0;
  if (!isPlain) return unpack(value, inputs);
  own.push(value);
  return { kind: "own", at: own.length - 1 - first };
}

/** Edges of a layer under construction. */
class InputColumns {
  private readonly sources: Layer[] = [];
  private readonly sourceAt = new Map<Layer, number>();
  private readonly offsets: number[] = [0];
  private readonly source: number[] = [];
  private readonly index: number[] = [];

  place(collection: Collection<unknown>): number {
    const first = this.index.length - (this.offsets.at(-1) as number);
    const { layer, indices } = collection.wants();
    let at = this.sourceAt.get(layer);
    if (at === undefined) this.sourceAt.set(layer, (at = this.sources.push(layer) - 1));
    for (let i = 0, n = wantCount({ layer, indices }); i < n; i++) {
      this.source.push(at);
      this.index.push(indices === null ? i : (indices[i] as number));
    }
    return first;
  }

  endTask(): void {
    this.offsets.push(this.index.length);
  }

  columns(): Pick<TaskLayer, "sources" | "inputOffsets" | "inputSource" | "inputIndex"> {
    return {
      sources: this.sources,
      inputOffsets: Uint32Array.from(this.offsets),
      inputSource: Uint16Array.from(this.source),
      inputIndex: Uint32Array.from(this.index),
    };
  }
}
