import type { Arg, Call } from "../../runtime/graph/call.ts";
import { cullTable } from "../../runtime/graph/cull.ts";
import type { ComputeOptions } from "../../runtime/graph/executor.ts";
import { configured, currentExecutor } from "../../runtime/graph/executor.ts";
import { graphOf, type Want, wantAll } from "../../runtime/graph/graph.ts";
import type { Layer } from "../../runtime/graph/layer.ts";
import { expandGraph, keyOfRow } from "../../runtime/graph/task-table.ts";
import { tokenSymbol } from "../../runtime/graph/tokenize.ts";
import { explainWants } from "./explain.ts";
import type { PictureOptions } from "./graph-picture.ts";
import { collectionForms, type NotebookForms, notebookSymbol } from "./notebook-forms.ts";

/**
 * Something lazy: a layer that makes its blocks, and the way to make one value of them. Array, DataFrame, Bag and
 * Delayed are collections; a class of your own is one when it says `layer`, `finish` and `rebuild`.
 * @see https://docs.dask.org/en/stable/custom-collections.html
 */
export abstract class Collection<T> {
  /** The layer whose tasks make the blocks. */
  abstract readonly layer: Layer;

  /** The value, from all wanted blocks in order; runs where the caller is. */
  abstract finish(blocks: readonly unknown[]): T | Promise<T>;

  /** The same collection over another layer of the same name and grid: one that is held, or optimised. */
  abstract rebuild(layer: Layer): this;

  /** Which blocks of the layer are this collection; all, unless a class says otherwise. */
  wants(): Want {
    return wantAll(this.layer);
  }

  /** Called once per class before many collections are submitted, for a class that builds one layer for many of its kind. */
  settle(_together: readonly Collection<unknown>[]): void {}

  /**
   * The call that does on a worker what `finish` does at the caller, over `blocks` (the list of all blocks), so that the
   * whole can be an argument of other work. Undefined where a class has none.
   */
  finishCall(_blocks: Arg): Call | undefined {
    return undefined;
  }

  /**
   * Computes the collection and gives its value.
   * @throws TaskError with the original error as `cause` if a task failed; CancelledError; TimeoutError
   * @see https://docs.dask.org/en/stable/api.html#dask.compute
   */
  async compute(options?: ComputeOptions): Promise<T> {
    const [blocks] = await currentExecutor().compute([this.wants()], configured(options));
    return this.finish(blocks as unknown[]);
  }

  /**
   * Starts the work and keeps the blocks where they are made: the same collection, already (being) computed.
   * @see https://docs.dask.org/en/stable/api.html#dask.persist
   */
  persist(options?: ComputeOptions): this {
    const [held] = currentExecutor().persist([this.wants()], configured(options));
    return this.rebuild(held as Layer);
  }

  /** The keys of all tasks that computing it takes, before any are fused, inputs first. O(tasks + edges). */
  taskKeys(): string[] {
    const table = expandGraph(graphOf([this.wants()]));
    const { rowOf } = cullTable(table);
    return Array.from(rowOf, (row) => keyOfRow(table, row));
  }

  /** What notebooks show: nothing is computed for it. */
  [notebookSymbol](): NotebookForms {
    return collectionForms(this);
  }

  /** The plan as text: layers and tasks as built, and what they are after fusion. */
  explain(): string {
    return explainWants([this.wants()]);
  }

  /**
   * Draws the graph, as SVG, or for Graphviz where the path ends with ".dot"; gives what it wrote.
   * @throws RangeError for more tasks than a picture can show
   * @see https://docs.dask.org/en/stable/graphviz.html
   */
  async visualize(path?: string, options: PictureOptions = {}): Promise<string> {
    const { drawWants } = await import("./draw-wants.ts");
    return drawWants([this.wants()], path, options);
  }

  /** Collections of one layer and class are the same work. */
  [tokenSymbol](): unknown {
    const { layer, indices } = this.wants();
    return [layer, indices];
  }
}

/**
 * Tells whether a value is lazy.
 * @see https://docs.dask.org/en/stable/api.html#dask.is_dask_collection
 */
export const isCollection = (value: unknown): value is Collection<unknown> => value instanceof Collection;
