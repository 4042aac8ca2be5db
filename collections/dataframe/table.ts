import { inspect } from "node:util";
import { type ComputeOptions, configured, currentExecutor } from "../../runtime/graph/executor.ts";
import type { Layer } from "../../runtime/graph/layer.ts";
import { syncExecutor } from "../../runtime/graph/sync-executor.ts";
import { tokenSymbol } from "../../runtime/graph/tokenize.ts";
import { Collection } from "../core/collection.ts";
import { type NotebookForms, notebookSymbol } from "../core/notebook-forms.ts";
import type { Analysis } from "./analysis.ts";
import { type PolarsFrame, polars } from "./engine/polars.ts";
import type { Plain } from "./expression/expression.ts";
import { TableChunk } from "./frame/table-chunk.ts";
import { emptyTable } from "./kernels/empty-table.ts";
import { pickNode } from "./plan/build.ts";
import { explainNode } from "./plan/explain-node.ts";
import { isLocal } from "./plan/local.ts";
import { layerOfNode } from "./plan/lower.ts";
import { type Node, named } from "./plan/node.ts";
import { metaOf, nodeOfView, type View, viewOfNode } from "./plan/view.ts";
import { indexName, shownName, type TableMeta } from "./schema.ts";
import { schemaHtml } from "./table-forms.ts";

/** What DataFrame, Series, Index and Scalar have in common: a view of a plan, lowered to a layer when it is needed. */
export abstract class Table<T> extends Collection<T> {
  readonly view: View;
  private lowered: Layer | undefined;

  constructor(view: View) {
    super();
    this.view = view;
  }

  /** A collection of the same kind over another view. */
  protected abstract over(view: View): this;

  get layer(): Layer {
    this.lowered ??= layerOfNode(this.node);
    return this.lowered;
  }

  /** The plan of this very table, with index and columns under their physical names. */
  get node(): Node {
    return nodeOfView(this.view);
  }

  /** Runs the plan; over a table in memory (a Frame's methods) it runs here, else with the innermost executor. */
  override async compute(options?: ComputeOptions): Promise<T> {
    return this.finish(await blocksOf(this, options));
  }

  /** Index levels, columns and types; known without computing. */
  get meta(): TableMeta {
    return metaOf(this.view);
  }

  get npartitions(): number {
    return this.view.root.npartitions;
  }

  /**
   * Which index values each partition holds: one value more than there are partitions, or null where that is not known.
   * @see https://docs.dask.org/en/stable/dataframe-design.html#partitions
   */
  get divisions(): readonly Plain[] | null {
    const { divisions } = this.node;
    return divisions !== null && divisions.column === indexName(0) ? divisions.values : null;
  }

  get knownDivisions(): boolean {
    return this.divisions !== null;
  }

  /** Names of the index levels. */
  get indexNames(): (string | null)[] {
    return this.view.index.map(({ label }) => label);
  }

  /** Some partitions, by number; a negative number counts from the end. */
  partitions(...numbers: readonly number[]): this {
    const node = this.node;
    const all = numbers.map((one) => (one < 0 ? node.npartitions + one : one));
    for (const one of all)
      if (!(one >= 0 && one < node.npartitions))
        throw new RangeError(`There is no partition ${one}; there are ${node.npartitions}`);
    return this.over(viewOfNode(pickNode(node, all), this.view));
  }

  rebuild(layer: Layer): this {
    const node = this.node;
    const held = named({
      kind: "layer",
      layer,
      label: layer.name,
      fields: node.fields,
      npartitions: node.npartitions,
      divisions: node.divisions,
    });
    return this.over(viewOfNode(held, this.view));
  }

  /** The plan as it was asked for and as it will run. */
  override explain(): string {
    return explainNode(this.node);
  }

  /**
   * Computes the table with every expression of its simplified plan on its own, and tells of each how long its tasks took, and how many rows
   * and bytes it gave, by partition: which step is slow, and where rows go. Steps that usually run as one task are apart, so it takes longer
   * than `compute()`.
   * @throws what `compute()` throws; ShoalError NOT_SUPPORTED where the executor does not tell how long tasks took
   * @see https://docs.dask.org/en/stable/dataframe-optimizer.html
   * @example
   * const t = dd.fromColumns({ k: ["x", "y", "x"], v: [1, 2, 4] }, { npartitions: 2 });
   * const analysis = await t.filter((r) => r["v"] > 1).groupby("k").sum().analyze();
   * analysis.expressions.map(({ kind, rows }) => [kind, rows]); // [ [ "scan", 3 ], … ]
   * await analysis.visualize("plan.svg");
   */
  async analyze(options?: ComputeOptions): Promise<Analysis<T>> {
    const { analyzeTable } = await import("./analyze-table.ts");
    return analyzeTable(this.node, configured(options), (blocks) => this.finish(blocks));
  }

  override [tokenSymbol](): unknown {
    return [this.constructor.name, this.node.id, this.view.index.map(({ label }) => label)];
  }

  override toString(): string {
    const { index, columns } = this.meta;
    const head = `${this.constructor.name} ${this.npartitions} ${this.npartitions === 1 ? "partition" : "partitions"}`;
    const lines = [
      ...index.map(({ label, dtype }) => `  ${label ?? "(index)"}: ${dtype}`),
      ...columns.map(
        ({ name, dtype, category }) =>
          `  ${shownName(name)}: ${category === undefined ? dtype : `category of ${dtype}`}`,
      ),
    ];
    const { divisions } = this;
    const shown =
      divisions === null
        ? "unknown"
        : `${divisions.slice(0, 4).map(String).join(", ")}${divisions.length > 4 ? ", …" : ""}`;
    return [head, ...lines, `  divisions: ${shown}`].join("\n");
  }

  override [notebookSymbol](): NotebookForms {
    const forms = super[notebookSymbol]();
    return { ...forms, "text/html": `<div>${schemaHtml(this.meta)}${forms["text/html"]}</div>` };
  }

  [inspect.custom](): string {
    return this.toString();
  }
}

/** Blocks of a layer under each other. */
export function stackChunks(blocks: readonly unknown[], node: Node): TableChunk {
  const tables = (blocks as TableChunk[]).map((one) => one.native);
  if (tables.length === 0) return new TableChunk(emptyTable(node.fields));
  if (tables.length === 1) return blocks[0] as TableChunk;
  return new TableChunk(polars().concat(tables as never) as unknown as PolarsFrame);
}

/** Runs a table's plan where it belongs. */
export async function blocksOf(table: Table<unknown>, options: ComputeOptions | undefined): Promise<unknown[]> {
  const run = configured(options);
  const executor = isLocal(table.view.root) ? syncExecutor : currentExecutor();
  const [blocks] = await executor.compute([table.wants()], run);
  return blocks as unknown[];
}
