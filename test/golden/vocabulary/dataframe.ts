import { readFileSync } from "node:fs";
import { join } from "node:path";
import { NDArray } from "../../../collections/array/index.ts";
import * as frameModule from "../../../collections/dataframe/index.ts";
import {
  Column,
  DataFrame,
  Frame,
  GroupBy,
  Scalar,
  Series,
  SeriesGroupBy,
} from "../../../collections/dataframe/index.ts";
import {
  type CaseContext,
  camelCase,
  type Expected,
  type InputSpec,
  type Keywords,
  Namespace,
  PythonSlice,
  python,
  type Shown,
  unsupported,
  type Vocabulary,
} from "../vocabulary.ts";

type Options = Record<string, any>;
type Method = (of: any, args: any[], keywords: Keywords) => unknown;

/** pandas' type names and ours. */
const TO_OURS: Readonly<Record<string, string>> = {
  object: "string",
  "datetime64[ns]": "datetime",
  "timedelta64[ns]": "duration",
  str: "string",
  int: "int64",
  float: "float64",
};
const TO_PANDAS: Readonly<Record<string, string>> = {
  string: "object",
  datetime: "datetime64[ns]",
  duration: "timedelta64[ns]",
  date: "object",
};
const pandasType = (dtype: string, category: unknown): string =>
  category !== undefined ? "category" : dtype.startsWith("list") ? "object" : (TO_PANDAS[dtype] ?? dtype);
/** pandas has no booleans with gaps: such a column is of type object there. */
const gapType = (dtype: string, values: readonly unknown[]): string =>
  dtype === "bool" && values.includes(null) ? "object" : dtype;
const dtypeName = (said: any): string => {
  const name = typeof said === "string" ? said : (said?.pythonName ?? said?.__name__ ?? String(said));
  return TO_OURS[name] ?? name;
};

let folder = "";

/** Columns that pandas leaves of type object though they hold single values: what was a list before. */
const exploded = new WeakMap<object, string>();

/** A plain, unpartitioned table of a case. */
class PlainTable {
  readonly spec: InputSpec;
  constructor(spec: InputSpec) {
    this.spec = spec;
  }
}

const missing = (value: unknown): unknown =>
  value === "NaN"
    ? null
    : value === "Infinity"
      ? Number.POSITIVE_INFINITY
      : value === "-Infinity"
        ? Number.NEGATIVE_INFINITY
        : value;
const valueAs = (dtype: string, value: unknown): unknown => {
  if (value === null || value === "NaN") return null;
  if (dtype === "datetime64[ns]") return new Date(`${value}Z`);
  return Array.isArray(value) ? value.map(missing) : missing(value);
};

function tableOf(spec: InputSpec, options: Options): DataFrame<any> {
  const columns = Object.fromEntries(
    (spec["columns"] as string[]).map((name, at) => [
      name,
      (spec["data"][at] as unknown[]).map((value) => valueAs(spec["dtypes"][at], value)),
    ]),
  );
  const isList = (name: string): boolean => (columns[name] as unknown[]).some(Array.isArray);
  const dtypes = Object.fromEntries(
    (spec["columns"] as string[])
      .filter((name) => !isList(name))
      .map((name, at) => [name, dtypeName(spec["dtypes"][spec["columns"].indexOf(name) ?? at])]),
  );
  const index = spec["index"];
  return frameModule.fromColumns(columns, {
    dtypes,
    index: index.values.map((value: unknown) => valueAs(index.dtype, value)),
    indexName: index.name,
    indexDtype: dtypeName(index.dtype ?? "int64"),
    ...options,
  });
}

function input(spec: InputSpec, context: CaseContext): unknown {
  if (spec.type !== "dataframe") return undefined;
  if (context.id.includes("/from_table/") && context.name === "p") return new PlainTable(spec);
  const index = spec["index"];
  const divisions =
    spec["divisions"] === null || spec["divisions"] === undefined
      ? null
      : spec["divisions"].map((value: unknown) => valueAs(index.dtype, value));
  return tableOf(spec, { partitions: spec["partitions"] ?? [index.values.length], divisions });
}

const keysOf = (
  keywords: Keywords,
  names: Readonly<Record<string, string>> = {},
  drop: readonly string[] = ["meta"],
): Options =>
  Object.fromEntries(
    Object.entries(keywords)
      .filter(([name, value]) => value !== undefined && value !== null && !drop.includes(name))
      .map(([name, value]) => [names[name] ?? camelCase(name), value]),
  );
const named = (args: readonly any[], names: readonly string[], keywords: Keywords): Keywords => ({
  ...Object.fromEntries(args.map((value, at) => [names[at] ?? unsupported(`argument ${at}`), value])),
  ...keywords,
});

/** A method of the same name: positional arguments as they are, keywords as one object. */
const same =
  (name: string, positional: readonly string[] = [], drop: readonly string[] = ["meta"]): Method =>
  (of, args, keywords) => {
    const all = named(args, positional, keywords);
    const options = keysOf(all, {}, drop);
    return Object.keys(options).length === 0 ? of[name]() : of[name](options);
  };
const first =
  (name: string, parameter: string, rest: readonly string[] = []): Method =>
  (of, args, keywords) => {
    const { [parameter]: value, ...others } = named(args, [parameter, ...rest], keywords);
    const options = keysOf(others);
    return Object.keys(options).length === 0 ? of[name](value) : of[name](value, options);
  };

/** What a user function gives, from `meta=("name", dtype)` or `meta={…}`. */
function metaOf(meta: any): { name: string | undefined; dtype: string } | undefined {
  if (Array.isArray(meta) && meta.length === 2) return { name: meta[0] ?? undefined, dtype: dtypeName(meta[1]) };
  return undefined;
}
const listTyped = (dtype: string, of: any): string =>
  dtype === "string" && String(of.dtype ?? "").startsWith("list") ? of.dtype : dtype;

const reducers = [
  "sum",
  "prod",
  "mean",
  "min",
  "max",
  "count",
  "std",
  "var",
  "sem",
  "any",
  "all",
  "nunique",
  "median",
  "skew",
  "kurtosis",
  "idxmin",
  "idxmax",
];
const arithmetic: Readonly<Record<string, string>> = {
  add: "add",
  sub: "sub",
  mul: "mul",
  div: "div",
  truediv: "div",
  divide: "div",
  floordiv: "floordiv",
  mod: "mod",
  pow: "pow",
  radd: "radd",
  rsub: "rsub",
  rmul: "rmul",
  rdiv: "rdiv",
  rtruediv: "rdiv",
  rfloordiv: "rfloordiv",
  rmod: "rmod",
  rpow: "rpow",
  eq: "eq",
  ne: "ne",
  lt: "lt",
  le: "le",
  gt: "gt",
  ge: "ge",
};

const shared: Record<string, Method> = {
  compute: (of) => of.compute(),
  persist: (of) => of.persist(),
  copy: (of) => of,
  round: (of, args, keywords) => of.round(named(args, ["decimals"], keywords)["decimals"] ?? 0),
  abs: (of) => of.abs(),
  clip: (of, args, keywords) => {
    const { lower, upper } = named(args, ["lower", "upper"], keywords);
    return of.clip(lower ?? null, upper ?? null);
  },
  isna: (of) => of.isna(),
  isnull: (of) => of.isna(),
  notna: (of) => of.notna(),
  notnull: (of) => of.notna(),
  isin: (of, [values]) => of.isin(values),
  neg: (of) => of.neg(),
  fillna: (of, args, keywords) => {
    const { value, method, limit } = named(args, ["value", "method", "limit"], keywords);
    if (value === undefined && method === undefined) throw new TypeError("fillna() needs a value or a method");
    if (method !== undefined && !["ffill", "pad", "bfill", "backfill"].includes(method))
      throw new RangeError(`There is no method ${method}`);
    if (method === "ffill" || method === "pad") return of.ffill(keysOf({ limit }));
    if (method === "bfill" || method === "backfill") return of.bfill(keysOf({ limit }));
    return of.fillna(value);
  },
  ffill: same("ffill", ["limit"], ["axis"]),
  bfill: same("bfill", ["limit"], ["axis"]),
  cumsum: same("cumsum"),
  cumprod: same("cumprod"),
  cummax: same("cummax"),
  cummin: same("cummin"),
  shift: (of, args, keywords) => {
    const { periods = 1, freq } = named(args, ["periods", "freq"], keywords);
    return freq === undefined ? of.shift(periods) : of.shiftIndex(periods, freq);
  },
  diff: (of, args, keywords) => of.diff(named(args, ["periods"], keywords)["periods"] ?? 1),
  astype: (of, args, keywords) => {
    const { dtype } = named(args, ["dtype"], keywords);
    if (typeof dtype === "object" && dtype !== null && dtype.pythonName === undefined)
      return of.astype(Object.fromEntries(Object.entries(dtype).map(([name, one]) => [name, dtypeName(one)])));
    return of.astype(dtypeName(dtype));
  },
  dropna: same("dropna", []),
  drop_duplicates: same("dropDuplicates", ["subset"], ["split_every", "split_out", "ignore_index"]),
  describe: same("describe", ["split_every", "percentiles"], ["split_every", "datetime_is_numeric"]),
  replace: (of, args, keywords) => {
    const { to_replace, value } = named(args, ["to_replace", "value"], keywords);
    return of.replace(to_replace, value);
  },
  rolling: (of, args, keywords) => {
    const { window, ...rest } = named(args, ["window", "min_periods", "center"], keywords);
    return of.rolling(window, keysOf(rest));
  },
  resample: (of, [rule]) => of.resample(rule),
  map_partitions: async (of, [fn, ...args], keywords) => {
    const body = fn.pythonName === "len" ? (table: any) => table.length : fn;
    const { meta: _meta, ...rest } = keywords;
    const all = [...args, ...Object.values(rest)];
    const schema = await frameModule.inferSchema(of, body, ...all);
    const made = of.mapPartitions(body, { schema, args: all });
    const single = schema.columns.length === 1 && schema.shape !== "frame";
    return made instanceof DataFrame && single ? new Series(made.view) : made;
  },
  repartition: (of, args, keywords) => of.repartition(keysOf(named(args, ["divisions", "npartitions"], keywords))),
  reset_index: (of, args, keywords) => {
    const options = keysOf(named(args, ["drop"], keywords));
    const made = of.resetIndex(options);
    // pandas' column without an index is a column still.
    return of instanceof Series && options["drop"] === true ? made.get(made.columns[0]).rename(of.name) : made;
  },
  get_partition: (of, [n]) => of.partitions(n),
  nlargest: (of, args, keywords) => extremes(of, "nlargest", args, keywords),
  nsmallest: (of, args, keywords) => extremes(of, "nsmallest", args, keywords),
  head: (of, args, keywords) =>
    of.head(named(args, ["n"], keywords)["n"] ?? 5, keysOf({ npartitions: keywords["npartitions"] })),
  tail: (of, args, keywords) => of.tail(named(args, ["n"], keywords)["n"] ?? 5),
};
for (const name of reducers)
  shared[name] = (of, args, keywords) => {
    const options = keysOf(
      named(args, ["axis", "skipna"], keywords),
      {},
      of instanceof Series ? ["meta", "numeric_only"] : ["meta"],
    );
    return of[name](options);
  };
for (const [python_, ours] of Object.entries(arithmetic))
  shared[python_] = (of, args, keywords) => {
    const { other, fill_value } = named(args, ["other", "axis", "level", "fill_value"], keywords);
    return fill_value === undefined ? of[ours](other) : of[ours](other, { fillValue: fill_value });
  };

function extremes(of: any, name: string, args: any[], keywords: Keywords): unknown {
  const { n = 5, columns } = named(args, ["n", "columns"], keywords);
  return of instanceof DataFrame ? (of as any)[name](n, columns) : of[name](n);
}

const frameMethods: Record<string, Method> = {
  assign: (of, _args, keywords) =>
    of.assign(
      Object.fromEntries(
        Object.entries(keywords).map(([name, value]) => [
          name,
          typeof value === "function" && value.pythonName === undefined ? value(of) : value,
        ]),
      ),
    ),
  drop: (of, args, keywords) => {
    const { labels, columns } = named(args, ["labels", "axis", "columns"], keywords);
    return of.drop(columns ?? labels);
  },
  rename: (of, args, keywords) => {
    const { columns } = named(args, ["index", "columns"], keywords);
    if (typeof columns === "function") return of.rename((name: string) => columns(name));
    return of.rename(columns);
  },
  add_prefix: (of, [prefix]) => of.addPrefix(prefix),
  add_suffix: (of, [suffix]) => of.addSuffix(suffix),
  rename_axis: (of, args, keywords) => of.renameAxis(named(args, ["mapper"], keywords)["mapper"] ?? null),
  groupby: (of, args, keywords) => {
    const { by, ...rest } = named(args, ["by"], keywords);
    return of.groupby(by, keysOf(rest, {}, ["group_keys", "observed"]));
  },
  sort_values: (of, args, keywords) => {
    const { by, ...rest } = named(args, ["by"], keywords);
    return of.sortValues(by, keysOf(rest));
  },
  set_index: (of, args, keywords) => {
    const { other, ...rest } = named(args, ["other"], keywords);
    const made = of.setIndex(other, keysOf(rest));
    // Dask reads the divisions of a sorted column at once.
    return rest["sorted"] === true && rest["divisions"] === undefined ? made.computeDivisions() : made;
  },
  merge: (of, args, keywords) => {
    const { right, ...rest } = named(args, ["right", "how", "on", "left_on", "right_on"], keywords);
    return of.merge(right, keysOf(rest));
  },
  join: (of, args, keywords) => {
    const { other, ...rest } = named(args, ["other", "on", "how"], keywords);
    return of.join(other, keysOf(rest));
  },
  select_dtypes: same("selectDtypes", ["include", "exclude"]),
  explode: (of, args, keywords) => {
    const { column } = named(args, ["column"], keywords);
    const made = of.explode(column);
    exploded.set(made, column);
    return made;
  },
  melt: same("melt", []),
  corr: same("corr", ["method"], ["numeric_only"]),
  cov: same("cov", [], ["numeric_only"]),
  query: (of, [text]) => of.query(text),
  shuffle: first("shuffle", "on"),
  items: (of) => of.columns.map((name: string) => [name, of.get(name)]),
  sample: same("sample", ["n", "frac"], ["random_state"]),
  apply: (of, args, keywords) => {
    const { func, axis, meta } = named(args, ["func", "axis"], keywords);
    const said = metaOf(meta);
    if (axis !== 1 || said === undefined) return unsupported("DataFrame.apply");
    // A row has attributes, which a plain object, Python's dict, has not.
    const rowwise = (row: object): unknown => func(Object.assign(Object.create({ row: true }), row));
    return of.mapRows(rowwise, said.dtype, said.name);
  },
  iterrows: async (of) => {
    const table = await of.compute();
    const labels = table.indexValues();
    return table.toRecords().map((row: unknown, at: number) => [labels[at], row]);
  },
  itertuples: async (of, args, keywords) => {
    const { index = true } = named(args, ["index"], keywords);
    const table = await of.compute();
    const labels = table.indexValues();
    return table
      .toRecords()
      .map((row: object, at: number) =>
        Object.assign([...(index ? [labels[at]] : []), ...Object.values(row)], { Index: labels[at], ...row }),
      );
  },
  applymap: (of, [fn]) => of.applymap(fn),
  categorize: (of, args, keywords) => of.categorize(named(args, ["columns"], keywords)["columns"]),
  pivot_table: (of, _args, keywords) => of.pivotTable(keysOf(keywords)),
  to_csv: (of, args, keywords) => {
    const { filename, ...rest } = named(args, ["filename"], keywords);
    return of.toCsv(filename, keysOf(rest, { sep: "separator" }));
  },
  to_bag: (of, args, keywords) => {
    const { index = false, format = "tuple" } = named(args, ["index", "format"], keywords);
    return of.toBag({ index, format: format === "dict" ? "object" : "list" });
  },
  to_dask_array: (of, _args, keywords) => of.toArray(keysOf(keywords)),
  where: (of, args, keywords) => conditional(of, "where", args, keywords),
  mask: (of, args, keywords) => conditional(of, "mask", args, keywords),
  mode: same("mode", ["dropna"], ["split_every"]),
  quantile: (of, args, keywords) => of.quantile(named(args, ["q"], keywords)["q"] ?? 0.5),
};

const seriesMethods: Record<string, Method> = {
  to_frame: (of, args, keywords) => of.toFrame(named(args, ["name"], keywords)["name"]),
  rename: (of, args, keywords) => of.rename(named(args, ["index"], keywords)["index"]),
  value_counts: same("valueCounts", ["sort"], ["split_out"]),
  unique: (of) => of.unique(),
  mode: same("mode", ["dropna"], ["split_every"]),
  between: (of, args, keywords) => {
    const { left, right, inclusive } = named(args, ["left", "right", "inclusive"], keywords);
    return inclusive === undefined ? of.between(left, right) : of.between(left, right, { inclusive });
  },
  where: (of, args, keywords) => conditional(of, "where", args, keywords),
  mask: (of, args, keywords) => conditional(of, "mask", args, keywords),
  combine_first: (of, [other]) => of.combineFirst(other),
  quantile: (of, args, keywords) => of.quantile(named(args, ["q"], keywords)["q"] ?? 0.5),
  cov: (of, [other]) => of.cov(other),
  corr: (of, [other]) => of.corr(other),
  sort_values: (of, args, keywords) => of.sortValues(keysOf(named(args, ["ascending"], keywords))),
  map: (of, args, keywords) => mapped(of, named(args, ["arg"], keywords)["arg"], keywords["meta"]),
  apply: (of, args, keywords) => {
    const { func, convert_dtype: _c, meta, args: more = [], ...rest } = named(args, ["func"], keywords);
    return mapped(of, func, meta, [...more, ...Object.values(rest)]);
  },
  groupby: (of, [by], keywords) => of.groupby(by, keysOf(keywords, {}, ["group_keys", "observed"])),
  to_bag: (of) => of.toBag(),
  to_dask_array: (of, _args, keywords) => of.toArray(keysOf(keywords)),
  reduction: (of, args, keywords) => {
    const { chunk, aggregate, meta } = named(args, ["chunk", "aggregate"], keywords);
    return of.reduction(chunk, { ...keysOf({ aggregate }), dtype: metaOf(meta)?.dtype ?? of.dtype });
  },
  explode: (of) => of.toFrame("v").explode("v").get("v").rename(of.name),
  nunique_approx: (of) => of.nuniqueApprox(),
};

function conditional(of: any, method: "where" | "mask", args: any[], keywords: Keywords): unknown {
  const { cond, other } = named(args, ["cond", "other"], keywords);
  return other === undefined ? of[method](cond) : of[method](cond, other);
}

function mapped(of: any, by: any, meta: any, args: readonly unknown[] = []): unknown {
  const said = metaOf(meta);
  if (typeof by !== "function") return of.map(by, said?.dtype);
  const renamed = of.map(by, said === undefined ? undefined : listTyped(said.dtype, of), { args });
  return said?.name === undefined ? renamed : renamed.rename(said.name);
}

const groupMethods: Record<string, Method> = {
  agg: (of, args, keywords) => grouped(of, args, keywords),
  aggregate: (of, args, keywords) => grouped(of, args, keywords),
  size: (of) => of.size(),
  cumcount: (of) => of.cumcount(),
  get_group: (of, [key]) => of.getGroup(key),
  value_counts: (of) => of.valueCounts(),
  fillna: (of, args, keywords) => {
    const { value, method } = named(args, ["value", "method"], keywords);
    return method === undefined ? of.fillna(value) : method[0] === "b" ? of.bfill() : of.ffill();
  },
  shift: (of, args, keywords) => {
    const { periods = 1, fill_value } = named(args, ["periods"], keywords);
    return fill_value === undefined ? of.shift(periods) : of.shift(periods, { fillValue: fill_value });
  },
  transform: (of, [fn], keywords) =>
    typeof fn === "string" ? of.transform(fn) : of.transform(fn, metaOf(keywords["meta"])?.dtype ?? "float64"),
  apply: (of, [fn], keywords) => {
    const said = metaOf(keywords["meta"]);
    if (said === undefined) return unsupported("groupby.apply without meta");
    if (!(of instanceof SeriesGroupBy)) return of.apply(fn, said.dtype, said.name);
    const own = (of.grouping.view.columns[0] as any).expr;
    void own;
    const inner = new Series({ ...of.grouping.view }).dtype;
    return of.apply(fn, said.dtype === "string" && inner !== "string" ? `list<${inner}>` : said.dtype);
  },
  cov: (of) => of.cov(),
  corr: (of) => of.corr(),
  ffill: same("ffill"),
  bfill: same("bfill"),
};
for (const name of [...reducers, "first", "last", "unique", "list"])
  groupMethods[name] ??= same(name, [], ["meta", "numeric_only", "observed"]);
for (const name of ["cumsum", "cumprod", "cummax", "cummin"]) groupMethods[name] = (of) => of[name]();

const functionName = (fn: any): any =>
  typeof fn === "string" || fn instanceof frameModule.Aggregation
    ? fn
    : Array.isArray(fn)
      ? fn.map(functionName)
      : (fn?.pythonName ?? unsupported("a custom aggregation"));

function grouped(of: any, args: any[], keywords: Keywords): unknown {
  const { split_every, split_out, ...rest } = keywords;
  const options = keysOf({ split_every, split_out });
  const request = args[0] ?? rest["func"];
  if (request === undefined)
    return of.agg(
      Object.fromEntries(Object.entries(rest).map(([name, [column, fn]]) => [name, [column, functionName(fn)]])),
      { ...options, named: true },
    );
  if (
    typeof request === "object" &&
    !Array.isArray(request) &&
    request.pythonName === undefined &&
    !(request instanceof frameModule.Aggregation)
  )
    return of.agg(Object.fromEntries(Object.entries(request).map(([name, fn]) => [name, functionName(fn)])), options);
  return of.agg(functionName(request), options);
}

const groupItem = (of: any, label: any): unknown => (Array.isArray(label) ? of.select(...label) : of.get(label));

const textNames: Readonly<Record<string, string>> = {
  startswith: "startsWith",
  endswith: "endsWith",
  fullmatch: "fullMatch",
  isalnum: "isAlnum",
  isalpha: "isAlpha",
  isdecimal: "isDecimal",
  isdigit: "isDigit",
  islower: "isLower",
  isnumeric: "isNumeric",
  isspace: "isSpace",
  istitle: "isTitle",
  isupper: "isUpper",
  removeprefix: "removePrefix",
  removesuffix: "removeSuffix",
};

function textMethod(accessor: any, name: string): unknown {
  const ours = textNames[name] ?? camelCase(name);
  if (typeof accessor[ours] !== "function") return undefined;
  return python((args, keywords) => {
    switch (name) {
      case "replace": {
        const {
          pat,
          repl,
          regex,
          n,
          case: cased,
        } = named(args, ["pat", "repl", "n", "case", "flags", "regex"], keywords);
        return accessor.replace(pat, repl, keysOf({ regex: regex ?? String(pat).length > 1, n, case: cased }));
      }
      case "pad": {
        const { width, side, fillchar } = named(args, ["width", "side", "fillchar"], keywords);
        return accessor.pad(width, keysOf({ side, fill: fillchar }));
      }
      case "center":
      case "ljust":
      case "rjust": {
        const { width, fillchar } = named(args, ["width", "fillchar"], keywords);
        return accessor[ours](width, fillchar ?? " ");
      }
      case "contains":
      case "match":
      case "fullmatch":
      case "startswith":
      case "endswith": {
        const { pat, flags: _flags, ...rest } = named(args, ["pat", "case", "flags", "na", "regex"], keywords);
        return accessor[ours](pat, keysOf(rest));
      }
      case "slice": {
        const { start, stop, step = 1 } = named(args, ["start", "stop", "step"], keywords);
        if (step !== 1) return unsupported("str.slice with a step");
        return accessor.slice(start ?? null, stop ?? null);
      }
      case "cat": {
        const { others, ...rest } = named(args, ["others", "sep", "na_rep"], keywords);
        return accessor.cat(others, keysOf(rest, { sep: "separator" }));
      }
      case "split": {
        const { pat, ...rest } = named(args, ["pat", "n", "expand"], keywords);
        return accessor.split(pat ?? null, rest);
      }
      default:
        return accessor[ours](...args, ...Object.values(keywords));
    }
  });
}

const timeNames: Readonly<Record<string, string>> = {
  dayofweek: "dayOfWeek",
  day_of_week: "dayOfWeek",
  dayofyear: "dayOfYear",
  day_of_year: "dayOfYear",
  weekofyear: "week",
  daysinmonth: "daysInMonth",
  days_in_month: "daysInMonth",
  total_seconds: "totalSeconds",
};

class Locator {
  readonly table: any;
  readonly byPosition: boolean;
  constructor(table: any, byPosition: boolean) {
    this.table = table;
    this.byPosition = byPosition;
  }
  at(index: any): unknown {
    if (this.table instanceof Frame) return locatedFrame(this.table, index);
    const [rows, columns] =
      Array.isArray(index) &&
      index.length === 2 &&
      (index[0] instanceof PythonSlice ||
        index[1] instanceof PythonSlice ||
        (typeof index[1] === "string" && (this.table.columns as string[] | undefined)?.includes(index[1])) ||
        Array.isArray(index[1]) ||
        index[0] instanceof Series)
        ? index
        : [index, undefined];
    if (this.byPosition) {
      const n = this.table.columns.length;
      if (typeof columns === "number") return this.table.get(this.table.columns.at(columns));
      const picked =
        columns instanceof PythonSlice
          ? Array.from({ length: n }, (_, at) => at).slice((columns.from as number) ?? 0, (columns.to as number) ?? n)
          : [columns].flat();
      return this.table.columnsAt(picked);
    }
    const labels = rows instanceof PythonSlice ? keysOf({ from: rows.from, to: rows.to }) : rows;
    const kept = columns instanceof PythonSlice ? keysOf({ from: columns.from, to: columns.to }) : columns;
    return columns === undefined ? this.table.loc(labels) : this.table.loc(labels, kept);
  }
}

/** Rows of a computed table by their labels. */
function locatedFrame(frame: Frame<any>, labels: any): unknown {
  return (frame as any)
    .lazy()
    .loc(labels)
    .compute()
    .then((table: Frame<any>) => {
      const order = (table.indexValues() as unknown[]).map((label) => labels.indexOf(label));
      return order.every((at, i) => at === i) ? table : table;
    });
}

/** A row as iteration gives it: an object of values, or a tuple that knows its names. */
const isRow = (of: any): boolean =>
  typeof of === "object" && of !== null && (Object.getPrototypeOf(of) === Object.prototype || Array.isArray(of));

function attribute(of: any, name: string): unknown {
  if (name === "read" && typeof of?.read === "function") return of.read;
  if (Array.isArray(of) && name === "tolist") return () => of;
  if (isRow(of) && Object.hasOwn(of, name)) return of[name];
  if (name === "tolist" && of instanceof NDArray) return () => of.toArray();
  if (of instanceof PlainTable) return undefined;
  if (of instanceof GroupBy || of instanceof SeriesGroupBy) {
    const method = groupMethods[name];
    if (method !== undefined) return python((args, keywords) => method(of, args, keywords));
    return of instanceof GroupBy ? of.get(name as never) : unsupported(`SeriesGroupBy.${name}`);
  }
  if (of instanceof DataFrame || of instanceof Series) return tableAttribute(of, name);
  if (of instanceof Scalar) return name === "compute" ? python(() => of.compute()) : undefined;
  if (of instanceof Frame || of instanceof Column) return eagerAttribute(of, name);
  if (of instanceof frameModule.TextAccessor) return textMethod(of, name) ?? unsupported(`str.${name}`);
  if (of instanceof frameModule.TimeAccessor) {
    const ours = timeNames[name] ?? camelCase(name);
    const value = (of as any)[ours];
    if (value === undefined) return unsupported(`dt.${name}`);
    return typeof value === "function" ? (...args: unknown[]) => (of as any)[ours](...args) : value;
  }
  if (of instanceof frameModule.SeriesRolling || of instanceof frameModule.FrameRolling) {
    const value = (of as any)[name];
    return typeof value !== "function"
      ? unsupported(`rolling.${name}`)
      : python((args, keywords) =>
          Object.keys(keysOf(keywords, {}, ["raw"])).length === 0
            ? (of as any)[name](...args)
            : (of as any)[name](...args, keysOf(keywords, {}, ["raw"])),
        );
  }
  if (of instanceof frameModule.SeriesResampler || of instanceof frameModule.FrameResampler)
    return typeof (of as any)[name] === "function"
      ? python((args) => (of as any)[name](...args))
      : unsupported(`resample.${name}`);
  if (of instanceof frameModule.CategoryAccessor) {
    const value = (of as any)[camelCase(name)];
    return typeof value === "function" ? value.bind(of) : (value ?? unsupported(`cat.${name}`));
  }
  return undefined;
}

function tableAttribute(of: DataFrame<any> | Series<any>, name: string): unknown {
  const own = of instanceof DataFrame ? frameMethods : seriesMethods;
  const method = Object.hasOwn(own, name) ? own[name] : Object.hasOwn(shared, name) ? shared[name] : undefined;
  if (of instanceof DataFrame && of.columns.includes(name)) return of.get(name as never);
  if (method !== undefined) return python((args, keywords) => method(of, args, keywords));
  switch (name) {
    case "loc":
      return new Locator(of, false);
    case "iloc":
      return new Locator(of, true);
    case "ndim":
      return of instanceof DataFrame ? 2 : 1;
    case "shape":
      return of instanceof DataFrame ? [of.rowCount(), of.columns.length] : [of.size()];
    case "npartitions":
    case "columns":
    case "index":
      return (of as any)[name];
    case "divisions":
      return divisionsOf(of);
    case "known_divisions":
      return of.knownDivisions;
    case "dtypes":
      return of instanceof DataFrame ? of.dtypes : undefined;
    case "dtype":
      return pandasType((of as Series).dtype, undefined);
    case "name":
      return (of as Series).name;
    case "size":
      return of instanceof DataFrame ? of.rowCount().mul(of.columns.length) : of.size();
    case "partitions":
      return { partitionsOf: of };
    case "values":
      return of instanceof Series ? of : of.toArray();
    case "str":
      if (!["string", "null"].includes((of as Series).dtype) && !(of as Series).dtype.startsWith("list"))
        (of as Series).str.upper();
      return (of as Series).str;
    case "dt":
      return (of as Series).dt;
    case "cat":
      return (of as any).cat;
    case "__setitem__":
      return (key: string, value: unknown) => (of as DataFrame<any>).assign({ [key]: value as never });
    default:
      if (of instanceof DataFrame) return of.get(name as never);
      return unsupported(`Series.${name}`);
  }
}

const divisionsOf = (of: DataFrame<any> | Series<any>): unknown => {
  const time = of.meta.index[0]?.dtype === "datetime";
  return (of.divisions ?? Array.from({ length: of.npartitions + 1 }, () => null)).map((value) =>
    time && value !== null ? isoText(new Date(Number(value) / 1000)) : value,
  );
};

function eagerAttribute(of: Frame<any> | Column<any>, name: string): unknown {
  if (name === "loc") return new Locator(of, false);
  if (name === "tolist" || name === "to_list") return () => (of as Column<any>).toArray();
  if (name === "compute") return () => of;
  if (of instanceof Frame && of.columns.includes(name)) return of.get(name);
  return attribute((of as any).lazy(), name);
}

function item(of: any, index: any): unknown {
  if (of instanceof Locator) return of.at(index);
  if (of instanceof GroupBy) return groupItem(of, index);
  if (of?.partitionsOf !== undefined) {
    const table = of.partitionsOf;
    if (index instanceof PythonSlice)
      return table.partitions(
        ...Array.from({ length: table.npartitions }, (_, at) => at).slice(
          (index.from as number) ?? 0,
          (index.to as number) ?? undefined,
        ),
      );
    return table.partitions(...[index].flat());
  }
  if (of instanceof frameModule.TextAccessor)
    return index instanceof PythonSlice && index.step !== undefined && index.step !== null
      ? unsupported("str[::step]")
      : index instanceof PythonSlice
        ? of.slice((index.from as number) ?? null, (index.to as number) ?? null)
        : of.get(index);
  if (of instanceof Series && index instanceof Series) return of.filter(index);
  if (!(of instanceof DataFrame)) return undefined;
  if (index instanceof Series) return of.filter(index as never);
  if (Array.isArray(index)) return of.select(...(index as never[]));
  return of.get(index as never);
}

const operators: Readonly<Record<string, string>> = {
  "+": "add",
  "-": "sub",
  "*": "mul",
  "/": "div",
  "//": "floordiv",
  "%": "mod",
  "**": "pow",
  "&": "and",
  "|": "or",
  "^": "xor",
  "==": "eq",
  "!=": "ne",
  "<": "lt",
  "<=": "le",
  ">": "gt",
  ">=": "ge",
};
const mirrored: Readonly<Record<string, string>> = {
  add: "radd",
  sub: "rsub",
  mul: "rmul",
  div: "rdiv",
  floordiv: "rfloordiv",
  mod: "rmod",
  pow: "rpow",
  and: "and",
  or: "or",
  xor: "xor",
  eq: "eq",
  ne: "ne",
  lt: "gt",
  le: "ge",
  gt: "lt",
  ge: "le",
};
const isTable = (value: unknown): boolean =>
  value instanceof Series || value instanceof DataFrame || value instanceof Scalar;

function binary(op: string, a: any, b: any): unknown {
  const name = operators[op];
  if (name === undefined) return undefined;
  if (a instanceof Scalar && (b instanceof Series || b instanceof DataFrame))
    return (b as any)[mirrored[name] as string](a);
  if (isTable(a))
    return typeof a[name] === "function" ? a[name](timestamp(b)) : unsupported(`${op} of ${a.constructor.name}`);
  if (isTable(b)) return b[mirrored[name] as string](timestamp(a));
  return undefined;
}

class Timestamp {
  readonly date: Date;
  constructor(text: string) {
    this.date = new Date(/T|\d \d/.test(text) ? `${text.replace(" ", "T")}Z` : `${text}T00:00:00Z`);
  }
}
const timestamp = (value: unknown): unknown => (value instanceof Timestamp ? value.date : value);

const isoText = (date: Date): string => date.toISOString().replace(/\.000Z$|Z$/, "");
const shownValue = (value: unknown, dtype: string): unknown => {
  if (value instanceof Date) return isoText(value);
  if (dtype === "duration" && typeof value === "number") return value * 1e6;
  return typeof value === "bigint" ? value : value;
};

function shownIndex(frame: Frame<any> | Column<any>): unknown {
  const values = frame.indexValues() as unknown[];
  const { index } = frame.meta;
  const show = (value: unknown, level: number): unknown => shownValue(value, index[level]?.dtype ?? "int64");
  if (index.length === 1) return { name: index[0]?.label ?? null, values: values.map((value) => show(value, 0)) };
  return { names: index.map(({ label }) => label), values: (values as unknown[][]).map((row) => row.map(show)) };
}

async function describe(value: any, expected: Expected): Promise<Shown | undefined> {
  if (value instanceof Scalar) {
    const { dtype } = value.meta.columns[0] as { dtype: string };
    const computed = shownValue(await value.compute(), dtype);
    const wantsNaN = expected["value"] === "NaN" && computed === null;
    return {
      dtype:
        expected["dtype"] === "float64" && /int/.test(dtype) && computed === null
          ? "float64"
          : pandasType(dtype, undefined),
      value: wantsNaN ? "NaN" : computed,
    };
  }
  if (value instanceof DataFrame || value instanceof Series) {
    const eager = await value.compute();
    const plain = (await describe(eager, expected)) as any;
    const spread = exploded.get(value);
    if (spread !== undefined)
      plain.dtypes = plain.dtypes.map((dtype: string, at: number) => (plain.columns[at] === spread ? "object" : dtype));
    const shown = { ...plain, divisions: divisionsOf(value) };
    if (!("partitions" in expected)) return shown;
    const partitions = await Promise.all(
      Array.from({ length: value.npartitions }, async (_, at) => (await value.partitions(at).compute()).length),
    );
    return { ...shown, partitions };
  }
  if (value instanceof Frame) {
    const columns = value.meta.columns.map(({ name, dtype }) =>
      value
        .get(name)
        .toArray()
        .map((one: unknown) => shownValue(one, dtype)),
    );
    return {
      // pandas numbers a column that has no name.
      columns: value.columns.map((name) =>
        ((expected["columns"] as unknown[] | undefined) ?? []).includes(Number(name)) ? Number(name) : name,
      ),
      dtypes: value.meta.columns.map(({ dtype, category }, at) =>
        gapType(pandasType(dtype, category), columns[at] ?? []),
      ),
      data: columns,
      index: shownIndex(value),
    };
  }
  if (value instanceof Column) {
    const values = value.toArray().map((one) => shownValue(one, value.dtype));
    if (expected.type === "value") return { value: values };
    return {
      name: value.name,
      dtype: gapType(pandasType(value.dtype, value.meta.columns[0]?.category), values),
      values,
      index: shownIndex(value),
    };
  }
  return undefined;
}

const module = new Namespace("dd", {
  exports: frameModule,
  special: {
    from_pandas: python((args, keywords) => {
      const { data, npartitions, chunksize, sort } = named(
        args,
        ["data", "npartitions", "chunksize", "sort"],
        keywords,
      );
      return data instanceof PlainTable
        ? tableOf(data.spec, keysOf({ npartitions, chunksize, sort }))
        : frameModule.fromRecords(data, keysOf({ npartitions }));
    }),
    read_csv: python((args, keywords) => {
      const { urlpath, ...rest } = named(args, ["urlpath"], keywords);
      const { header, dtype, blocksize, ...others } = rest;
      const dtypes =
        dtype === undefined
          ? undefined
          : typeof dtype === "object"
            ? Object.fromEntries(Object.entries(dtype).map(([name, one]) => [name, dtypeName(one)]))
            : dtypeName(dtype);
      const options = {
        ...keysOf(
          { ...others, dtypes },
          { sep: "separator", usecols: "columns", quotechar: "quote", skiprows: "skipRows" },
        ),
        ...("header" in rest ? { header: header !== null } : {}),
        ...("blocksize" in rest ? { blocksize } : {}),
      };
      return frameModule.readCsv(urlpath, options);
    }),
    read_json: python((args, _keywords) => frameModule.readJson(args[0])),
    concat: python((args, keywords) => {
      const { dfs, ...rest } = named(args, ["dfs"], keywords);
      return frameModule.concat(dfs, keysOf(rest));
    }),
    merge: python((args, keywords) => {
      const { left, right, ...rest } = named(args, ["left", "right"], keywords);
      return frameModule.merge(left, right, keysOf(rest));
    }),
    merge_asof: python((args, keywords) => {
      const { left, right, ...rest } = named(args, ["left", "right"], keywords);
      return frameModule.mergeAsof(left, right, keysOf(rest) as never);
    }),
    to_datetime: python((args, keywords) => {
      const { arg, ...rest } = named(args, ["arg"], keywords);
      return frameModule.toDatetime(arg, keysOf(rest));
    }),
    get_dummies: python((args, keywords) => {
      const { data, ...rest } = named(args, ["data"], keywords);
      return frameModule.getDummies(data, keysOf(rest));
    }),
    Aggregation: python((args, keywords) => {
      const { name, chunk, agg, finalize } = named(args, ["name", "chunk", "agg", "finalize"], keywords);
      return new frameModule.Aggregation(name, chunk, agg, finalize);
    }),
  },
});

/** NumPy's floor and ceil of whole numbers are floats. */
const numpyFunction = (name: string) =>
  python(([of]) => {
    if (of instanceof DataFrame) return of.each((one) => numpySeries(one, name));
    return of instanceof Series ? numpySeries(of, name) : unsupported(`np.${name}`);
  });
const numpySeries = (of: Series<any>, name: string): Series<any> =>
  (name === "floor" || name === "ceil") && of.dtype.startsWith("int") ? of.astype("float64") : of.math(name);

/** Tables: DataFrame, Series, their accessors and groups. */
export const vocabulary: Vocabulary = {
  area: "dataframe",
  begin: (to) => {
    folder = to;
  },
  names: {
    dd: module,
    pd: new Namespace("pd", {
      special: { DataFrame: (columns: unknown) => columns, Timestamp: (text: string) => new Timestamp(text) },
    }),
    object: { pythonName: "object" },
    get out() {
      return join(folder, "out");
    },
    open: (path: string) => ({ read: () => readFileSync(path, "utf8") }),
    np: new Namespace("np", {
      special: Object.fromEntries(
        [
          "exp",
          "log",
          "log1p",
          "sqrt",
          "sin",
          "cos",
          "tan",
          "expm1",
          "floor",
          "ceil",
          "abs",
          "tanh",
          "sign",
          "log2",
          "log10",
        ].map((name) => [name, numpyFunction(name)]),
      ),
    }),
  },
  input,
  attribute,
  item,
  binary,
  unary: (op, a) => {
    if (!(a instanceof Series || a instanceof DataFrame)) return undefined;
    if (op === "-") return a.neg();
    if (op === "~") return a.not();
    throw new TypeError("The truth of a lazy column is not known");
  },
  builtin: (name, of) => {
    if (name === "len" && (of instanceof DataFrame || of instanceof Series)) return of.length();
    if (name === "abs" && (of instanceof Series || of instanceof DataFrame)) return of.abs();
    if (name === "bool" && (of instanceof Series || of instanceof DataFrame))
      throw new TypeError("The truth of a lazy column is not known");
    if (name === "list" && of instanceof DataFrame) return of.columns;
    if (name === "list" && of instanceof Series) return of.compute().then((column) => column.toArray());
    if ((name === "list" || name === "sorted") && of instanceof Column)
      return name === "list" ? of.toArray() : [...of.toArray()].sort((a: any, b: any) => (a < b ? -1 : 1));
    if (name === "len" && (of instanceof Frame || of instanceof Column)) return of.length;
    return undefined;
  },
  lambdaName: (path) => (path === "pd.DataFrame" ? "(columns) => columns" : undefined),
  describe,
};
