import { call, type Expr, literalOf } from "./expression.ts";

const BINARY: Readonly<Record<string, string>> = {
  "+": "add",
  "-": "sub",
  "*": "mul",
  "/": "div",
  // JavaScript's remainder truncates.
  "%": "rem",
  "<": "lt",
  "<=": "le",
  ">": "gt",
  ">=": "ge",
  "===": "eq",
  "==": "eq",
  "!==": "ne",
  "!=": "ne",
};

const isNullLiteral = (expr: Expr): boolean => expr.kind === "literal" && expr.value === null && expr.dtype === "null";

/** `a op b`; comparing with null asks whether a value is missing. */
export function binaryExpr(operator: string, a: Expr, b: Expr): Expr | undefined {
  const op = BINARY[operator];
  if (op === "eq" || op === "ne") {
    if (isNullLiteral(b)) return call(op === "eq" ? "isNull" : "notNull", [a]);
    if (isNullLiteral(a)) return call(op === "eq" ? "isNull" : "notNull", [b]);
  }
  if (operator === "**") return call("pow", [a, b], { fraction: true });
  return op === undefined ? undefined : call(op, [a, b]);
}

export function logicalExpr(operator: string, a: Expr, b: Expr): Expr | undefined {
  if (operator === "&&") return call("and", [a, b]);
  if (operator === "||") return call("or", [a, b]);
  return operator === "??" ? call("coalesce", [a, b]) : undefined;
}

export function unaryExpr(operator: string, a: Expr): Expr | undefined {
  if (operator === "!") return call("not", [a]);
  if (operator === "-") return call("neg", [a]);
  if (operator === "+") return call("cast", [a], { dtype: "float64", strict: false });
  return undefined;
}

/** A template string: missing if any part is. */
export function templateExpr(texts: readonly string[], values: readonly Expr[]): Expr {
  const parts: Expr[] = [];
  texts.forEach((text, at) => {
    if (text !== "") parts.push(literalOf(text));
    const value = values[at];
    if (value !== undefined) parts.push(call("cast", [value], { dtype: "string" }));
  });
  if (parts.length === 0) return literalOf("");
  return parts.length === 1 ? (parts[0] as Expr) : call("concatText", parts);
}
