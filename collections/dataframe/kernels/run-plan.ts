import { invariant } from "../../../runtime/base/errors.ts";
import { clearNaN } from "../engine/clear-nan.ts";
import { ownError } from "../engine/engine-error.ts";
import { joinAsof, joinTables } from "../engine/join.ts";
import { type PolarsExpr, type PolarsFrame, type PolarsLazy, polars, polarsType } from "../engine/polars.ts";
import { scalarLiteral } from "../engine/scalar-literal.ts";
import { translate } from "../engine/translate.ts";
import { lit } from "../engine/typed.ts";
import { translateWindow } from "../engine/window.ts";
import "../frame/frame-bytes.ts";
import { TableChunk } from "../frame/table-chunk.ts";
import { orderBelow, type RowOrder } from "../plan/row-order.ts";
import type { Named, Step } from "../plan/step.ts";
import type { Field } from "../schema.ts";
import { fullBins } from "./bins.ts";
import { emptyTable } from "./empty-table.ts";
import { groupedStep } from "./grouped-step.ts";
import { lookUpJoin } from "./look-up-join.ts";
import { alignTables, overlapWindows } from "./overlap.ts";
import { readTable } from "./read-table.ts";
import { firstRows, sortedRows } from "./sorted-rows.ts";

/**
 * Runs the steps of one partition as one lazy plan of the engine, off this thread.
 * @param own what to read, for plans that read
 * @param inputs tables, or lists of tables where a step stacks them
 */
export async function runPlan(step: Step, own: unknown, ...inputs: readonly unknown[]): Promise<TableChunk> {
  if (step.op === "input" && inputs[step.at] instanceof TableChunk) return inputs[step.at] as TableChunk;
  try {
    return new TableChunk(await (await planOf(step, own, inputs)).collect());
  } catch (error) {
    throw ownError(error);
  }
}

type Inputs = readonly unknown[];

export async function planOf(step: Step, own: unknown, inputs: Inputs, order: RowOrder = "seen"): Promise<PolarsLazy> {
  const below = (one: Step): Promise<PolarsLazy> => planOf(one, own, inputs, orderBelow(step, order));
  switch (step.op) {
    case "input":
      return inputTable(inputs[step.at], step.fields);
    case "read":
      return readTable(step.reader, own, step.fields);
    case "filter":
      return step.of.op === "read"
        ? readTable(step.of.reader, own, step.of.fields, step.predicate)
        : (await below(step.of)).filter(translate(step.predicate, step.of.fields));
    case "stack":
      return stacked(await Promise.all(step.of.map(below)));
    case "join":
      return joined(step, below, inputs, order);
    case "asof":
      return joinAsof(await below(step.left), await below(step.right), step.asof, step);
    case "align":
      return alignTables(await below(step.left), await below(step.right), step);
    case "bins":
      return fullBins(await (await below(step.of)).collect(), step);
    case "overlap":
      return overlapWindows(
        await below(step.of),
        step.before === null ? null : await below(step.before),
        step.after === null ? null : await below(step.after),
        step,
      );
    case "group":
      return (await groups(step, own, inputs, order)).table;
    case "sort":
      return sorted(step, own, inputs, order);
    case "scalars":
      return withScalars(
        await below(step.of),
        await Promise.all(step.from.map(async (one) => (await below(one)).collect())),
        step,
      );
    default:
      return simpleStep(await below(step.of), step);
  }
}

const groups = (step: Extract<Step, { op: "group" }>, own: unknown, inputs: Inputs, order: RowOrder) =>
  groupedStep(step, inputs, (of, over) => planOf(of, own, over, orderBelow(step, order)));

/** Groups may come in the order of their keys. */
async function sorted(
  step: Extract<Step, { op: "sort" }>,
  own: unknown,
  inputs: Inputs,
  order: RowOrder,
): Promise<PolarsLazy> {
  const { of, by, descending } = step;
  if (of.op !== "group" || by.join() !== of.keys.join() || descending.includes(true))
    return sortedRows(await planOf(of, own, inputs, orderBelow(step, order)), step);
  const made = await groups(of, own, inputs, orderBelow(step, order));
  return made.isSorted ? made.table : sortedRows(made.table, step);
}

type SimpleStep = Extract<
  Step,
  {
    op: "select" | "extend" | "largest" | "slice" | "unique" | "explode" | "unpivot" | "window" | "number" | "recent";
  }
>;

function simpleStep(lazy: PolarsLazy, step: SimpleStep): PolarsLazy | Promise<PolarsLazy> {
  const pl = polars();
  switch (step.op) {
    case "select":
      return selected(lazy, step.columns, step.of.fields);
    case "extend":
      return lazy.withColumns(...namedExprs(step.columns, step.of.fields));
    case "largest":
      return firstRows(lazy, step);
    case "slice":
      if ((step.length ?? 0) < 0) return allBut(lazy, -(step.length as number));
      return step.offset < 0 ? lazy.tail(step.length ?? -step.offset) : lazy.slice(step.offset, step.length ?? 2 ** 31);
    case "unique":
      return lazy.unique({
        ...(step.by.length > 0 ? { subset: [...step.by] } : {}),
        keep: step.keep,
        maintainOrder: true,
      });
    case "explode":
      return exploded(lazy, step);
    case "unpivot":
      return unpivoted(lazy, step);
    case "window":
      return clearNaN(lazy.withColumns(...step.items.map((item) => translateWindow(item, step.over))), step.items);
    case "number":
      return lazy.withColumns(
        (pl.intRange({ start: 0, end: pl.len(), step: 1 } as never) as unknown as PolarsExpr)
          .cast(pl.Int64)
          .alias(step.name),
      );
    case "recent": {
      const time = pl.col(step.column).cast(pl.Int64);
      return lazy.filter(time.gt(time.max().sub(lit(step.micros).cast(pl.Int64))));
    }
  }
}

/** All rows but so many at the end. */
async function allBut(lazy: PolarsLazy, rows: number): Promise<PolarsLazy> {
  const made = await lazy.collect();
  return made.lazy().slice(0, Math.max(0, made.height - rows));
}

async function joined(
  step: Extract<Step, { op: "join" }>,
  below: (one: Step) => Promise<PolarsLazy>,
  inputs: Inputs,
  order: RowOrder,
): Promise<PolarsLazy> {
  const shared = step.shared === null ? undefined : step[step.shared];
  const table = shared?.op === "input" ? inputs[shared.at] : undefined;
  const other = step.shared === "right" ? step.left : step.right;
  const found = table instanceof TableChunk ? await lookUpJoin(step, table, order, () => below(other)) : undefined;
  return found ?? joinTables(await below(step.left), await below(step.right), step, order);
}

const namedExprs = (columns: readonly Named[], fields: readonly Field[]): PolarsExpr[] =>
  columns.map(({ name, expr }) => translate(expr, fields).alias(name));

/** A literal among the columns must be as long as the table; the engine would give one row for a table of literals. */
function selected(lazy: PolarsLazy, columns: readonly Named[], fields: readonly Field[]): PolarsLazy {
  const exprs = namedExprs(columns, fields);
  if (columns.some(({ expr }) => readsColumn(expr))) return lazy.select(...exprs);
  return lazy.withColumns(...exprs).select(...columns.map(({ name }) => name));
}

const readsColumn = (expr: Named["expr"]): boolean =>
  expr.kind === "column" || (expr.kind === "call" && expr.args.some(readsColumn));

function inputTable(value: unknown, fields: readonly Field[]): PolarsLazy {
  if (!Array.isArray(value)) return (value as TableChunk).native.lazy();
  const tables = (value as TableChunk[]).map((one) => one.native);
  if (tables.length === 0) return emptyTable(fields).lazy();
  return tables.length === 1 ? (tables[0] as PolarsFrame).lazy() : stacked(tables.map((one) => one.lazy()));
}

function stacked(tables: PolarsLazy[]): PolarsLazy {
  invariant(tables.length > 0, "there is a table to stack");
  if (tables.length === 1) return tables[0] as PolarsLazy;
  return polars().concat(tables as never, { how: "vertical", rechunk: false } as never) as unknown as PolarsLazy;
}

/** An empty list gives one missing value, as in pandas. */
function exploded(lazy: PolarsLazy, step: Extract<Step, { op: "explode" }>): PolarsLazy {
  return lazy.explode(step.column);
}

function unpivoted(lazy: PolarsLazy, step: Extract<Step, { op: "unpivot" }>): PolarsLazy {
  const value = step.fields.find((field) => field.name === step.value) as Field;
  const keep = step.keep.map((name) => polars().col(name));
  return stacked(
    step.values.map((name) =>
      lazy.select(
        ...keep,
        lit(name).alias(step.variable),
        polars().col(name).cast(polarsType(value.dtype)).alias(step.value),
      ),
    ),
  );
}

function withScalars(
  lazy: PolarsLazy,
  rows: readonly PolarsFrame[],
  step: Extract<Step, { op: "scalars" }>,
): PolarsLazy {
  const columns = rows.flatMap((row, at) =>
    (step.from[at] as Step).fields.map(({ name, dtype }) => {
      return scalarLiteral(row.getColumn(name), 0, dtype).alias(name);
    }),
  );
  return lazy.withColumns(...columns);
}
