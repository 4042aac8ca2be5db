import { ShoalError } from "../../runtime/base/errors.ts";
import { type AnyRow, DataFrame } from "./dataframe.ts";
import { type Dtype, isInteger, promote } from "./dtype.ts";
import { call, column } from "./expression/expression.ts";
import { inferDtype } from "./expression/infer.ts";
import { joinedColumns } from "./joined-columns.ts";
import { inOne, matchedPartitions } from "./plan/align.ts";
import { fieldOf, selectNode } from "./plan/build.ts";
import { chooseJoin } from "./plan/choose-join.ts";
import { type JoinMethod, type Node, named } from "./plan/node.ts";
import type { JoinSpec, Named } from "./plan/step.ts";
import { nodeOfView, type View, type ViewColumn, viewColumn, viewOfNode } from "./plan/view.ts";
import { type Field, indexName, isIndexName } from "./schema.ts";

export type JoinHow = "inner" | "left" | "right" | "outer" | "leftsemi" | "leftanti";

export interface MergeOptions {
  readonly how?: JoinHow;
  /** Columns of both tables; all common columns unless told. */
  readonly on?: string | readonly string[];
  readonly leftOn?: string | readonly string[];
  readonly rightOn?: string | readonly string[];
  readonly leftIndex?: boolean;
  readonly rightIndex?: boolean;
  /** What is put behind names that both tables have; default ["_x", "_y"]. */
  readonly suffixes?: readonly [string, string];
  /** Adds a column `_merge` that says where a row comes from. */
  readonly indicator?: boolean | string;
  /** Partitions of the outcome of an exchange, which it asks for. */
  readonly npartitions?: number;
  /** False: rows are exchanged even where one table, of one partition or few rows, could go to every partition of the other. */
  readonly broadcast?: boolean;
}

const HOWS: Readonly<Record<string, JoinSpec["how"]>> = {
  inner: "inner",
  left: "left",
  right: "right",
  outer: "outer",
  leftsemi: "semi",
  leftanti: "anti",
};

interface Keys {
  readonly left: readonly string[];
  readonly right: readonly string[];
}

/** @see https://docs.dask.org/en/stable/generated/dask.dataframe.DataFrame.merge.html */
export function merge(
  left: DataFrame<never> | DataFrame<AnyRow>,
  right: DataFrame<never> | DataFrame<AnyRow>,
  options: MergeOptions = {},
): DataFrame<AnyRow> {
  const how = HOWS[options.how ?? "inner"];
  if (how === undefined)
    throw new RangeError(`how is inner, left, right, outer, leftsemi or leftanti, got "${options.how}"`);
  const onIndex = options.leftIndex === true && options.rightIndex === true;
  const keys = joinKeys(left.view, right.view, options);
  const [a, b] = sameTypes(
    sideNode(left.view, options.leftIndex === true),
    sideNode(right.view, options.rightIndex === true),
    keys,
  );
  const spec = joinSpec(a, b, keys, how, options);
  const joined = joinNode(a, b, spec, options, onIndex);
  const names = joined.fields.map(({ name }) => name).filter((name) => !isIndexName(name) && !name.startsWith("__key"));
  const columns = joinedColumns(names, left.view, right.view, spec);
  if (onIndex) return new DataFrame(viewOfNode(joined, { index: left.view.index, columns }));
  const filled = keysFromIndex(spec, keys);
  const plain = selectNode(
    joined,
    names.map((name) => ({
      name,
      expr: filled.has(name) ? call("coalesce", [column(name), column(indexName(0))]) : column(name),
    })),
  );
  const numbered = named({
    kind: "number",
    input: plain,
    name: indexName(0),
    fields: [...plain.fields, { name: indexName(0), dtype: "int64" }],
    npartitions: plain.npartitions,
    divisions: null,
  });
  return new DataFrame(viewOfNode(numbered, { index: [{ label: null }], columns }));
}

/** Where a column meets the other side's index, rows that only the index has still have their key in the column. */
function keysFromIndex(spec: JoinSpec, keys: Keys): ReadonlySet<string> {
  if (spec.how === "semi" || spec.how === "anti") return new Set();
  const index = indexName(0);
  const [toLeft, toRight] = [new Map(spec.renameLeft), new Map(spec.rename)];
  return new Set(
    keys.left.flatMap((name, at) => {
      const other = keys.right[at] as string;
      if (other === index) return [toLeft.get(name) ?? name];
      return name === index ? [toRight.get(other) ?? other] : [];
    }),
  );
}

function joinKeys(left: View, right: View, options: MergeOptions): Keys {
  const list = (value: string | readonly string[] | undefined): readonly string[] | undefined =>
    value === undefined ? undefined : ([value].flat() as string[]);
  const index = indexName(0);
  if (options.on !== undefined && (options.leftOn !== undefined || options.rightOn !== undefined))
    throw new RangeError("A merge has keys by on, or by leftOn and rightOn, not both");
  const common = left.columns.map(({ name }) => name).filter((name) => right.columns.some((one) => one.name === name));
  const both =
    list(options.on) ??
    (options.leftOn === undefined &&
    options.rightOn === undefined &&
    options.leftIndex !== true &&
    options.rightIndex !== true
      ? common
      : undefined);
  const leftKeys = options.leftIndex === true ? [index] : (both ?? list(options.leftOn) ?? []);
  const rightKeys = options.rightIndex === true ? [index] : (both ?? list(options.rightOn) ?? []);
  if (leftKeys.length === 0 || leftKeys.length !== rightKeys.length)
    throw new TypeError(
      `A merge needs equally many keys of both tables, got ${leftKeys.length} and ${rightKeys.length}`,
    );
  for (const name of leftKeys) if (name !== index) viewColumn(left, name);
  for (const name of rightKeys) if (name !== index) viewColumn(right, name);
  return { left: leftKeys, right: rightKeys };
}

/** The index takes part only where it is a key. */
const sideNode = (view: View, withIndex: boolean): Node => nodeOfView(view, withIndex);

/** Keys must be of one type on both sides, so that equal values hash alike. */
function sameTypes(left: Node, right: Node, keys: Keys): [Node, Node] {
  const casts: [Map<string, Dtype>, Map<string, Dtype>] = [new Map(), new Map()];
  keys.left.forEach((name, at) => {
    const other = keys.right[at] as string;
    const [a, b] = [fieldOf(left, name).dtype, fieldOf(right, other).dtype];
    const shared = promote(a, b);
    if (shared === undefined) throw new TypeError(`Key "${name}" is ${a} and key "${other}" is ${b}; use astype first`);
    if (a !== shared) casts[0].set(name, shared);
    if (b !== shared) casts[1].set(other, shared);
  });
  const cast = (node: Node, to: Map<string, Dtype>): Node =>
    to.size === 0
      ? node
      : selectNode(
          node,
          node.fields.map(
            ({ name }): Named => ({
              name,
              expr: to.has(name) ? call("cast", [column(name)], { dtype: to.get(name) as string }) : column(name),
            }),
          ),
        );
  return [cast(left, casts[0]), cast(right, casts[1])];
}

function joinSpec(left: Node, right: Node, keys: Keys, how: JoinSpec["how"], options: MergeOptions): JoinSpec {
  const [suffixLeft, suffixRight] = options.suffixes ?? ["_x", "_y"];
  const shared = new Set(keys.left.filter((name, at) => name === keys.right[at]));
  const both = left.fields
    .map(({ name }) => name)
    .filter((name) => !shared.has(name) && right.fields.some((field) => field.name === name));
  const rename = both
    .map((name): [string, string] => [name, `${name}${suffixRight}`])
    .filter(([from, to]) => from !== to);
  const renameLeft = both
    .map((name): [string, string] => [name, `${name}${suffixLeft}`])
    .filter(([from, to]) => from !== to);
  const indicator =
    options.indicator === undefined || options.indicator === false
      ? undefined
      : options.indicator === true
        ? "_merge"
        : options.indicator;
  return {
    how,
    leftOn: keys.left,
    rightOn: keys.right,
    rename,
    renameLeft,
    ...(indicator === undefined ? {} : { indicator }),
  };
}

function joinedFields(left: Node, right: Node, spec: JoinSpec): Field[] {
  const [toLeft, toRight] = [new Map(spec.renameLeft), new Map(spec.rename)];
  const own = left.fields.map(({ name, dtype }) => ({ name: toLeft.get(name) ?? name, dtype }));
  if (spec.how === "semi" || spec.how === "anti") return own;
  const shared = new Set(spec.leftOn.filter((name, at) => name === spec.rightOn[at]));
  const other = right.fields
    .filter(({ name }) => !shared.has(name))
    .map(({ name, dtype }) => ({ name: toRight.get(name) ?? name, dtype }));
  return [
    ...own,
    ...other,
    ...(spec.indicator === undefined ? [] : [{ name: spec.indicator, dtype: "string" as Dtype }]),
  ];
}

function joinNode(a: Node, b: Node, join: JoinSpec, options: MergeOptions, onIndex: boolean): Node {
  let [left, right] = [a, b];
  const known =
    onIndex && left.divisions !== null && right.divisions !== null && left.npartitions + right.npartitions > 2;
  if (known) [left, right] = matchedPartitions(left, right);
  const [method, count] = known
    ? (["partitionwise", left.npartitions] as const)
    : joinMethod(left, right, join, options);
  const divisions = known ? left.divisions : null;
  return named({
    kind: "join",
    left,
    right,
    join,
    method,
    fields: joinedFields(left, right, join),
    npartitions: count,
    divisions,
  });
}

/** A table of one partition goes to all partitions of the other, where every row of the other still meets it once. */
function joinMethod(left: Node, right: Node, join: JoinSpec, options: MergeOptions): readonly [JoinMethod, number] {
  const { how } = join;
  if (left.npartitions === 1 && right.npartitions === 1) return ["single", 1];
  if (options.broadcast !== false) {
    if (right.npartitions === 1 && how !== "right" && how !== "outer") return ["broadcast-right", left.npartitions];
    if (left.npartitions === 1 && (how === "inner" || how === "right")) return ["broadcast-left", right.npartitions];
  }
  const count = Math.max(left.npartitions, right.npartitions);
  if (options.broadcast === false || options.npartitions !== undefined)
    return ["exchange", options.npartitions ?? count];
  return [chooseJoin(left, right, join, count), count];
}

export interface MergeAsofOptions {
  readonly on?: string;
  readonly leftOn?: string;
  readonly rightOn?: string;
  readonly by?: string | readonly string[];
  /** How far apart keys may be: a number, or milliseconds for times. */
  readonly tolerance?: number;
  readonly direction?: "backward" | "forward" | "nearest";
  /** False: an equal key does not match, only a smaller (or greater) one; keys are whole numbers or times then. */
  readonly allowExactMatches?: boolean;
  /** What is put behind names that both tables have; default ["_x", "_y"]. */
  readonly suffixes?: readonly [string, string];
}

/**
 * Joins each row to the last of the other table whose key is not greater (or the next, or the nearest). Both tables are in the
 * order of their keys; they are joined in one partition.
 * @see https://docs.dask.org/en/stable/generated/dask.dataframe.multi.merge_asof.html
 */
export function mergeAsof(
  left: DataFrame<never> | DataFrame<AnyRow>,
  right: DataFrame<never> | DataFrame<AnyRow>,
  options: MergeAsofOptions,
): DataFrame<AnyRow> {
  const [leftOn, rightOn] = [options.leftOn ?? options.on, options.rightOn ?? options.on];
  if (leftOn === undefined || rightOn === undefined)
    throw new TypeError("mergeAsof needs a key: on, or leftOn and rightOn");
  const by = options.by === undefined ? [] : ([options.by].flat() as string[]);
  for (const name of [leftOn, ...by]) viewColumn(left.view, name);
  for (const name of [rightOn, ...by]) viewColumn(right.view, name);
  const [own, b] = [inOne(nodeOfView(left.view, false)), inOne(nodeOfView(right.view, false))];
  const gone = new Set([...(leftOn === rightOn ? [rightOn] : []), ...by]);
  const [suffixLeft, suffix] = options.suffixes ?? ["_x", "_y"];
  const kept = b.fields.filter(({ name }) => !gone.has(name));
  const both = new Set(
    kept.filter(({ name }) => own.fields.some((field) => field.name === name)).map(({ name }) => name),
  );
  const rename = [...both].map((name): [string, string] => [name, `${name}${suffix}`]);
  const leftName = (name: string): string => (both.has(name) ? `${name}${suffixLeft}` : name);
  const a = selectNode(
    own,
    own.fields.map(({ name }) => ({ name: leftName(name), expr: column(name) })),
  );
  const after = new Map(rename);
  const fields = [...a.fields, ...kept.map(({ name, dtype }) => ({ name: after.get(name) ?? name, dtype }))];
  const keyDtype = inferDtype(column(leftName(leftOn)), a.fields);
  const time = keyDtype === "datetime";
  const exact = options.allowExactMatches !== false;
  if (!exact && !(time || isInteger(keyDtype)))
    throw new ShoalError(`mergeAsof() without exact matches goes over whole numbers or times; the key is ${keyDtype}`, {
      code: "NOT_SUPPORTED",
    });
  const tolerance = options.tolerance === undefined ? null : time ? options.tolerance * 1000 : options.tolerance;
  const asof = {
    leftOn: leftName(leftOn),
    rightOn,
    leftBy: by.map(leftName),
    rightBy: by,
    direction: options.direction ?? "backward",
    tolerance,
    exact,
    rename,
  } as const;
  const joined = named({ kind: "asof", left: a, right: b, asof, fields, npartitions: 1, divisions: null });
  const numbered = named({
    kind: "number",
    input: joined,
    name: indexName(0),
    fields: [...fields, { name: indexName(0), dtype: "int64" }],
    npartitions: 1,
    divisions: null,
  });
  return new DataFrame(
    viewOfNode(numbered, { index: [{ label: null }], columns: fields.map(({ name }) => ({ name })) }),
  );
}

declare module "./dataframe.ts" {
  interface DataFrame<S> {
    /**
     * Rows of both tables with equal keys, beside each other; missing keys meet. Within a partition rows come in the order of the left's, then of the
     * right's (how "right": the other way round); "outer" has those that only the right has at the end, and does not sort by key as pandas does.
     * @see https://docs.dask.org/en/stable/generated/dask.dataframe.DataFrame.merge.html
     */
    merge(right: DataFrame<never> | DataFrame<AnyRow>, options?: MergeOptions): DataFrame<AnyRow>;
    /** Columns of another table by index, or by a column of this one. */
    join(
      right: DataFrame<never> | DataFrame<AnyRow>,
      options?: { how?: JoinHow; on?: string; lsuffix?: string; rsuffix?: string },
    ): DataFrame<AnyRow>;
  }
}

DataFrame.prototype.merge = function (right, options) {
  return merge(this as DataFrame<never>, right, options);
};
DataFrame.prototype.join = function (right, options = {}) {
  const { how = "left", on, lsuffix = "", rsuffix = "" } = options;
  const both = this.view.columns.filter(({ name }) => right.view.columns.some((one: ViewColumn) => one.name === name));
  if (both.length > 0 && lsuffix === rsuffix)
    throw new TypeError(`Both tables have "${both[0]?.name}"; give lsuffix or rsuffix`);
  const keys = on === undefined ? { leftIndex: true, rightIndex: true } : { leftOn: on, rightIndex: true };
  return merge(this as DataFrame<never>, right, { how, ...keys, suffixes: [lsuffix, rsuffix] });
};
