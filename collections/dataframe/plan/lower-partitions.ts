import { config } from "../../../runtime/base/config.ts";
import { input, literal } from "../../../runtime/graph/call.ts";
import type { BlockwiseLayer, Layer, TaskLayer } from "../../../runtime/graph/layer.ts";
import { tokenize } from "../../../runtime/graph/tokenize.ts";
import { kernel } from "../../../runtime/wire/function-spec.ts";
import { exchangeLayer } from "../../core/exchange.ts";
import { call, column, type Plain } from "../expression/expression.ts";
import { splitByHash, splitByRange, splitRows } from "../kernels/split.ts";
import type { Lower } from "./lower-types.ts";
import type { Node } from "./node.ts";
import { countOf, type Pipe, pickPipe, pipeOf, settle, stackedCall, withStep } from "./pipe.ts";
import type { Step } from "./step.ts";

const SPLIT = "shoal:collections/dataframe/kernels/split";
const SPLIT_BY_HASH = kernel(SPLIT, "splitByHash", splitByHash);
const SPLIT_BY_RANGE = kernel(SPLIT, "splitByRange", splitByRange);
const SPLIT_ROWS = kernel(SPLIT, "splitRows", splitRows);

/** Rows of equal keys meet in one partition. */
export const lowerExchange = (node: Extract<Node, { kind: "exchange" }>, lower: Lower): Pipe =>
  exchangePipe(lower(node.input), node.by, node.npartitions);

export function exchangePipe(pipe: Pipe, by: readonly string[], count: number): Pipe {
  if (pipe.count === 1 && count === 1) return pipe;
  const { fields } = pipe.step;
  const hash = call("hash", by.map(column));
  const source = settle(pipe, "part");
  const split: BlockwiseLayer = {
    kind: "blockwise",
    name: `split-${tokenize(source.name, by, count)}`,
    grid: [countOf(source)],
    inputs: [{ source, axes: [{ kind: "axis", axis: 0 }] }],
    call: { fn: SPLIT_BY_HASH, args: [literal(fields), literal(hash), literal(count), input(0)] },
  };
  return partsPipe(split, count, fields);
}

/** What each task of `split` cuts (a list of `count` tables), turned round: partition j is the j-th part of all. */
export const partsPipe = (split: BlockwiseLayer, count: number, fields: Step["fields"]): Pipe =>
  pipeOf(
    exchangeLayer({
      cut: split,
      count,
      name: `joined-${split.name}`,
      method: config.get("dataframe.shuffle.method"),
      read: (parts) => stackedCall(fields, parts),
    }),
    fields,
  );

/** Rows whose key lies between two divisions meet in one partition; `bounds` is a layer of one task that gives them. */
export function rangePipe(
  pipe: Pipe,
  by: string,
  count: number,
  bounds: Layer | readonly Plain[],
  descending: boolean,
  nullsFirst = false,
): Pipe {
  const { fields } = pipe.step;
  const source = settle(pipe, "part");
  const fixed = Array.isArray(bounds);
  const split: BlockwiseLayer = {
    kind: "blockwise",
    name: `range-${tokenize(source.name, by, count, descending, nullsFirst, fixed ? bounds : (bounds as Layer).name)}`,
    grid: [countOf(source)],
    inputs: [
      { source, axes: [{ kind: "axis", axis: 0 }] },
      ...(fixed
        ? []
        : [{ source: bounds as Layer, axes: (bounds as Layer).grid.map(() => ({ kind: "at" as const, index: 0 })) }]),
    ],
    call: {
      fn: SPLIT_BY_RANGE,
      args: [
        literal(fields),
        literal(by),
        literal({ count, descending, nullsFirst }),
        input(0),
        fixed ? literal(bounds) : input(1),
      ],
    },
  };
  return partsPipe(split, count, fields);
}

/** The first or last rows, of as few partitions as may be. */
export function lowerLimit(node: Extract<Node, { kind: "limit" }>, lower: Lower): Pipe {
  const { fields, rows } = node;
  const whole = lower(node.input);
  const used = Math.min(node.partitions, whole.count);
  const from = node.from === "head" ? 0 : whole.count - used;
  const pipe =
    used === whole.count
      ? whole
      : pickPipe(
          whole,
          Array.from({ length: used }, (_, at) => from + at),
        );
  if (rows < 0) return butSome(pipe, node);
  const cut = (of: Step): Step => ({ op: "slice", of, offset: node.from === "head" ? 0 : -rows, length: rows, fields });
  const each = withStep(pipe, cut);
  return each.count === 1 ? each : withStep(pipeOf(settle(each, node.from), fields, { kind: "all" }, 1), cut);
}

/** All rows but the last (of a head) or the first (of a tail), which the whole alone can tell. */
function butSome(pipe: Pipe, { rows, from, fields }: Extract<Node, { kind: "limit" }>): Pipe {
  const whole = pipe.count === 1 ? pipe : pipeOf(settle(pipe, from), fields, { kind: "all" }, 1);
  const [offset, length] = from === "head" ? [0, rows] : [-rows, null];
  return withStep(whole, (of) => ({ op: "slice", of, offset, length, fields }));
}

export function lowerRepartition(node: Extract<Node, { kind: "repartition" }>, lower: Lower): Pipe {
  const pipe = lower(node.input);
  const count = node.npartitions;
  if (node.how.kind === "divisions" && node.divisions !== null)
    return rangePipe(pipe, node.divisions.column, count, node.divisions.values, false);
  if (node.how.kind === "pieces") {
    const { pieces, groups } = node.how;
    const cut = pieces.every((n) => n === 1) ? settle(pipe, "part") : piecesLayer(pipe, pieces);
    return pipeOf(cut, pipe.step.fields, { kind: "lists", lists: groups }, groups.length);
  }
  return count <= pipe.count ? mergedPipe(pipe, count) : splitPipe(pipe, count);
}

/** Neighbouring partitions under each other, about equally many. */
function mergedPipe(pipe: Pipe, count: number): Pipe {
  if (count === pipe.count) return pipe;
  const lists = Array.from({ length: count }, (_, at) => {
    const [from, to] = [Math.floor((at * pipe.count) / count), Math.floor(((at + 1) * pipe.count) / count)];
    return Array.from({ length: to - from }, (_, i) => from + i);
  });
  return pipeOf(settle(pipe, "part"), pipe.step.fields, { kind: "lists", lists }, count);
}

/** Each partition in a few, about equally many. */
function splitPipe(pipe: Pipe, count: number): Pipe {
  const pieces = Array.from(
    { length: pipe.count },
    (_, at) => Math.floor(((at + 1) * count) / pipe.count) - Math.floor((at * count) / pipe.count),
  );
  return pipeOf(piecesLayer(pipe, pieces), pipe.step.fields);
}

/** The at-th partition in pieces[at] about equal ones. */
function piecesLayer(pipe: Pipe, pieces: readonly number[]): TaskLayer {
  const source = settle(pipe, "part");
  const from = pieces.flatMap((n, at) => new Array<number>(n).fill(at));
  const shares = pieces.flatMap((n) => Array.from({ length: n }, (_, i) => [i, n]));
  return {
    kind: "tasks",
    name: `pieces-${tokenize(source.name, pieces)}`,
    grid: [from.length],
    calls: [{ fn: SPLIT_ROWS, args: [input(0), { kind: "own", at: 0 }] }],
    sources: [source],
    inputOffsets: Uint32Array.from({ length: from.length + 1 }, (_, at) => at),
    inputIndex: Uint32Array.from(from),
    own: { kind: "live", items: shares },
  };
}
