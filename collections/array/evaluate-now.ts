import { runTask } from "../../runtime/graph/evaluate.ts";
import { blockIndex, gridSize } from "../../runtime/graph/key.ts";
import { type BlockwiseLayer, type Layer, SELF, type TaskLayer, valueAt } from "../../runtime/graph/layer.ts";
import { pickBlocks } from "../../runtime/graph/task-table.ts";
import type { AnyFunction, FunctionSpec } from "../../runtime/wire/function-spec.ts";
import type { Blocks } from "./blocks.ts";
import type { Chunk } from "./chunk.ts";
import { joinBlocks } from "./kernels/concatenate.ts";
import { Assigned, materialize, Pending, type Source } from "./kernels/pending.ts";

/**
 * Computes blocks here and now, as eager arrays need: every task once, depth first, without an executor. All array
 * kernels are synchronous.
 */
export function evaluateNow(blocks: Blocks): Chunk {
  const values = new Map<Layer, unknown[]>();
  const { layer } = blocks;
  const size = gridSize(layer.grid);
  return joinBlocks(
    Array.from({ length: size }, (_, at) => materialize(taskValue(layer, at, values) as Source)),
    layer.grid,
  );
}

function taskValue(layer: Layer, at: number, values: Map<Layer, unknown[]>): unknown {
  if (layer.kind === "data") return valueAt(layer.values, at);
  if (layer.kind === "held") throw new TypeError("Blocks held by an executor cannot be part of an eager array");
  let known = values.get(layer);
  if (known === undefined) values.set(layer, (known = []));
  if (!(at in known)) {
    const inputs = inputsOf(layer, at).map(([source, index]) => {
      const value = taskValue(source, index, values);
      // What eager arrays put off joins element-wise kernels; calls with inputs of their own get chunks, as they would elsewhere.
      return layer.kind === "tasks" && (value instanceof Pending || value instanceof Assigned)
        ? materialize(value)
        : value;
    });
    const value: unknown = runTask(layer, at, inputs, liveFunction);
    if (value instanceof Promise)
      throw new TypeError("A function that gives promises cannot be part of an eager array");
    known[at] = value;
  }
  return known[at];
}

function inputsOf(layer: BlockwiseLayer | TaskLayer, at: number): [Layer, number][] {
  const found: [Layer, number][] = [];
  if (layer.kind === "blockwise") {
    const index = blockIndex(layer.grid, at);
    for (const one of layer.inputs) pickBlocks(one, index, (block) => found.push([one.source, block]));
    return found;
  }
  for (let edge = layer.inputOffsets[at] as number; edge < (layer.inputOffsets[at + 1] as number); edge++) {
    const source = layer.inputSource === undefined ? 0 : (layer.inputSource[edge] as number);
    found.push([source === SELF ? layer : (layer.sources[source] as Layer), layer.inputIndex[edge] as number]);
  }
  return found;
}

function liveFunction(spec: FunctionSpec): AnyFunction {
  if (spec.live === undefined) throw new TypeError(`The function ${spec.name} is not loaded in this process`);
  return spec.live;
}
