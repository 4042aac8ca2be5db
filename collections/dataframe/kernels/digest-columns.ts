import { plainColumn, tableOfLists } from "../engine/plain-column.ts";
import { dtypeOf, type PolarsExpr, type PolarsFrame, type PolarsType, polars } from "../engine/polars.ts";
import { lit, native } from "../engine/typed.ts";
import type { Aggregation } from "../plan/step.ts";
import { countedDigest } from "./counted-digest.ts";
import { type NumberColumn, numberColumn } from "./number-column.ts";
import { digestQuantiles, type TDigest, tDigest } from "./t-digest.ts";

/** Values up to which all of them are kept, so that quantiles are exact. */
const WHOLE_MAX = 32_768;
const CLUSTERS = 2_048;

const PRIMITIVES = new Set(["sketch", "sketchWeights", "flattenSketch"]);
export const isDigest = ({ primitive }: Aggregation): boolean => PRIMITIVES.has(primitive);

/** Digests of columns as a table of one row (for each the list of means, or of weights), or the quantiles that digests say. */
export async function digestColumns(table: PolarsFrame, wanted: readonly Aggregation[]): Promise<PolarsFrame> {
  const lists = wanted.filter(({ primitive }) => primitive !== "flattenSketch");
  const quantiles = wanted.filter(({ primitive }) => primitive === "flattenSketch");
  const made = [
    ...(lists.length === 0 ? [] : [await digests(table, lists)]),
    ...(quantiles.length === 0 ? [] : [await quantilesOf(table, quantiles)]),
  ];
  return polars().concat(made as never, { how: "horizontal" } as never) as unknown as PolarsFrame;
}

/** Aggregates of the same digest read it once. */
async function quantilesOf(table: PolarsFrame, wanted: readonly Aggregation[]): Promise<PolarsFrame> {
  const pl = polars();
  const found = new Map<Aggregation, number>();
  for (const text of new Set(wanted.map(({ columns }) => JSON.stringify(columns)))) {
    const own = wanted.filter(({ columns }) => JSON.stringify(columns) === text);
    const [means, weights] = JSON.parse(text) as [string, string];
    // In one order, which the engine finds in a fraction of the time that merging here takes.
    const clusters = (await table
      .lazy()
      .select(pl.col(means).explode(), pl.col(weights).explode())
      .filter(pl.col(means).isNotNull())
      .sort([means])
      .collect()) as PolarsFrame;
    const [values, counts] = [means, weights].map((name) => plainColumn(clusters, name).toTypedArray());
    const shares = own.map(({ options }) => Number(options?.["q"] ?? 0.5));
    digestQuantiles({ means: values, weights: counts } as TDigest, shares).forEach((value, at) => {
      found.set(own[at] as Aggregation, value);
    });
  }
  const row = tableOfLists(wanted.map((one) => [one.name, Float64Array.of(found.get(one) as number)]));
  return row
    .lazy()
    .select(...wanted.map(({ name }) => pl.col(name).fillNan(lit(null))))
    .collect() as Promise<PolarsFrame>;
}

async function digests(table: PolarsFrame, wanted: readonly Aggregation[]): Promise<PolarsFrame> {
  const pl = polars();
  const names = [...new Set(wanted.map(({ columns }) => columns[0] as string))];
  const made = await Promise.all(
    names.map(async (column) => {
      const digest = await digestOf(table, column);
      const own = wanted.filter(({ columns }) => columns[0] === column);
      return tableOfLists(
        own.map(({ name, primitive }) => [name, primitive === "sketch" ? digest.means : digest.weights]),
      )
        .lazy()
        .select(...own.map(({ name }) => pl.col(name).implode()))
        .collect();
    }),
  );
  const all = pl.concat(made as never, { how: "horizontal" } as never) as unknown as PolarsFrame;
  return all.select(...wanted.map(({ name }) => name)) as PolarsFrame;
}

async function digestOf(table: PolarsFrame, name: string): Promise<TDigest> {
  const pl = polars();
  const known = native(pl.col(name), "dropNulls") as PolarsExpr;
  const valuesOf = async (column: PolarsExpr): Promise<Float64Array> => {
    const made = (await table.lazy().select(column.cast(pl.Float64)).collect()) as PolarsFrame;
    return plainColumn(made, name).toTypedArray() as Float64Array;
  };
  if (table.height > WHOLE_MAX) {
    const present = await presentValues(table, name);
    const digest = countedDigest(present?.values ?? (await valuesOf(known)), CLUSTERS, present?.range);
    if (digest !== undefined) return digest;
  }
  const sorted = await valuesOf(known.sort());
  return tDigest(sorted, sorted.length <= WHOLE_MAX ? WHOLE_MAX : CLUSTERS);
}

/** The values of a column without gaps, where they can be had without a plan of the engine's. */
async function presentValues(table: PolarsFrame, name: string): Promise<NumberColumn | undefined> {
  const at = table.columns.indexOf(name);
  const dtype = dtypeOf(table.dtypes[at] as PolarsType);
  if ((dtype !== "float64" && dtype !== "int64") || plainColumn(table, name).nullCount() > 0) return undefined;
  return numberColumn(table, name, dtype);
}
