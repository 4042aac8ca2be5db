import type { BlockLocation } from "../../../runtime/graph/call.ts";
import { Chunk, emptyChunk, sizeOf } from "../chunk.ts";
import { type DType, registerOf } from "../dtype.ts";
import { DRAWS, type Parameters } from "./distributions.ts";
import { assign } from "./pending.ts";
import { RandomSource } from "./random-source.ts";

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
): Chunk {
  const source = new RandomSource([...seed, index.length, ...index]);
  const data = new Float64Array(sizeOf(shape));
  if (distribution === "uniform")
    source.fillUniform(
      data,
      parameters["low"] as number,
      (parameters["high"] as number) - (parameters["low"] as number),
    );
  else if (distribution === "normal") {
    const [loc, scale] = [parameters["loc"] as number, parameters["scale"] as number];
    for (let i = 0; i < data.length; i++) data[i] = loc + scale * source.normal();
  } else fillDrawn(data, distribution, parameters, source);
  const chunk = new Chunk(data, "float64", shape);
  if (dtype === "float64") return chunk;
  const out = emptyChunk(dtype, shape);
  if (registerOf(dtype) === "bigint") for (let i = 0; i < data.length; i++) out.data[i] = BigInt(data[i] as number);
  else assign(out, chunk);
  return out;
}

function fillDrawn(data: Float64Array, distribution: string, parameters: Parameters, source: RandomSource): void {
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
