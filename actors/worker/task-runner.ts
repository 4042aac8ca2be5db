import type { Call } from "../../runtime/graph/call.ts";
import { functionsOf, groupInputs, runCall } from "../../runtime/graph/evaluate.ts";
import { blockIndex } from "../../runtime/graph/key.ts";
import type { BlockInput, Layer, Values } from "../../runtime/graph/layer.ts";
import type { ComputeBatch } from "../../runtime/protocol/scheduler-worker.ts";
import type { LayerDefinition } from "../../runtime/protocol/wire-layer.ts";
import { importModule, loadFunction } from "../../runtime/wire/function-loader.ts";
import type { AnyFunction, FunctionSpec } from "../../runtime/wire/function-spec.ts";
import { decodeValueSoon, unflattenValue } from "../../runtime/wire/value.ts";
import { resumeTaskScope } from "./task-scope.ts";

/** A layer whose calls are decoded and whose functions are loaded. */
interface PreparedLayer {
  readonly definition: LayerDefinition;
  readonly calls: readonly Call[];
  readonly picks: readonly BlockInput[] | undefined;
  readonly resolve: (spec: FunctionSpec) => AnyFunction;
}

/** How source functions are treated: "named" refuses them. */
export interface TaskRunnerOptions {
  readonly functions: "any" | "named";
  readonly meter?: PreparationMeter;
}

/** Told what it takes before functions run. */
export interface PreparationMeter {
  now(): number;
  /** A call's own values were decoded, or its layer's functions loaded, which took so long of the task's time. */
  prepared(activity: "decode" | "load", layer: LayerDefinition, call: number, ms: number): void;
}

/** Runs the calls of layers: decodes and loads once per layer, then costs little per task. */
export class TaskRunner {
  private readonly prepared = new Map<number, PreparedLayer | Promise<PreparedLayer>>();
  private readonly options: TaskRunnerOptions;

  constructor(options: TaskRunnerOptions) {
    this.options = options;
  }

  /** The result of a task, or a promise of it. @throws whatever the function throws */
  run(definition: LayerDefinition, batch: ComputeBatch, at: number, inputs: readonly unknown[]): unknown {
    if (definition.kind === "data") {
      const own = this.ownOf(definition, batch, at);
      return own instanceof Promise ? own.then(([value]) => value) : own[0];
    }
    const layer = this.prepare(definition);
    if (!(layer instanceof Promise)) return this.runPrepared(layer, batch, at, inputs);
    const resume = resumeTaskScope();
    return layer.then((ready) => resume(() => this.runPrepared(ready, batch, at, inputs)));
  }

  forget(id: number): void {
    this.prepared.delete(id);
  }

  private prepare(definition: LayerDefinition): PreparedLayer | Promise<PreparedLayer> {
    let layer = this.prepared.get(definition.id);
    if (layer === undefined) {
      layer = this.metered("load", definition, 0, () => this.load(definition));
      this.prepared.set(definition.id, layer);
      if (layer instanceof Promise) this.replaceWhenReady(definition.id, layer);
    }
    return layer;
  }

  private runPrepared(layer: PreparedLayer, batch: ComputeBatch, at: number, inputs: readonly unknown[]): unknown {
    const own = this.ownOf(layer.definition, batch, at);
    if (!(own instanceof Promise)) return callPrepared(layer, batch, at, inputs, own);
    const resume = resumeTaskScope();
    return own.then((known) => resume(() => callPrepared(layer, batch, at, inputs, known)));
  }

  private ownOf(definition: LayerDefinition, batch: ComputeBatch, at: number): ReturnType<typeof ownAt> {
    if (batch.own.kind !== "encoded" || batch.ownOffsets.length === 0) return ownAt(batch, at);
    return this.metered("decode", definition, callAt(batch, at), () => ownAt(batch, at));
  }

  private metered<T>(activity: "decode" | "load", layer: LayerDefinition, call: number, work: () => T): T {
    const { meter } = this.options;
    if (meter === undefined) return work();
    const startMs = meter.now();
    const given = work();
    meter.prepared(activity, layer, call, meter.now() - startMs);
    return given;
  }

  private replaceWhenReady(id: number, loading: Promise<PreparedLayer>): void {
    loading.then(
      (ready) => this.prepared.has(id) && this.prepared.set(id, ready),
      // A module that is not here now may be there at the next try; the task that asked has the error.
      () => this.prepared.delete(id),
    );
  }

  private load(definition: LayerDefinition): PreparedLayer | Promise<PreparedLayer> {
    const calls =
      definition.calls instanceof Uint8Array
        ? decodeValueSoon(unflattenValue(definition.calls), importModule)
        : definition.calls;
    return calls instanceof Promise
      ? calls.then((known) => this.loadFunctions(definition, known as readonly Call[]))
      : this.loadFunctions(definition, calls as readonly Call[]);
  }

  private loadFunctions(definition: LayerDefinition, calls: readonly Call[]): PreparedLayer | Promise<PreparedLayer> {
    const functions = new Map<FunctionSpec, AnyFunction>();
    const loading: Promise<void>[] = [];
    for (const spec of functionsOf({ kind: "tasks", calls } as Layer)) {
      const loaded = spec.kind === "live" ? spec.live : (spec.live ?? loadFunction(spec, this.options));
      if (loaded instanceof Promise) loading.push(loaded.then((fn) => void functions.set(spec, fn)));
      else functions.set(spec, loaded);
    }
    const picks =
      definition.kind === "blockwise"
        ? definition.inputs.map(({ axes, grid }): BlockInput => ({ axes, source: { grid } as Layer }))
        : undefined;
    const layer: PreparedLayer = { definition, calls, picks, resolve: (spec) => functions.get(spec) as AnyFunction };
    return loading.length === 0 ? layer : Promise.all(loading).then(() => layer);
  }
}

function callPrepared(
  layer: PreparedLayer,
  batch: ComputeBatch,
  at: number,
  inputs: readonly unknown[],
  own: readonly unknown[],
): unknown {
  const index = blockIndex(layer.definition.grid, batch.indices[at] as number);
  const call = layer.calls[callAt(batch, at)] as Call;
  return runCall(call, {
    inputs: layer.picks === undefined ? inputs : groupInputs(layer.picks, index, inputs),
    own,
    index,
    resolve: layer.resolve,
    capture: resumeTaskScope,
  });
}

const callAt = (batch: ComputeBatch, at: number): number =>
  batch.callOf.length === 0 ? 0 : (batch.callOf[at] as number);

const NOTHING: readonly unknown[] = [];

/** A task's own values; a promise where a class among them has yet to be loaded. */
function ownAt(batch: ComputeBatch, at: number): readonly unknown[] | Promise<unknown[]> {
  const { ownOffsets, own } = batch;
  if (ownOffsets.length === 0) return NOTHING;
  const values: unknown[] = [];
  let waits = false;
  for (let i = ownOffsets[at] as number; i < (ownOffsets[at + 1] as number); i++) {
    const value = itemOf(own, i);
    if (own.kind === "encoded" && value instanceof Promise) waits = true;
    values.push(value);
  }
  return waits ? Promise.all(values) : values;
}

function itemOf(values: Values, at: number): unknown {
  if (values.kind === "numbers") return values.data[at];
  if (values.kind === "live") return values.items[at];
  return decodeValueSoon(
    unflattenValue(values.bytes.subarray(values.offsets[at], values.offsets[at + 1])),
    importModule,
  );
}
