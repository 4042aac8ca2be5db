import type { AnyFunction, FunctionSpec } from "../wire/function-spec.ts";
import { runTask } from "./evaluate.ts";
import type { Executor } from "./executor.ts";
import { graphOf, type Want } from "./graph.ts";
import { type HeldLayer, type Layer, taskCount, valueAt } from "./layer.ts";
import { expandGraph, layerOfRow, type TaskTable } from "./task-table.ts";

/**
 * The oracle: runs a graph one task after another in this thread, depth first, without optimising anything.
 * Every other executor is tested against it. Not a mode for users.
 */
export const syncExecutor: Executor = {
  compute: (wants) => computeSync(wants),
  persist: (wants) => wants.map((want) => heldAlready(want)),
};

function heldAlready(want: Want): HeldLayer {
  const { layer, indices } = want;
  const lease = computeSync([want]).then(([values]) => {
    if (indices === null) return [values];
    const blocks: unknown[] = [];
    indices.forEach((at, i) => {
      blocks[at] = (values as unknown[])[i];
    });
    return [blocks];
  });
  const keys = layer.kind === "blockwise" ? undefined : layer.keys;
  return { kind: "held", name: layer.name, grid: layer.grid, keys, lease };
}

async function computeSync(wants: readonly Want[]): Promise<unknown[][]> {
  const table = expandGraph(graphOf(wants));
  const values = new Map<number, unknown>();
  for (const row of table.wanted) await evaluateRow(table, row, values);
  let at = 0;
  return wants.map((want) =>
    Array.from({ length: want.indices?.length ?? taskCount(want.layer) }, () =>
      values.get(table.wanted[at++] as number),
    ),
  );
}

async function evaluateRow(table: TaskTable, wanted: number, values: Map<number, unknown>): Promise<void> {
  const stack = [wanted];
  for (let row = stack.at(-1); row !== undefined; row = stack.at(-1)) {
    const inputs = [...table.inputs.subarray(table.inputOffsets[row], table.inputOffsets[row + 1])];
    const missing = inputs.filter((one) => !values.has(one));
    if (values.has(row) || missing.length === 0) {
      if (!values.has(row))
        values.set(
          row,
          await rowValue(
            table,
            row,
            inputs.map((one) => values.get(one)),
          ),
        );
      stack.pop();
    } else stack.push(...missing);
  }
}

async function rowValue(table: TaskTable, row: number, inputs: unknown[]): Promise<unknown> {
  const at = layerOfRow(table, row);
  const layer = table.layers[at] as Layer;
  const index = row - (table.bases[at] as number);
  if (layer.kind === "data") return valueAt(layer.values, index);
  if (layer.kind === "held") return ((await (layer.lease as Promise<unknown[][]>))[0] as unknown[])[index];
  return runTask(layer, index, inputs, liveOf);
}

/** The function that a graph of this process runs. @throws TypeError for one that is not loaded here */
export function liveOf(spec: FunctionSpec): AnyFunction {
  if (spec.live === undefined) throw new TypeError(`The function ${spec.name} is not loaded in this process`);
  return spec.live;
}
