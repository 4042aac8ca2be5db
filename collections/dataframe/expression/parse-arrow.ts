import { type Node, parse } from "acorn";
import { capturedValues, placeOfFunction } from "../../../runtime/wire/function-captures.ts";
import { aggregateNameOf } from "./aggregate-functions.ts";
import { globalCall, globalValue, mathCall } from "./arrow-globals.ts";
import { memberOf, methodCall } from "./arrow-methods.ts";
import { binaryExpr, logicalExpr, templateExpr, unaryExpr } from "./arrow-operators.ts";
import { call, column, type Expr, literalOf } from "./expression.ts";
import { unknownColumn } from "./infer.ts";

/** What a piece of a function is: an expression over the row, a value known now, or the row itself. */
export type Piece =
  | { readonly kind: "expr"; readonly expr: Expr }
  | { readonly kind: "value"; readonly value: unknown }
  | { readonly kind: "row" }
  | { readonly kind: "global"; readonly name: string };

// biome-ignore lint/suspicious/noExplicitAny: acorn's nodes are told apart by their type field.
export type Syntax = any;

/**
 * Reads an arrow function over a row as a column expression; it is never called. Captured variables are bound to the
 * values they have now.
 * @param columns names of the columns that a row has
 * @throws SyntaxError naming the construct that cannot be translated, its place, and the way out
 * @throws ShoalError UNKNOWN_KEY for a column that is not there
 * @example
 * parseArrow((f: { delay: number }) => f.delay > limit, ["delay"]);
 */
export function parseArrow(fn: (row: never) => unknown, columns: readonly string[]): Expr {
  const source = Function.prototype.toString.call(fn);
  const reader = new ArrowReader(fn, source, columns);
  return reader.read();
}

class ArrowReader {
  private readonly fn: (row: never) => unknown;
  private readonly source: string;
  private readonly columns: readonly string[];
  private rowName: string | undefined;
  private readonly fields = new Map<string, string>();
  private captured: ReadonlyMap<string, unknown> = new Map();

  constructor(fn: (row: never) => unknown, source: string, columns: readonly string[]) {
    this.fn = fn;
    this.source = source;
    this.columns = columns;
  }

  read(): Expr {
    const arrow = this.parsed();
    if (arrow.async === true || arrow.generator === true) throw this.refused(arrow, "An async or generator function");
    this.readParameter(arrow.params);
    const names = identifiers(arrow.body).filter((name) => name !== this.rowName && !this.fields.has(name));
    if (names.length > 0) this.captured = capturedValues(this.fn, names);
    const body = arrow.body.type === "BlockStatement" ? returned(arrow.body) : arrow.body;
    if (body === undefined) throw this.refused(arrow.body, "A body of several statements");
    return this.exprOf(this.visit(body), body);
  }

  private parsed(): Syntax {
    try {
      const program = parse(`(${this.source})`, { ecmaVersion: "latest" }) as Syntax;
      const found = program.body[0].expression;
      if (found.type === "ArrowFunctionExpression" || found.type === "FunctionExpression") return found;
    } catch {
      // Methods and native functions do not stand alone; the error below says what is wanted.
    }
    throw new SyntaxError(
      `${this.fn.name || "The function"} is not an arrow function whose text can be read; write (row) => …`,
    );
  }

  private readParameter(params: readonly Syntax[]): void {
    const [first, second] = params;
    if (second !== undefined) throw this.refused(second, "A second parameter");
    if (first === undefined) return;
    if (first.type === "Identifier") {
      this.rowName = first.name;
      return;
    }
    if (first.type !== "ObjectPattern") throw this.refused(first, "This kind of parameter");
    for (const property of first.properties) {
      if (property.type !== "Property" || property.computed || property.value.type !== "Identifier")
        throw this.refused(property, "This kind of parameter");
      this.fields.set(property.value.name, property.key.name ?? String(property.key.value));
    }
  }

  private visit(node: Syntax): Piece {
    switch (node.type) {
      case "Literal":
        return {
          kind: "value",
          value: node.regex === undefined ? node.value : new RegExp(node.regex.pattern, node.regex.flags),
        };
      case "Identifier":
        return this.identifier(node);
      case "ParenthesizedExpression":
      case "ChainExpression":
        return this.visit(node.expression);
      case "MemberExpression":
        return this.member(node);
      case "CallExpression":
        return this.called(node);
      case "NewExpression":
        return this.constructed(node);
      case "UnaryExpression":
        return this.unary(node);
      case "BinaryExpression":
        return this.binary(node);
      case "LogicalExpression":
        return {
          kind: "expr",
          expr: this.translated(
            node,
            logicalExpr(node.operator, this.sub(node.left), this.sub(node.right)),
            `The operator ${node.operator}`,
          ),
        };
      case "ConditionalExpression":
        return {
          kind: "expr",
          expr: call("ifElse", [this.sub(node.test), this.sub(node.consequent), this.sub(node.alternate)], {
            propagate: true,
          }),
        };
      case "TemplateLiteral":
        return {
          kind: "expr",
          expr: templateExpr(
            node.quasis.map((quasi: Syntax) => quasi.value.cooked),
            node.expressions.map((one: Syntax) => this.sub(one)),
          ),
        };
      case "SequenceExpression":
        // What a compiler makes of an imported function: (0, module.name)(…).
        return this.visit(node.expressions.at(-1));
      default:
        throw this.refused(node, WORDS[node.type] ?? `${node.type}`);
    }
  }

  private identifier(node: Syntax): Piece {
    if (node.name === this.rowName) return { kind: "row" };
    const field = this.fields.get(node.name);
    if (field !== undefined) return { kind: "expr", expr: this.column(field) };
    if (this.captured.has(node.name)) return { kind: "value", value: this.captured.get(node.name) };
    const known = globalValue(node.name);
    if (known !== undefined) return known;
    throw this.refused(node, `The name ${node.name}`);
  }

  private member(node: Syntax): Piece {
    const of = this.visit(node.object);
    const name = node.computed ? this.known(node.property) : node.property.name;
    if (of.kind === "row") return { kind: "expr", expr: this.column(String(name)) };
    if (of.kind === "value")
      return { kind: "value", value: (of.value as Record<string, unknown> | null)?.[String(name)] };
    if (of.kind === "global")
      return globalValue(`${of.name}.${String(name)}`) ?? { kind: "global", name: `${of.name}.${String(name)}` };
    return {
      kind: "expr",
      expr: this.translated(node, memberOf(of.expr, name as string | number), `The property ${String(name)}`),
    };
  }

  private called(node: Syntax): Piece {
    const { callee } = node;
    const target = callee.type === "MemberExpression" ? undefined : this.visit(callee);
    if (target?.kind === "global")
      return this.result(node, globalCall(target.name, this.args(node)), `A call of ${target.name}`);
    if (target?.kind === "value") return this.aggregateCall(node, target.value);
    if (target !== undefined) throw this.refused(node, "This call");
    const of = this.visit(callee.object);
    const name = callee.computed ? String(this.known(callee.property)) : callee.property.name;
    if (of.kind === "global")
      return this.result(
        node,
        of.name === "Math" ? mathCall(name, this.args(node)) : globalCall(`${of.name}.${name}`, this.args(node)),
        `A call of ${of.name}.${name}`,
      );
    if (
      of.kind === "value" &&
      (typeof of.value === "object" || typeof of.value === "function") &&
      of.value !== null &&
      !(of.value instanceof RegExp) &&
      !(of.value instanceof Date) &&
      !Array.isArray(of.value)
    )
      return this.aggregateCall(node, (of.value as Record<string, unknown>)[name]);
    const receiver =
      of.kind === "value" && (of.value instanceof RegExp || Array.isArray(of.value))
        ? of
        : { kind: "expr" as const, expr: this.exprOf(of, callee.object) };
    const args = node.arguments.map((one: Syntax) => this.visit(one));
    return this.result(node, methodCall(receiver, name, args), `The method ${name}`);
  }

  /** mean(f.delay), count(): functions that this package marks as aggregates; no other function can be called. */
  private aggregateCall(node: Syntax, fn: unknown): Piece {
    const aggregate = aggregateNameOf(fn);
    if (aggregate === undefined)
      throw this.refused(node, `A call of ${this.textOf(node.callee)}, a function of your own,`);
    return { kind: "expr", expr: call(`agg.${aggregate}`, this.args(node)) };
  }

  private constructed(node: Syntax): Piece {
    const values = node.arguments.map((one: Syntax) => this.known(one));
    if (node.callee.name === "Date") return { kind: "value", value: new Date(...(values as [])) };
    throw this.refused(node, `new ${this.textOf(node.callee)}`);
  }

  private unary(node: Syntax): Piece {
    const inner = this.visit(node.argument);
    if (inner.kind === "value" && node.operator === "-" && typeof inner.value === "number")
      return { kind: "value", value: -inner.value };
    return this.result(
      node,
      unaryExpr(node.operator, this.exprOf(inner, node.argument)),
      `The operator ${node.operator}`,
    );
  }

  private binary(node: Syntax): Piece {
    const [a, b] = [this.visit(node.left), this.visit(node.right)];
    return this.result(
      node,
      binaryExpr(node.operator, this.exprOf(a, node.left), this.exprOf(b, node.right)),
      `The operator ${node.operator}`,
    );
  }

  private args(node: Syntax): Expr[] {
    return node.arguments.map((one: Syntax) => this.sub(one));
  }

  private sub(node: Syntax): Expr {
    return this.exprOf(this.visit(node), node);
  }

  private known(node: Syntax): unknown {
    const piece = this.visit(node);
    if (piece.kind !== "value") throw this.refused(node, "A name or argument that depends on the row");
    return piece.value;
  }

  private exprOf(piece: Piece, node: Syntax): Expr {
    if (piece.kind === "expr") return piece.expr;
    if (piece.kind === "row") throw this.refused(node, "The whole row");
    if (piece.kind === "global") throw this.refused(node, piece.name);
    try {
      return literalOf(piece.value);
    } catch {
      throw this.refused(node, `The value of ${this.textOf(node)}`);
    }
  }

  private column(name: string): Expr {
    if (!this.columns.includes(name))
      throw unknownColumn(
        name,
        this.columns.map((one) => ({ name: one })),
      );
    return column(name);
  }

  private result(node: Syntax, expr: Expr | undefined, what: string): Piece {
    return { kind: "expr", expr: this.translated(node, expr, what) };
  }

  private translated(node: Syntax, expr: Expr | undefined, what: string): Expr {
    if (expr === undefined) throw this.refused(node, what);
    return expr;
  }

  private textOf(node: Syntax): string {
    return this.source.slice(node.start - 1, node.end - 1);
  }

  private refused(node: Syntax, what: string): SyntaxError {
    const text = this.textOf(node);
    const shown = text.length > 60 ? `${text.slice(0, 57)}…` : text;
    const place = placeOfFunction(this.fn);
    const where = place === undefined ? "" : ` at ${place}`;
    return new SyntaxError(
      `${what} in "${shown}"${where} has no column expression; rewrite it with operators, Math, String and Date methods, or use mapRows or mapPartitions, which run JavaScript as it is`,
    );
  }
}

const WORDS: Readonly<Record<string, string>> = {
  ArrowFunctionExpression: "A function inside the function",
  FunctionExpression: "A function inside the function",
  AwaitExpression: "await",
  AssignmentExpression: "An assignment",
  UpdateExpression: "An assignment",
  ThisExpression: "this",
  ObjectExpression: "An object",
  ArrayExpression: "An array",
  SpreadElement: "A spread",
  TaggedTemplateExpression: "A tagged template",
};

/** The expression of a body that only returns. */
function returned(body: Syntax): Syntax | undefined {
  return body.body.length === 1 && body.body[0].type === "ReturnStatement" && body.body[0].argument !== null
    ? body.body[0].argument
    : undefined;
}

/** Names that are read anywhere in the tree, as variables. */
function identifiers(root: Node): string[] {
  const names = new Set<string>();
  const walk = (node: Syntax): void => {
    if (node === null || typeof node !== "object") return;
    if (Array.isArray(node)) {
      for (const one of node) walk(one);
      return;
    }
    if (node.type === "Identifier") names.add(node.name);
    for (const [key, value] of Object.entries(node)) {
      if (key === "type" || (key === "property" && node.computed !== true) || (key === "key" && node.computed !== true))
        continue;
      if (typeof value === "object") walk(value);
    }
  };
  walk(root);
  return [...names];
}
