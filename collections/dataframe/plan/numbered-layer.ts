import type { Layer } from "../../../runtime/graph/layer.ts";
import { type Field, indexName } from "../schema.ts";
import { type Node, named } from "./node.ts";

/** A layer of partitions whose rows are numbered in an index without a name. */
export const numberedLayer = (columns: readonly Field[], layer: Layer, divisions: Node["divisions"] = null): Node =>
  named({
    kind: "layer",
    layer,
    label: layer.name,
    fields: [{ name: indexName(0), dtype: "int64" }, ...columns],
    npartitions: layer.grid[0] as number,
    divisions,
  });
