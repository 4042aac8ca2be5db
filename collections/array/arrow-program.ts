import type { Node } from "acorn";
import { capturedValues } from "../../runtime/wire/function-captures.ts";
import { functionText } from "../../runtime/wire/function-text.ts";
import type { DType } from "./dtype.ts";
import { applyOp, type Operand, operandNode, scalarOperand } from "./kernels/apply-op.ts";
import { type Program, ProgramBuilder } from "./kernels/program.ts";
import { weakDType } from "./promote.ts";
import { isScalar, type ScalarLike, WeakFloat, weakKindOf } from "./scalar.ts";

// biome-ignore lint/suspicious/noExplicitAny: acorn's nodes are told apart by their type field.
type Tree = any;

const BINARY: Readonly<Record<string, string>> = {
  "+": "add",
  "-": "subtract",
  "*": "multiply",
  "/": "divide",
  "%": "fmod",
  "**": "power",
  "<": "less",
  "<=": "less_equal",
  ">": "greater",
  ">=": "greater_equal",
  "===": "equal",
  "==": "equal",
  "!==": "not_equal",
  "!=": "not_equal",
  "&": "bitwise_and",
  "|": "bitwise_or",
  "^": "bitwise_xor",
  "<<": "left_shift",
  ">>": "right_shift",
  "&&": "logical_and",
  "||": "logical_or",
};
const UNARY: Readonly<Record<string, string>> = { "-": "negative", "+": "positive", "!": "logical_not", "~": "invert" };

/** Functions of Math by the operations that do the same. */
const MATH: Readonly<Record<string, string>> = {
  abs: "absolute",
  acos: "arccos",
  acosh: "arccosh",
  asin: "arcsin",
  asinh: "arcsinh",
  atan: "arctan",
  atan2: "arctan2",
  atanh: "arctanh",
  cbrt: "cbrt",
  ceil: "ceil",
  cos: "cos",
  cosh: "cosh",
  exp: "exp",
  expm1: "expm1",
  floor: "floor",
  hypot: "hypot",
  log: "log",
  log10: "log10",
  log1p: "log1p",
  log2: "log2",
  max: "maximum",
  min: "minimum",
  pow: "power",
  sign: "sign",
  sin: "sin",
  sinh: "sinh",
  sqrt: "sqrt",
  tan: "tan",
  tanh: "tanh",
  trunc: "trunc",
};
const VARIADIC = new Set(["maximum", "minimum", "hypot"]);
const NUMBER: Readonly<Record<string, string>> = { isNaN: "isnan", isFinite: "isfinite" };

/**
 * The program that an arrow function of numbers says: it is read, not called, and becomes one fused loop. Captured
 * numbers are bound as they are now.
 * @throws SyntaxError naming the construct that is no element-wise arithmetic, and mapBlocks
 * @example
 * arrowProgram((a, b) => Math.exp(-a * a) + b, ["float64", "float64"]);
 */
export function arrowProgram(fn: (...args: never[]) => unknown, dtypes: readonly DType[]): Program {
  const { expression, root } = functionText(fn);
  return new ArrowReader(fn, expression).read(root as Tree, dtypes);
}

class ArrowReader {
  private readonly fn: (...args: never[]) => unknown;
  private readonly text: string;
  private readonly build = new ProgramBuilder();
  private readonly names = new Map<string, Operand>();

  constructor(fn: (...args: never[]) => unknown, text: string) {
    this.fn = fn;
    this.text = text;
  }

  read(root: Tree, dtypes: readonly DType[]): Program {
    if (!/Function/.test(root.type) || root.async || root.generator)
      this.refuse(root, "only plain functions can be read");
    if (root.params.length > dtypes.length)
      throw new TypeError(`The function takes ${root.params.length} numbers, but ${dtypes.length} arrays were given`);
    const inputs = dtypes.map((dtype, at) => this.build.input(dtype, at));
    root.params.forEach((param: Tree, at: number) => {
      if (param.type !== "Identifier") this.refuse(param, "parameters must be plain names");
      this.names.set(param.name, inputs[at] as number);
    });
    const result = root.body.type === "BlockStatement" ? this.block(root.body) : this.value(root.body);
    return this.build.finish(this.node(result));
  }

  /** `const` lines and a `return`. */
  private block(body: Tree): Operand {
    for (const line of body.body) {
      if (line.type === "ReturnStatement" && line.argument !== null) return this.value(line.argument);
      if (line.type !== "VariableDeclaration" || line.kind !== "const")
        this.refuse(line, "a body may hold const lines and a return");
      for (const one of line.declarations) {
        if (one.id.type !== "Identifier" || one.init === null) this.refuse(one, "names must be plain");
        this.names.set(one.id.name, this.value(one.init));
      }
    }
    return this.refuse(body, "there is no return");
  }

  private node(operand: Operand): number {
    if (typeof operand === "number") return operand;
    const kind = weakKindOf(operand.scalar as Exclude<ScalarLike, Date>);
    return operandNode(this.build, operand, weakDType(kind));
  }

  private apply(name: string, operands: readonly Operand[]): Operand {
    const given = operands.some((one) => typeof one === "number")
      ? operands
      : [this.node(operands[0] as Operand), ...operands.slice(1)];
    return applyOp(this.build, name, given);
  }

  private value(tree: Tree): Operand {
    switch (tree.type) {
      case "Literal":
        return this.literal(tree);
      case "Identifier":
        return this.name(tree);
      case "UnaryExpression":
        return this.unary(tree);
      case "BinaryExpression":
      case "LogicalExpression": {
        const op = BINARY[tree.operator];
        if (op === undefined) return this.refuse(tree, `the operator ${tree.operator} has no element-wise form`);
        return this.apply(op, [this.value(tree.left), this.value(tree.right)]);
      }
      case "ConditionalExpression":
        return this.apply("where", [
          this.node(this.value(tree.test)),
          this.value(tree.consequent),
          this.value(tree.alternate),
        ]);
      case "CallExpression":
        return this.call(tree);
      case "MemberExpression":
        return this.member(tree);
      case "ParenthesizedExpression":
        return this.value(tree.expression);
      default:
        return this.refuse(tree, "it is no element-wise arithmetic");
    }
  }

  private literal(tree: Tree): Operand {
    if (typeof tree.value === "number" || typeof tree.value === "boolean" || typeof tree.value === "bigint")
      return scalarOperand(
        /[.e]/i.test(tree.raw) && !/^0x/i.test(tree.raw) ? new WeakFloat(Number(tree.value)) : tree.value,
      );
    return this.refuse(tree, "only numbers and booleans can be written in");
  }

  private unary(tree: Tree): Operand {
    const op = UNARY[tree.operator];
    if (op === undefined) return this.refuse(tree, `the operator ${tree.operator} has no element-wise form`);
    const of = this.value(tree.argument);
    if (typeof of === "number" || tree.operator !== "-") return this.apply(op, [of]);
    const { scalar } = of;
    if (scalar instanceof WeakFloat) return scalarOperand(new WeakFloat(-scalar.value));
    return typeof scalar === "number" || typeof scalar === "bigint" ? scalarOperand(-scalar) : this.apply(op, [of]);
  }

  private name(tree: Tree): Operand {
    const known = this.names.get(tree.name);
    if (known !== undefined) return known;
    if (tree.name === "Infinity" || tree.name === "NaN")
      return scalarOperand(tree.name === "NaN" ? Number.NaN : Infinity);
    return this.constant(tree, this.captured(tree.name));
  }

  private captured(name: string): unknown {
    const values = capturedValues(this.fn, [name]);
    if (values.has(name)) return values.get(name);
    return (globalThis as Record<string, unknown>)[name];
  }

  private constant(tree: Tree, value: unknown): Operand {
    if (isScalar(value)) return scalarOperand(value);
    return this.refuse(
      tree,
      `"${this.shown(tree)}" is ${value === undefined ? "unknown" : "no number"}; hand arrays over as arguments`,
    );
  }

  private member(tree: Tree): Operand {
    if (tree.computed || tree.object.type !== "Identifier")
      return this.refuse(tree, "only Math.PI and the like, or numbers of a captured object");
    const { name } = tree.object;
    const of =
      name === "Math" || name === "Number" ? (globalThis as Record<string, unknown>)[name] : this.captured(name);
    return this.constant(tree, (of as Record<string, unknown> | undefined)?.[tree.property.name]);
  }

  private call(tree: Tree): Operand {
    const { callee } = tree;
    const args: Operand[] = tree.arguments.map((one: Tree) => this.value(one));
    if (callee.type === "MemberExpression" && callee.object.type === "Identifier" && !callee.computed) {
      const of = callee.object.name;
      const name = callee.property.name;
      const op = of === "Math" ? MATH[name] : of === "Number" ? NUMBER[name] : undefined;
      if (op !== undefined) return this.mathCall(op, args);
      if (of === "Math" && name === "round")
        return this.apply("floor", [this.apply("add", [args[0] as Operand, scalarOperand(0.5)])]);
    }
    if (callee.type === "Identifier" && (callee.name === "Number" || callee.name === "Boolean"))
      return callee.name === "Number"
        ? this.apply("multiply", [args[0] as Operand, scalarOperand(1)])
        : this.build.cast(this.node(args[0] as Operand), "bool");
    return this.refuse(callee, "it calls a function other than those of Math");
  }

  private mathCall(op: string, args: readonly Operand[]): Operand {
    if (!VARIADIC.has(op) || args.length === 2) return this.apply(op, args);
    return args.slice(1).reduce((so, one) => this.apply(op, [so, one]), args[0] as Operand);
  }

  private shown(tree: Node): string {
    return this.text.slice(tree.start, tree.end).slice(0, 60);
  }

  private refuse(tree: Tree, why: string): never {
    throw new SyntaxError(
      `da.map cannot turn "${this.shown(tree)}" into a loop: ${why}; x.mapBlocks((block) => …) runs JavaScript as it is`,
    );
  }
}
