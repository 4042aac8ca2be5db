import * as runtime from "./python-runtime.js";

/**
 * Turns Python lambdas into JavaScript functions that can travel: text that holds everything it calls, no closure over
 * the tree. Names outside the lambda are written in as literals, so they must be plain values.
 */
export type Tree = readonly [string, ...any[]];

/** Python names that stand for functions, as text of a JavaScript expression. */
export type LambdaNames = (path: string) => string | undefined;

export interface LambdaScope {
  /** Text for a dotted name, such as `np.roll`; areas say theirs. */
  readonly names: LambdaNames;
  /** The value of a variable around the lambda; it is written in as JSON. */
  readonly outer: (name: string) => unknown;
  /** JavaScript's name for an attribute of objects: `to_numpy` → `toNumpy`. */
  readonly attribute: (name: string) => string;
}

const BUILTINS: Readonly<Record<string, string>> = {
  sum: "pySum",
  len: "pyLen",
  sorted: "pySorted",
  max: "pyMax",
  min: "pyMin",
  abs: "pyAbs",
  all: "pyAll",
  any: "pyAny",
  range: "pyRange",
  list: "pyList",
  tuple: "pyList",
  set: "pySet",
  frozenset: "pySet",
  dict: "pyDict",
  divmod: "pyDivmod",
  pow: "pyPow",
  complex: "pyComplex",
  bool: "pyBool",
  int: "pyInt",
  float: "pyFloat",
  str: "pyStr",
  zip: "pyZip",
  enumerate: "pyEnumerate",
  map: "pyMap",
  filter: "pyFilter",
  reversed: "pyReversed",
  repr: "pyRepr",
  hex: "pyHex",
  bin: "pyBin",
  oct: "pyOct",
  ord: "pyOrd",
  chr: "pyChr",
  round: "pyRound",
  isinstance: "pyIsinstance",
  "json.loads": "pyJsonLoads",
  "json.dumps": "pyJsonDumps",
};

/** The runtime function of a Python builtin. */
export const builtinName = (name: string): string | undefined => BUILTINS[name];

/** A function from the text of an expression, with the runtime functions it names written in. */
export function functionFromText(expression: string, name: string): (...args: any[]) => any {
  const helpers = neededHelpers(expression);
  const body =
    helpers.length === 0 ? expression : `(...args) => { ${helpers.join("\n")}\nreturn (${expression})(...args); }`;
  const made = new Function(`return (${body});`)() as (...args: any[]) => any;
  Object.defineProperty(made, "name", { value: name });
  return made;
}

const builtins = new Map<string, (...args: any[]) => any>();

/** One of Python's builtins as a function that can travel; the same one each time, as in Python. */
export function builtinFunction(name: string): ((...args: any[]) => any) | undefined {
  const helper = BUILTINS[name];
  if (helper === undefined) return undefined;
  let made = builtins.get(name);
  if (made === undefined)
    builtins.set(name, (made = Object.assign(functionFromText(helper, name), { pythonName: name })));
  return made;
}

/** A lambda of a case as a function that can travel; its parameters are kept for calls by keyword. */
export function functionOfLambda(tree: Tree, scope: LambdaScope): (...args: any[]) => any {
  const made = functionFromText(lambdaText(tree, scope, new Set()), "lambda");
  return Object.assign(made, { pythonParameters: (tree[1] as [string, unknown][]).map(([name]) => name) });
}

function neededHelpers(text: string): string[] {
  const known = runtime as unknown as Record<string, unknown>;
  const found = new Map<string, string>();
  const scan = (source: string): void => {
    for (const [name] of source.matchAll(/\bpy[A-Z]\w*/g)) {
      if (found.has(name) || typeof known[name] !== "function") continue;
      found.set(name, String(known[name]));
      scan(found.get(name) as string);
    }
  };
  scan(text);
  return [...found.values()];
}

export function lambdaText(tree: Tree, scope: LambdaScope, bound: ReadonlySet<string>): string {
  const [, params, body] = tree as unknown as [string, [string, Tree | null][], Tree];
  const inside = new Set([...bound, ...params.map(([name]) => name.replace(/^[*=]+/, ""))]);
  const text = (one: Tree): string => expressionText(one, scope, inside);
  const keywordOnly = params.filter(([name]) => name.startsWith("="));
  const rest = params.find(([name]) => name.startsWith("*"))?.[0].slice(1);
  const plain = params
    .filter(([name]) => !/^[*=]/.test(name))
    .map(([name, value]) => (value === null ? name : `${name} = ${text(value)}`));
  if (keywordOnly.length === 0)
    return `(${[...plain, ...(rest === undefined ? [] : [`...${rest}`])].join(", ")}) => (${text(body)})`;
  const others = rest ?? "others";
  const named = keywordOnly.map(([name, value]) => {
    const plainName = name.slice(1);
    return `const ${plainName} = ${plainName} in keywords ? keywords.${plainName} : ${value === null ? "undefined" : text(value)};`;
  });
  const reading = named.map((line) => line.replace(/= (\w+) in/, '= "$1" in')).join(" ");
  return `(${[...plain, `...${others}`].join(", ")}) => { const keywords = pyOptions(${others}); ${reading} return ${text(body)}; }`;
}

const dotted = (tree: Tree): string | undefined => {
  if (tree[0] === "name") return tree[1];
  const base = tree[0] === "attr" ? dotted(tree[1]) : undefined;
  return base === undefined ? undefined : `${base}.${tree[2]}`;
};

const rootName = (tree: Tree): string | undefined =>
  tree[0] === "name" ? tree[1] : tree[0] === "attr" ? rootName(tree[1]) : undefined;

function expressionText(tree: Tree, scope: LambdaScope, bound: ReadonlySet<string>): string {
  const text = (one: Tree): string => expressionText(one, scope, bound);
  const list = (items: readonly Tree[]): string =>
    items.map((item) => (item[0] === "star" ? `...pyIter(${text(item[1])})` : text(item))).join(", ");
  const root = rootName(tree);
  if (root !== undefined && !bound.has(root)) {
    const path = dotted(tree) as string;
    const known = scope.names(path) ?? BUILTINS[path];
    if (known !== undefined) return known.startsWith("py") ? known : `(${known})`;
    if (tree[0] === "name") return literalText(scope.outer(tree[1]));
  }
  switch (tree[0]) {
    case "name":
      return tree[1];
    case "const":
      return JSON.stringify(tree[1]);
    case "float":
      return floatText(tree[1]);
    case "bigint":
      return `${tree[1]}n`;
    case "slice":
      return `pySliceText(${(tree.slice(1) as (Tree | null)[]).map((end) => (end === null ? "null" : text(end))).join(", ")})`;
    case "ellipsis":
      return '"…"';
    case "attr":
      return `pyAttribute(${text(tree[1])}, ${JSON.stringify(tree[2])}, ${JSON.stringify(scope.attribute(tree[2]))})`;
    case "call":
      return callText(tree, text, list);
    case "sub":
      return subscriptText(tree, text);
    case "tuple":
    case "list":
      return `[${list(tree[1])}]`;
    case "set":
      return `new Set([${list(tree[1])}])`;
    case "dict":
      return `({${(tree[1] as [Tree | null, Tree][]).map(([k, v]) => (k === null ? `...${text(v)}` : `[${text(k)}]: ${text(v)}`)).join(", ")}})`;
    case "bin":
      return `pyBinary(${JSON.stringify(tree[1])}, ${text(tree[2])}, ${text(tree[3])})`;
    case "un":
      return `pyUnary(${JSON.stringify(tree[1])}, ${text(tree[2])})`;
    case "bool":
      return boolText(tree, text);
    case "cmp":
      return compareText(tree, text);
    case "if":
      return `(pyTruth(${text(tree[1])}) ? ${text(tree[2])} : ${text(tree[3])})`;
    case "lambda":
      return `(${lambdaText(tree, scope, bound)})`;
    case "comp":
      return comprehensionText(
        tree[3],
        (inner) => {
          const item = expressionText(tree[2], scope, inner);
          return `made.push(${item});`;
        },
        scope,
        bound,
        tree[1] === "set" ? "new Set(made)" : "made",
      );
    case "dictcomp":
      return comprehensionText(
        tree[3],
        (inner) => `made.push([${expressionText(tree[1], scope, inner)}, ${expressionText(tree[2], scope, inner)}]);`,
        scope,
        bound,
        "Object.fromEntries(made)",
      );
    default:
      throw new SyntaxError(`A lambda cannot hold "${tree[0]}"`);
  }
}

function callText(tree: Tree, text: (one: Tree) => string, list: (items: readonly Tree[]) => string): string {
  const [, fn, args, keywords] = tree as unknown as [string, Tree, Tree[], [string | null, Tree][]];
  const named = keywords.map(([name, value]) => (name === null ? `...${text(value)}` : `${name}: ${text(value)}`));
  const all = [list(args), ...(named.length === 0 ? [] : [`{ pythonKeywords: true, ${named.join(", ")} }`])].filter(
    (part) => part !== "",
  );
  return `${text(fn)}(${all.join(", ")})`;
}

function subscriptText(tree: Tree, text: (one: Tree) => string): string {
  const index = tree[2] as Tree;
  if (index[0] === "tuple") return `pyGet(${text(tree[1])}, ${text(index)})`;
  if (index[0] !== "slice") return `pyItem(${text(tree[1])}, ${text(index)})`;
  const ends = (index.slice(1) as (Tree | null)[]).map((end) => (end === null ? "null" : text(end)));
  return `pySlice(${text(tree[1])}, ${ends.join(", ")})`;
}

function boolText(tree: Tree, text: (one: Tree) => string): string {
  const operands = (tree[2] as Tree[]).map(text);
  return operands.reduceRight((right, left) =>
    tree[1] === "and"
      ? `((left) => pyTruth(left) ? ${right} : left)(${left})`
      : `((left) => pyTruth(left) ? left : ${right})(${left})`,
  );
}

function compareText(tree: Tree, text: (one: Tree) => string): string {
  let left = text(tree[1]);
  const parts = (tree[2] as [string, Tree][]).map(([op, right]) => {
    const shown = text(right);
    const direct = ["in", "not in", "is", "is not"].includes(op);
    const part = `${direct ? "pyCompare" : "pyBinary"}(${JSON.stringify(op)}, ${left}, ${shown})`;
    left = shown;
    return part;
  });
  return parts.length === 1 ? (parts[0] as string) : `(${parts.join(" && ")})`;
}

type Clause = [target: Tree, iterable: Tree, tests: Tree[]];

function comprehensionText(
  clauses: Clause[],
  item: (bound: ReadonlySet<string>) => string,
  scope: LambdaScope,
  bound: ReadonlySet<string>,
  result: string,
): string {
  let inner = bound;
  const opened = clauses.map(([target, iterable, tests]) => {
    const over = expressionText(iterable, scope, inner);
    inner = new Set([...inner, ...targetNames(target)]);
    const guards = tests.map((one) => `if (!pyTruth(${expressionText(one, scope, inner)})) continue;`).join(" ");
    return `for (const ${targetText(target)} of pyIter(${over})) { ${guards} `;
  });
  return `(() => { const made = []; ${opened.join("")}${item(inner)}${" }".repeat(opened.length)} return ${result}; })()`;
}

const targetNames = (target: Tree): string[] =>
  target[0] === "name" ? [target[1]] : (target[1] as Tree[]).flatMap(targetNames);
const targetText = (target: Tree): string =>
  target[0] === "name" ? target[1] : `[${(target[1] as Tree[]).map(targetText).join(", ")}]`;

function floatText(value: unknown): string {
  const known: Record<string, string> = {
    NaN: "NaN",
    nan: "NaN",
    Infinity: "Infinity",
    inf: "Infinity",
    "-Infinity": "-Infinity",
  };
  return known[String(value)] ?? String(value);
}

function literalText(value: unknown): string {
  if (typeof value === "function") return `(${String(value)})`;
  const text = JSON.stringify(value);
  if (text === undefined) throw new SyntaxError("A lambda uses a variable that is no plain value");
  return text;
}
