import { ShoalError } from "../../runtime/base/errors.ts";
import { cullTable } from "../../runtime/graph/cull.ts";
import { call, type DictGraph, quote } from "../../runtime/graph/dict-graph.ts";
import { runTask } from "../../runtime/graph/evaluate.ts";
import { type Graph, graphOf, type Want, wantAll } from "../../runtime/graph/graph.ts";
import { type Annotations, type Layer, sourcesOf, taskCount, valueAt } from "../../runtime/graph/layer.ts";
import { liveOf } from "../../runtime/graph/sync-executor.ts";
import { expandGraph, keyOfRow, layerOfRow, type TaskTable } from "../../runtime/graph/task-table.ts";
import type { Collection } from "./collection.ts";

/** What a layer is, without its tasks. */
export interface LayerInfo {
  readonly name: string;
  /** `blockwise`: one call for each block · `tasks`: edges of their own · `data`: values · `held`: results on a cluster. */
  readonly kind: Layer["kind"];
  /** Blocks along each axis. */
  readonly grid: readonly number[];
  /** How many tasks it has. */
  readonly tasks: number;
  /** Names of the layers it reads. */
  readonly reads: readonly string[];
  readonly annotations: Annotations;
}

/**
 * The graph behind collections as layers that read each other, to look at, to cut, and to write out: the tasks of a layer are said at
 * once, and only `keys`, `getAllDependencies` and `toDict` write them out.
 * @see https://docs.dask.org/en/stable/high-level-graphs.html
 * @example
 * const x = da.ones([4, 4], { chunks: [2, 2] }).add(1);
 * const graph = HighLevelGraph.fromCollections(x.sum());
 * graph.layers.size > 1; // true
 */
export class HighLevelGraph {
  private readonly graph: Graph;
  private written: TaskTable | undefined;

  private constructor(wants: readonly Want[]) {
    this.graph = graphOf(wants);
  }

  /** The layers that collections reach; what they share is there once. */
  static fromCollections(...collections: readonly Collection<unknown>[]): HighLevelGraph {
    return new HighLevelGraph(collections.map((one) => one.wants()));
  }

  /** Several graphs as one: layers of one name are one layer. */
  static merge(...graphs: readonly HighLevelGraph[]): HighLevelGraph {
    return new HighLevelGraph(graphs.flatMap(({ graph }) => graph.wants));
  }

  /** Layers by name, each after those it reads. */
  get layers(): ReadonlyMap<string, LayerInfo> {
    return new Map(this.graph.layers.map((layer) => [layer.name, infoOf(layer)]));
  }

  /** The layers that each layer reads, by name. */
  get dependencies(): ReadonlyMap<string, ReadonlySet<string>> {
    return new Map(this.graph.layers.map((layer) => [layer.name, new Set(sourcesOf(layer).map(({ name }) => name))]));
  }

  /** The layers that read each layer, by name. */
  get dependents(): ReadonlyMap<string, ReadonlySet<string>> {
    const found = new Map(this.graph.layers.map(({ name }) => [name, new Set<string>()]));
    for (const layer of this.graph.layers) for (const { name } of sourcesOf(layer)) found.get(name)?.add(layer.name);
    return found;
  }

  /** Keys of all tasks that what is wanted needs, inputs first. O(tasks + edges). */
  keys(): string[] {
    const { table } = this;
    return Array.from(cullTable(table).rowOf, (row) => keyOfRow(table, row));
  }

  /** The keys that each task reads, by key. O(tasks + edges). */
  getAllDependencies(): Map<string, Set<string>> {
    const { table } = this;
    return new Map(
      Array.from(cullTable(table).rowOf, (row) => [
        keyOfRow(table, row),
        new Set(inputsOf(table, row).map((input) => keyOfRow(table, input))),
      ]),
    );
  }

  /** The graph of these tasks and all that they need. @throws ShoalError UNKNOWN_KEY */
  cull(keys: Iterable<string>): HighLevelGraph {
    const { table } = this;
    const rows = new Map(Array.from({ length: table.count }, (_, row) => [keyOfRow(table, row), row]));
    const wanted = new Map<number, number[]>();
    for (const key of keys) {
      const row = rows.get(key);
      if (row === undefined) throw unknown(`task ${key}`, key);
      const at = layerOfRow(table, row);
      wanted.set(at, [...(wanted.get(at) ?? []), row - (table.bases[at] as number)]);
    }
    return new HighLevelGraph(
      [...wanted].map(([at, indices]) => ({ layer: table.layers[at] as Layer, indices: Uint32Array.from(indices) })),
    );
  }

  /** The graph of whole layers and those that they need. No task is written out for it. @throws ShoalError UNKNOWN_KEY */
  cullLayers(names: Iterable<string>): HighLevelGraph {
    const byName = new Map(this.graph.layers.map((layer) => [layer.name, layer]));
    return new HighLevelGraph(
      Array.from(names, (name) => {
        const layer = byName.get(name);
        if (layer === undefined) throw unknown(`layer ${name}`, name);
        return wantAll(layer);
      }),
    );
  }

  /**
   * The tasks written out, for `get` and the tools of graphs written by hand. O(tasks + edges).
   * @throws ShoalError NOT_SUPPORTED where results lie on a cluster
   * @example
   * const lazy = delayed((n: number) => n + 1)(41);
   * const [key = ""] = lazy.taskKeys();
   * await get(HighLevelGraph.fromCollections(lazy).toDict(), key); // 42
   */
  toDict(): DictGraph {
    const { table } = this;
    return Object.fromEntries(Array.from(cullTable(table).rowOf, (row) => [keyOfRow(table, row), nodeOf(table, row)]));
  }

  /** Fails if two layers of different work have one name, or a layer reads one that reads it. @throws ShoalError NAME_TAKEN | CYCLE */
  validate(): void {
    const known = new Map(this.graph.layers.map((layer) => [layer.name, layer]));
    const done = new Set<string>();
    for (const layer of this.graph.layers) {
      for (const source of sourcesOf(layer)) {
        if (!done.has(source.name))
          throw new ShoalError(`Layer ${layer.name} reads ${source.name}, which reads it`, { code: "CYCLE" });
        const same = known.get(source.name) as Layer;
        if (same.kind !== source.kind || taskCount(same) !== taskCount(source))
          throw new ShoalError(`Two layers are called ${source.name} and are not the same`, { code: "NAME_TAKEN" });
      }
      done.add(layer.name);
    }
  }

  private get table(): TaskTable {
    this.written ??= expandGraph(this.graph);
    return this.written;
  }
}

const infoOf = (layer: Layer): LayerInfo => ({
  name: layer.name,
  kind: layer.kind,
  grid: layer.grid,
  tasks: taskCount(layer),
  reads: sourcesOf(layer).map(({ name }) => name),
  annotations: layer.annotations ?? {},
});

const inputsOf = ({ inputs, inputOffsets }: TaskTable, row: number): number[] => [
  ...inputs.subarray(inputOffsets[row], inputOffsets[row + 1]),
];

const unknown = (what: string, key: string): ShoalError =>
  new ShoalError(`The graph has no ${what}`, { code: "UNKNOWN_KEY", details: { key } });

/** A task as a graph written by hand has it. Lists of inputs are made of what the tasks give. */
function nodeOf(table: TaskTable, row: number): unknown {
  const at = layerOfRow(table, row);
  const layer = table.layers[at] as Layer;
  const index = row - (table.bases[at] as number);
  if (layer.kind === "data") return quote(valueAt(layer.values, index));
  if (layer.kind === "held")
    throw new ShoalError(`Results of ${layer.name} lie on a cluster: a graph of them cannot be written out`, {
      code: "NOT_SUPPORTED",
    });
  const keys = inputsOf(table, row).map((input) => keyOfRow(table, input));
  return call((...values: unknown[]) => runTask(layer, index, values, liveOf), ...keys);
}
