import { DataFrame } from "./dataframe.ts";
import type { Frame } from "./frame/frame.ts";
import { shownName } from "./schema.ts";
import { Series } from "./series.ts";

export interface MemoryUsageOptions {
  /** False leaves the index out; default true. */
  readonly index?: boolean;
}

function usage(table: DataFrame<unknown>, { index = true }: MemoryUsageOptions): Series<number> {
  const names = table.meta.columns.map(({ name }) => name);
  const shown = names.map(shownName);
  const bytes = table.mapPartitions<{ column: string; bytes: number }>(
    (part: Frame<unknown>, own: string[], labels: string[], withIndex: boolean) => {
      const all = part.chunk.columnBytes;
      const levels = Object.keys(all).filter((name) => !own.includes(name));
      const ofIndex = levels.reduce((sum, name) => sum + (all[name] ?? 0), 0);
      const values = own.map((name) => Math.ceil(all[name] ?? 0));
      return {
        column: withIndex ? ["Index", ...labels] : labels,
        bytes: withIndex ? [Math.ceil(ofIndex), ...values] : values,
      };
    },
    { schema: { column: "string", bytes: "int64" }, args: [names, shown, index] },
  );
  return bytes.groupby("column", { sort: false }).get("bytes").sum() as Series<number>;
}

const perPartition = (table: DataFrame<unknown>): Series<number> =>
  table
    .mapPartitions<{ bytes: number }>((part: Frame<unknown>) => ({ bytes: [Math.ceil(part.chunk.nbytes)] }), {
      schema: { bytes: "int64" },
    })
    .get("bytes") as Series<number>;

declare module "./dataframe.ts" {
  interface DataFrame<S> {
    /**
     * Bytes of memory that the index and each column take, indexed by their names. Numbers and times count by their width, texts by
     * how long a sample of them is.
     * @see https://docs.dask.org/en/stable/generated/dask.dataframe.DataFrame.memory_usage.html
     */
    memoryUsage(options?: MemoryUsageOptions): Series<number>;
    /** Bytes that each partition takes, index included, in their order. */
    memoryUsagePerPartition(): Series<number>;
  }
}
declare module "./series.ts" {
  interface Series<T> {
    /** Bytes that each partition takes, index included, in their order. */
    memoryUsagePerPartition(): Series<number>;
  }
}

DataFrame.prototype.memoryUsage = function (options = {}) {
  return usage(this as DataFrame<unknown>, options);
};
DataFrame.prototype.memoryUsagePerPartition = function () {
  return perPartition(this as DataFrame<unknown>);
};
Series.prototype.memoryUsagePerPartition = function () {
  return perPartition(this.toFrame() as DataFrame<unknown>);
};
