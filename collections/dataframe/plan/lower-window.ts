import { type Call, input, literal } from "../../../runtime/graph/call.ts";
import { SELF, type TaskLayer } from "../../../runtime/graph/layer.ts";
import { tokenize } from "../../../runtime/graph/tokenize.ts";
import { column, type Expr } from "../expression/expression.ts";
import type { Field } from "../schema.ts";
import { single } from "./lower-join.ts";
import { exchangePipe } from "./lower-partitions.ts";
import type { Lower } from "./lower-types.ts";
import type { Node } from "./node.ts";
import { inputStep, type Pipe, pipeOf, RUN_PLAN, settle, withStep, zipPipes } from "./pipe.ts";
import { isPlaced } from "./placed-rows.ts";
import type { Aggregation, Step } from "./step.ts";

type WindowNode = Extract<Node, { kind: "window" }>;

/**
 * Functions over ordered rows, across the borders of partitions: what a partition must know of those before it (its
 * last rows, or totals as one row) is carried along in a chain of small tasks; so is what comes after, backwards.
 */
export function lowerWindow(node: WindowNode, lower: Lower): Pipe {
  const pipe = lower(node.input);
  const { items, fields, reach } = node;
  const sees = reach.kind === "rows" ? { before: reach.before, after: reach.after } : null;
  if (pipe.count === 1)
    return withStep(pipe, (of) => ({ op: "overlap", of, before: null, after: null, items, sees, fields }));
  const source = settle(pipe, "part");
  const own = pipeOf(source, node.input.fields);
  const needs = (backward: boolean): boolean =>
    reach.kind === "carry"
      ? reach.backward === backward
      : reach.kind === "time"
        ? !backward
        : (backward ? reach.after : reach.before) > 0;
  const carried = (backward: boolean): Pipe =>
    carryPipe(node.id, own, backward, (both) => carryStep(node, both, backward));
  const overlap = (of: Step, before: Step | null, after: Step | null): Step => ({
    op: "overlap",
    of,
    before,
    after,
    items,
    sees,
    fields,
  });
  if (needs(false) && needs(true)) {
    const both = zipPipes(own, carried(false), (of, before) => overlap(of, before, null));
    return zipPipes(both, carried(true), (step, after) => ({ ...(step as Extract<Step, { op: "overlap" }>), after }));
  }
  if (needs(false)) return zipPipes(own, carried(false), (of, before) => overlap(of, before, null));
  if (needs(true)) return zipPipes(own, carried(true), (of, after) => overlap(of, null, after));
  return withStep(own, (of) => overlap(of, null, null));
}

/**
 * Task i: what partition i must know of its neighbours; the first (backward: the last) gets an empty table.
 * @param step what is handed on of a partition and of all that was handed to it
 */
export function carryPipe(id: string, own: Pipe, backward: boolean, step: (both: Step) => Step): Pipe {
  const { fields } = own.step;
  const n = own.count;
  const source = own.inputs[0]?.layer as TaskLayer;
  const nothing: Step = { op: "slice", of: inputStep(fields), offset: 0, length: 0, fields };
  const both: Step = {
    op: "stack",
    of: backward ? [inputStep(fields, 1), inputStep(fields, 0)] : [inputStep(fields, 0), inputStep(fields, 1)],
    fields,
  };
  const call = (of: Step, inputs: number): Call => ({
    fn: RUN_PLAN,
    args: [literal(of), literal(null), ...Array.from({ length: inputs }, (_, at) => input(at))],
  });
  const offsets = new Uint32Array(n + 1);
  const [sources, rows]: [number[], number[]] = [[], []];
  const edge = (from: number, row: number): void => {
    sources.push(from);
    rows.push(row);
  };
  for (let i = 0; i < n; i++) {
    const before = backward ? i + 1 : i - 1;
    if (before < 0 || before >= n) edge(0, i);
    else {
      edge(SELF, before);
      edge(0, before);
    }
    offsets[i + 1] = rows.length;
  }
  const first = backward ? n - 1 : 0;
  const layer: TaskLayer = {
    kind: "tasks",
    name: `carry-${tokenize(id, backward)}`,
    grid: [n],
    calls: [call(nothing, 1), call(step(both), 2)],
    callOf: Uint32Array.from({ length: n }, (_, at) => (at === first ? 0 : 1)),
    sources: [source],
    inputOffsets: offsets,
    inputSource: Uint16Array.from(sources),
    inputIndex: Uint32Array.from(rows),
  };
  return pipeOf(layer, fields);
}

function carryStep(node: WindowNode, of: Step, backward: boolean): Step {
  const { fields } = node.input;
  const { reach } = node;
  if (reach.kind === "time") return { op: "recent", of, column: reach.column, micros: reach.micros, fields };
  if (reach.kind === "rows")
    return {
      op: "slice",
      of,
      offset: backward ? 0 : -reach.before,
      length: backward ? reach.after : reach.before,
      fields,
    };
  return totalsStep(node, of, fields);
}

const TOTALS: Readonly<Record<string, string>> = {
  cumsum: "sum",
  cumprod: "product",
  cummax: "max",
  cummin: "min",
  ffill: "last",
  bfill: "first",
};

/** Counts the rows that totals are of. */
const ROWS = "total rows";

/** One row: each window's total so far in its column, the other columns missing; none where no row came before. */
function totalsStep(node: WindowNode, of: Step, fields: readonly Field[]): Step {
  const aggregations = node.items.flatMap(({ window, columns: [name], dtype, options }): Aggregation[] => [
    { name: `total_${name}`, primitive: TOTALS[window] as string, columns: [name as string], dtype },
    ...(options["skipna"] === false
      ? [{ name: `nulls_${name}`, primitive: "nulls", columns: [name as string], dtype: "int64" as const }]
      : []),
  ]);
  aggregations.push({ name: ROWS, primitive: "size", columns: [], dtype: "int64" });
  const group: Step = {
    op: "group",
    of,
    keys: [],
    aggregations,
    dropNullKeys: false,
    ordered: false,
    partial: false,
    fields: aggregations.map(({ name, dtype }) => ({ name, dtype })),
  };
  const columns = fields.map(({ name, dtype }) => ({ name, expr: totalExpr(node, name, dtype) }));
  const some: Expr = {
    kind: "call",
    op: "gt",
    args: [column(ROWS), { kind: "literal", value: 0, dtype: "int64" }],
  };
  return { op: "select", of: { op: "filter", of: group, predicate: some, fields: group.fields }, columns, fields };
}

function totalExpr(node: WindowNode, name: string, dtype: Field["dtype"]): Expr {
  const missing: Expr = { kind: "literal", value: null, dtype };
  const item = node.items.find((one) => one.columns[0] === name);
  if (item === undefined) return missing;
  const total = column(`total_${name}`);
  if (item.options["skipna"] !== false) return total;
  const none: Expr = {
    kind: "call",
    op: "eq",
    args: [column(`nulls_${name}`), { kind: "literal", value: 0, dtype: "int64" }],
  };
  return { kind: "call", op: "ifElse", args: [none, total, missing] };
}

/** Functions over the rows of each group: the rows of a group meet in one partition first, in their order. */
export function lowerGroupWindow(node: Extract<Node, { kind: "groupWindow" }>, lower: Lower): Pipe {
  const pipe = lower(node.input);
  const { items, over, fields } = node;
  const { npartitions: count } = node;
  const isThere = count > 1 && isPlaced(node.input, over, count);
  const together = count === 1 ? single(pipe) : isThere ? pipe : exchangePipe(pipe, over, count);
  return withStep(together, (of) => ({ op: "window", of, items, over, fields }));
}
