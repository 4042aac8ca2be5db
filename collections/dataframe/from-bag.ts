import { input, literal } from "../../runtime/graph/call.ts";
import type { BlockwiseLayer, Layer } from "../../runtime/graph/layer.ts";
import { tokenize } from "../../runtime/graph/tokenize.ts";
import { kernel } from "../../runtime/wire/function-spec.ts";
import { provideConversion, type ToDataFrameOptions } from "../bag/conversions.ts";
import { takeNow } from "../bag/reading.ts";
import { type AnyRow, DataFrame } from "./dataframe.ts";
import { parseDtype } from "./dtype.ts";
import { dtypeOfValues } from "./frame/value-types.ts";
import { isPlainItem, tableOfItems } from "./kernels/table-of-items.ts";
import { named } from "./plan/node.ts";
import { viewOfNode } from "./plan/view.ts";
import { type Field, indexName } from "./schema.ts";

declare module "../bag/conversions.ts" {
  interface BagConversions {
    readonly dataframe: DataFrame<AnyRow>;
  }
}

/** Items whose values tell the types of columns. */
const SAMPLE_ITEMS = 100;
const TABLE = kernel("shoal:collections/dataframe/kernels/table-of-items", "tableOfItems", tableOfItems);

/** A table over a bag's layer: a partition for each of the bag's. */
function tableOfBag(layer: Layer, options: ToDataFrameOptions): DataFrame<AnyRow> | Promise<DataFrame<AnyRow>> {
  const { meta, columns } = options;
  if (meta === undefined) return sampled(layer, columns).then((fields) => tableOf(layer, fields));
  const names = Object.keys(meta);
  if (columns !== undefined && (columns.length !== names.length || columns.some((name, at) => name !== names[at])))
    throw new TypeError(
      `meta names the columns ${names.join(", ")}, and columns ${columns.join(", ")}: give one of them`,
    );
  return tableOf(
    layer,
    names.map((name) => ({ name, dtype: parseDtype(meta[name] as string) })),
  );
}

function tableOf(layer: Layer, columns: readonly Field[]): DataFrame<AnyRow> {
  const source: BlockwiseLayer = {
    kind: "blockwise",
    name: `from-bag-${tokenize(layer, columns)}`,
    grid: layer.grid,
    inputs: [{ source: layer, axes: [{ kind: "axis", axis: 0 }] }],
    call: { fn: TABLE, args: [input(0), literal(columns)] },
  };
  const node = named({
    kind: "layer",
    layer: source,
    label: "bag",
    fields: [{ name: indexName(0), dtype: "int64" }, ...columns],
    npartitions: layer.grid[0] as number,
    divisions: null,
  });
  return new DataFrame<AnyRow>(viewOfNode(node, { index: [{ label: null }], columns }));
}

/** Columns and their types, told from the first items. @throws RangeError if there is none */
async function sampled(layer: Layer, columns: readonly string[] | undefined): Promise<Field[]> {
  const first = await takeNow(layer, SAMPLE_ITEMS, 1);
  const items = first.length > 0 ? first : await takeNow(layer, SAMPLE_ITEMS, -1);
  if (items.length === 0)
    throw new RangeError("The types of columns cannot be told from a bag without items; say them with meta");
  const names = columns ?? namesIn(items);
  return names.map((name, at) => {
    const values = items.map((item) =>
      names.length === 1 && isPlainItem(item)
        ? item
        : Array.isArray(item)
          ? item[at]
          : (item as Record<string, unknown>)[name],
    );
    return { name, dtype: dtypeOfValues(values, name) };
  });
}

function namesIn(items: readonly unknown[]): string[] {
  const names = new Set<string>();
  for (const item of items) {
    if (typeof item !== "object" || item === null)
      throw new TypeError(`Rows are made of objects or lists, and there is a ${typeof item}`);
    for (const name of Array.isArray(item) ? item.keys() : Object.keys(item)) names.add(String(name));
  }
  return [...names];
}

provideConversion("dataframe", tableOfBag);
