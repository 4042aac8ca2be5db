import { mixed } from "./random-source.ts";
import { lend, withArena } from "./simd/arena.ts";
import { fillUniformLanes } from "./simd/fill-functions.ts";

/** Elements that four streams fill before four others take over, so that filling may begin at any multiple. */
export const UNIFORM_PIECE = 8192;
const WARM_UP = 15;
const STREAMS = 4;

/**
 * Fills with doubles low + width * u, u uniform in [0, 1) with 52 random bits, from a place on that is a multiple of
 * {@link UNIFORM_PIECE}: element i of a piece is drawn from its stream i % 4, each an sfc32 (see RandomSource) seeded by
 * the words, the piece and its number. With SIMD where it is to be had; the bits are the same without.
 */
export function fillUniform(
  data: Float64Array,
  words: readonly number[],
  from: number,
  low: number,
  width: number,
): void {
  const base = mixed(words);
  for (let at = 0; at < data.length; at += UNIFORM_PIECE) {
    const part = data.subarray(at, Math.min(at + UNIFORM_PIECE, data.length));
    fillPiece(part, [...base, (from + at) / UNIFORM_PIECE], low, width);
  }
}

function fillPiece(part: Float64Array, words: readonly number[], low: number, width: number): void {
  const state = new Int32Array(3 * STREAMS);
  for (let k = 0; k < STREAMS; k++)
    for (const [i, word] of mixed([...words, k]).entries()) state[i * STREAMS + k] = word;
  const warm = warmedUp(state);
  if (fillUniformLanes(part, warm, 1 + WARM_UP, low, width)) return;
  const isFilled = withArena(() => {
    const whole = lend("float64", Math.ceil(part.length / STREAMS) * STREAMS) as Float64Array | undefined;
    if (whole === undefined || !fillUniformLanes(whole, warm, 1 + WARM_UP, low, width)) return false;
    part.set(whole.subarray(0, part.length));
    return true;
  });
  if (!isFilled) fillScalar(part, warm, 1 + WARM_UP, low, width);
}

function warmedUp(state: Int32Array): Int32Array {
  for (let k = 0; k < STREAMS; k++) {
    let [a, b, c] = [state[k], state[STREAMS + k], state[2 * STREAMS + k]] as [number, number, number];
    for (let counter = 1; counter <= WARM_UP; counter++) {
      const sum = (((a + b) | 0) + counter) | 0;
      a = b ^ (b >>> 9);
      b = (c + (c << 3)) | 0;
      c = (((c << 21) | (c >>> 11)) + sum) | 0;
    }
    [state[k], state[STREAMS + k], state[2 * STREAMS + k]] = [a, b, c];
  }
  return state;
}

/** The same without SIMD. Exported for the test that compares both. */
export function fillScalar(part: Float64Array, state: Int32Array, first: number, low: number, width: number): void {
  for (let k = 0; k < STREAMS; k++) {
    let [a, b, c] = [state[k], state[STREAMS + k], state[2 * STREAMS + k]] as [number, number, number];
    let counter = first;
    for (let i = k; i < part.length; i += STREAMS) {
      const s = (((a + b) | 0) + counter) | 0;
      counter = (counter + 1) | 0;
      a = b ^ (b >>> 9);
      b = (c + (c << 3)) | 0;
      c = (((c << 21) | (c >>> 11)) + s) | 0;
      const t = (((a + b) | 0) + counter) | 0;
      counter = (counter + 1) | 0;
      a = b ^ (b >>> 9);
      b = (c + (c << 3)) | 0;
      c = (((c << 21) | (c >>> 11)) + t) | 0;
      part[i] = low + width * (((s >>> 0) * 1048576 + (t >>> 12)) / 4503599627370496);
    }
  }
}
