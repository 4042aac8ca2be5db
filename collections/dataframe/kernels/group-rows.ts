import { translateAggregation } from "../engine/aggregate.ts";
import { canPass, passedRow } from "../engine/passed-row.ts";
import { type PolarsExpr, type PolarsFrame, type PolarsLazy, polars } from "../engine/polars.ts";
import type { Step } from "../plan/step.ts";
import { digestColumns, isDigest } from "./digest-columns.ts";

type GroupStep = Extract<Step, { op: "group" }>;

/**
 * Groups and what is aggregated of each. Partial groups are to be combined with those of other partitions: where they are about as many
 * as rows, the rows are passed on as they are, since grouping them here would only be work on top.
 */
export async function groupRows(table: PolarsLazy, step: GroupStep): Promise<PolarsLazy> {
  const { keys, aggregations } = step;
  if (keys.length === 0 && aggregations.some(isDigest)) return withDigests(table, step);
  if (keys.length === 0 && step.partial && aggregations.some(isUniqueList)) return listed(table, step);
  if (keys.length === 0 || !step.partial || !canPass(aggregations)) return grouped(table, step);
  const made = (await table.collect()) as PolarsFrame;
  return (await passedOn(made, step)) ?? grouped(made.lazy(), step);
}

/** The rows as they are, where they are about as many as their groups and are combined with those of other partitions. */
export async function passedOn(table: PolarsFrame, step: GroupStep): Promise<PolarsLazy | undefined> {
  if (step.keys.length === 0 || !step.partial || !canPass(step.aggregations)) return undefined;
  return (await groupsAreMany(table, step.keys)) ? rowsAsGroups(table.lazy(), step) : undefined;
}

const isUniqueList = ({ primitive }: GroupStep["aggregations"][number]): boolean => primitive === "uniqueList";

/** Digests beside the other aggregates, in the order asked for. */
async function withDigests(table: PolarsLazy, step: GroupStep): Promise<PolarsLazy> {
  const made = (await table.collect()) as PolarsFrame;
  const rest = step.aggregations.filter((one) => !isDigest(one));
  const digests = await digestColumns(made, step.aggregations.filter(isDigest));
  if (rest.length === 0) return digests.lazy();
  const others = await (await groupRows(made.lazy(), { ...step, aggregations: rest })).collect();
  const both = polars().concat([others, digests] as never, { how: "horizontal" } as never) as unknown as PolarsFrame;
  return both.lazy().select(...step.aggregations.map(({ name }) => name));
}

/** Values that are nearly all different are passed on as they are: the last combination tells them apart. */
async function listed(table: PolarsLazy, step: GroupStep): Promise<PolarsLazy> {
  const made = (await table.collect()) as PolarsFrame;
  const aggregations = await Promise.all(
    step.aggregations.map(async (one) =>
      isUniqueList(one) && (await groupsAreMany(made, one.columns)) ? { ...one, primitive: "list" } : one,
    ),
  );
  return grouped(made.lazy(), { ...step, aggregations });
}

function grouped(table: PolarsLazy, { keys, aggregations, ordered, dropNullKeys }: GroupStep): PolarsLazy {
  const pl = polars();
  const parts = aggregations.map((one) => translateAggregation(one, keys.length > 0));
  const [within, after] = [parts.map((one) => one.within), parts.map((one) => one.after)];
  if (keys.length === 0) return table.select(...within).select(...after);
  const groups = table.groupBy(keys.map((name) => pl.col(name)) as never, ordered).agg(...within) as PolarsLazy;
  // There are fewer groups than rows: those of missing keys go now, not their rows before.
  const kept = dropNullKeys ? groups.filter(noNulls(keys)) : groups;
  return kept.select(...keys.map((name) => pl.col(name)), ...after);
}

function rowsAsGroups(table: PolarsLazy, { keys, aggregations, dropNullKeys }: GroupStep): PolarsLazy {
  const kept = dropNullKeys ? table.filter(noNulls(keys)) : table;
  return kept.select(...keys.map((name) => polars().col(name)), ...aggregations.map(passedRow));
}

const noNulls = (names: readonly string[]): PolarsExpr =>
  names.map((name) => polars().col(name).isNotNull()).reduce((all, one) => all.and(one));

const SAMPLE_ROWS = 8_192;
/** Groups a row from which on grouping does not pay. */
const MANY = 0.4;

export const groupsAreMany = async (table: PolarsFrame, keys: readonly string[]): Promise<boolean> =>
  table.height >= 2 && (await groupsExpected(table, keys)) > MANY * table.height;

/**
 * About how many groups there are. Judged by neighbouring rows from the middle: rows in the order of their keys must not look as if they
 * were all different.
 */
export async function groupsExpected(table: PolarsFrame, keys: readonly string[]): Promise<number> {
  const rows = table.height;
  const sampled = Math.min(rows, SAMPLE_ROWS);
  if (sampled < 2) return sampled;
  const sample = table
    .lazy()
    .slice(Math.floor((rows - sampled) / 2), sampled)
    .select(...keys);
  const { height } = await sample.unique({ maintainOrder: false, keep: "any" }).collect();
  return expectedGroups(sampled, height, rows);
}

/** How many different keys `rows` rows have, if `sampled` of them, drawn at random, have `found`. */
export function expectedGroups(sampled: number, found: number, rows: number): number {
  if (found >= sampled) return rows;
  // Of K equally frequent keys, n rows meet K (1 - e^(-n/K)): K is found by bisection.
  const met = (keys: number, n: number): number => keys * -Math.expm1(-n / keys);
  let [low, high] = [found, sampled * sampled];
  for (let step = 0; step < 60 && high - low > 1; step++) {
    const middle = Math.sqrt(low * high);
    if (met(middle, sampled) < found) low = middle;
    else high = middle;
  }
  return met(high, rows);
}
