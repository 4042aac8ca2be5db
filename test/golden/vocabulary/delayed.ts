import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as shoal from "shoal";
import { functionFromText } from "../lambda.ts";
import { pyMethodOf } from "../python-runtime.js";
import { type Keywords, Namespace, PythonSlice, python, unsupported, type Vocabulary } from "../vocabulary.ts";

/** Delayed, `dask.compute` and its kin, and graphs written by hand. */
type Lazy = shoal.Delayed<any> & Record<string, any>;
const isLazy = (value: unknown): value is Lazy => shoal.isDelayed(value);

const MIRRORED: Readonly<Record<string, string>> = {
  "==": "eq",
  "!=": "ne",
  "<": "gt",
  "<=": "ge",
  ">": "lt",
  ">=": "le",
};
const UNARY: Readonly<Record<string, string>> = { "-": "neg", "+": "pos", "~": "invert" };
/** Methods of Python's text by JavaScript's names. */
const TEXT_METHODS: Readonly<Record<string, string>> = {
  upper: "toUpperCase",
  lower: "toLowerCase",
  strip: "trim",
  startswith: "startsWith",
  endswith: "endsWith",
  replace: "replaceAll",
};

/** Attributes of Python's numbers. */
const NUMBER_ATTRIBUTES = new Set(["real", "imag", "numerator", "denominator"]);

/** How many arguments JavaScript's method takes in the same meaning; with more it is Python's. */
const TEXT_ARGUMENTS: Readonly<Record<string, number>> = { strip: 0, replace: 2 };

/** Methods of Python's own types that values have here under no name. */
const PYTHON_METHODS = new Set(
  "conjugate is_integer bit_length __add__ __mul__ union difference intersection index count title find join format get keys items values copy zfill capitalize splitlines isalpha isdigit isalnum islower isupper isspace swapcase center ljust rjust partition rsplit split rfind removeprefix removesuffix lstrip rstrip strip replace".split(
    " ",
  ),
);
const pythonMethod = (name: string): ((...args: any[]) => any) =>
  functionFromText(`(of, ...args) => pyMethod(of, ${JSON.stringify(name)})(...args)`, name);

/** Functions that the cases name; text, so that they travel like a user's own. */
const fixtures: Readonly<Record<string, (...args: any[]) => any>> = {
  inc: functionFromText(`(x) => pyBinary("+", x, 1)`, "inc"),
  double: functionFromText(`(x) => pyBinary("*", x, 2)`, "double"),
  add: Object.assign(functionFromText(`(x, y) => pyBinary("+", x, y)`, "add"), { pythonParameters: ["x", "y"] }),
  fail: functionFromText(`() => pyFail("Exception", "failed on purpose")`, "fail"),
};
const graphFunctions: Readonly<Record<string, (...args: any[]) => any>> = {
  ...fixtures,
  sum: functionFromText("(values) => pySum(values)", "sum"),
};

/** How often a function ran, wherever it ran: a character a call in a file. */
let countFile = "";
const counting = (path: string): ((...args: any[]) => any) =>
  functionFromText(
    `(x) => { process.getBuiltinModule("node:fs").appendFileSync(${JSON.stringify(path)}, "."); return x; }`,
    "countCalls",
  );

const isBuiltinContainer = (value: unknown): boolean => typeof value === "object" && value !== null;

function makeDelayed(args: any[], { pure, nout, name, traverse }: Keywords): unknown {
  const options = {
    ...(pure === undefined ? {} : { pure }),
    ...(nout === undefined ? {} : { nout }),
    ...(name === undefined ? {} : { name }),
    ...(traverse === undefined ? {} : { traverse }),
  };
  return shoal.delayed(args[0], options);
}

/** A lazy call: names by keyword become positions where the function says its parameters, else an object at the end. */
function callLazy(lazy: Lazy, args: any[], keywords: Keywords, parameters: readonly string[] | undefined): unknown {
  const { dask_key_name: key, pure, ...rest } = keywords;
  let target: any = lazy;
  if (key !== undefined) target = target.with({ name: key });
  if (pure !== undefined) target = target.with({ pure });
  const positional = args.map(unwrap);
  const named: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(rest)) {
    const at = parameters?.indexOf(name) ?? -1;
    if (at >= 0) positional[at] = unwrap(value);
    else named[name] = unwrap(value);
  }
  // Keywords come after every positional parameter, given or not.
  const places = parameters?.filter((name) => !/^[*=]/.test(name)).length ?? 0;
  if (Object.keys(named).length > 0) while (positional.length < places) positional.push(undefined);
  if (Object.keys(named).length > 0) positional.push({ pythonKeywords: true, ...named });
  return target(...positional);
}

const parametersOf = new WeakMap<object, readonly string[]>();
const lazyCall = (lazy: Lazy) => python((args, keywords) => callLazy(lazy, args, keywords, parametersOf.get(lazy)));

const delayedOf = python(([of, ...rest], keywords) => {
  const args = [unwrap(of), ...rest];
  const lazy = makeDelayed(args, keywords) as Lazy;
  const parameters = (args[0] as { pythonParameters?: readonly string[] } | null)?.pythonParameters;
  if (parameters !== undefined) parametersOf.set(lazy, parameters);
  return typeof args[0] === "function" && !isLazy(args[0]) ? standIn(lazyCall(lazy), lazy) : lazy;
});

/** Python functions that stand for a lazy value, which would take any attribute for its own. */
const standsFor = new WeakMap<object, unknown>();
const standIn = (fn: (...args: any[]) => unknown, lazy: unknown): ((...args: any[]) => unknown) => {
  standsFor.set(fn, lazy);
  return fn;
};
const unwrap = (value: unknown): unknown => (typeof value === "function" ? (standsFor.get(value) ?? value) : value);

const dask = new Namespace("dask", {
  special: {
    compute: python((args, { traverse }) =>
      shoal.computeWith(traverse === undefined ? {} : { traverse }, ...args.map(unwrap)),
    ),
    persist: python((args) => shoal.persist(...args.map(unwrap))),
    optimize: python((args) => shoal.optimize(...args.map(unwrap))),
    delayed: delayedOf,
    is_dask_collection: python(([value]) => shoal.isCollection(unwrap(value))),
  },
});

/** Graph functions: options by keyword become an object. */
const graphNames = {
  get: python(([graph, keys]) => shoal.get(graph, keys)),
  cull: python(([graph, keys]) => shoal.cull(graph, keys)),
  fuse: python(([graph, keys]) => shoal.fuse(graph, keys)),
  inline: python(([graph], { keys }) => shoal.inline(graph, { keys })),
  inline_functions: python(([graph, output], { fast_functions }) =>
    shoal.inlineFunctions(graph, output, { fastFunctions: fast_functions }),
  ),
  order: python(([graph]) => shoal.order(graph)),
  dependencies: python(([graph]) => shoal.dependencies(graph)),
  dependents: python(([graph]) => shoal.dependents(graph)),
  toposort: python(([graph]) => shoal.toposort(graph)),
  isdag: python(([graph, keys]) => shoal.isDag(graph, keys)),
};

export const vocabulary: Vocabulary = {
  area: "delayed",
  names: {
    dask,
    delayed: delayedOf,
    ...graphNames,
    ...fixtures,
    count_calls: python(() => unsupported("count_calls as a plain call")),
    calls: python(() => readFileSync(countFile, "utf8").length),
  },

  begin(folder) {
    countFile = join(folder, "calls");
    writeFileSync(countFile, "");
    (vocabulary.names as Record<string, unknown>)["count_calls"] = counting(countFile);
  },

  input(spec) {
    if (spec.type !== "graph") return undefined;
    const nodes = Object.entries(spec["graph"] as Record<string, any>).map(([key, value]) => {
      if (typeof value !== "object" || value === null || !("task" in value)) return [key, value];
      return [key, shoal.call(graphFunctions[value.task] ?? unsupported(`the function ${value.task}`), ...value.args)];
    });
    return Object.fromEntries(nodes) as object;
  },

  attribute(of, name) {
    const lazy = unwrap(of);
    if (!isLazy(lazy)) return undefined;
    if (name === "compute" || name === "persist") return python(() => lazy[name]());
    if (name === "key") return lazy.key;
    if (name === "__dask_graph__")
      return python(() => Object.fromEntries(lazy.taskKeys().map((key: string) => [key, null])));
    if (NUMBER_ATTRIBUTES.has(name))
      return shoal.delayed(functionFromText(`(of) => pyAttribute(of, "${name}", "${name}")`, name))(lazy);
    const attribute = lazy.attr(TEXT_METHODS[name] ?? name) as Lazy;
    return standIn(
      python((args) => {
        const isJavaScripts =
          (name in TEXT_METHODS && args.length <= (TEXT_ARGUMENTS[name] ?? 1)) ||
          (name === "split" && args.length === 1) ||
          !PYTHON_METHODS.has(name);
        return isJavaScripts ? (attribute as any)(...args) : shoal.delayed(pythonMethod(name))(lazy, ...args);
      }),
      attribute,
    );
  },

  item(of, index) {
    const lazy = unwrap(of);
    if (!isLazy(lazy)) return undefined;
    return index instanceof PythonSlice
      ? lazy.sliced(index.from as number | null, index.to as number | null, index.step as number | null)
      : lazy.item(index);
  },

  binary(op, left, right) {
    const [a, b] = [unwrap(left), unwrap(right)];
    if (isLazy(a)) return a[pyMethodOf(op) ?? unsupported(`operator ${op}`)](b);
    if (isLazy(b)) return b[MIRRORED[op] ?? `r${pyMethodOf(op) ?? unsupported(`operator ${op}`)}`](a);
    return undefined;
  },

  unary(op, value) {
    const lazy = unwrap(value);
    if (isLazy(lazy) && op === "not") return !Number(lazy);
    return isLazy(lazy) ? lazy[UNARY[op] ?? unsupported(`operator ${op}`)]() : undefined;
  },

  builtin(name, value, more) {
    const lazy = unwrap(value);
    // Python adds lazy values up one by one.
    if (name === "sum" && Array.isArray(lazy) && lazy.some((one) => isLazy(unwrap(one))))
      return lazy.reduce((total: unknown, one: unknown) => {
        const [a, b] = [unwrap(total) as any, unwrap(one) as any];
        return isLazy(a) ? a["add"](b) : isLazy(b) ? b["radd"](a) : a + b;
      }, more[0] ?? 0);
    if (!isLazy(lazy)) return undefined;
    if (name === "sum")
      return [...(lazy as unknown as Iterable<Lazy>)].reduce((total: unknown, one) => one["radd"](total), more[0] ?? 0);
    if (name === "abs") return lazy.abs();
    // What a lazy value forbids is forbidden by its own operations.
    if (name === "bool") return Boolean(Number(lazy));
    if (name === "len") return lazy.length;
    if (name === "list") return [...(lazy as unknown as Iterable<unknown>)];
    return undefined;
  },

  async describe(value) {
    const known = unwrap(value);
    if (!isLazy(known) && !(Array.isArray(known) && containsLazy(known))) return undefined;
    const [computed] = await shoal.compute(known);
    return { value: computed, items: computed, data: computed };
  },

  lambdaName(path) {
    const fixture = fixtures[path];
    return fixture === undefined ? undefined : String(fixture);
  },
};

const containsLazy = (value: unknown): boolean =>
  isLazy(unwrap(value)) || (isBuiltinContainer(value) && Object.values(value as object).some(containsLazy));
