import type { Expr, Options, Plain } from "../expression/expression.ts";
import type { BinRule } from "../frequency.ts";
import type { ParquetReader } from "../kernels/read-parquet.ts";
import type { Field } from "../schema.ts";

/** A column and how it is made. */
export interface Named {
  readonly name: string;
  readonly expr: Expr;
}

/** One primitive aggregation: over columns of its input, within a group or over everything. */
export interface Aggregation {
  readonly name: string;
  readonly primitive: string;
  readonly columns: readonly string[];
  readonly options?: Options;
  readonly dtype: Field["dtype"];
}

/** One function over the ordered rows of a partition, such as a shift or a rolling mean. */
export interface WindowItem {
  readonly name: string;
  readonly window: string;
  readonly columns: readonly string[];
  readonly options: Options;
  readonly dtype: Field["dtype"];
}

/**
 * What is done with one partition: a tree of steps that the kernel turns into ONE lazy plan of the engine. Plain data.
 * `fields` are the columns a step gives.
 */
export type Step = { readonly fields: readonly Field[] } & StepKind;

export type StepKind =
  /** The at-th input of the task: a table, or a list of tables to be stacked. */
  | { readonly op: "input"; readonly at: number }
  /** The task's own value says what to read, `reader` how. */
  | { readonly op: "read"; readonly reader: Reader }
  | { readonly op: "select"; readonly of: Step; readonly columns: readonly Named[] }
  | { readonly op: "extend"; readonly of: Step; readonly columns: readonly Named[] }
  | { readonly op: "filter"; readonly of: Step; readonly predicate: Expr }
  | {
      readonly op: "group";
      readonly of: Step;
      readonly keys: readonly string[];
      readonly aggregations: readonly Aggregation[];
      readonly dropNullKeys: boolean;
      /** Groups in order of appearance; it costs about as much again. */
      readonly ordered: boolean;
      /** What comes of it is combined with the groups of other partitions: rows may stand for groups of their own. */
      readonly partial: boolean;
    }
  | {
      readonly op: "sort";
      readonly of: Step;
      readonly by: readonly string[];
      readonly descending: readonly boolean[];
      readonly nullsLast: boolean;
    }
  /** The first `rows` in an order, missing keys last. */
  | {
      readonly op: "largest";
      readonly of: Step;
      readonly by: readonly string[];
      readonly descending: readonly boolean[];
      readonly rows: number;
    }
  /** A length below zero: all rows from `offset` on but so many at the end. */
  | { readonly op: "slice"; readonly of: Step; readonly offset: number; readonly length: number | null }
  | {
      readonly op: "unique";
      readonly of: Step;
      readonly by: readonly string[];
      readonly keep: "first" | "last" | "none";
    }
  | { readonly op: "stack"; readonly of: readonly Step[] }
  | {
      readonly op: "join";
      readonly left: Step;
      readonly right: Step;
      readonly join: JoinSpec;
      /** The side that other partitions are joined to as well: what is found out about it is kept. */
      readonly shared: "left" | "right" | null;
    }
  | { readonly op: "asof"; readonly left: Step; readonly right: Step; readonly asof: AsofSpec }
  | { readonly op: "explode"; readonly of: Step; readonly column: string }
  | {
      readonly op: "unpivot";
      readonly of: Step;
      readonly keep: readonly string[];
      readonly values: readonly string[];
      readonly variable: string;
      readonly value: string;
    }
  | {
      readonly op: "window";
      readonly of: Step;
      readonly items: readonly WindowItem[];
      readonly over: readonly string[];
    }
  /** Rows of the neighbours before and after, seen by the windows and cut off again. */
  | {
      readonly op: "overlap";
      readonly of: Step;
      readonly before: Step | null;
      readonly after: Step | null;
      readonly items: readonly WindowItem[];
      /** How many rows before and after it a row sees; null where it sees everything, or a stretch of time. */
      readonly sees: { readonly before: number; readonly after: number } | null;
    }
  /** Adds columns that hold one value: the first row of a table of one row. */
  | { readonly op: "scalars"; readonly of: Step; readonly from: readonly Step[] }
  | { readonly op: "number"; readonly of: Step; readonly name: string }
  /** Rows of a sorted time index that lie no further back than `micros` before the last. */
  | { readonly op: "recent"; readonly of: Step; readonly column: string; readonly micros: number }
  /** Every bin between the first and the last, sorted; those without rows are filled with 0, 1 or nothing. */
  | {
      readonly op: "bins";
      readonly of: Step;
      readonly key: string;
      readonly rule: BinRule;
      readonly zeros: readonly string[];
      readonly ones: readonly string[];
    }
  /** Joins the columns of tables with equal keys row by row, else by a full join that sorts the keys. */
  | {
      readonly op: "align";
      readonly left: Step;
      readonly right: Step;
      readonly keys: number;
      readonly how: "outer" | "inner" | "left";
    };

export type Reader =
  | { readonly format: "columns" }
  | { readonly format: "csv"; readonly csv: CsvFormat }
  | ParquetReader
  | { readonly format: "json" }
  | { readonly format: "ipc" }
  | { readonly format: "sql" };

/** How the text of a CSV file is to be read. */
export interface CsvFormat {
  readonly separator: string;
  readonly quote: string | null;
  readonly comment: string | null;
  /** What stands between groups of digits, and before fractions, in columns that are read as "marked". */
  readonly thousands: string | null;
  readonly decimal: string;
  readonly nulls: readonly string[];
  /** Every column of the file in order; `how` says how its text becomes a value. */
  readonly columns: readonly CsvColumn[];
  readonly numbered: boolean;
  /** Whether every file names its columns, which must be those of the first. */
  readonly header: boolean;
}

export interface CsvColumn extends Field {
  readonly how: "plain" | "time" | "marked" | "bool";
  /** How times are written, where the sample shows it: far quicker than finding it out for every value. */
  readonly format?: string;
}

/** A stretch of a file: what one task reads. */
export interface FilePart {
  readonly path: string;
  readonly start: number;
  readonly end: number;
  /** Whether the stretch is the whole file. */
  readonly whole: boolean;
  /** Lines to pass over at its start. */
  readonly skip: number;
  /** Changes whenever the file does. */
  readonly version: string;
}

export interface JoinSpec {
  readonly how: "inner" | "left" | "right" | "outer" | "semi" | "anti";
  readonly leftOn: readonly string[];
  readonly rightOn: readonly string[];
  /** Names of the right's columns in the result, where they differ. */
  readonly rename: readonly (readonly [from: string, to: string])[];
  readonly renameLeft: readonly (readonly [from: string, to: string])[];
  readonly indicator?: string;
}

export interface AsofSpec {
  readonly leftOn: string;
  readonly rightOn: string;
  readonly leftBy: readonly string[];
  readonly rightBy: readonly string[];
  readonly direction: "backward" | "forward" | "nearest";
  readonly tolerance: number | null;
  readonly exact: boolean;
  readonly rename: readonly (readonly [from: string, to: string])[];
}

/** The steps a step reads. */
export function stepsBelow(step: Step): readonly Step[] {
  switch (step.op) {
    case "input":
    case "read":
      return [];
    case "stack":
      return step.of;
    case "join":
    case "asof":
    case "align":
      return [step.left, step.right];
    case "overlap":
      return [step.of, ...(step.before === null ? [] : [step.before]), ...(step.after === null ? [] : [step.after])];
    case "scalars":
      return [step.of, ...step.from];
    default:
      return [step.of];
  }
}

/** The same steps with every input moved: what two pipelines need before they are one. */
export function moveInputs(step: Step, by: number): Step {
  if (by === 0) return step;
  switch (step.op) {
    case "input":
      return { ...step, at: step.at + by };
    case "read":
      return step;
    case "stack":
      return { ...step, of: step.of.map((one) => moveInputs(one, by)) };
    case "join":
    case "asof":
    case "align":
      return { ...step, left: moveInputs(step.left, by), right: moveInputs(step.right, by) };
    case "overlap":
      return {
        ...step,
        of: moveInputs(step.of, by),
        before: step.before === null ? null : moveInputs(step.before, by),
        after: step.after === null ? null : moveInputs(step.after, by),
      };
    case "scalars":
      return { ...step, of: moveInputs(step.of, by), from: step.from.map((one) => moveInputs(one, by)) };
    default:
      return { ...step, of: moveInputs(step.of, by) };
  }
}

/** Plain values of a table in hand, a list a column: what `fromRecords` puts into the graph. */
export type RawColumns = Readonly<Record<string, readonly Plain[] | ArrayBufferView | RowNumbers>>;

/** Whole numbers from the first on, one a row. */
export interface RowNumbers {
  readonly first: number;
  readonly rows: number;
}
