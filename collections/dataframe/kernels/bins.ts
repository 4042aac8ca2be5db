import { ownName } from "../engine/own-name.ts";
import { type PolarsExpr, type PolarsFrame, type PolarsLazy, polars, polarsType } from "../engine/polars.ts";
import { lit } from "../engine/typed.ts";
import type { BinRule } from "../frequency.ts";
import type { Step } from "../plan/step.ts";
import { seriesOf } from "./read-columns.ts";

const LABEL = ownName("label");
const DAY_MICROS = 86_400_000_000;

/** Every bin from the first to the last; a bin without rows has 0 where it is a count or a sum, 1 where it is a product. */
export function fullBins(table: PolarsFrame, step: Extract<Step, { op: "bins" }>): PolarsLazy {
  const pl = polars();
  const names = step.fields.map(({ name }) => name);
  if (table.height === 0) return table.lazy().select(...names);
  const times = table.getColumn(step.key).cast(pl.Int64).toArray() as unknown as number[];
  const starts = binStarts(times[0] as number, times.at(-1) as number, step.rule);
  const all = pl.DataFrame([
    seriesOf(step.key, starts, "datetime"),
    seriesOf(LABEL, starts.map(labelOf(step.rule)), "datetime"),
  ] as never) as PolarsFrame;
  const joined = all.lazy().join(table.lazy(), { on: step.key, how: "left" } as never) as unknown as PolarsLazy;
  const filled = (some: readonly string[], value: number): PolarsExpr[] =>
    some.map((name) => {
      const { dtype } = step.fields.find((field) => field.name === name) as Step["fields"][number];
      return pl.col(name).fillNull(lit(value).cast(polarsType(dtype)));
    });
  const changes = [...filled(step.zeros, 0), ...filled(step.ones, 1)];
  const labelled = joined.withColumns(pl.col(LABEL).alias(step.key), ...changes);
  return labelled.sort([step.key], false, true, true).select(...names) as PolarsLazy;
}

/** Where each stretch from the first to the last begins, in microseconds. */
function binStarts(first: number, last: number, rule: BinRule): number[] {
  if (rule.kind === "months") {
    const starts = [first];
    while ((starts.at(-1) as number) < last) starts.push(monthsLater(starts.at(-1) as number, rule.months));
    return starts;
  }
  const micros = rule.kind === "weeks" ? 7 * DAY_MICROS : rule.micros;
  return Array.from({ length: Math.round((last - first) / micros) + 1 }, (_, at) => first + at * micros);
}

/** What a stretch is called by where it begins: that, or its last day. */
function labelOf(rule: BinRule): (start: number) => number {
  if (rule.kind === "weeks") return (start) => start + 6 * DAY_MICROS;
  if (rule.kind === "months" && rule.label === "end") return (start) => monthsLater(start, rule.months) - DAY_MICROS;
  return (start) => start;
}

function monthsLater(micros: number, months: number): number {
  const time = new Date(micros / 1000);
  return time.setUTCMonth(time.getUTCMonth() + months) * 1000;
}
