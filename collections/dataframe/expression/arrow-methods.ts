import { call, type Expr, literalOf, type Options, type Plain } from "./expression.ts";

type Receiver = { readonly kind: "expr"; readonly expr: Expr } | { readonly kind: "value"; readonly value: unknown };
type Argument = Receiver | { readonly kind: "row" } | { readonly kind: "global"; readonly name: string };

/** `text.length`. */
export function memberOf(of: Expr, name: string | number): Expr | undefined {
  if (name === "length") return call("textLength", [of]);
  return typeof name === "number" ? call("getChar", [of], { at: name }) : undefined;
}

const PLAIN: ReadonlyMap<string, readonly [op: string, options?: Options]> = new Map<
  string,
  readonly [string, Options?]
>([
  ["toUpperCase", ["upper"]],
  ["toLowerCase", ["lower"]],
  ["trim", ["strip"]],
  ["trimStart", ["lstrip"]],
  ["trimEnd", ["rstrip"]],
  ["getFullYear", ["year"]],
  ["getDate", ["day"]],
  ["getHours", ["hour"]],
  ["getMinutes", ["minute"]],
  ["getSeconds", ["second"]],
  ["getMilliseconds", ["millisecond"]],
  ["getTime", ["epochMs"]],
  ["valueOf", ["epochMs"]],
  ["toISOString", ["strftime", { format: "%Y-%m-%dT%H:%M:%S%.3fZ" }]],
  ["toString", ["cast", { dtype: "string" }]],
]);

/** A method of text, times or numbers; undefined where there is no expression for it. */
export function methodCall(receiver: Receiver, name: string, args: readonly Argument[]): Expr | undefined {
  if (receiver.kind === "value") return ofKnown(receiver.value, name, args);
  const of = receiver.expr;
  const plain = PLAIN.get(name.replace(/^getUTC/, "get"));
  if (plain !== undefined) return call(plain[0], [of], plain[1]);
  switch (name.replace(/^getUTC/, "get")) {
    case "getMonth":
      return call("sub", [call("month", [of]), literalOf(1)]);
    case "getDay":
      return call("mod", [call("add", [call("dayOfWeek", [of]), literalOf(1)]), literalOf(7)]);
    default:
      return textMethod(of, name, args.map(knownOf));
  }
}

const UNKNOWN = Symbol("depends on the row");

function knownOf(piece: Argument): unknown {
  if (piece.kind === "value") return piece.value;
  if (piece.kind === "expr" && piece.expr.kind === "literal") return piece.expr.value;
  return UNKNOWN;
}

function textMethod(of: Expr, name: string, args: readonly unknown[]): Expr | undefined {
  if (args.includes(UNKNOWN)) return undefined;
  const [first, second] = args as [Plain & RegExp, Plain];
  switch (name) {
    case "startsWith":
    case "endsWith":
      return call(name, [of], { pattern: first });
    case "includes":
      return call("contains", [of], { pattern: first, regex: false });
    case "indexOf":
      return call("find", [of], { pattern: first });
    case "lastIndexOf":
      return call("rfind", [of], { pattern: first });
    case "slice":
      return call("slice", [of], { start: first ?? 0, stop: second ?? null });
    case "substring":
      return call("slice", [of], {
        start: Math.max(0, Number(first ?? 0)),
        stop: second === undefined ? null : Math.max(0, Number(second)),
      });
    case "padStart":
      return call("pad", [of], { width: first, side: "left", fill: second ?? " " });
    case "padEnd":
      return call("pad", [of], { width: first, side: "right", fill: second ?? " " });
    case "repeat":
      return call("repeat", [of], { times: first });
    case "at":
      return call("getChar", [of], { at: first });
    case "charAt":
      return call("slice", [of], { start: first ?? 0, stop: Number(first ?? 0) + 1 });
    case "split":
      return call("split", [of], { separator: first });
    case "replace":
    case "replaceAll":
      return replaceText(of, first, second, name === "replaceAll");
    case "toFixed":
      return undefined;
    default:
      return undefined;
  }
}

function replaceText(of: Expr, what: Plain & RegExp, by: Plain, everywhere: boolean): Expr {
  if (what instanceof RegExp)
    return call("replaceText", [of], {
      ...patternOf(what),
      replacement: by,
      regex: true,
      count: what.flags.includes("g") ? -1 : 1,
    });
  return call("replaceText", [of], { pattern: what, replacement: by, regex: false, count: everywhere ? -1 : 1 });
}

const patternOf = (regex: RegExp): Options => ({
  pattern: regex.source,
  ...(regex.flags.includes("i") ? { case: false } : {}),
});

/** `/x/.test(f.name)` and `["a", "b"].includes(f.name)`. */
function ofKnown(value: unknown, name: string, args: readonly Argument[]): Expr | undefined {
  const [first] = args;
  if (first?.kind !== "expr") return undefined;
  if (value instanceof RegExp && name === "test")
    return call("contains", [first.expr], { ...patternOf(value), regex: true });
  if (Array.isArray(value) && name === "includes")
    return call("isIn", [first.expr], {
      values: value.map((one) => (literalOf(one) as Extract<Expr, { kind: "literal" }>).value),
    });
  return undefined;
}
