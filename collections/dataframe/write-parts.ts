import { input, literal } from "../../runtime/graph/call.ts";
import { currentExecutor } from "../../runtime/graph/executor.ts";
import { wantAll } from "../../runtime/graph/graph.ts";
import type { BlockwiseLayer } from "../../runtime/graph/layer.ts";
import { tokenize } from "../../runtime/graph/tokenize.ts";
import type { FunctionSpec } from "../../runtime/wire/function-spec.ts";
import type { DataFrame } from "./dataframe.ts";

/** How partitions become files. */
export interface PartWriter {
  /** The tasks' name before its token. */
  readonly prefix: string;
  /** Writes a partition, given the table's meta, `format`, the partition's own target and its rows; gives what was written. */
  readonly fn: FunctionSpec;
  readonly format: unknown;
  /** What was asked for: another wish is another task. */
  readonly options: object;
}

/** Writes each partition to its target, as tasks with side effects. @returns what the writer gave of each */
export async function writeParts(
  table: DataFrame<unknown>,
  targets: readonly unknown[],
  { prefix, fn, format, options }: PartWriter,
): Promise<unknown[]> {
  const source = table.layer;
  const layer: BlockwiseLayer = {
    kind: "blockwise",
    name: `${prefix}-${tokenize(source.name, targets, options)}`,
    grid: [table.npartitions],
    inputs: [{ source, axes: [{ kind: "axis", axis: 0 }] }],
    call: { fn, args: [literal(table.meta), literal(format), { kind: "own", at: 0 }, input(0)] },
    own: { kind: "live", items: [...targets] },
    annotations: { effectful: true },
  };
  const [written] = await currentExecutor().compute([wantAll(layer)]);
  return written as unknown[];
}
