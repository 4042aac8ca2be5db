import type { BlockLocation } from "../../../runtime/graph/call.ts";
import type { AnyData, DType } from "../dtype.ts";
import { DRAWS, type Parameters } from "./distributions.ts";
import { castTo } from "./elementwise.ts";
import { Generated } from "./generated.ts";
import type { Source } from "./pending.ts";
import { RandomSource } from "./random-source.ts";
import { fillUniform, UNIFORM_PIECE } from "./uniform-streams.ts";

/** Random elements as data. */
export interface RandomPlan {
  readonly distribution: string;
  readonly parameters: Parameters;
  readonly seed: readonly number[];
  readonly dtype: DType;
}

/** A block of random elements: they follow from the seed and the block's place alone. */
export function randomBlock(
  { distribution, parameters, seed, dtype }: RandomPlan,
  { index, shape }: BlockLocation,
): Source {
  const words = [...seed, index.length, ...index];
  if (distribution === "uniform") {
    const { low = 0, high = 1 } = parameters;
    const fill = (data: AnyData, from: number): void => fillUniform(data as Float64Array, words, from, low, high - low);
    return castTo(new Generated("float64", shape, fill, UNIFORM_PIECE), dtype);
  }
  const fill = (data: AnyData): void =>
    fillDrawn(data as Float64Array, distribution, parameters, new RandomSource(words));
  return castTo(new Generated("float64", shape, fill), dtype);
}

function fillDrawn(data: Float64Array, distribution: string, parameters: Parameters, source: RandomSource): void {
  const { loc = 0, scale = 1 } = parameters;
  if (distribution === "normal") {
    for (let i = 0; i < data.length; i++) data[i] = loc + scale * source.normal();
    return;
  }
  const draw = DRAWS[distribution];
  if (draw === undefined) throw new TypeError(`There is no distribution "${distribution}"`);
  for (let i = 0; i < data.length; i++) data[i] = draw(source, parameters);
}

/** A random order of n things: the same for the same seed. */
export function shuffledOrder(n: number, seed: readonly number[]): Float64Array {
  const source = new RandomSource([...seed, 0x5eed]);
  const order = Float64Array.from({ length: n }, (_, i) => i);
  for (let i = n - 1; i > 0; i--) {
    const j = source.below(i + 1);
    const kept = order[i] as number;
    order[i] = order[j] as number;
    order[j] = kept;
  }
  return order;
}
