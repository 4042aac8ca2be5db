import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as bagModule from "../../../collections/bag/index.ts";
import { Bag, Item } from "../../../collections/bag/index.ts";
import { delayed } from "../../../index.ts";
import { builtinFunction, functionFromText } from "../lambda.ts";
import {
  type CaseContext,
  camelCase,
  type Expected,
  type InputSpec,
  type Keywords,
  Namespace,
  python,
  type Shown,
  unsupported,
  type Vocabulary,
} from "../vocabulary.ts";

type Options = Record<string, unknown>;

/** Keywords in camelCase, those left out gone. */
const optionsOf = (keywords: Keywords, names: Readonly<Record<string, string>> = {}): Options =>
  Object.fromEntries(
    Object.entries(keywords)
      .filter(([, value]) => value !== undefined && value !== null)
      .map(([name, value]) => [names[name] ?? camelCase(name), value]),
  );

/** Positional arguments under the names that Python gives them, beside the keywords. */
const named = (args: readonly any[], names: readonly string[], keywords: Keywords): Keywords => ({
  ...Object.fromEntries(args.map((value, at) => [names[at] ?? unsupported(`argument ${at}`), value])),
  ...keywords,
});

/** Keyword arguments of a mapped function, in the places of its parameters. */
function placed(fn: any, args: readonly any[], keywords: Keywords, before: number): any[] {
  if (Object.keys(keywords).length === 0) return [...args];
  const parameters = fn.pythonParameters as string[] | undefined;
  if (parameters === undefined) return [...args, { pythonKeywords: true, ...keywords }];
  const rest = parameters.slice(before + args.length).filter((name) => Object.hasOwn(keywords, name));
  return [...args, ...rest.map((name) => keywords[name])];
}

/** A function that answers with Python's truth of what another answers: an empty list is false there. */
const truthOf = (fn: any): any =>
  functionFromText(`(item) => pyTruth((${textOf(fn)})(item))`, (fn?.name ?? "") === "" ? "predicate" : fn.name);

/** Python's `object` and `str` are columns of text. */
const columnType = (dtype: any): string => {
  const name = typeof dtype === "string" ? dtype : dtype.pythonName;
  return name === "object" || name === "str" ? "string" : name;
};

const textOf = (fn: any): string => (fn === null ? "(x) => x" : String(fn));

const rounds = (keywords: Keywords): Options => optionsOf(keywords);

type Method = (bag: Bag<any>, args: any[], keywords: Keywords) => unknown;

const reduction =
  (name: "sum" | "count" | "max" | "min" | "mean" | "any" | "all"): Method =>
  (bag, args, keywords) =>
    bag[name](rounds(named(args, ["split_every"], keywords)));
const spread =
  (name: "std" | "var"): Method =>
  (bag, args, keywords) =>
    bag[name](rounds(named(args, ["ddof", "split_every"], keywords)));

const methods: Readonly<Record<string, Method>> = {
  map: (bag, [fn, ...args], keywords) => bag.map(fn, ...placed(fn, args, keywords, 1)),
  starmap: (bag, [fn, ...args], keywords) => {
    const parameters = (fn.pythonParameters as string[] | undefined) ?? [];
    return bag.starmap(fn, ...placed(fn, args, keywords, parameters.length - Object.keys(keywords).length));
  },
  filter: (bag, [fn]) => bag.filter(truthOf(fn)),
  remove: (bag, [fn]) => bag.remove(truthOf(fn)),
  map_partitions: (bag, [fn, ...args], keywords) => bag.mapPartitions(fn, ...placed(fn, args, keywords, 1)),
  pluck: (bag, args, keywords) => {
    const { key, ...rest } = named(args, ["key", "default"], keywords);
    return "default" in rest ? bag.pluck(key, rest["default"]) : bag.pluck(key);
  },
  flatten: (bag) => bag.flatten(),
  unzip: (bag, args, keywords) => bag.unzip(named(args, ["n"], keywords)["n"]),
  accumulate: (bag, args, keywords) => {
    const { binop, ...rest } = named(args, ["binop", "initial"], keywords);
    return "initial" in rest ? bag.accumulate(binop, rest["initial"]) : bag.accumulate(binop);
  },
  reduction: (bag, args, keywords) => {
    const { perpartition, aggregate, split_every } = named(
      args,
      ["perpartition", "aggregate", "split_every"],
      keywords,
    );
    return bag.reduction(perpartition, aggregate, optionsOf({ split_every }));
  },
  fold: (bag, args, keywords) => {
    const { binop, ...rest } = named(args, ["binop", "combine", "initial", "split_every"], keywords);
    return bag.fold(binop, optionsOf(rest) as any);
  },
  foldby: (bag, args, keywords) => {
    const names = ["key", "binop", "initial", "combine", "combine_initial", "split_every"];
    const { key, binop, ...rest } = named(args, names, keywords);
    return bag.foldby(key, binop, optionsOf(rest));
  },
  sum: reduction("sum"),
  count: reduction("count"),
  max: reduction("max"),
  min: reduction("min"),
  mean: reduction("mean"),
  any: reduction("any"),
  all: reduction("all"),
  std: spread("std"),
  var: spread("var"),
  frequencies: (bag, args, keywords) => bag.frequencies(rounds(named(args, ["split_every", "sort"], keywords))),
  topk: (bag, args, keywords) => {
    const { k, ...rest } = named(args, ["k", "key", "split_every"], keywords);
    return bag.topk(k, optionsOf(rest));
  },
  distinct: (bag, args, keywords) => bag.distinct(optionsOf(named(args, ["key"], keywords))),
  groupby: (bag, args, keywords) => {
    const { grouper, npartitions } = named(args, ["grouper", "method", "npartitions"], keywords);
    return bag.groupby(grouper, optionsOf({ npartitions }));
  },
  join: (bag, args, keywords) => {
    const { other, on_self, on_other } = named(args, ["other", "on_self", "on_other"], keywords);
    return on_other === undefined ? bag.join(other, on_self) : bag.join(other, on_self, on_other);
  },
  product: (bag, [other]) => bag.product(other),
  random_sample: (bag, args, keywords) => {
    const { prob, random_state } = named(args, ["prob", "random_state"], keywords);
    return bag.randomSample(prob, optionsOf({ seed: random_state }));
  },
  repartition: (bag, args, keywords) =>
    bag.repartition(optionsOf(named(args, ["npartitions", "partition_size"], keywords)) as any),
  take: (bag, args, keywords) => {
    const { k, npartitions, compute: now } = named(args, ["k", "npartitions", "compute", "warn"], keywords);
    return now === false ? bag.head(k, optionsOf({ npartitions })) : bag.take(k, optionsOf({ npartitions }));
  },
  to_delayed: (bag) => bag.toDelayed(),
  to_textfiles: (bag, args, keywords) => {
    const { path, ...rest } = named(args, ["path", "name_function", "compression", "encoding"], keywords);
    return bag.toTextFiles(path, optionsOf(rest));
  },
  to_dataframe: (bag, args, keywords) => {
    const { toDataFrame } = bag as any;
    const { meta, columns } = named(args, ["meta", "columns"], keywords);
    const pairs = Array.isArray(meta) ? meta : Object.entries(meta ?? {});
    const types = (meta ?? undefined) && pairs.map(([name, dtype]) => [name, columnType(dtype)]);
    return toDataFrame.call(bag, optionsOf({ meta: types && Object.fromEntries(types), columns }));
  },
  compute: (bag) => bag.compute(),
  persist: (bag) => bag.persist(),
};

const itemMethods: Readonly<Record<string, (item: Item<any>, args: any[]) => unknown>> = {
  apply: (item, [fn]) => item.apply(fn),
  compute: (item) => item.compute(),
  persist: (item) => item.persist(),
  to_delayed: (item) => delayed(item),
};

/** Where text methods take what Python names. */
const TEXT_KEYWORDS: Readonly<Record<string, readonly string[]>> = {
  split: ["sep", "maxsplit"],
  rsplit: ["sep", "maxsplit"],
  expandtabs: ["tabsize"],
};

/** Python's names of text methods whose camelCase cannot be told from the name. */
const TEXT_NAMES: Readonly<Record<string, string>> = {
  startswith: "startsWith",
  endswith: "endsWith",
  swapcase: "swapCase",
  splitlines: "splitLines",
  isdigit: "isDigit",
  isalpha: "isAlpha",
  isalnum: "isAlnum",
  isspace: "isSpace",
  istitle: "isTitle",
  isnumeric: "isNumeric",
  isdecimal: "isDecimal",
  isascii: "isAscii",
  casefold: "caseFold",
  expandtabs: "expandTabs",
  isidentifier: "isIdentifier",
  isupper: "isUpper",
  islower: "isLower",
  removeprefix: "removePrefix",
  removesuffix: "removeSuffix",
};

const textAccessors = new WeakSet<object>();

function bagAttribute(bag: Bag<any>, name: string): unknown {
  if (name === "npartitions") return bag.npartitions;
  if (name === "str") {
    const accessor = bag.str;
    textAccessors.add(accessor);
    return accessor;
  }
  const method = methods[name];
  return method === undefined ? unsupported(`Bag.${name}`) : python((args, keywords) => method(bag, args, keywords));
}

function textAttribute(accessor: object, name: string): unknown {
  const found = (accessor as Record<string, unknown>)[TEXT_NAMES[name] ?? camelCase(name)];
  if (typeof found !== "function") return unsupported(`Bag.str.${name}`);
  return python((args, keywords) => {
    const places = TEXT_KEYWORDS[name];
    if (places === undefined || Object.keys(keywords).length === 0) return found.apply(accessor, args);
    const values = named(args, places, keywords);
    return found.apply(
      accessor,
      places.map((place) => values[place]),
    );
  });
}

const module = new Namespace("db", {
  exports: bagModule,
  special: {
    from_sequence: python((args, keywords) => {
      const { seq, ...rest } = named(args, ["seq", "partition_size", "npartitions"], keywords);
      return bagModule.fromSequence(seq, optionsOf(rest));
    }),
    from_delayed: python(([values]) => bagModule.fromDelayed(values)),
    range: python((args, keywords) => {
      const { n, npartitions } = named(args, ["n", "npartitions"], keywords);
      return bagModule.range(n, { npartitions });
    }),
    read_text: python((args, keywords) => {
      const names = ["urlpath", "blocksize", "compression", "encoding", "errors", "linedelimiter", "collection"];
      const { urlpath, collection, ...rest } = named(args, names, keywords);
      const options = optionsOf(rest, { blocksize: "blockBytes", linedelimiter: "lineDelimiter" });
      const bag = bagModule.readText(urlpath, options);
      return collection === false ? bag.toDelayed() : bag;
    }),
    map: python(([fn, ...bags], keywords) => bagModule.map(fn, bags[0], ...placed(fn, bags.slice(1), keywords, 1))),
    map_partitions: python(([fn, ...bags], keywords) =>
      bagModule.mapPartitions(fn, bags[0], ...placed(fn, bags.slice(1), keywords, 1)),
    ),
  },
});

const jsonModule = new Namespace("json", {
  special: { loads: builtinFunction("json.loads"), dumps: builtinFunction("json.dumps") },
});

function input(spec: InputSpec, context: CaseContext): unknown {
  if (spec.type === "bag") return bagModule.fromPartitions(spec["partitions"]);
  if (spec.type !== "files") return undefined;
  const folder = join(context.folder, context.name);
  mkdirSync(folder, { recursive: true });
  const files = Object.entries(spec["files"] as Record<string, string>);
  for (const [name, content] of files) writeFileSync(join(folder, name), content);
  return files.map(([name]) => join(folder, name)).sort();
}

async function describe(value: unknown, expected: Expected): Promise<Shown | undefined> {
  if (value instanceof Item) return { value: await value.compute() };
  if (!(value instanceof Bag)) return undefined;
  if (expected.type === "bag" && !("partitions" in expected)) return { items: await value.compute() };
  const partitions = await Promise.all(value.toDelayed().map((one) => one.compute()));
  return { npartitions: value.npartitions, partitions, items: partitions.flat() };
}

/** Bags: methods of Bag and Item, and the functions of `shoal/bag`. */
export const vocabulary: Vocabulary = {
  area: "bag",
  names: { db: module, json: jsonModule },
  input,
  describe,
  attribute: (of, name) => {
    if (of instanceof Bag) return bagAttribute(of, name);
    if (of instanceof Item) {
      const method = itemMethods[name];
      return method === undefined ? unsupported(`Item.${name}`) : python((args) => method(of, args));
    }
    if (typeof of === "object" && of !== null && textAccessors.has(of)) return textAttribute(of, name);
    if (typeof of === "function" && (of as { pythonName?: string }).pythonName === "str")
      return functionFromText(`(text, ...args) => pyTextMethod(text, ${JSON.stringify(name)})(...args)`, name);
    return undefined;
  },
  builtin: (name, of) => (of instanceof Bag && (name === "list" || name === "sorted") ? of.compute() : undefined),
};
