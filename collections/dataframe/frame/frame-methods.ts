import { uniqueToken } from "../../../runtime/base/random.ts";
import type { DataLayer } from "../../../runtime/graph/layer.ts";
import { type NotebookForms, notebookSymbol } from "../../core/notebook-forms.ts";
import { DataFrame } from "../dataframe.ts";
import { LOCAL } from "../plan/local.ts";
import { named } from "../plan/node.ts";
import { type View, viewOfNode } from "../plan/view.ts";
import { type Field, indexName, type TableMeta } from "../schema.ts";
import { Series } from "../series.ts";
import { frameForms } from "../table-forms.ts";
import { Column } from "./column.ts";
import { Frame } from "./frame.ts";
import type { TableChunk } from "./table-chunk.ts";

/** A table in memory as the source of a plan that runs where it lies. */
function localView(chunk: TableChunk, meta: TableMeta): View {
  const fields: Field[] = [
    ...meta.index.map(({ dtype }, level) => ({ name: indexName(level), dtype })),
    ...meta.columns.map(({ name, dtype }) => ({ name, dtype })),
  ];
  const layer: DataLayer = {
    kind: "data",
    name: `local-${uniqueToken()}`,
    grid: [1],
    values: { kind: "live", items: [chunk] },
  };
  return viewOfNode(named({ kind: "layer", layer, label: LOCAL, fields, npartitions: 1, divisions: null }), meta);
}

declare module "./frame.ts" {
  interface Frame<S> {
    /** The table as a lazy one of one partition, which is worked on here: what a Frame's methods start from. */
    lazy(): DataFrame<S>;
  }
}
declare module "./column.ts" {
  interface Column<T> {
    /** The column as a lazy one of one partition, which is worked on here. */
    lazy(): Series<T>;
  }
}

const locals = new WeakMap<object, DataFrame<unknown> | Series<unknown>>();

Frame.prototype.lazy = function <S>(this: Frame<S>): DataFrame<S> {
  const known = locals.get(this) ?? new DataFrame<unknown>(localView(this.chunk, this.meta));
  locals.set(this, known);
  return known as DataFrame<S>;
};
Column.prototype.lazy = function <T>(this: Column<T>): Series<T> {
  const known = locals.get(this) ?? new Series<unknown>(localView(this.chunk, this.meta));
  locals.set(this, known);
  return known as Series<T>;
};

/** Every method of the lazy class that the eager one has not: it works on the table in memory, and gives lazy work on it. */
function delegate(eager: object, lazy: object): void {
  for (let type = lazy; type !== null && type !== Object.prototype; type = Object.getPrototypeOf(type))
    for (const name of Object.getOwnPropertyNames(type)) {
      const { value, get } = Object.getOwnPropertyDescriptor(type, name) as PropertyDescriptor;
      if (name in eager || name === "constructor") continue;
      const local = (self: unknown): Record<string, unknown> => (self as { lazy(): Record<string, unknown> }).lazy();
      if (typeof value === "function")
        Object.defineProperty(eager, name, {
          value(this: unknown, ...args: unknown[]) {
            const target = local(this);
            return (target[name] as (...args: unknown[]) => unknown).apply(target, args.map(lazyOf));
          },
        });
      else if (get !== undefined)
        Object.defineProperty(eager, name, {
          get: function (this: unknown) {
            return local(this)[name];
          },
        });
    }
}

const lazyOf = (value: unknown): unknown => (value instanceof Frame || value instanceof Column ? value.lazy() : value);

/** `frame.get(["a", "b"])` gives columns, `frame.get(condition)` rows, as a Series' and a table's brackets do in pandas. */
function installSelection(): void {
  const plain = Frame.prototype.get;
  Frame.prototype.get = function (this: Frame<unknown>, label: unknown): never {
    if (label instanceof Series || label instanceof Column) return this.lazy().filter(lazyOf(label) as never) as never;
    const several = Array.isArray(label) && label.every((one) => this.meta.columns.some(({ name }) => name === one));
    return (several ? this.lazy().select(...(label as never[])) : plain.call(this as never, label as never)) as never;
  } as never;
}

declare module "./frame.ts" {
  interface Frame<S> {
    [notebookSymbol](): NotebookForms;
  }
}
declare module "./column.ts" {
  interface Column<T> {
    [notebookSymbol](): NotebookForms;
  }
}
for (const type of [Frame, Column])
  type.prototype[notebookSymbol] = function (this: Frame<unknown> | Column<unknown>) {
    return frameForms(this.chunk, this.meta, String(this));
  };

let delegated = false;
/** Run once all methods of the lazy classes are installed. */
export function installFrameMethods(): void {
  if (delegated) return;
  delegated = true;
  installSelection();
  delegate(Frame.prototype, DataFrame.prototype);
  delegate(Column.prototype, Series.prototype);
}
