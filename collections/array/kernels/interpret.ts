import { type AnyData, registerOf } from "../dtype.ts";
import type { Complex } from "../scalar.ts";
import { castFunction, type Element, wrapValue } from "./cast.ts";
import { formOf } from "./form-of.ts";
import type { ComplexForm, Form } from "./forms.ts";
import { type Program, type ProgramNode, programDType } from "./program.ts";

type Step = (values: Element[], inputs: readonly Element[]) => Element;

/**
 * The loop of a program without making code from text: node by node for every element. Slow, and the same results.
 * Operands as in a compiled loop.
 */
export function interpretedLoop(program: Program): (n0: number, n1: number, ...operands: (AnyData | number)[]) => void {
  const steps = program.nodes.map(stepOf);
  const isPair = program.inputs.map((dtype) => registerOf(dtype) === "complex");
  const isPairOut = registerOf(programDType(program)) === "complex";
  return (n0, n1, ...operands) => {
    const [out, outAt, outOuter, outInner] = operands as [AnyData, number, number, number];
    const inputs: Element[] = new Array(program.inputs.length);
    const values: Element[] = new Array(steps.length);
    for (let i = 0; i < n0; i++)
      for (let j = 0; j < n1; j++) {
        for (let k = 0; k < inputs.length; k++) {
          const [data, at, outer, inner] = operands.slice(4 + 4 * k, 8 + 4 * k) as [AnyData, number, number, number];
          inputs[k] = readElement(data, at + i * outer + j * inner, isPair[k] as boolean);
        }
        for (let k = 0; k < steps.length; k++) values[k] = (steps[k] as Step)(values, inputs);
        writeElement(out, outAt + i * outOuter + j * outInner, values[steps.length - 1] as Element, isPairOut);
      }
  };
}

function readElement(data: AnyData, at: number, isPair: boolean): Element {
  return isPair ? { re: data[2 * at] as number, im: data[2 * at + 1] as number } : (data[at] as number | bigint);
}

function writeElement(data: AnyData, at: number, value: Element, isPair: boolean): void {
  const cells = data as Float64Array;
  if (isPair) {
    cells[2 * at] = (value as Complex).re;
    cells[2 * at + 1] = (value as Complex).im;
  } else cells[at] = value as number;
}

function stepOf(node: ProgramNode, _at: number, nodes: readonly ProgramNode[]): Step {
  switch (node.kind) {
    case "input":
      return (_, inputs) => inputs[node.at] as Element;
    case "literal": {
      const { value } = node;
      const fixed = typeof value === "boolean" ? Number(value) : value;
      return () => fixed;
    }
    case "cast": {
      const cast = castFunction((nodes[node.of] as ProgramNode).dtype, node.dtype);
      return (values) => cast(values[node.of] as Element);
    }
    case "where": {
      const [c, y, n] = node.args as [number, number, number];
      return (values) => (values[c] ? values[y] : values[n]) as Element;
    }
    case "op":
      return opStep(node);
  }
}

function opStep(node: ProgramNode & { kind: "op" }): Step {
  const form = formOf(node.op, node.loop);
  if (registerOf(node.loop) !== "complex")
    return (values) => wrapValue((form as Form).run(...node.args.map((arg) => values[arg])), node.dtype);
  return (values) => {
    const parts = node.args.flatMap((arg) => [(values[arg] as Complex).re, (values[arg] as Complex).im]);
    const answer = (form as ComplexForm).run(...parts);
    return wrapValue(typeof answer === "number" ? answer : { re: answer[0], im: answer[1] }, node.dtype);
  };
}
