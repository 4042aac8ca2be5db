import * as dd from "shoal/dataframe";
import { daskTableNames } from "./dask-table-names.ts";

/** Names that are other here than Dask's in camelCase. */
const RENAMED: Readonly<Record<string, string>> = {
  "dd.from_pandas": "dd.fromColumns",
  "dd.from_array": "dd.fromColumns",
  "dd.from_dask_array": "dd.fromArray",
  "dd.read_sql": "dd.readSql",
  "dd.read_sql_table": "dd.readSql",
  "dd.read_sql_query": "dd.readSql",
  "dd.read_table": "dd.readCsv",
  "dd.repartition": "df.repartition",
  "dd.map_partitions": "df.mapPartitions",
  "dd.to_csv": "df.toCsv",
  "dd.to_parquet": "df.toParquet",
  "dd.to_bag": "df.toBag",
  "dd.to_json": "df.toJson",
  "dd.to_sql": "df.toSql",
  "DataFrame.isnull": "df.isna",
  "DataFrame.notnull": "df.notna",
  "DataFrame.kurtosis": "df.kurtosis",
  "DataFrame.divide": "df.div",
  "DataFrame.truediv": "df.div",
  "DataFrame.rtruediv": "df.rdiv",
  "DataFrame.applymap": "df.applymap",
  "DataFrame.apply": "df.mapRows",
  "DataFrame.iloc": "df.columnsAt",
  "DataFrame.items": "df.columns",
  "DataFrame.iterrows": "df.rows",
  "DataFrame.itertuples": "df.rows",
  "DataFrame.shape": "df.rowCount",
  "DataFrame.to_dask_array": "df.toArray",
  "DataFrame.to_records": "df.toArray",
  "DataFrame.values": "df.toArray",
  "DataFrame.get_partition": "df.partitions",
  "DataFrame.known_divisions": "df.knownDivisions",
  "Series.isnull": "s.isna",
  "Series.notnull": "s.notna",
  "Series.divide": "s.div",
  "Series.truediv": "s.div",
  "Series.rtruediv": "s.rdiv",
  "Series.apply": "s.map",
  "Series.to_dask_array": "s.toArray",
  "Series.values": "s.toArray",
  "Series.get_partition": "s.partitions",
  "Series.iteritems": "s.compute",
  "Series.shape": "s.size",
  "Index.to_series": "s.rename",
  "DataFrameGroupBy.aggregate": "g.agg",
  "Rolling.aggregate": "r.agg",
  "Resampler.agg": "r.agg",
  "str.len": "s.str.len",
  "str.startswith": "s.str.startsWith",
  "str.endswith": "s.str.endsWith",
  "str.fullmatch": "s.str.fullMatch",
  "str.isalnum": "s.str.isAlnum",
  "str.isalpha": "s.str.isAlpha",
  "str.isdecimal": "s.str.isDecimal",
  "str.isdigit": "s.str.isDigit",
  "str.islower": "s.str.isLower",
  "str.isnumeric": "s.str.isNumeric",
  "str.isspace": "s.str.isSpace",
  "str.istitle": "s.str.isTitle",
  "str.isupper": "s.str.isUpper",
  "str.removeprefix": "s.str.removePrefix",
  "str.removesuffix": "s.str.removeSuffix",
  "dt.dayofweek": "s.dt.dayOfWeek",
  "dt.dayofyear": "s.dt.dayOfYear",
  "dt.weekofyear": "s.dt.week",
  "dt.daysinmonth": "s.dt.daysInMonth",
};

/** Why some are missing, or what stands in for them. */
const MISSING: Readonly<Record<string, string>> = {
  "dd.read_fwf": "`bag.readText` and `mapPartitions`",
  "dd.read_hdf": "tables in HDF5 are PyTables' own layout; arrays are read and written: `da.fromHdf5`",
  "dd.to_hdf": "tables in HDF5 are PyTables' own layout; arrays are read and written: `da.fromHdf5`",
  "dd.read_orc": "write Parquet",
  "dd.to_orc": "write Parquet",
  "dd.to_records": "`toArray`",
  "dd.to_timedelta": "time spans are columns of their own only as differences",
  "DataFrame.to_hdf": "tables in HDF5 are PyTables' own layout; arrays are read and written: `da.fromHdf5`",
  "DataFrame.to_orc": "write Parquet",
  "DataFrame.eval": "`assign` with arrow functions",
  "DataFrame.dask": "`layer`, and `explain()`",
  "Series.dask": "`layer`, and `explain()`",
  "DataFrame.to_html": "`toString()`, and notebooks show tables by themselves",
  "DataFrame.to_string": "`String(await df.compute())`",
};

type Prototypes = Readonly<Record<string, { readonly prefix: string; readonly has: (name: string) => boolean }>>;
const inPrototype =
  (...types: readonly { prototype: object }[]) =>
  (name: string): boolean =>
    types.some(({ prototype }) => name in prototype);
const someSeries = dd.fromColumns({ a: ["x"] }).get("a" as never) as dd.Series<unknown>;
const inInstance =
  (one: object) =>
  (name: string): boolean =>
    name in one;
const GROUPS: Prototypes = {
  dd: { prefix: "dd", has: (name) => name in dd },
  DataFrame: { prefix: "df", has: inPrototype(dd.DataFrame) },
  Series: { prefix: "s", has: inPrototype(dd.Series) },
  Index: { prefix: "s", has: inPrototype(dd.Series) },
  DataFrameGroupBy: { prefix: "g", has: inPrototype(dd.GroupBy) },
  SeriesGroupBy: { prefix: "g", has: inPrototype(dd.SeriesGroupBy) },
  Rolling: { prefix: "r", has: inPrototype(dd.SeriesRolling) },
  Resampler: { prefix: "r", has: inPrototype(dd.SeriesResampler) },
  str: { prefix: "s.str", has: inInstance(someSeries.str) },
  dt: { prefix: "s.dt", has: inPrototype(dd.TimeAccessor) },
  cat: { prefix: "s.cat", has: inPrototype(dd.CategoryAccessor) },
};
const TITLES: Readonly<Record<string, string>> = {
  dd: "Functions",
  Index: "Index, which is a Series here",
  str: "Text: `s.str`",
  dt: "Times: `s.dt`",
  cat: "Categories: `s.cat`",
};

/** The page that names every operation of dask.dataframe, and what it is called here; made from the exports themselves. */
export function tableNamesPage(): string {
  const all = Object.entries(daskTableNames).flatMap(([group, names]) => names.map((name) => placeOf(group, name)));
  const there = all.filter((place) => place !== undefined).length;
  return `# pandas' and Dask's names, and ours

Written by \`npm run table-names\` from what is exported. Names are Dask's in camelCase; keywords are one object, last. Of ${all.length} names
of dask.dataframe 2022.12, ${there} are here; the others are marked with a dash.

${Object.entries(daskTableNames)
  .map(([group, names]) => groupText(group, names))
  .join("\n")}`;
}

function groupText(group: string, names: readonly string[]): string {
  const rows = names.map((name) => {
    const place = placeOf(group, name);
    const note = MISSING[`${group}.${name}`];
    return `| ${name} | ${place === undefined ? `—${note === undefined ? "" : ` ${note}`}` : `\`${place}\``} |`;
  });
  return `## ${TITLES[group] ?? group}\n| Dask | Shoal |\n|---|---|\n${rows.join("\n")}\n`;
}

/** Where a name of Dask's is found here: undefined if it is not. A renamed one counts only if its new name is there. */
function placeOf(group: string, name: string): string | undefined {
  const own = GROUPS[group];
  const camel = name.replace(/_+(\w)/g, (_, letter: string) => letter.toUpperCase());
  const renamed = RENAMED[`${group}.${name}`];
  if (renamed === undefined) return own?.has(camel) === true ? `${own.prefix}.${camel}` : undefined;
  const [prefix, last] = [renamed.slice(0, renamed.lastIndexOf(".")), renamed.slice(renamed.lastIndexOf(".") + 1)];
  const there = Object.values(GROUPS).some((one) => one.prefix === prefix && one.has(last));
  return there ? renamed : undefined;
}
