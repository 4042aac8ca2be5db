import { type PolarsFrame, type PolarsLazy, polars } from "../engine/polars.ts";
import { lit } from "../engine/typed.ts";
import { translateWindow } from "../engine/window.ts";
import type { Step } from "../plan/step.ts";
import { indexName } from "../schema.ts";

const PART = "__part";

/** Windows over a partition and the rows of its neighbours; only the partition's own rows stay. */
export function overlapWindows(
  of: PolarsLazy,
  before: PolarsLazy | null,
  after: PolarsLazy | null,
  step: Extract<Step, { op: "overlap" }>,
): PolarsLazy {
  const names = step.of.fields.map((field) => field.name);
  const marked = (table: PolarsLazy, own: boolean) => table.select(...names, lit(own).alias(PART));
  const parts = [
    ...(before === null ? [] : [marked(before, false)]),
    marked(of, true),
    ...(after === null ? [] : [marked(after, false)]),
  ];
  const whole =
    parts.length === 1
      ? (parts[0] as PolarsLazy)
      : (polars().concat(parts as never, { rechunk: true } as never) as unknown as PolarsLazy);
  return whole
    .withColumns(...step.items.map((item) => translateWindow(item, [])))
    .filter(polars().col(PART))
    .drop(PART) as PolarsLazy;
}

/** Two tables side by side: row by row where their keys are the same, else by their keys, sorted. */
export async function alignTables(
  left: PolarsLazy,
  right: PolarsLazy,
  step: Extract<Step, { op: "align" }>,
): Promise<PolarsLazy> {
  const [a, b] = await Promise.all([left.collect(), right.collect()]);
  const keys = Array.from({ length: step.keys }, (_, level) => indexName(level));
  const rest = step.right.fields.map((field) => field.name).filter((name) => !keys.includes(name));
  const names = step.fields.map((field) => field.name);
  if (sameKeys(a, b, keys)) {
    const both = polars().concat(
      [a, b.select(...rest)] as never,
      { how: "horizontal" } as never,
    ) as unknown as PolarsFrame;
    return both.lazy().select(...names);
  }
  const how = step.how === "outer" ? "full" : step.how;
  const joined = a
    .lazy()
    .join(b.lazy(), { on: keys, how, coalesce: true, nullsEqual: true } as never) as unknown as PolarsLazy;
  const sorted = step.how === "left" ? joined : joined.sort({ by: keys, maintainOrder: true, nullsLast: true });
  return sorted.select(...names);
}

function sameKeys(a: PolarsFrame, b: PolarsFrame, keys: readonly string[]): boolean {
  return a.height === b.height && keys.every((name) => a.getColumn(name).seriesEqual(b.getColumn(name), true));
}
