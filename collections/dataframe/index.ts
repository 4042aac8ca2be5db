/**
 * `shoal/dataframe`: tables in partitions, with a typed row, an optimiser, and polars under it.
 * @see https://docs.dask.org/en/stable/dataframe.html
 */

import "../futures/fallback.ts";

export { type ReadIpcOptions, readIpc } from "../io/arrow-ipc.ts";
export { type ReadCsvOptions, readCsv } from "../io/csv.ts";
export type { FileError, FileSystem } from "../io/filesystem.ts";
export { type ReadJsonOptions, readJson } from "../io/json-lines.ts";
export { type ReadParquetOptions, readParquet } from "../io/parquet.ts";
export { S3FileSystem, type S3Options } from "../io/s3-filesystem.ts";
export { registerFileSystem } from "../io/schemes.ts";
export { type ReadSqlOptions, readSql } from "../io/sql.ts";
export { Aggregation } from "./aggregation.ts";
export type { ExpressionFigures } from "./analysis.ts";
export { Analysis } from "./analysis.ts";
export { type FromArrowOptions, fromArrow } from "./arrow.ts";
export { CategoryAccessor } from "./category-accessor.ts";
export { type ConcatOptions, concat } from "./concat.ts";
export type { ToArrayOptions } from "./conversions.ts";
export { type AnyRow, DataFrame, type SortOptions } from "./dataframe.ts";
export { type TimeseriesOptions, timeseries } from "./demo-data.ts";
export type { Dtype } from "./dtype.ts";
export {
  count,
  first,
  last,
  max,
  mean,
  median,
  min,
  nunique,
  prod,
  std,
  sum,
  variance,
} from "./expression/aggregate-functions.ts";
export { ColumnExpression, col, lit, when } from "./expression/builder.ts";
export { Column } from "./frame/column.ts";
export { Frame } from "./frame/frame.ts";
export type { ValueOptions } from "./frame/values.ts";
export { type FromArrayOptions, fromArray } from "./from-array.ts";
export { type FromMapOptions, fromDelayed, fromMap } from "./from-pieces.ts";
export { type FromColumnsOptions, fromColumns, fromRecords } from "./from-values.ts";
export { GroupBy } from "./groupby.ts";
export type { AggregateName, AggregateRequest, GroupByOptions } from "./grouping.ts";
export {
  type JoinHow,
  type MergeAsofOptions,
  type MergeOptions,
  merge,
  mergeAsof,
} from "./join.ts";
export type { ColumnRange, LabelRange, RepartitionOptions, Rows, SetIndexOptions } from "./loc.ts";
export { inferSchema, type MapPartitionsOptions, type Schema } from "./map.ts";
export type { PartNaming } from "./part-names.ts";
export type { FrameReduceOptions } from "./reductions.ts";
export { FrameResampler, SeriesResampler } from "./resample.ts";
export { type GetDummiesOptions, getDummies, type PivotTableOptions } from "./reshape.ts";
export { FrameRolling, type RollingOptions, SeriesRolling } from "./rolling.ts";
export type { RowExpression } from "./rows-expression.ts";
export { Scalar } from "./scalar.ts";
export { type QuantileOptions, type ReduceOptions, Series } from "./series.ts";
export { SeriesGroupBy } from "./series-groupby.ts";
export { TextAccessor } from "./text-accessor.ts";
export { TimeAccessor, toDatetime, toNumeric } from "./time-accessor.ts";
export type { ToCsvOptions } from "./to-csv.ts";
export type { ToIpcOptions } from "./to-ipc.ts";
export type { ToJsonOptions } from "./to-json.ts";
export type { ToParquetOptions } from "./to-parquet.ts";
export type { ToSqlOptions } from "./to-sql.ts";
export { Writing } from "./write-parts.ts";

import "./assembly.ts";
import { installFrameMethods } from "./frame/frame-methods.ts";

installFrameMethods();
