import { ShoalError } from "../../runtime/base/errors.ts";
import type { Arg, Call } from "../../runtime/graph/call.ts";
import type { Graph } from "../../runtime/graph/graph.ts";
import { type HeldLayer, type Layer, SELF, taskKey, type Values } from "../../runtime/graph/layer.ts";
import { joinEncoded } from "../../runtime/protocol/value-column.ts";
import type { WireCalls, WireLayer } from "../../runtime/protocol/wire-layer.ts";
import type { FunctionSpec } from "../../runtime/wire/function-spec.ts";
import { makePortable } from "../../runtime/wire/portable.ts";
import { encodeValue, flattenValue } from "../../runtime/wire/value.ts";

export interface WireOptions {
  /** Within a process everything passes as it is; elsewhere functions are made portable and values encoded. */
  readonly carries: "reference" | "shared" | "bytes";
  readonly functions: "any" | "named";
  /** The client's handles of a held layer's blocks. @throws ShoalError if another client holds them */
  handlesOf(layer: HeldLayer): Uint32Array;
}

/**
 * A graph's layers as messages carry them.
 * @throws ShoalError NOT_PORTABLE naming a function that cannot travel; TypeError naming a value that cannot
 */
export function layersToWire(graph: Graph, options: WireOptions): WireLayer[] {
  const position = new Map(graph.layers.map((layer, at) => [layer.name, at]));
  const at = (layer: Layer): number => position.get(layer.name) as number;
  return graph.layers.map((layer) => wireLayer(layer, at, options));
}

function wireLayer(layer: Layer, at: (layer: Layer) => number, options: WireOptions): WireLayer {
  const { name, grid, annotations } = layer;
  switch (layer.kind) {
    case "blockwise":
      return {
        kind: "blockwise",
        name,
        grid,
        annotations,
        calls: wireCalls([layer.call], options, name),
        inputs: layer.inputs.map(({ source, axes }) => ({ source: at(source), axes })),
        own: layer.own === undefined ? undefined : wireValues(layer.own, options, name),
      };
    case "tasks":
      return {
        kind: "tasks",
        name,
        grid,
        annotations,
        calls: wireCalls(layer.calls, options, name),
        keys: layer.keys,
        callOf: layer.callOf,
        kinds: layer.kinds,
        sources: layer.sources.map(at),
        inputOffsets: layer.inputOffsets,
        inputSource: layer.inputSource,
        inputIndex: layer.inputIndex,
        ownOffsets: layer.ownOffsets,
        own: layer.own === undefined ? undefined : wireValues(layer.own, options, name),
      };
    case "data":
      return {
        kind: "data",
        name,
        grid,
        annotations,
        keys: layer.keys,
        values: wireValues(layer.values, options, name),
      };
    case "held":
      return { kind: "held", name, grid, handles: options.handlesOf(layer) };
  }
}

function wireCalls(calls: readonly Call[], options: WireOptions, layer: string): WireCalls {
  if (options.carries === "reference") return calls;
  return encoded(
    calls.map((call) => portableCall(call, options)),
    layer,
  );
}

function portableCall(call: Call, options: WireOptions): Call {
  const { args, lets, finish } = call;
  return {
    fn: portable(call.fn, options),
    args: args.map((arg) => portableArg(arg, options)),
    ...(lets === undefined ? {} : { lets: lets.map((one) => portableCall(one, options)) }),
    ...(finish === undefined ? {} : { finish: portable(finish, options) }),
  };
}

function portableArg(arg: Arg, options: WireOptions): Arg {
  switch (arg.kind) {
    case "call":
      return { kind: "call", call: portableCall(arg.call, options) };
    case "function":
      return { kind: "function", spec: portable(arg.spec, options) };
    case "list":
      return { kind: "list", items: arg.items.map((item) => portableArg(item, options)) };
    case "record":
      return { kind: "record", names: arg.names, items: arg.items.map((item) => portableArg(item, options)) };
    default:
      return arg;
  }
}

/** A spec without its live function, which never travels. */
function portable(spec: FunctionSpec, options: WireOptions): FunctionSpec {
  const { live: _, ...rest } = makePortable(spec, { functions: options.functions });
  return rest as FunctionSpec;
}

function wireValues(values: Values, options: WireOptions, layer: string): Values {
  if (options.carries === "reference" || values.kind !== "live") return values;
  if (values.items.every((item) => typeof item === "number"))
    return { kind: "numbers", data: Float64Array.from(values.items as number[]) };
  return joinEncoded(values.items.map((item) => encoded(item, layer)));
}

function encoded(value: unknown, layer: string): Uint8Array {
  try {
    return flattenValue(encodeValue(value, { shareMemory: false }));
  } catch (error) {
    if (error instanceof ShoalError) throw error;
    throw new TypeError(`An argument of ${layer} cannot travel to a worker: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

/**
 * Finds a cycle among the tasks of one layer, which only layers that read themselves can have.
 * @returns positions of tasks along the cycle, or undefined
 */
function cycleIn(layer: Layer): number[] | undefined {
  if (layer.kind !== "tasks" || layer.inputSource?.includes(SELF) !== true) return undefined;
  const { inputOffsets, inputSource, inputIndex } = layer;
  const mark = new Uint8Array(inputOffsets.length - 1);
  for (let root = 0; root < mark.length; root++) {
    const path: number[] = [root];
    const edge: number[] = [inputOffsets[root] as number];
    for (let task = path.at(-1); task !== undefined; task = path.at(-1)) {
      if (mark[task] === 2) {
        path.pop();
        edge.pop();
        continue;
      }
      mark[task] = 1;
      const e = edge[edge.length - 1] as number;
      if (e >= (inputOffsets[task + 1] as number)) {
        mark[task] = 2;
        continue;
      }
      edge[edge.length - 1] = e + 1;
      if (inputSource[e] !== SELF) continue;
      const input = inputIndex[e] as number;
      if (mark[input] === 1) return [...path.slice(path.indexOf(input)), input];
      if (mark[input] === 0) {
        path.push(input);
        edge.push(inputOffsets[input] as number);
      }
    }
  }
  return undefined;
}

/** @throws ShoalError CYCLE naming the tasks of one */
export function refuseCycles(graph: Graph): void {
  for (const layer of graph.layers) {
    const cycle = cycleIn(layer);
    if (cycle === undefined) continue;
    const keys = cycle.map((at) => taskKey(layer, at));
    throw new ShoalError(`The graph has a cycle: ${keys.join(" → ")}`, { code: "CYCLE", details: { keys } });
  }
}
