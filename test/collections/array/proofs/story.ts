import * as da from "../../../../collections/array/index.ts";
import type { Random } from "../../../../runtime/base/random.ts";
import { DTYPES, type Element, familyOf, isPair, isWhole, type NaiveArray, sizeOf } from "./naive/naive-array.ts";
import { ELEMENTWISE } from "./operations/elementwise.ts";
import { INDEXING } from "./operations/indexing.ts";
import { type Draw, type Operation, randomCut } from "./operations/operation.ts";
import { ORDERS } from "./operations/orders.ts";
import { REDUCING } from "./operations/reductions.ts";
import { SHAPES } from "./operations/shapes.ts";

const GROUPS = [ELEMENTWISE, REDUCING, SHAPES, INDEXING, ORDERS];
export const OPERATIONS: Readonly<Record<string, Operation>> = Object.assign({}, ...GROUPS);

/** An array that is there at the start, cut into chunks. */
export interface Input {
  readonly array: NaiveArray;
  readonly chunks: readonly (readonly number[])[];
}
/** A step: values are counted from the inputs on, and each step makes one more. */
export interface Step {
  readonly name: string;
  readonly operands: readonly number[];
  readonly args: unknown;
}
/** A program over random arrays; what it gives is its last value. */
export interface Story {
  readonly inputs: readonly Input[];
  readonly steps: readonly Step[];
}

const STEPS_MAX = 4;
const SIZE_MAX = 600;

/** A story by chance: one to four steps, which the naive evaluator can tell. */
export function randomStory(random: Random): Story {
  const first = randomInput(random, randomShape(random), DTYPES);
  let story: Story = { inputs: [first], steps: [] };
  const wanted = 1 + random.below(STEPS_MAX);
  for (let tries = 0; story.steps.length < wanted && tries < 40; tries++) story = extended(random, story) ?? story;
  return story;
}

/** A story with one step more, if what was drawn suits. */
function extended(random: Random, story: Story): Story | undefined {
  const values = tell(story);
  const inputs = [...story.inputs];
  const fresh: Input[] = [];
  const draw: Draw = {
    random,
    values,
    fresh: (shape, dtypes = DTYPES) => {
      fresh.push(randomInput(random, shape, dtypes));
      return -fresh.length;
    },
  };
  const name = random.pick(Object.keys(random.pick(GROUPS)));
  const operation = OPERATIONS[name] as Operation;
  const at = random.chance(0.8) ? values.length - 1 : random.below(values.length);
  const drawn = operation.draw(draw, values[at] as NaiveArray, at);
  if (drawn === null) return undefined;
  const moved = (one: number): number =>
    one < 0 ? inputs.length - one - 1 : one >= inputs.length ? one + fresh.length : one;
  const steps = [...story.steps, { name, operands: drawn.operands, args: drawn.args }];
  const longer: Story = {
    inputs: [...inputs, ...fresh],
    steps: steps.map((step) => ({ ...step, operands: step.operands.map(moved) })),
  };
  return isTellable(longer) ? longer : undefined;
}

/** Whether every step is defined, small, and jumps only at exact values. */
export function isTellable(story: Story): boolean {
  try {
    const values = tell(story);
    const rounded = values.map(() => false);
    const unknown = values.map(() => false);
    return story.steps.every((step, at) => {
      const operation = OPERATIONS[step.name] as Operation;
      const own = story.inputs.length + at;
      const isRounded = step.operands.some((one) => rounded[one]);
      rounded[own] = isRounded || operation.rounds === true || !isExact(values[own] as NaiveArray);
      const isUnknown = step.operands.some((one) => unknown[one]);
      if (isUnknown && operation.takesUnknown !== true) return false;
      unknown[own] = operation.isUnknown === true || (isUnknown && (values[own] as NaiveArray).shape.length > 0);
      return sizeOf((values[own] as NaiveArray).shape) <= SIZE_MAX && !(isRounded && operation.jumps === true);
    });
  } catch {
    return false;
  }
}

/** Every value of a story, by plain loops. */
export function tell(story: Story): NaiveArray[] {
  const values = story.inputs.map(({ array }) => array);
  for (const { name, operands, args } of story.steps)
    values.push((OPERATIONS[name] as Operation).naive(args, ...operands.map((one) => valueAt(values, one))));
  return values;
}

/** The story as the library's lazy array. */
export function lazyOf(story: Story): da.Array {
  const values = story.inputs.map(({ array, chunks }) => {
    const flat = da.fromArray(array.data.map(plainOf), { dtype: array.dtype as da.DType, shape: array.shape });
    return chunks.length === 0 ? flat : flat.rechunk(chunks);
  });
  for (const { name, operands, args } of story.steps)
    values.push((OPERATIONS[name] as Operation).lazy(args, ...operands.map((one) => valueAt(values, one))));
  return values.at(-1) as da.Array;
}

function valueAt<T>(values: readonly T[], at: number): T {
  const found = values[at];
  if (found === undefined) throw new Error(`there is no value ${at}`);
  return found;
}

const plainOf = (one: Element): Element => (isPair(one) ? da.complex(one.re, one.im) : one);

/** The story as one reads it. */
export function storyText({ inputs, steps }: Story): string {
  const name = (at: number): string => String.fromCharCode(97 + at);
  const element = (one: Element): string => (isPair(one) ? `${one.re}+${one.im}j` : String(one));
  return [
    ...inputs.map(
      ({ array, chunks }, at) =>
        `${name(at)} = ${array.dtype} (${array.shape}) in ${JSON.stringify(chunks)}: ${array.data.map(element).join(" ")}`,
    ),
    ...steps.map(
      ({ name: operation, operands, args }, at) =>
        `${name(inputs.length + at)} = ${operation}(${operands.map(name).join(", ")}) ${JSON.stringify(args)}`,
    ),
  ].join("\n");
}

/** No bit of it hangs on the order of additions: halves and quarters that are not large. */
const isExact = ({ data }: NaiveArray): boolean =>
  data.every((one) =>
    (isPair(one) ? [one.re, one.im] : [one]).every(
      (part) =>
        typeof part !== "number" || !Number.isFinite(part) || (Math.abs(part) < 2 ** 18 && Number.isInteger(part * 16)),
    ),
  );

function randomShape(random: Random): number[] {
  const ndim = random.pick([0, 1, 1, 1, 2, 2, 2, 3]);
  return Array.from({ length: ndim }, () => (random.chance(0.08) ? random.below(2) : 1 + random.below(6)));
}

export function randomInput(random: Random, shape: readonly number[], dtypes: readonly string[]): Input {
  const dtype = random.pick(dtypes);
  const nans = random.chance(0.2) ? 0.2 : 0;
  const data = Array.from({ length: sizeOf(shape) }, () => randomElement(random, dtype, nans));
  return { array: { dtype, shape, data }, chunks: shape.map((n) => randomCut(random, n)) };
}

function randomElement(random: Random, dtype: string, nans: number): Element {
  const small = (): number => random.below(19) - 9;
  if (dtype === "bool") return random.chance(0.5);
  if (isWhole(dtype)) {
    const isSigned = familyOf(dtype) === "int";
    if (random.chance(0.03) && dtype.endsWith("8")) return isSigned ? -128n : 255n;
    return BigInt(isSigned ? small() : random.below(9));
  }
  if (familyOf(dtype) === "complex") return { re: small() / 2, im: small() / 2 };
  if (random.chance(nans))
    return random.pick([Number.NaN, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]);
  return small() / 4;
}
