import { type DType, registerOf } from "../../dtype.ts";
import type { Step } from "../loop.ts";
import { type Program, type ProgramNode, programDType, programKey } from "../program.ts";
import {
  type Code,
  f64,
  f64x2,
  get,
  I32,
  i32,
  int,
  loadInt64,
  sequence,
  set,
  V128,
  v128,
  when,
  whileTrue,
} from "./instructions.ts";
import { anyLeft, type SineLeft, sineCode } from "./sine.ts";
import { FunctionBuilder, type WasmFunction } from "./wasm-function.ts";

const { add, sub, mul } = f64x2;

/**
 * Operations on two doubles at once that give the same bits as their forms in JavaScript. The others have none here: a
 * program that uses one runs in JavaScript.
 */
const VECTOR_FORMS: Readonly<Record<string, (...args: readonly Code[]) => Code>> = {
  add,
  subtract: sub,
  multiply: mul,
  divide: f64x2.div,
  negative: f64x2.neg,
  positive: (x) => x as Code,
  absolute: f64x2.abs,
  square: (x) => mul(x as Code, x as Code),
  reciprocal: (x) => f64x2.div(f64x2.const(1), x as Code),
  sqrt: f64x2.sqrt,
  floor: f64x2.floor,
  ceil: f64x2.ceil,
  trunc: f64x2.trunc,
};

const isSine = (op: string): op is "sin" | "cos" => op === "sin" || op === "cos";

/**
 * About how many simple operations an element takes: what decides whether copies into the arena pay. Undefined where the
 * program cannot run there.
 */
export function vectorCost(program: Program, steps: readonly Step[]): number | undefined {
  if (programDType(program) !== "float64" || steps[0] !== "next") return undefined;
  let cost = 0;
  for (const node of program.nodes) {
    const weight = costOf(program, node, steps);
    if (weight === undefined) return undefined;
    cost += weight;
  }
  return cost;
}

function costOf(program: Program, node: ProgramNode, steps: readonly Step[]): number | undefined {
  switch (node.kind) {
    case "input":
      return node.dtype === "float64" || isOnlyWidened(program, node, steps) ? 0 : undefined;
    case "literal":
      return node.dtype === "float64" && typeof node.value !== "object" ? 0 : undefined;
    case "cast":
      return node.dtype === "float64" && program.nodes[node.of]?.kind === "input" ? 1 : undefined;
    case "where":
      return undefined;
    case "op":
      if (node.loop !== "float64" || node.dtype !== "float64") return undefined;
      if (isSine(node.op)) return 20;
      return node.op in VECTOR_FORMS ? (node.op === "divide" || node.op === "sqrt" ? 4 : 1) : undefined;
  }
}

/** Whether an input of another dtype is read as doubles only. */
function isOnlyWidened(program: Program, input: ProgramNode & { kind: "input" }, steps: readonly Step[]): boolean {
  const canLoad = input.dtype === "int64" || (input.dtype === "float32" && steps[input.at + 1] === "next");
  const at = program.nodes.indexOf(input);
  return canLoad && program.nodes.every((one) => !readsRaw(one, at)) && registerOf(programDType(program)) === "number";
}

const readsRaw = (node: ProgramNode, at: number): boolean =>
  node.kind === "cast" ? node.of === at && node.dtype !== "float64" : "args" in node && node.args.includes(at);

interface Operand {
  readonly dtype: DType;
  readonly step: Step;
  /** Parameters: address, and bytes to the next row and element. */
  readonly from: number;
  readonly across: number;
  readonly along: number;
  /** The address that moves. */
  readonly at: number;
}

/**
 * So many pairs of elements are computed side by side: the steps of one wait for each other, and a processor looks less far
 * ahead than one pair of sines takes instructions.
 */
const PAIRS = 2;

/**
 * The loop of a program over tiles in the arena: (rows, columns, out, bytes to its next row, then each input's address and
 * bytes to its next row and element). It answers 1 if lanes were met that only JavaScript can do, else 0.
 */
export function programFunction(program: Program, steps: readonly Step[]): WasmFunction | undefined {
  const build = new FunctionBuilder([I32, I32, I32, I32, ...program.inputs.flatMap(() => [I32, I32, I32] as const)]);
  const [rows, columns, out, outAcross] = [0, 1, 2, 3];
  const [q, more] = [build.local(I32), build.local(I32)];
  const left: SineLeft = build.locals(V128, "bad", "largest");
  const operands = program.inputs.map(
    (dtype, k): Operand => ({
      dtype,
      step: steps[k + 1] as Step,
      from: 4 + 3 * k,
      across: 5 + 3 * k,
      along: 6 + 3 * k,
      at: build.local(I32),
    }),
  );
  const locals = program.nodes.map(() => build.local(V128));
  const writing: Writing = { program, build, operands, locals, left };
  // What stays along a row lies in the same locals for all.
  const besides = Array.from(
    { length: PAIRS },
    (_, k): Writing =>
      k === 0
        ? writing
        : {
            ...writing,
            locals: program.nodes.map((node, at) =>
              stays(writing, node) ? (locals[at] as number) : build.local(V128),
            ),
          },
  );
  const last = get(locals.at(-1) as number);
  const step = (count: number): Code =>
    sequence(
      set(q, i32.add(get(q), int(8 * count))),
      set(more, i32.sub(get(more), int(count))),
      ...operands.flatMap((one) => (one.step === "same" ? [] : [moved(one, count)])),
    );
  const pair = sequence(bodyCode(writing, 2), v128.store(get(q), last), step(2));
  const pairs = sequence(
    ...besides.flatMap((one) => [bodyCode(one, 2), step(2)]),
    ...besides.map((one, k) => v128.store(i32.add(get(q), int(16 * (k - PAIRS))), get(one.locals.at(-1) as number))),
  );
  const single = sequence(bodyCode(writing, 1), v128.storeLow(get(q), last));
  const row = sequence(
    set(q, get(out)),
    set(more, get(columns)),
    ...operands.map((one) => set(one.at, get(one.from))),
    hoistedCode(writing),
    whileTrue(i32.le(int(2 * PAIRS), get(more)), pairs),
    whileTrue(i32.le(int(2), get(more)), pair),
    when(i32.le(int(1), get(more)), single),
    set(out, i32.add(get(out), get(outAcross))),
    ...operands.map((one) => set(one.from, i32.add(get(one.from), get(one.across)))),
    set(rows, i32.sub(get(rows), int(1))),
  );
  return build.build(sequence(whileTrue(i32.le(int(1), get(rows)), row), anyLeft(build, left)), [I32]);
}

/** Other threads keep what they were told of: programs met later have no such function. */
const ROWS_MAX = 512;
const made = new Map<string, WasmFunction | undefined>();

/** The function over elements that lie side by side in all operands, and how many simple operations an element takes; undefined where there is none. */
export function rowFunction(program: Program): { readonly run: WasmFunction; readonly cost: number } | undefined {
  const steps = ["next", ...program.inputs].map((): Step => "next");
  const cost = vectorCost(program, steps);
  if (cost === undefined) return undefined;
  const key = programKey(program);
  if (!made.has(key) && made.size < ROWS_MAX) made.set(key, programFunction(program, steps));
  const run = made.get(key);
  return run && { run, cost };
}

interface Writing {
  readonly program: Program;
  readonly build: FunctionBuilder;
  readonly operands: readonly Operand[];
  /** The local of each node. */
  readonly locals: readonly number[];
  readonly left: SineLeft;
}

const moved = ({ at, step, along, dtype }: Operand, count: number): Code => {
  const bytes = step === "next" ? int(count * (dtype === "float32" ? 4 : 8)) : i32.mul(get(along), int(count));
  return set(at, i32.add(get(at), bytes));
};

/** What does not change along a row: literals and inputs that stay. */
const hoistedCode = (writing: Writing): Code => nodesCode(writing, 1, true);
const bodyCode = (writing: Writing, count: 1 | 2): Code => nodesCode(writing, count, false);

function nodesCode(writing: Writing, count: 1 | 2, isHoisted: boolean): Code {
  return sequence(
    ...writing.program.nodes.map((node, at) =>
      stays(writing, node) === isHoisted ? nodeCode(writing, node, at, count) : [],
    ),
  );
}

/** Whether a node is the same all along a row. */
function stays({ program, operands }: Writing, node: ProgramNode): boolean {
  const origin = node.kind === "cast" ? program.nodes[node.of] : node;
  return origin?.kind === "literal" || (origin?.kind === "input" && operands[origin.at]?.step === "same");
}

function nodeCode(writing: Writing, node: ProgramNode, at: number, count: 1 | 2): Code {
  const { program, operands, locals } = writing;
  const local = locals[at] as number;
  const value = (of: number): Code => get(locals[of] as number);
  switch (node.kind) {
    case "input":
      return node.dtype === "float64" ? set(local, doubles(operands[node.at] as Operand, count)) : [];
    case "literal":
      return set(local, f64x2.const(Number(node.value)));
    case "cast": {
      const of = program.nodes[node.of] as ProgramNode & { kind: "input" };
      return set(local, widened(operands[of.at] as Operand, count));
    }
    case "where":
      return [];
    case "op": {
      if (isSine(node.op)) return sinesCode(writing, node.args[0] as number, at);
      const form = VECTOR_FORMS[node.op] as (...args: readonly Code[]) => Code;
      return set(local, form(...node.args.map(value)));
    }
  }
}

/** The sine and the cosine of a node are computed together, where the first of them stands. */
function sinesCode({ program, build, locals, left }: Writing, of: number, at: number): Code {
  const find = (op: string): number =>
    program.nodes.findIndex((one) => one.kind === "op" && one.op === op && one.args[0] === of);
  const [sin, cos] = [find("sin"), find("cos")];
  if (Math.min(sin, cos) >= 0 && Math.min(sin, cos) < at) return [];
  return sineCode(build, locals[of] as number, { sin: locals[sin], cos: locals[cos] }, left);
}

/** One or two doubles of an operand. */
function doubles({ at, step, along }: Operand, count: 1 | 2): Code {
  if (step === "same") return v128.loadSplat(get(at));
  if (count === 1) return v128.loadLow(get(at));
  return step === "next" ? v128.load(get(at)) : v128.loadHigh(i32.add(get(at), get(along)), v128.loadLow(get(at)));
}

/** One or two elements of another dtype as doubles. */
function widened({ at, step, along, dtype }: Operand, count: 1 | 2): Code {
  if (dtype === "float32") return f64x2.ofFloats(count === 1 ? v128.loadQuarter(get(at)) : v128.loadLow(get(at)));
  const first = f64x2.splat(f64.ofInt64(loadInt64(get(at))));
  if (step === "same" || count === 1) return first;
  const next = step === "next" ? i32.add(get(at), int(8)) : i32.add(get(at), get(along));
  return f64x2.replaceHigh(first, f64.ofInt64(loadInt64(next)));
}
