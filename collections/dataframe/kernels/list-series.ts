import { type Dtype, familyOf, innerOf, isNumber } from "../dtype.ts";
import { ownName } from "../engine/own-name.ts";
import { type PolarsExpr, type PolarsFrame, type PolarsLazy, polars, polarsType } from "../engine/polars.ts";

type NativeSeries = ReturnType<PolarsFrame["getColumn"]>;
type MakeSeries = (name: string, values: readonly unknown[], dtype: Dtype) => NativeSeries;

const ROW = ownName("row");
const EMPTY = ownName("empty");

/** A column of lists. The engine makes them of numbers, texts and booleans alone; others are put together from their items. */
export function listSeries(
  name: string,
  lists: readonly (readonly unknown[] | null | undefined)[],
  dtype: Dtype,
  make: MakeSeries,
): NativeSeries {
  const inner = innerOf(dtype);
  if (!isNumber(inner) && inner !== "string" && inner !== "bool") return gathered(name, lists, inner, make);
  // It tells the type from the first list there is, and there may be none.
  const [first, plain] = [[[]], lists.map((list) => list ?? null)];
  const made = polars().Series(name, [...first, ...plain] as never[], polarsType(dtype)) as NativeSeries;
  return made.cast(polarsType(dtype)).slice(1, lists.length) as NativeSeries;
}

function gathered(
  name: string,
  lists: readonly (readonly unknown[] | null | undefined)[],
  inner: Dtype,
  make: MakeSeries,
): NativeSeries {
  const pl = polars();
  const rows: number[] = [];
  const items: unknown[] = [];
  lists.forEach((list, row) => {
    // An empty list has an item here, which it loses below.
    for (const item of list?.length === 0 ? [null] : (list ?? [])) {
      rows.push(row);
      items.push(item);
    }
  });
  const values = familyOf(inner) === "list" ? listSeries(name, items as never, inner, make) : make(name, items, inner);
  const grouped = (pl.DataFrame([make(ROW, rows, "int64"), values] as never) as PolarsFrame)
    .lazy()
    .groupBy([ROW] as never)
    .agg(pl.col(name) as never);
  const all = pl.DataFrame([
    make(ROW, Float64Array.from(lists.keys()) as never, "int64"),
    make(
      EMPTY,
      lists.map((list) => list?.length === 0),
      "bool",
    ),
  ] as never) as PolarsFrame;
  const list = pl.col(name) as PolarsExpr;
  const cut = pl.when(pl.col(EMPTY)).then(list.lst.slice(0, 0)).otherwise(list) as PolarsExpr;
  const joined = all.lazy().join(grouped as never, { on: ROW, how: "left" } as never) as unknown as PolarsLazy;
  return (joined.sort([ROW]).select(cut.alias(name)).collectSync() as PolarsFrame).getColumn(name);
}
