import { type DType, dtypeInfo, registerOf } from "../dtype.ts";
import type { ScalarValue } from "../scalar.ts";

/**
 * An element-wise expression as data: nodes in the order they are computed, each reading earlier ones by number.
 * It travels as it is, and is compiled to one loop where it runs.
 */
export interface Program {
  /** Dtypes of the arrays it reads. */
  readonly inputs: readonly DType[];
  readonly nodes: readonly ProgramNode[];
}

export type ProgramNode =
  | { readonly kind: "input"; readonly at: number; readonly dtype: DType }
  | { readonly kind: "literal"; readonly value: ScalarValue; readonly dtype: DType }
  | { readonly kind: "cast"; readonly of: number; readonly dtype: DType }
  /** The first argument's truth chooses the second or the third. */
  | { readonly kind: "where"; readonly args: readonly number[]; readonly dtype: DType }
  | {
      readonly kind: "op";
      readonly op: string;
      readonly args: readonly number[];
      /** The dtype of its arguments while it computes. */
      readonly loop: DType;
      readonly dtype: DType;
    };

/** The dtype of what a program gives: that of its last node. */
export const programDType = (program: Program): DType => (program.nodes[program.nodes.length - 1] as ProgramNode).dtype;

/** Operations that take no longer than reading their operands. */
const QUICK: ReadonlySet<string> = new Set([
  "add",
  "subtract",
  "multiply",
  "divide",
  "negative",
  "positive",
  "absolute",
  "square",
  "maximum",
  "minimum",
  "equal",
  "not_equal",
  "less",
  "less_equal",
  "greater",
  "greater_equal",
  "logical_and",
  "logical_or",
  "logical_not",
]);

/** How many operations an element a program takes, if all of them are quick. */
export function lightOpsOf(program: Program): number | undefined {
  const steps = program.nodes.filter(({ kind }) => kind !== "input" && kind !== "literal");
  const areQuick = steps.every((node) => node.kind === "cast" || (node.kind === "op" && QUICK.has(node.op)));
  return areQuick ? steps.length : undefined;
}

/** Collects nodes; equal nodes are one. */
export class ProgramBuilder {
  private readonly inputs: DType[] = [];
  private readonly nodes: ProgramNode[] = [];
  private readonly known = new Map<string, number>();

  /** The at-th array; arrays are numbered as they are first named. */
  input(dtype: DType, at = this.inputs.length): number {
    this.inputs[at] = dtype;
    return this.push({ kind: "input", at, dtype });
  }

  literal(value: ScalarValue, dtype: DType): number {
    return this.push({ kind: "literal", value, dtype });
  }

  cast(of: number, dtype: DType): number {
    return this.dtypeOf(of) === dtype ? of : this.push({ kind: "cast", of, dtype });
  }

  op(op: string, args: readonly number[], loop: DType, dtype: DType): number {
    return this.push({ kind: "op", op, args, loop, dtype });
  }

  where(condition: number, yes: number, no: number, dtype: DType): number {
    return this.push({
      kind: "where",
      args: [this.cast(condition, "bool"), this.cast(yes, dtype), this.cast(no, dtype)],
      dtype,
    });
  }

  dtypeOf(node: number): DType {
    return (this.nodes[node] as ProgramNode).dtype;
  }

  /** Adds another program whose inputs are the given nodes; its result's number. */
  inline(program: Program, inputs: readonly number[]): number {
    const at: number[] = [];
    for (const node of program.nodes) {
      const moved = (one: number): number => at[one] as number;
      if (node.kind === "input") at.push(this.cast(inputs[node.at] as number, node.dtype));
      else if (node.kind === "literal") at.push(this.push(node));
      else if (node.kind === "cast") at.push(this.cast(moved(node.of), node.dtype));
      else at.push(this.push({ ...node, args: node.args.map(moved) }));
    }
    return at[at.length - 1] as number;
  }

  /** The program that gives a node. */
  finish(result = this.nodes.length - 1): Program {
    return { inputs: [...this.inputs], nodes: this.nodes.slice(0, result + 1) };
  }

  private push(node: ProgramNode): number {
    const key = nodeKey(node);
    const found = this.known.get(key);
    if (found !== undefined) return found;
    this.known.set(key, this.nodes.length);
    return this.nodes.push(node) - 1;
  }
}

function nodeKey(node: ProgramNode): string {
  switch (node.kind) {
    case "input":
      return `i${node.at}:${node.dtype}`;
    case "literal":
      return `l${literalText(node.value)}:${node.dtype}`;
    case "cast":
      return `c${node.of}:${node.dtype}`;
    case "where":
      return `w${node.args.join()}:${node.dtype}`;
    case "op":
      return `${node.op}(${node.args.join()})${node.loop}:${node.dtype}`;
  }
}

function literalText(value: ScalarValue): string {
  if (typeof value === "object") return `${literalText(value.re)},${literalText(value.im)}`;
  return Object.is(value, -0) ? "-0" : typeof value === "bigint" ? `${value}n` : String(value);
}

const keys = new WeakMap<Program, string>();

/** The same text for programs that compute the same: what compiled loops are cached under. */
export function programKey(program: Program): string {
  let key = keys.get(program);
  if (key === undefined) {
    key = `${program.inputs.join()}|${program.nodes.map(nodeKey).join(";")}`;
    keys.set(program, key);
  }
  return key;
}

/** The program that gives its only input, cast. */
export function castProgram(from: DType, to: DType): Program {
  const build = new ProgramBuilder();
  return build.finish(build.cast(build.input(from), to));
}

/** The program that gives one value everywhere. */
export function literalProgram(value: ScalarValue, dtype: DType): Program {
  const build = new ProgramBuilder();
  return build.finish(build.literal(value, dtype));
}

/** Whether a node is one input as it is. */
export const isIdentity = (program: Program): boolean =>
  program.nodes.length === 1 && program.nodes[0]?.kind === "input";

/** Whether arithmetic on a dtype runs on 32-bit integers, and so wraps. */
export function isSmallInt(dtype: DType): boolean {
  const { kind } = dtypeInfo(dtype);
  return registerOf(dtype) === "number" && (kind === "i" || kind === "u" || kind === "b");
}
