import { type DType, isTime, registerOf } from "../dtype.ts";
import type { ScalarValue } from "../scalar.ts";
import { castText, wrapText } from "./cast.ts";
import { formOf } from "./form-of.ts";
import type { ComplexForm, Form } from "./forms.ts";
import type { Loop, Step } from "./loop.ts";
import { type Program, type ProgramNode, programDType } from "./program.ts";

/** Makes the fused loop from text. Exported for the test that compares it with the interpreter. */
export function compiledLoop(program: Program, steps: readonly Step[]): Loop {
  const out = registerOf(programDType(program)) === "complex" ? 2 : 1;
  const names = program.inputs.map((_, at) => `A${at},a${at},s${at},t${at}`);
  const body: string[] = [];
  const hoisted: string[] = [];
  const functions: unknown[] = [];
  const views: string[] = [];
  program.nodes.forEach((node, at) => {
    const isFixed = node.kind === "input" && steps[node.at + 1] === "same";
    (isFixed ? hoisted : body).push(nodeText(node, at, { program, steps, functions, views }));
  });
  const last = program.nodes.length - 1;
  const at = steps[0] === "next" ? "(o+j)" : "q";
  body.push(out === 2 ? `O[2*${at}]=v${last}r;O[2*${at}+1]=v${last}i;` : `O[${at}]=v${last};`);
  const starts = program.inputs.map((_, i) => `let p${i}=a${i}+i*s${i};`).join("");
  const moves = steps
    .map((step, i) => (step !== "stride" ? "" : i === 0 ? "q+=ot;" : `p${i - 1}+=t${i - 1};`))
    .join("");
  const text = `"use strict";return function(${["n0", "n1", "O", "o0", "os", "ot", ...names].join(",")}){
${views.join("")}
for(let i=0;i<n0;i++){const o=o0+i*os;let q=o;${starts}${hoisted.join("")}
for(let j=0;j<n1;j++){${body.join("\n")}${moves}}}}`;
  return new Function("F", text)(functions) as Loop;
}

interface Writing {
  readonly program: Program;
  readonly steps: readonly Step[];
  /** Functions the text calls as F[0], F[1] … */
  readonly functions: unknown[];
  /** Definitions before the loops. */
  readonly views: string[];
}

function nodeText(node: ProgramNode, at: number, writing: Writing): string {
  switch (node.kind) {
    case "input":
      return inputText(node, at, writing);
    case "literal":
      return literalText(node.value, node.dtype, at);
    case "cast":
      return castNodeText(node, at, writing);
    case "where": {
      const [c, y, n] = node.args as [number, number, number];
      const one = (part: string): string => `const v${at}${part}=v${c}?v${y}${part}:v${n}${part};`;
      return registerOf(node.dtype) === "complex" ? one("r") + one("i") : one("");
    }
    case "op":
      return opText(node, at, writing);
  }
}

function positionText(input: number, step: Step | undefined): string {
  return step === "next" ? `(p${input}+j)` : `p${input}`;
}

function inputText(node: ProgramNode & { kind: "input" }, at: number, { steps, program, views }: Writing): string {
  const position = positionText(node.at, steps[node.at + 1]);
  if (registerOf(node.dtype) === "complex")
    return `const v${at}r=A${node.at}[2*${position}],v${at}i=A${node.at}[2*${position}+1];`;
  const uses = program.nodes.filter((one) => one.kind === "cast" && one.of === at && one.dtype === "float64").length;
  const isSplit = uses > 0 && isSplitFor(node.dtype);
  if (isSplit) {
    const high = node.dtype === "uint64" ? "Uint32Array" : "Int32Array";
    const open = (type: string): string =>
      `new ${type}(A${node.at}.buffer,A${node.at}.byteOffset,2*A${node.at}.length)`;
    views.push(`const L${at}=${open("Uint32Array")},H${at}=${open(high)};`);
  }
  const isOnlySplit = isSplit && !program.nodes.some((one) => readsOtherwise(one, at));
  const split = isSplit ? `const w${at}=H${at}[2*${position}+1]*4294967296+L${at}[2*${position}];` : "";
  return isOnlySplit ? split : `${split}const v${at}=A${node.at}[${position}];`;
}

/** Whether doubles are made of the halves of elements; not of times, whose NaT becomes NaN. */
const isSplitFor = (dtype: DType): boolean => registerOf(dtype) === "bigint" && !isTime(dtype);

/** Whether a node reads another in any way but as a cast to float64. */
function readsOtherwise(node: ProgramNode, at: number): boolean {
  if (node.kind === "cast") return node.of === at && node.dtype !== "float64";
  return (node.kind === "op" || node.kind === "where") && node.args.includes(at);
}

function literalText(value: ScalarValue, dtype: DType, at: number): string {
  const number = (one: number): string => (Object.is(one, -0) ? "-0" : String(one));
  if (typeof value === "object") return `const v${at}r=${number(value.re)},v${at}i=${number(value.im)};`;
  if (registerOf(dtype) === "bigint") return `const v${at}=${BigInt(value)}n;`;
  return `const v${at}=${number(Number(value))};`;
}

function castNodeText(node: ProgramNode & { kind: "cast" }, at: number, { program, functions }: Writing): string {
  const from = program.nodes[node.of] as ProgramNode;
  if (from.kind === "input" && node.dtype === "float64" && isSplitFor(from.dtype)) return `const v${at}=w${node.of};`;
  const name = (fn: unknown): string => `F[${functions.push(fn) - 1}]`;
  const parts = castText(from.dtype, node.dtype, `v${node.of}`, name);
  return typeof parts === "string" ? `const v${at}=${parts};` : `const v${at}r=${parts[0]},v${at}i=${parts[1]};`;
}

function opText(node: ProgramNode & { kind: "op" }, at: number, { functions }: Writing): string {
  const form = formOf(node.op, node.loop);
  if (registerOf(node.loop) === "complex") return complexOpText(form as ComplexForm, node, at, functions);
  const args = node.args.map((arg) => `v${arg}`);
  const { text, run } = form as Form;
  const written =
    text === undefined
      ? `f${functions.push(run) - 1}(${args.join(",")})`
      : text.replace(/\$(\d)/g, (_, i) => args[Number(i)] as string);
  const body = written.replace(/^f(\d+)\(/, "F[$1](");
  return `const v${at}=${wrapText(body, node.dtype)};`;
}

function complexOpText(
  form: ComplexForm,
  node: ProgramNode & { kind: "op" },
  at: number,
  functions: unknown[],
): string {
  const fill = (text: string): string =>
    text.replace(/\$(\d)(r|i)/g, (_, i, part) => `v${node.args[Number(i)]}${part}`);
  const { text } = form;
  if (typeof text === "string") return `const v${at}=${wrapText(fill(text), node.dtype)};`;
  const isPair = registerOf(node.dtype) === "complex";
  const pair = (re: string, im: string): string =>
    `const v${at}r=${wrapText(re, node.dtype)},v${at}i=${wrapText(im, node.dtype)};`;
  if (text !== undefined) return pair(fill(text[0]), fill(text[1]));
  const call = `F[${functions.push(form.run) - 1}](${node.args.map((arg) => `v${arg}r,v${arg}i`).join(",")})`;
  return isPair
    ? `const u${at}=${call};${pair(`u${at}[0]`, `u${at}[1]`)}`
    : `const v${at}=${wrapText(call, node.dtype)};`;
}
