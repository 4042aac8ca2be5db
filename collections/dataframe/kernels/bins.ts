import { type PolarsExpr, type PolarsFrame, type PolarsLazy, polars, polarsType } from "../engine/polars.ts";
import { lit } from "../engine/typed.ts";
import type { Step } from "../plan/step.ts";
import { seriesOf } from "./read-columns.ts";

/** Every bin from the first to the last; a bin without rows has 0 where it is a count or a sum, 1 where it is a product. */
export function fullBins(table: PolarsFrame, step: Extract<Step, { op: "bins" }>): PolarsLazy {
  const pl = polars();
  const names = step.fields.map(({ name }) => name);
  if (table.height === 0) return table.lazy().select(...names);
  const times = table.getColumn(step.key).cast(pl.Int64).toArray() as unknown as number[];
  const [first, last] = [times[0] as number, times.at(-1) as number];
  const count = Math.round((last - first) / step.micros) + 1;
  const all = pl.DataFrame([
    seriesOf(
      step.key,
      Array.from({ length: count }, (_, at) => first + at * step.micros),
      "datetime",
    ),
  ] as never) as PolarsFrame;
  const joined = all.lazy().join(table.lazy(), { on: step.key, how: "left" } as never) as unknown as PolarsLazy;
  const filled = (some: readonly string[], value: number): PolarsExpr[] =>
    some.map((name) => {
      const { dtype } = step.fields.find((field) => field.name === name) as Step["fields"][number];
      return pl.col(name).fillNull(lit(value).cast(polarsType(dtype)));
    });
  const changes = [...filled(step.zeros, 0), ...filled(step.ones, 1)];
  const whole = changes.length === 0 ? joined : joined.withColumns(...changes);
  return whole.sort([step.key], false, true, true).select(...names) as PolarsLazy;
}
