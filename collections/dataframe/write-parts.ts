import { type Arg, type Call, input, literal } from "../../runtime/graph/call.ts";
import type { BlockwiseLayer, Layer } from "../../runtime/graph/layer.ts";
import { tokenize } from "../../runtime/graph/tokenize.ts";
import { type FunctionSpec, kernel } from "../../runtime/wire/function-spec.ts";
import { Collection } from "../core/collection.ts";
import type { DataFrame } from "./dataframe.ts";
import { writtenPaths } from "./kernels/written-paths.ts";
import { layerOfNode } from "./plan/lower.ts";
import { nodeOfView } from "./plan/view.ts";

/** When files are written. */
export interface WhenWritten {
  /** `false`: nothing is written yet; what comes is lazy, and writes when it is computed. */
  readonly compute?: boolean;
}

/** How partitions become files. */
export interface PartWriter {
  /** The tasks' name before its token. */
  readonly prefix: string;
  /** Writes a partition, given the table's meta, `format`, the partition's own target and its rows; gives what was written. */
  readonly fn: FunctionSpec;
  readonly format: { readonly index: boolean };
  /** What was asked for: another wish is another task. */
  readonly options: object;
}

const PATHS = kernel("shoal:collections/dataframe/kernels/written-paths", "writtenPaths", writtenPaths);

/**
 * Files that are to be written, or rows of a database: lazy as every collection, so several can be computed together with what else reads
 * their tables, or be an argument of delayed calls. Computing it writes, and gives the paths (or how many rows each partition had).
 * @see https://docs.dask.org/en/stable/generated/dask.dataframe.DataFrame.to_parquet.html (compute)
 * @example
 * const written = await flights.toParquet("flights", { compute: false });
 * const [paths, mean] = await compute(written, flights.get("delay").mean());
 */
export class Writing<T = string> extends Collection<T[]> {
  readonly layer: Layer;

  constructor(layer: Layer) {
    super();
    this.layer = layer;
  }

  finish(blocks: readonly unknown[]): T[] {
    return writtenPaths(blocks as readonly (T | T[])[]);
  }

  rebuild(layer: Layer): this {
    return new Writing<T>(layer) as this;
  }

  override finishCall(blocks: Arg): Call {
    return { fn: PATHS, args: [blocks] };
  }

  override toString(): string {
    return `Writing of ${this.layer.grid[0] ?? 1} tasks`;
  }
}

/** Writes each partition to its target, as tasks with side effects. */
export function writeParts(
  table: DataFrame<unknown>,
  targets: readonly unknown[],
  { prefix, fn, format, options }: PartWriter,
): Writing {
  const source = writtenLayer(table, format.index);
  const layer: BlockwiseLayer = {
    kind: "blockwise",
    name: `${prefix}-${tokenize(source.name, targets, options)}`,
    grid: [table.npartitions],
    inputs: [{ source, axes: [{ kind: "axis", axis: 0 }] }],
    call: { fn, args: [literal(table.meta), literal(format), { kind: "own", at: 0 }, input(0)] },
    own: { kind: "live", items: [...targets] },
    annotations: { effectful: true },
  };
  return new Writing(layer);
}

/** Partitions as they are written: an index that is not wanted is neither numbered, nor does it travel. */
export function writtenLayer(table: DataFrame<unknown>, index: boolean): Layer {
  return index || table.columns.length === 0 ? table.layer : layerOfNode(nodeOfView(table.view, false));
}

/** Writes now, unless that is put off. */
export async function writtenWhen<T>({ compute = true }: WhenWritten, writing: Writing<T>): Promise<T[] | Writing<T>> {
  return compute ? writing.compute() : writing;
}
