import * as da from "../../../collections/array/index.ts";
import { functionFromText } from "../lambda.ts";
import { pyMethodOf } from "../python-runtime.js";
import {
  camelCase,
  ELLIPSIS,
  type Expected,
  type InputSpec,
  isTuple,
  type Keywords,
  Namespace,
  PythonSlice,
  python,
  pythonCallOf,
  type Shown,
  unsupported,
  type Vocabulary,
} from "../vocabulary.ts";

type AnyArray = da.Array | da.NDArray;
type Options = Record<string, unknown>;
const isArray = (value: unknown): value is AnyArray => value instanceof da.Array || value instanceof da.NDArray;

/** Python's values as the library writes them: complex numbers and numpy functions. */
function plain(value: any): any {
  if (Array.isArray(value)) return value.map(plain);
  if (value instanceof Map) return Object.fromEntries(value);
  if (isComplexNumber(value)) return da.complex(value.real, value.imag);
  return value;
}

type WholeFloat = ReturnType<typeof da.float>;
const isWholeFloat = (value: unknown): value is WholeFloat => value instanceof da.float(0).constructor;
/** Functions whose plain values decide on a dtype, so that 2.0 must not become 2. */
const KEEPS_FLOATS: ReadonlySet<unknown> = new Set([da.full, da.fullLike, da.where, da.append, da.insert, da.select]);

/** Plain values as they go where no dtype hangs on them: 2.0 is 2. */
function bare(value: any): any {
  const one = plain(value);
  if (isWholeFloat(one)) return one.value;
  return Array.isArray(one) ? one.map(bare) : one;
}

const isComplexNumber = (value: any): value is { real: number; imag: number } =>
  typeof value === "object" && value !== null && !isArray(value) && "real" in value && "imag" in value;

const optionsOf = (keywords: Keywords): Options =>
  Object.fromEntries(
    Object.entries(keywords)
      .filter(([, value]) => value !== null && value !== undefined)
      .map(([name, value]) => [camelCase(name), bare(value)]),
  );

/**
 * A call whose first arguments stay, while the rest go by name: `signature("x", "*axis", "*dtype")` calls
 * f(x, { axis, dtype }). Names without a star are positional, by keyword too.
 */
function signature(fn: (...args: any[]) => unknown, ...names: string[]): unknown {
  const fixed = names.filter((name) => !name.startsWith("*"));
  const all = names.map((name) => name.replace("*", ""));
  return python((args, keywords) => {
    const given: Keywords = {
      ...Object.fromEntries(args.map((value, at) => [all[at] ?? unsupported(`argument ${at}`), value])),
      ...keywords,
    };
    const rest = Object.fromEntries(Object.entries(given).filter(([name]) => !fixed.includes(name)));
    const positional = fixed.map((name) => (KEEPS_FLOATS.has(fn) ? plain : bare)(given[name]));
    while (positional.length > 0 && positional.at(-1) === undefined && Object.keys(rest).length === 0) positional.pop();
    const options = optionsOf(rest);
    return fn(...positional, ...(Object.keys(options).length > 0 ? [options] : []));
  });
}

const REDUCE = ["*axis", "*dtype", "*keepdims", "*split_every", "*out"];
const VARIANCE = ["*axis", "*dtype", "*keepdims", "*ddof", "*split_every", "*out"];
const EXTREME = ["*axis", "*keepdims", "*split_every", "*out"];

/** Parameters of functions and methods by Python's name, behind the array. */
const PARAMETERS: Readonly<Record<string, readonly string[]>> = {
  ...named(["sum", "prod", "mean", "nansum", "nanprod", "nanmean"], REDUCE),
  ...named(["std", "var", "nanstd", "nanvar"], VARIANCE),
  ...named(["min", "max", "any", "all", "nanmin", "nanmax", "ptp"], EXTREME),
  ...named(["argmin", "argmax", "nanargmin", "nanargmax"], ["*axis", "*split_every", "*keepdims"]),
  moment: ["order", "*axis", "*dtype", "*keepdims", "*ddof", "*split_every"],
  round: ["decimals"],
  around: ["decimals"],
  rechunk: ["chunks", "*threshold", "*block_size_limit", "*balance"],
  squeeze: ["axis"],
  swapaxes: ["axis1", "axis2"],
  astype: ["dtype"],
  view: ["dtype"],
  cumsum: ["*axis", "*dtype", "*out", "*method"],
  cumprod: ["*axis", "*dtype", "*out", "*method"],
  nancumsum: ["*axis", "*dtype", "*out", "*method"],
  nancumprod: ["*axis", "*dtype", "*out", "*method"],
  repeat: ["repeats", "*axis"],
  ...named(["diagonal", "trace"], ["*offset", "*axis1", "*axis2"]),
  ...named(["tril_indices", "triu_indices"], ["*k", "*m"]),
  ...named(["tril_indices_from", "triu_indices_from"], ["*k"]),
  topk: ["k", "*axis", "*split_every"],
  argtopk: ["k", "*axis", "*split_every"],
  dot: ["other"],
  choose: ["choices"],
  flip: ["axis"],
  roll: ["shift", "*axis"],
  rot90: ["*k", "*axes"],
  expand_dims: ["axis"],
  moveaxis: ["source", "destination"],
  rollaxis: ["axis", "start"],
  broadcast_to: ["shape", "*chunks"],
  tile: ["reps"],
  pad: ["pad_width", "*mode"],
  take: ["indices", "*axis"],
  diff: ["*n", "*axis", "*prepend", "*append"],
  ediff1d: ["*to_end", "*to_begin"],
  digitize: ["bins", "*right"],
  searchsorted: ["v", "*side"],
  isin: ["test_elements", "*assume_unique", "*invert"],
  bincount: ["*weights", "*minlength"],
  unique: ["*return_index", "*return_inverse", "*return_counts"],
  histogram: ["*bins", "*range", "*normed", "*weights", "*density"],
  percentile: ["q", "*method"],
  median: ["*axis", "*keepdims"],
  nanmedian: ["*axis", "*keepdims"],
  average: ["*axis", "*weights", "*returned"],
  count_nonzero: ["*axis"],
  coarsen: ["axes"],
  diag: ["*k"],
  tril: ["*k"],
  triu: ["*k"],
  unravel_index: ["shape"],
  delete: ["obj", "*axis"],
  nan_to_num: ["*copy", "*nan", "*posinf", "*neginf"],
  isclose: ["b", "*rtol", "*atol", "*equal_nan"],
  allclose: ["b", "*rtol", "*atol", "*equal_nan"],
  append: ["values", "*axis"],
  insert: ["obj", "values", "*axis"],
  transpose: ["axes"],

  tensordot: ["b", "*axes"],
  searchsorted_: [],
};

/** Functions whose arguments are not an array and then parameters. */
const CALLS: Readonly<Record<string, readonly string[]>> = {
  ...named(["ones", "zeros", "empty"], ["shape", "*dtype", "*chunks"]),
  full: ["shape", "value", "*dtype", "*chunks"],
  ...named(["ones_like", "zeros_like", "empty_like"], ["x", "*dtype", "*order", "*chunks"]),
  full_like: ["x", "value", "*dtype", "*order", "*chunks"],
  linspace: ["start", "stop", "num", "*endpoint", "*chunks", "*dtype"],
  eye: ["N", "*chunks", "*M", "*k", "*dtype"],
  indices: ["dimensions", "*dtype", "*chunks"],
  fromfunction: ["function", "*shape", "*chunks", "*dtype"],
  concatenate: ["seq", "*axis"],
  stack: ["seq", "*axis"],
  compress: ["condition", "x", "*axis"],
  extract: ["condition", "x"],
  select: ["conditions", "choices", "*default"],
  histogram2d: ["x", "y", "*bins", "*range"],
  broadcast_arrays: [],
  fftfreq: ["n", "d", "*chunks"],
};

function named(names: readonly string[], parameters: readonly string[]): Record<string, readonly string[]> {
  return Object.fromEntries(names.map((name) => [name, parameters]));
}

const exported = da as unknown as Readonly<Record<string, any>>;

function functionOf(name: string): unknown {
  const special = SPECIAL[name];
  if (special !== undefined) return special;
  const fn = exported[camelCase(name)] ?? exported[ALIASES[name] ?? ""];
  if (typeof fn !== "function") return fn ?? unsupported(`da.${name}`);
  const call = CALLS[name];
  if (call !== undefined) return signature(fn, ...call);
  const parameters = PARAMETERS[name];
  return parameters === undefined
    ? python((args, keywords) => fn(...plain(args), ...rest(keywords)))
    : signature(fn, "x", ...parameters);
}

const rest = (keywords: Keywords): Options[] => (Object.keys(keywords).length === 0 ? [] : [optionsOf(keywords)]);
const ALIASES: Readonly<Record<string, string>> = { array: "fromArray", asanyarray: "asarray", logspace: "logspace" };

/** Python takes 0 and 1 for truth. */
const truth = (value: unknown): unknown => (typeof value === "number" ? value !== 0 : value);
const clipped = (of: any) =>
  python((args, keywords) => {
    const { min = args[0], max = args[1] } = keywords;
    return of.clip(plain(min) ?? null, plain(max) ?? null);
  });

const SPECIAL: Readonly<Record<string, unknown>> = {
  clip: python(([x, ...args], keywords) => pythonCallOf(clipped(x))?.(args, keywords)),
  cov: python(([x, y, rowvar, bias, ddof], keywords) => {
    const given: any = { y, rowvar, bias, ddof, ...keywords };
    return da.cov(x, optionsOf({ ...given, rowvar: truth(given.rowvar), bias: truth(given.bias) }));
  }),
  corrcoef: python(([x, y, rowvar], keywords) => {
    const given: any = { y, rowvar, ...keywords };
    return da.corrcoef(x, optionsOf({ ...given, rowvar: truth(given.rowvar) }));
  }),
  map_blocks: python(([fn, x, ...others], keywords) => mapCall(x, "mapBlocks", [fn, ...others], keywords)),
  map_overlap: python(([fn, x, ...others], keywords) => mapCall(x, "mapOverlap", [fn, ...others], keywords)),
  broadcast_arrays: python((args) => da.broadcastArrays(...(plain(args) as any[]))),

  gradient: python(([x, spacing], keywords) => [exported["gradient"](x, bare(spacing), optionsOf(keywords))].flat()),
  where: python((args) =>
    args.some((one) => typeof one === "string")
      ? unsupported("text elements")
      : da.where(...(plain(args) as [any, any, any])),
  ),
  arange: python((args, keywords) => {
    const dtype = args.some(isWholeFloat) ? { dtype: "float64" } : {};
    return da.arange(...(bare(args) as [number]), { ...dtype, ...optionsOf(keywords) } as never);
  }),
  tri: python((args, keywords) => {
    const { N, M, k, ...others } = { N: args[0], M: args[1], k: args[2], ...keywords };
    return da.tri(N, optionsOf({ M, k, ...others }));
  }),
  transpose: python(([x, axes], keywords) => da.transpose(x, axes ?? keywords["axes"])),
  meshgrid: python((args, keywords) => exported["meshgrid"](args, optionsOf(keywords))),
  blockwise: python((args, keywords) => {
    const [fn, out, ...pairs] = args;
    const operands = Array.from({ length: pairs.length / 2 }, (_, at) => [pairs[2 * at], pairs[2 * at + 1]]);
    return exported["blockwise"](fn, out, operands, optionsOf(keywords));
  }),
  apply_along_axis: python(([fn, axis, x, ...more], keywords) =>
    exported["applyAlongAxis"](fn, axis, x, ...more, ...rest(keywords)),
  ),
  apply_over_axes: python(([fn, x, axes]) => exported["applyOverAxes"](fn, x, axes)),
  apply_gufunc: python(([fn, spec, ...arrays], keywords) =>
    exported["applyGufunc"](fn, spec, arrays, optionsOf(keywords)),
  ),
  coarsen: python(([fn, x, axes], keywords) => exported["coarsen"](fn, x, recordOf(axes), ...rest(keywords))),
  reduction: python(([x, chunk, aggregate], keywords) => {
    const { chunk: one = chunk, aggregate: two = aggregate, ...others } = keywords;
    return exported["reduction"](x, withOptions(one), withOptions(two), optionsOf(others));
  }),
  pad: python(([x, width, mode], keywords) =>
    exported["pad"](x, width, { mode: mode ?? "constant", ...optionsOf(keywords) }),
  ),
  frompyfunc: python(([fn]) => exported["vectorize"](fn)),
  from_array: python(([x, chunks], keywords) => da.fromArray(x, optionsOf({ chunks, ...keywords }))),
};

/** Dask hands axis and keepdims by keyword; here they come as one object. */
const withOptions = (fn: any): any =>
  functionFromText(`(block, { axis, keepdims }) => (${String(fn)})(block, axis, keepdims)`, "step");

const recordOf = (value: unknown): unknown => (value instanceof Map ? Object.fromEntries(value) : value);

/** A module whose functions are found by {@link functionOf}, or in a group of the public exports. */
class ArrayModule extends Namespace {
  override get(name: string): unknown {
    const group = this.name === "da" ? GROUPS[name] : undefined;
    if (group !== undefined) return group();
    if (this.name === "da.lib") return new ArrayModule("da.overlap", {});
    if (this.name !== "da" && this.name !== "np") return groupFunction(this.name.slice(3), name);
    return (this.name === "np" ? numpyName(name) : undefined) ?? functionOf(name);
  }
}

const GROUPS: Readonly<Record<string, () => unknown>> = {
  linalg: () => new ArrayModule("da.linalg", {}),
  fft: () => new ArrayModule("da.fft", {}),
  overlap: () => new ArrayModule("da.overlap", {}),
  lib: () => new ArrayModule("da.lib", {}),
  core: () => new ArrayModule("da.core", {}),
};

const GROUP_PARAMETERS: Readonly<Record<string, readonly string[]>> = {
  cholesky: ["a", "*lower"],
  norm: ["x", "*ord", "*axis", "*keepdims"],
  solve_triangular: ["a", "b", "*lower"],
  fftfreq: ["n", "d", "*chunks"],
  rfftfreq: ["n", "d", "*chunks"],
  fft: ["a", "*n", "*axis"],
  ifft: ["a", "*n", "*axis"],
  rfft: ["a", "*n", "*axis"],
  irfft: ["a", "*n", "*axis"],
  overlap: ["x", "*depth", "*boundary"],
  ...named(["fft2", "ifft2", "fftn", "ifftn", "rfft2", "rfftn", "irfft2", "irfftn"], ["a", "*s", "*axes"]),
  ...named(["hfft", "ihfft"], ["a", "*n", "*axis"]),
  sliding_window_view: ["x", "window_shape", "*axis"],
  fftshift: ["x", "*axes"],
  ifftshift: ["x", "*axes"],
};

function groupFunction(group: string, name: string): unknown {
  if (group === "core") return name === "normalize_chunks" ? normalizeChunks : functionOf(name);
  const of = group === "overlap" ? exported : (exported[group] as Readonly<Record<string, any>> | undefined);
  const fn = of?.[camelCase(name)];
  if (typeof fn !== "function") return unsupported(`da.${group}.${name}`);
  const parameters = GROUP_PARAMETERS[name];
  return parameters === undefined
    ? python((args, keywords) => fn(...bare(args), ...rest(keywords)))
    : signature(translated(fn), ...parameters);
}

/** Axis-keyed dicts arrive as Maps. */
const translated =
  (fn: (...args: any[]) => unknown) =>
  (...args: any[]) =>
    fn(
      ...args.map((one) =>
        one?.constructor === Object ? Object.fromEntries(Object.entries(one).map(([k, v]) => [k, recordOf(v)])) : one,
      ),
    );

const normalizeChunks = python(([chunks, shape], keywords) => {
  const spec = chunks ?? keywords["chunks"];
  return exported["normalizeChunks"](
    recordOf(spec),
    shape ?? keywords["shape"],
    optionsOf({ ...keywords, shape: null, chunks: null }),
  );
});

const REDUCTIONS: ReadonlySet<string> = new Set(
  "max min sum prod mean std var any all ptp nanmax nanmin nansum nanprod nanmean nanstd nanvar argmax argmin".split(
    " ",
  ),
);

function numpyName(name: string): unknown {
  if (name === "inf") return Infinity;
  if (name === "nan") return Number.NaN;
  if (name === "pi") return Math.PI;
  if (name === "newaxis") return null;
  if (name === "array")
    return python(([value, dtype], keywords) => da.NDArray.from(plain(value), dtype ?? keywords["dtype"]));
  if (name === "datetime64") return python(([text]) => new Date(text));
  // Handed to other functions, which call them on eager and lazy arrays alike.
  if (REDUCTIONS.has(name)) return (x: any, options: any) => x[camelCase(name)](options);
  return undefined;
}

function indexOf(index: unknown): any[] {
  const one = (part: any): any => {
    if (part instanceof PythonSlice)
      return { start: part.from as never, stop: part.to as never, step: part.step as never };
    if (part === ELLIPSIS) return "…";
    return part;
  };
  return isTuple(index) ? index.map(one) : [one(index)];
}

const FUNCTIONS_AS_METHODS: ReadonlySet<string> = new Set(["repeat", "trace"]);

const NUMBERS: Readonly<Record<string, (a: number, b: number) => number | boolean>> = {
  "+": (a, b) => a + b,
  "-": (a, b) => a - b,
  "*": (a, b) => a * b,
  "/": (a, b) => a / b,
  "**": (a, b) => a ** b,
};
type ComplexNumber = { real: number; imag: number };
const complexOf = (value: any): ComplexNumber =>
  typeof value === "number" ? { real: value, imag: 0 } : { real: value.re, imag: value.im };
const COMPLEX: Readonly<Record<string, (a: ComplexNumber, b: ComplexNumber) => ComplexNumber>> = {
  "+": (a, b) => ({ real: a.real + b.real, imag: a.imag + b.imag }),
  "-": (a, b) => ({ real: a.real - b.real, imag: a.imag - b.imag }),
  "*": (a, b) => ({ real: a.real * b.real - a.imag * b.imag, imag: a.real * b.imag + a.imag * b.real }),
};
const SWAPPED: Readonly<Record<string, string>> = {
  add: "add",
  mul: "mul",
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

function binary(op: string, a: any, b: any): unknown {
  const name: string | undefined = pyMethodOf(op);
  if ((isWholeFloat(a) || isWholeFloat(b)) && !isArray(a) && !isArray(b)) {
    const found = NUMBERS[op]?.(bare(a), bare(b));
    return found === undefined || typeof found === "boolean" ? found : vocabulary.wholeFloat?.(found);
  }
  if (!isArray(a) && !isArray(b) && (isComplexNumber(a) || isComplexNumber(b)))
    return COMPLEX[op]?.(complexOf(bare(a)), complexOf(bare(b)));
  if (name === undefined || (!isArray(a) && !isArray(b))) return undefined;
  if (a instanceof da.Array || (isArray(a) && !(b instanceof da.Array))) return (a as any)[name](plain(b));
  if (isArray(a)) return (da.fromArray(a) as any)[name](b);
  const swapped = SWAPPED[name];
  return swapped === undefined ? (b as any)[`r${name}`](plain(a)) : (b as any)[swapped](plain(a));
}

function attribute(of: unknown, name: string): unknown {
  if (name === "__setitem__" && isArray(of))
    return (key: unknown, value: unknown) => of.set(indexOf(key), plain(value)) as unknown;
  if (!isArray(of)) return undefined;
  if (name === "transpose")
    return python((args, keywords) => of.transpose(args.length > 1 ? args : (args[0] ?? keywords["axes"])));
  if (name === "reshape")
    return python((args, keywords) => of.reshape(args.length > 1 ? args : (args[0] ?? keywords["shape"])));
  if (name === "clip") return clipped(of);
  if (name === "map_blocks") return python((args, keywords) => mapCall(of, "mapBlocks", args, keywords));
  if (name === "map_overlap") return python((args, keywords) => mapCall(of, "mapOverlap", args, keywords));
  if (name === "vindex" || name === "blocks") return new Indexed(of as da.Array, name);
  const own = (of as any)[camelCase(name)];
  // Some methods of Dask's are functions alone here.
  if (own === undefined && FUNCTIONS_AS_METHODS.has(name))
    return python((args, keywords) => pythonCallOf(functionOf(name))?.([of, ...args], keywords));
  if (typeof own !== "function") return own;
  const parameters = PARAMETERS[name];
  const call = (...args: any[]): unknown => own.apply(of, args);
  return parameters === undefined
    ? python((args, keywords) => call(...plain(args), ...rest(keywords)))
    : signature(call, ...parameters);
}

function mapCall(of: any, method: string, args: readonly any[], keywords: Keywords): unknown {
  const [fn, ...others] = args;
  const options = optionsOf(keywords);
  for (const name of ["depth", "boundary", "chunks"]) if (name in options) options[name] = recordOf(options[name]);
  return of[method](fn, { ...options, ...(others.length === 0 ? {} : { args: others }) });
}

/** `x.vindex` and `x.blocks`, which are indexed. */
class Indexed {
  readonly of: da.Array;
  readonly by: "vindex" | "blocks";
  constructor(of: da.Array, by: "vindex" | "blocks") {
    this.of = of;
    this.by = by;
  }
}

async function builtin(name: string, of: unknown): Promise<unknown> {
  if (!isArray(of)) return undefined;
  if (name === "abs") return of.abs();
  if (name === "len") return (of as any).len();
  if (name === "bool") return Boolean(await (of as any).item());
  if (name === "float" || name === "int") return Number(await (of as any).item());
  return undefined;
}

async function describe(value: unknown, expected: Expected): Promise<Shown | undefined> {
  if (Array.isArray(value) && expected.type === "list") {
    const items = expected["items"] as Expected[];
    const shown = await Promise.all(value.map((one, at) => describe(one, items[at] ?? {})));
    return { type: "list", items: shown.map((one, at) => onlyAsked(one ?? {}, items[at] ?? {})) };
  }
  if (!isArray(value)) return undefined;
  const eager = value instanceof da.NDArray ? value : await value.compute();
  if (expected.type === "value" || expected.type === "scalar")
    return { type: expected.type, dtype: eager.dtype, value: eager.item() };
  const { dtype, shape } = eager;
  const chunks = value instanceof da.Array ? value.chunks : undefined;
  return { type: "array", dtype, shape: [...shape], chunks, data: flat(eager) };
}

const onlyAsked = (shown: Shown, expected: Expected): Shown =>
  Object.fromEntries(Object.entries(shown).filter(([name]) => name in expected));

const NANOSECONDS: Readonly<Record<string, number>> = {
  W: 604_800e9,
  D: 86_400e9,
  h: 3_600e9,
  m: 60e9,
  s: 1e9,
  ms: 1e6,
  us: 1e3,
  ns: 1,
};

function flat(array: da.NDArray): unknown[] {
  const span = /^timedelta64\[(\w+)\]$/.exec(array.dtype)?.[1];
  const per = span === undefined ? undefined : NANOSECONDS[span];
  // Golden files count time spans in nanoseconds.
  if (per !== undefined) array = da.NDArray.from(array.astype("int64").mul(per) as never) as da.NDArray;
  const one = array.ravel().toArray({ int64: "bigint" }) as unknown[];
  return one.map((item) =>
    typeof item === "object" && item !== null ? [(item as da.Complex).re, (item as da.Complex).im] : item,
  );
}

function input(spec: InputSpec): unknown {
  if (spec.type !== "array") return undefined;
  const dtype = spec["dtype"] as string;
  if (dtype.startsWith("<U")) return unsupported(`text elements (${dtype})`);
  const items = (spec["data"] as unknown[]).map((item) => {
    if (dtype.startsWith("complex")) return da.complex(...(item as [number, number]));
    if (dtype.startsWith("datetime64"))
      return new Date(`${item as string}Z`.replace(/ZZ$/, "Z").replace(/(\.\d{3})\d*/, "$1"));
    if (/int/.test(dtype)) return BigInt(item as number);
    return typeof item === "string" ? Number(item) : item;
  });
  return da.fromArray(items as never, {
    dtype,
    shape: spec["shape"] as number[],
    chunks: spec["chunks"] as number[][],
  });
}

/** Eager functions inside lambdas. */
const LAMBDA_NAMES: Readonly<Record<string, string>> = {
  "np.roll": "(x, shift, axis) => x.roll(shift, axis === undefined ? {} : { axis })",
  "np.sort": "(x) => x.sort()",
  "np.full":
    "(shape, value) => { const size = shape.reduce((a, b) => a * b, 1); const data = new BigInt64Array(size).fill(BigInt(value)); const strides = shape.map((_, k) => shape.slice(k + 1).reduce((a, b) => a * b, 1)); return { data, dtype: 'int64', shape, strides, offset: 0 }; }",
  "np.sqrt": "(x) => x.sqrt()",
  "np.exp": "(x) => x.exp()",
  "np.sum": "(x, options) => x.sum(options)",
};

export const vocabulary: Vocabulary = {
  area: "array",
  names: { da: new ArrayModule("da", {}), np: new ArrayModule("np", {}) },
  input,
  attribute,
  item: (of, index) => {
    if (of instanceof Indexed) {
      const parts = indexOf(index);
      return (of.of as any)[of.by](
        ...(of.by === "vindex" ? parts.map((one) => (one?.start === null ? null : one)) : parts),
      );
    }
    return isArray(of) ? of.get(...indexOf(index)) : undefined;
  },
  binary,
  wholeFloat: (value) => da.float(value),
  unary: (op, a) => {
    if (isWholeFloat(a)) return op === "-" ? da.float(-a.value) : undefined;
    if (!isArray(a) && isComplexNumber(a)) return op === "-" ? { real: -a.real, imag: -a.imag } : undefined;
    if (!isArray(a)) return undefined;
    return op === "-" ? a.neg() : op === "~" ? a.not() : op === "+" ? (a.dtype === "bool" ? a : a.pos()) : undefined;
  },
  builtin,
  describe,
  lambdaName: (path) => LAMBDA_NAMES[path],
};
