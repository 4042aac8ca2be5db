import type { NDArray } from "../array/ndarray.ts";
import { DataFrame } from "./dataframe.ts";
import type { Dtype } from "./dtype.ts";
import type { Options } from "./expression/expression.ts";
import { parseFrequencyMicros } from "./frequency.ts";
import { mapNode } from "./map.ts";
import { inOne } from "./plan/align.ts";
import type { Node } from "./plan/node.ts";
import { nodeOfView, viewOfNode } from "./plan/view.ts";
import { indexName } from "./schema.ts";
import { Series } from "./series.ts";

export interface RollingOptions {
  /** Values a window needs before it has an outcome; its size unless told (1 for stretches of time). */
  readonly minPeriods?: number;
  /** The row stands in the middle of its window instead of at its end. */
  readonly center?: boolean;
}

type Reach = Extract<Node, { kind: "window" }>["reach"];

/** How far a window reaches over the rows before and after. */
export interface WindowFrame {
  readonly options: Options;
  readonly reach: Reach;
}

/** @throws RangeError for a window without rows, SyntaxError for text that is no frequency */
export function windowFrame(window: number | string, options: RollingOptions): WindowFrame {
  if (typeof window === "string") {
    const micros = parseFrequencyMicros(window);
    return {
      options: { micros, minPeriods: options.minPeriods ?? 1 },
      reach: { kind: "time", column: indexName(0), micros },
    };
  }
  if (options.minPeriods !== undefined && typeof window === "number" && options.minPeriods > window)
    throw new RangeError(`minPeriods (${options.minPeriods}) is more than the ${window} rows of the window`);
  if (!(Number.isInteger(window) && window >= 1))
    throw new RangeError(`A rolling window has at least one row, got ${window}`);
  const after = options.center === true ? Math.floor((window - 1) / 2) : 0;
  return {
    options: {
      window,
      center: options.center === true,
      ...(options.minPeriods === undefined ? {} : { minPeriods: options.minPeriods }),
    },
    reach: { kind: "rows", before: window - 1 - after, after },
  };
}

/**
 * Functions of the last rows of a column, or of the last stretch of its time index; windows cross partitions.
 * @see https://docs.dask.org/en/stable/generated/dask.dataframe.Series.rolling.html
 */
export class SeriesRolling {
  private readonly series: Series<unknown>;
  private readonly frame: WindowFrame;

  constructor(series: Series<unknown>, frame: WindowFrame) {
    if (frame.reach.kind === "time" && series.meta.index[0]?.dtype !== "datetime")
      throw new TypeError(`A window of time needs an index of times, this one is ${series.meta.index[0]?.dtype}`);
    // A stretch of time is measured on the index, which must then be a column of the plan's own.
    this.series = frame.reach.kind === "time" ? new Series(viewOfNode(nodeOfView(series.view), series.view)) : series;
    this.frame = frame;
  }

  sum(): Series<number> {
    return this.do("rollingSum");
  }
  mean(): Series<number> {
    return this.do("rollingMean");
  }
  min(): Series<number> {
    return this.do("rollingMin");
  }
  max(): Series<number> {
    return this.do("rollingMax");
  }
  median(): Series<number> {
    return this.do("rollingMedian");
  }
  count(): Series<number> {
    return this.do("rollingCount");
  }
  std(options: { ddof?: number } = {}): Series<number> {
    return this.do("rollingStd", { ddof: options.ddof ?? 1 });
  }
  var(options: { ddof?: number } = {}): Series<number> {
    return this.do("rollingVar", { ddof: options.ddof ?? 1 });
  }
  quantile(q: number): Series<number> {
    return this.do("rollingQuantile", { q });
  }

  /**
   * What a function gives for the values of each window (an NDArray of float64, missing values left out). It runs in one
   * partition, row after row.
   */
  apply(fn: (window: NDArray<"float64">) => unknown): Series<number> {
    const { window, minPeriods } = this.frame.options as { window?: number; minPeriods?: number };
    if (window === undefined || this.frame.options["center"] === true)
      throw new TypeError("rolling().apply takes a number of rows, and windows that end with their row");
    const { view, meta } = this.series;
    const whole = viewOfNode(inOne(nodeOfView(view)), view);
    const out = { index: meta.index, columns: [{ name: meta.columns[0]?.name as string, dtype: "float64" as const }] };
    const node = mapNode(
      whole,
      fn,
      { mode: "windows", out, args: [], window, ...(minPeriods === undefined ? {} : { minPeriods }) },
      meta,
    );
    return new Series<number>(viewOfNode(node, out));
  }

  private do(window: string, more: Options = {}): Series<number> {
    const { dtype } = this.series;
    if (!/^(u?int|float|bool|null)/.test(dtype))
      throw new TypeError(`Rolling windows need numbers, this column is ${dtype}`);
    return this.series.window<number>(window, { ...this.frame.options, ...more }, "float64" as Dtype, this.frame.reach);
  }
}

const FUNCTIONS = ["sum", "mean", "min", "max", "median", "count", "std", "var"] as const;
type RollingFunction = (typeof FUNCTIONS)[number];

/** Rolling windows over all columns of numbers of a table. */
export class FrameRolling {
  private readonly table: DataFrame<unknown>;
  private readonly window: number | string;
  private readonly options: RollingOptions;

  constructor(table: DataFrame<unknown>, window: number | string, options: RollingOptions) {
    this.table = table;
    this.window = window;
    this.options = options;
    windowFrame(window, options);
  }

  /** One of sum, mean, min, max, median, count, std, var for every column. */
  agg(fn: RollingFunction): DataFrame<unknown> {
    return this.table.each((one) => one.rolling(this.window, this.options)[fn]() as Series);
  }
  sum = (): DataFrame<unknown> => this.agg("sum");
  mean = (): DataFrame<unknown> => this.agg("mean");
  min = (): DataFrame<unknown> => this.agg("min");
  max = (): DataFrame<unknown> => this.agg("max");
  median = (): DataFrame<unknown> => this.agg("median");
  count = (): DataFrame<unknown> => this.agg("count");
  std = (): DataFrame<unknown> => this.agg("std");
  var = (): DataFrame<unknown> => this.agg("var");
}

declare module "./series.ts" {
  interface Series<T> {
    /** @param window a number of rows, or a stretch of time such as "2D" over a time index */
    rolling(window: number | string, options?: RollingOptions): SeriesRolling;
  }
}
declare module "./dataframe.ts" {
  interface DataFrame<S> {
    rolling(window: number | string, options?: RollingOptions): FrameRolling;
  }
}

Series.prototype.rolling = function (window, options = {}) {
  return new SeriesRolling(this as Series<unknown>, windowFrame(window, options));
};
DataFrame.prototype.rolling = function (window, options = {}) {
  return new FrameRolling(this as DataFrame<unknown>, window, options);
};
