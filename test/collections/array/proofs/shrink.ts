import type { Element } from "./naive/naive-array.ts";
import { type Input, isTellable, type Story } from "./story.ts";

/** The smallest story found that still goes wrong: steps left out, inputs in one chunk, plain elements. */
export async function shrunk(story: Story, isWrong: (story: Story) => Promise<boolean>): Promise<Story> {
  let best = story;
  for (let isBetter = true; isBetter; ) {
    isBetter = false;
    for (const one of simpler(best))
      if (isTellable(one) && (await isWrong(one))) {
        best = one;
        isBetter = true;
        break;
      }
  }
  return best;
}

function* simpler(story: Story): Generator<Story> {
  const { inputs, steps } = story;
  if (steps.length > 1) yield trimmed({ inputs, steps: steps.slice(0, -1) });
  for (let at = steps.length - 1; at >= 0; at--) yield* without(story, at);
  for (const [at, input] of inputs.entries()) {
    for (const one of simplerInputs(input)) yield { inputs: inputs.with(at, one), steps };
  }
}

/** The story without a step: its users take what it took. */
function* without({ inputs, steps }: Story, at: number): Generator<Story> {
  const own = inputs.length + at;
  if (steps.length < 2) return;
  for (const instead of new Set(steps[at]?.operands ?? [])) {
    const moved = (one: number): number => (one === own ? instead : one > own ? one - 1 : one);
    const rest = steps.filter((_, i) => i !== at).map((step) => ({ ...step, operands: step.operands.map(moved) }));
    yield trimmed({ inputs, steps: rest });
  }
}

/** Inputs and steps that nothing uses are left out. */
function trimmed({ inputs, steps }: Story): Story {
  const total = inputs.length + steps.length;
  const used = new Set([total - 1]);
  for (let at = total - 1; at >= inputs.length; at--)
    if (used.has(at)) for (const one of steps[at - inputs.length]?.operands ?? []) used.add(one);
  const kept = [...Array(total).keys()].filter((at) => used.has(at));
  const place = (one: number): number => kept.indexOf(one);
  return {
    inputs: inputs.filter((_, at) => used.has(at)),
    steps: steps
      .filter((_, at) => used.has(inputs.length + at))
      .map((step) => ({ ...step, operands: step.operands.map(place) })),
  };
}

function* simplerInputs({ array, chunks }: Input): Generator<Input> {
  for (const [axis, sizes] of chunks.entries())
    if (sizes.length > 1) {
      yield { array, chunks: chunks.with(axis, [sizes.reduce((sum, n) => sum + n, 0)]) };
      yield { array, chunks: chunks.with(axis, [(sizes[0] as number) + (sizes[1] as number), ...sizes.slice(2)]) };
    }
  const plain = plainer(array.data);
  if (plain !== null) yield { array: { ...array, data: plain }, chunks };
}

/** Elements counted up from one, unless they are that already. */
function plainer(data: readonly Element[]): Element[] | null {
  if (!data.some((one) => typeof one === "number" && !Number.isFinite(one))) return null;
  return data.map((one) => (typeof one === "number" && !Number.isFinite(one) ? 1 : one));
}
