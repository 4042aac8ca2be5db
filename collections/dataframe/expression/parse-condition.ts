import { parse } from "acorn";
import { binaryExpr, logicalExpr, unaryExpr } from "./arrow-operators.ts";
import { call, column, type Expr, literalOf, type Plain } from "./expression.ts";
import { unknownColumn } from "./infer.ts";

// biome-ignore lint/suspicious/noExplicitAny: acorn's nodes are told apart by their type field.
type Syntax = any;

const WORDS: Readonly<Record<string, string>> = {
  and: "&&",
  or: "||",
  not: "!",
  True: "true",
  False: "false",
  None: "null",
  "&": "&&",
  "|": "||",
  "~": "!",
};
const COMPARISONS = new Set(["<", "<=", ">", ">=", "==", "!="]);

/**
 * Reads the text of a condition over column names, as `query` takes it: `delay > 30 and origin in ["ORD", "JFK"]`. `&` and `|` bind as
 * `and` and `or` do, comparisons chain, and names that are no JavaScript stand in backquotes.
 * @throws SyntaxError for text that is no condition, ShoalError UNKNOWN_KEY for a name that is no column
 */
export function parseCondition(text: string, columns: readonly string[]): Expr {
  if (typeof text !== "string") throw new TypeError(`query() takes the text of a condition, got ${typeof text}`);
  const quoted: string[] = [];
  const source = text
    .replace(/`([^`]+)`/g, (_, name: string) => `__quoted_${quoted.push(name) - 1}`)
    .replace(/"[^"]*"|'[^']*'|\bnot\s+in\b|\b(?:and|or|not|True|False|None)\b|&+|\|+|~/g, (word) =>
      /^not\s+in$/.test(word)
        ? "instanceof"
        : /^["']/.test(word)
          ? word
          : (WORDS[word.slice(0, word[0] === "&" || word[0] === "|" ? 1 : undefined)] ?? word),
    );
  return new ConditionReader(text, source, columns, quoted).read();
}

class ConditionReader {
  private readonly text: string;
  private readonly source: string;
  private readonly columns: readonly string[];
  private readonly quoted: readonly string[];

  constructor(text: string, source: string, columns: readonly string[], quoted: readonly string[]) {
    this.text = text;
    this.source = source;
    this.columns = columns;
    this.quoted = quoted;
  }

  read(): Expr {
    let program: Syntax;
    try {
      program = parse(`(${this.source})`, { ecmaVersion: "latest", preserveParens: true });
    } catch (cause) {
      throw new SyntaxError(`"${this.text}" is no condition over columns, such as delay > 30 and origin != "ORD"`, {
        cause,
      });
    }
    if (program.body.length !== 1 || program.body[0].type !== "ExpressionStatement")
      throw this.refused(program, "This");
    return this.visit(program.body[0].expression);
  }

  private visit(node: Syntax): Expr {
    switch (node.type) {
      case "ParenthesizedExpression":
        return this.visit(node.expression);
      case "Literal":
        return literalOf(node.value as Plain);
      case "Identifier":
        return this.column(node.name);
      case "UnaryExpression":
        return this.known(node, unaryExpr(node.operator, this.visit(node.argument)));
      case "LogicalExpression":
        return this.known(node, logicalExpr(node.operator, this.visit(node.left), this.visit(node.right)));
      case "BinaryExpression":
        return this.binary(node);
      default:
        throw this.refused(node, "This");
    }
  }

  private binary(node: Syntax): Expr {
    const { operator, left, right } = node;
    if (right.type === "ArrayExpression") return this.among(node);
    // a < b < c asks for both.
    if (COMPARISONS.has(operator) && left.type === "BinaryExpression" && COMPARISONS.has(left.operator))
      return call("and", [
        this.binary(left),
        this.known(node, binaryExpr(operator, this.visit(left.right), this.visit(right))),
      ]);
    if (operator === "%") return call("mod", [this.visit(left), this.visit(right)]);
    return this.known(node, binaryExpr(operator, this.visit(left), this.visit(right)));
  }

  /** `x in [1, 2]`, `x not in [1, 2]`, and pandas' `x == [1, 2]`. */
  private among(node: Syntax): Expr {
    const values = node.right.elements.map((one: Syntax) => {
      const value = one === null ? undefined : this.visit(one);
      if (value?.kind !== "literal" && !(value?.kind === "call" && value.op === "neg"))
        throw this.refused(node, "A list of other things than values");
      return value.kind === "literal"
        ? value.value
        : -Number((value.args[0] as Extract<Expr, { kind: "literal" }>).value);
    });
    const found = call("isIn", [this.visit(node.left)], { values });
    if (node.operator === "in" || node.operator === "==") return found;
    if (node.operator === "instanceof" || node.operator === "!=") return call("not", [found]);
    throw this.refused(node, `A list behind ${node.operator}`);
  }

  private column(name: string): Expr {
    const quoted = /^__quoted_(\d+)$/.exec(name);
    const wanted = quoted === null ? name : (this.quoted[Number(quoted[1])] as string);
    if (!this.columns.includes(wanted))
      throw unknownColumn(
        wanted,
        this.columns.map((one) => ({ name: one })),
      );
    return column(wanted);
  }

  private known(node: Syntax, expr: Expr | undefined): Expr {
    if (expr === undefined) throw this.refused(node, `The operator ${node.operator}`);
    return expr;
  }

  private refused(node: Syntax, what: string): SyntaxError {
    const shown = this.source.slice(Math.max(0, node.start - 1), node.end - 1);
    return new SyntaxError(`${what} in "${shown}" is not understood in a condition; use filter((row) => …) instead`);
  }
}
