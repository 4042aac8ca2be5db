import { type PolarsExpr, type PolarsFrame, polars } from "../engine/polars.ts";
import { native } from "../engine/typed.ts";
import type { Aggregation } from "../plan/step.ts";
import { countedDigest } from "./counted-digest.ts";
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
    const names = JSON.parse(text) as string[];
    const [means, weights] = await Promise.all(
      names.map(async (name) => {
        const values = (await table.lazy().select(pl.col(name).explode()).collect()).getColumn(name);
        return values.dropNulls().toTypedArray() as unknown as Float64Array;
      }),
    );
    const shares = own.map(({ options }) => Number(options?.["q"] ?? 0.5));
    digestQuantiles({ means, weights } as TDigest, shares).forEach((value, at) => {
      found.set(own[at] as Aggregation, value);
    });
  }
  const columns = wanted.map((one) => {
    const value = found.get(one) as number;
    return pl.Series(one.name, [Number.isNaN(value) ? null : value], pl.Float64);
  });
  return pl.DataFrame(columns as never) as PolarsFrame;
}

async function digests(table: PolarsFrame, wanted: readonly Aggregation[]): Promise<PolarsFrame> {
  const pl = polars();
  const names = [...new Set(wanted.map(({ columns }) => columns[0] as string))];
  const made = await Promise.all(
    names.map(async (column) => {
      const { means, weights } = await digestOf(table, column);
      const own = wanted.filter(({ columns }) => columns[0] === column);
      const lists = own.map(({ name, primitive }) =>
        pl.Series(name, (primitive === "sketch" ? means : weights) as never),
      );
      return (pl.DataFrame(lists as never) as PolarsFrame)
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
    const made = await table.lazy().select(column.cast(pl.Float64)).collect();
    return made.getColumn(name).toTypedArray() as unknown as Float64Array;
  };
  if (table.height > WHOLE_MAX) {
    const digest = countedDigest(await valuesOf(known), CLUSTERS);
    if (digest !== undefined) return digest;
  }
  const sorted = await valuesOf(known.sort());
  return tDigest(sorted, sorted.length <= WHOLE_MAX ? WHOLE_MAX : CLUSTERS);
}
