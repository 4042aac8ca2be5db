import type { Layer } from "../../../runtime/graph/layer.ts";
import { tokenize } from "../../../runtime/graph/tokenize.ts";
import type { FunctionSpec } from "../../../runtime/wire/function-spec.ts";
import type { RowGroups } from "../../io/parquet-footer.ts";
import type { Expr, Plain } from "../expression/expression.ts";
import type { BinRule } from "../frequency.ts";
import type { Field, TableMeta } from "../schema.ts";
import type { Aggregation, AsofSpec, JoinSpec, Named, Reader, WindowItem } from "./step.ts";

/**
 * The logical plan: what a table is, not how it is made. A node has columns (`fields`) and, where it is known without
 * computing, how many partitions it has and which values of a column each of them holds.
 */
export type Node = {
  readonly id: string;
  readonly fields: readonly Field[];
  readonly npartitions: number;
  readonly divisions: Divisions | null;
} & NodeKind;

/** Partition i holds the rows with values[i] <= column < values[i + 1]; the last also values[npartitions]. */
export interface Divisions {
  readonly column: string;
  readonly values: readonly Plain[];
}

/** A part that a source can be read in: the task's own value, and what is known of its rows. */
export interface Part {
  readonly own: unknown;
  readonly rows: number | null;
  /** What a file says of the rows it keeps together. */
  readonly groups?: RowGroups;
  /** The small parts it was put together of; `own` is then the list of theirs. */
  readonly of?: readonly Part[];
}

export type NodeKind =
  | { readonly kind: "layer"; readonly layer: Layer; readonly label: string }
  | {
      readonly kind: "scan";
      readonly reader: Reader;
      readonly parts: readonly Part[];
      readonly label: string;
      readonly predicate?: Expr;
    }
  | { readonly kind: "select"; readonly input: Node; readonly columns: readonly Named[] }
  | { readonly kind: "extend"; readonly input: Node; readonly columns: readonly Named[] }
  | { readonly kind: "filter"; readonly input: Node; readonly predicate: Expr }
  | { readonly kind: "scalars"; readonly input: Node; readonly from: readonly Node[] }
  | { readonly kind: "aggregate"; readonly input: Node; readonly tree: AggregateTree }
  | {
      readonly kind: "sort";
      readonly input: Node;
      readonly by: readonly string[];
      readonly descending: readonly boolean[];
      readonly nullsLast: boolean;
      readonly targets: readonly Plain[] | null;
    }
  | {
      readonly kind: "limit";
      readonly input: Node;
      readonly rows: number;
      readonly from: "head" | "tail";
      readonly partitions: number;
    }
  | {
      readonly kind: "largest";
      readonly input: Node;
      readonly by: readonly string[];
      readonly descending: readonly boolean[];
      readonly rows: number;
    }
  | {
      readonly kind: "unique";
      readonly input: Node;
      readonly by: readonly string[];
      readonly keep: "first" | "last" | "none";
    }
  | {
      readonly kind: "join";
      readonly left: Node;
      readonly right: Node;
      readonly join: JoinSpec;
      readonly method: JoinMethod;
    }
  | { readonly kind: "asof"; readonly left: Node; readonly right: Node; readonly asof: AsofSpec }
  | {
      readonly kind: "align";
      readonly left: Node;
      readonly right: Node;
      readonly keys: number;
      readonly how: "outer" | "inner" | "left";
    }
  | { readonly kind: "stack"; readonly inputs: readonly Node[] }
  | {
      readonly kind: "window";
      readonly input: Node;
      readonly items: readonly WindowItem[];
      readonly reach: WindowReach;
    }
  | {
      readonly kind: "groupWindow";
      readonly input: Node;
      readonly items: readonly WindowItem[];
      readonly over: readonly string[];
    }
  | { readonly kind: "exchange"; readonly input: Node; readonly by: readonly string[] }
  | { readonly kind: "repartition"; readonly input: Node; readonly how: Repartition }
  | { readonly kind: "pick"; readonly input: Node; readonly partitions: readonly number[] }
  | { readonly kind: "explode"; readonly input: Node; readonly column: string }
  | {
      readonly kind: "unpivot";
      readonly input: Node;
      readonly keep: readonly string[];
      readonly values: readonly string[];
      readonly variable: string;
      readonly value: string;
    }
  | {
      readonly kind: "bins";
      readonly input: Node;
      readonly key: string;
      readonly rule: BinRule;
      readonly zeros: readonly string[];
      readonly ones: readonly string[];
    }
  | { readonly kind: "number"; readonly input: Node; readonly name: string }
  | {
      readonly kind: "map";
      readonly input: Node;
      readonly fn: FunctionSpec;
      readonly kernel: FunctionSpec;
      readonly call: MapCall;
      /** What the function sees of the partitions before and after its own. */
      readonly overlap?: MapOverlap;
    };

/** Rows before, or the last microseconds of a time index; rows after. */
export interface MapOverlap {
  readonly before: { readonly rows: number } | { readonly micros: number };
  readonly after: { readonly rows: number };
}

/** Partial results a partition, combined as often as it takes, finished once. */
export interface AggregateTree {
  readonly keys: readonly string[];
  readonly partial: readonly Aggregation[];
  readonly combine: readonly Aggregation[];
  /** The last combination, where it differs. */
  readonly last: readonly Aggregation[];
  readonly finish: readonly Named[];
  readonly sort: boolean;
  readonly dropNullKeys: boolean;
  readonly fanIn: number;
  readonly splitOut: number;
}

export type JoinMethod = "broadcast-left" | "broadcast-right" | "partitionwise" | "exchange" | "single";

export type WindowReach =
  /** Rows before and after that a window sees. */
  | { readonly kind: "rows"; readonly before: number; readonly after: number }
  /** Everything before (or after) matters, as one row: totals so far. */
  | { readonly kind: "carry"; readonly backward: boolean }
  /** Rows of the last microseconds before. */
  | { readonly kind: "time"; readonly column: string; readonly micros: number };

export type Repartition =
  | { readonly kind: "count" }
  | { readonly kind: "divisions"; readonly force: boolean }
  | { readonly kind: "rows" }
  /** Partition i is cut into pieces[i] about equal ones; `groups` says which of all pieces come together. */
  | { readonly kind: "pieces"; readonly pieces: readonly number[]; readonly groups: readonly (readonly number[])[] };

/** How a function of the user's is called on each partition. */
export interface MapCall {
  readonly mode:
    | "frame"
    | "rows"
    | "values"
    | "groups"
    | "groupColumns"
    | "windows"
    | "partGroups"
    | "partSeries"
    | "cells"
    | "sample";
  readonly meta: TableMeta;
  /** What comes out; null where that is to be found out. */
  readonly out: TableMeta | null;
  readonly args: readonly unknown[];
  /** Physical columns that hold the keys of groups. */
  readonly keys?: readonly string[];
  /** Rows of a window. */
  readonly window?: number;
  readonly minPeriods?: number;
}

/** The tables a node is made from. */
export function inputsOf(node: Node): readonly Node[] {
  switch (node.kind) {
    case "layer":
    case "scan":
      return [];
    case "join":
    case "asof":
    case "align":
      return [node.left, node.right];
    case "stack":
      return node.inputs;
    case "scalars":
      return [node.input, ...node.from];
    default:
      return [node.input];
  }
}

/** The same node over other inputs. */
export function withInputs(node: Node, inputs: readonly Node[]): Node {
  if (inputs.every((input, at) => input === inputsOf(node)[at])) return node;
  const [first, second] = inputs as [Node, Node];
  switch (node.kind) {
    case "layer":
    case "scan":
      return node;
    case "join":
    case "asof":
    case "align":
      return named({ ...node, left: first, right: second });
    case "stack":
      return named({ ...node, inputs });
    case "scalars":
      return named({ ...node, input: first, from: inputs.slice(1) });
    default:
      return named({ ...node, input: first } as Node);
  }
}

type Unnamed = NodeKind & {
  readonly fields: readonly Field[];
  readonly npartitions: number;
  readonly divisions: Divisions | null;
};

/** Gives a node its name: equal nodes over equal inputs have equal names, and are computed once. */
export function named(node: Unnamed): Node {
  const { id: _id, ...rest } = node as Node;
  return { ...(rest as Unnamed), id: `${node.kind}-${tokenize(contentOf(rest as Unnamed))}` };
}

function contentOf(node: Unnamed): unknown {
  const inputs = inputsOf(node as Node).map((input) => input.id);
  const own = Object.entries(node).filter(
    ([name]) =>
      !["input", "inputs", "left", "right", "from", "layer"].includes(name) ||
      (name === "from" && node.kind === "limit"),
  );
  return [inputs, Object.fromEntries(own), node.kind === "layer" ? node.layer.name : null];
}
