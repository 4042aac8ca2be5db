import { type Chunk, emptyChunk } from "../chunk.ts";
import type { DType } from "../dtype.ts";
import { alongAxis } from "./along.ts";
import { castTo } from "./elementwise.ts";
import type { Source } from "./pending.ts";

/** A Fourier transform as data. `n` elements along `axis` are used, cut or filled up with zeros. */
export interface Fourier {
  readonly kind: "fft" | "ifft" | "rfft" | "irfft" | "hfft" | "ihfft";
  readonly axis: number;
  /** Elements of the transform; of the real signal for irfft and hfft. */
  readonly n: number;
}

/** Elements along the axis of the result. */
export const fourierLength = ({ kind, n }: Pick<Fourier, "kind" | "n">): number =>
  kind === "rfft" || kind === "ihfft" ? Math.floor(n / 2) + 1 : n;

/** Transforms every row of a block. */
export function fourierBlock(plan: Fourier, source: Source): Chunk {
  const { kind, axis, n } = plan;
  const isReal = kind === "irfft" || kind === "hfft";
  const dtype: DType = isReal ? "float64" : "complex128";
  const length = fourierLength(plan);
  const x = castTo(source, "complex128");
  const keepsReal = source.dtype.startsWith("complex") ? [] : realPlaces(kind, n);
  if ((x.shape[axis] as number) === 0)
    return emptyChunk(
      dtype,
      x.shape.map((size, k) => (k === axis ? length : size)),
    );
  return alongAxis(x, axis, length, dtype, (input, output) => {
    transformRow(kind, n, input as Float64Array, output as Float64Array);
    for (const place of keepsReal) output[2 * place + 1] = 0;
  });
}

/** Where the transform of a real signal is real by definition, also where a NaN in it spreads: its mean, and the highest frequency of an even one. */
function realPlaces(kind: Fourier["kind"], n: number): readonly number[] {
  if (kind === "irfft" || kind === "hfft" || n === 0) return [];
  return n % 2 === 0 ? [0, n / 2] : [0];
}

function transformRow(kind: Fourier["kind"], n: number, input: Float64Array, output: Float64Array): void {
  const given = Math.min(input.length / 2, kind === "irfft" || kind === "hfft" ? Math.floor(n / 2) + 1 : n);
  const re = new Float64Array(n);
  const im = new Float64Array(n);
  for (let i = 0; i < given; i++) {
    re[i] = input[2 * i] as number;
    im[i] = input[2 * i + 1] as number;
  }
  // A half spectrum is the whole of a real signal: the other half is its mirror.
  if (kind === "irfft" || kind === "hfft")
    for (let i = 1; i < n - i; i++) {
      re[n - i] = re[i] as number;
      im[n - i] = -(im[i] as number);
    }
  const isInverse = kind === "ifft" || kind === "irfft" || kind === "ihfft";
  // hfft is the forward transform of the mirrored signal, which is real as it stands.
  if (isInverse) conjugate(im);
  transform(re, im);
  if (isInverse) conjugate(im);
  const scale = isInverse ? 1 / n : 1;
  const isReal = kind === "irfft" || kind === "hfft";
  const length = isReal ? n : output.length / 2;
  for (let i = 0; i < length; i++)
    if (isReal) output[i] = (re[i] as number) * scale;
    else {
      output[2 * i] = (re[i] as number) * scale;
      output[2 * i + 1] = (im[i] as number) * scale;
    }
}

function conjugate(im: Float64Array): void {
  for (let i = 0; i < im.length; i++) im[i] = -(im[i] as number);
}

/** The transform in place: radix two where it can, else by Bluestein's convolution with a chirp. */
export function transform(re: Float64Array, im: Float64Array): void {
  const n = re.length;
  if (n <= 1) return;
  if ((n & (n - 1)) === 0) radixTwo(re, im);
  else bluestein(re, im);
}

interface Twiddles {
  readonly cos: Float64Array;
  readonly sin: Float64Array;
}
const twiddles = new Map<number, Twiddles>();

function twiddlesOf(n: number): Twiddles {
  let known = twiddles.get(n);
  if (known === undefined) {
    if (twiddles.size > 32) twiddles.clear();
    const cos = Float64Array.from({ length: n / 2 }, (_, i) => Math.cos((2 * Math.PI * i) / n));
    const sin = Float64Array.from({ length: n / 2 }, (_, i) => Math.sin((2 * Math.PI * i) / n));
    twiddles.set(n, (known = { cos, sin }));
  }
  return known;
}

function radixTwo(re: Float64Array, im: Float64Array): void {
  const n = re.length;
  for (let i = 1, j = 0; i < n; i++) {
    let bit = n >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) {
      [re[i], re[j]] = [re[j] as number, re[i] as number];
      [im[i], im[j]] = [im[j] as number, im[i] as number];
    }
  }
  const { cos, sin } = twiddlesOf(n);
  for (let size = 2; size <= n; size *= 2) {
    const half = size / 2;
    const step = n / size;
    for (let start = 0; start < n; start += size)
      for (let k = 0; k < half; k++) {
        const c = cos[k * step] as number;
        const s = -(sin[k * step] as number);
        const [a, b] = [start + k, start + k + half];
        // A turn by nothing or by a quarter multiplies nothing, so that a NaN stays in its part.
        const isQuarter = 2 * k === half;
        const x =
          k === 0 ? (re[b] as number) : isQuarter ? (im[b] as number) : (re[b] as number) * c - (im[b] as number) * s;
        const y =
          k === 0 ? (im[b] as number) : isQuarter ? -(re[b] as number) : (re[b] as number) * s + (im[b] as number) * c;
        re[b] = (re[a] as number) - x;
        im[b] = (im[a] as number) - y;
        re[a] = (re[a] as number) + x;
        im[a] = (im[a] as number) + y;
      }
  }
}

function bluestein(re: Float64Array, im: Float64Array): void {
  const n = re.length;
  let m = 1;
  while (m < 2 * n - 1) m *= 2;
  const cos = new Float64Array(n);
  const sin = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    // i² modulo 2n keeps the angle small, so that its sine stays exact.
    const angle = (Math.PI * ((i * i) % (2 * n))) / n;
    cos[i] = Math.cos(angle);
    sin[i] = Math.sin(angle);
  }
  const [ar, ai, br, bi] = [0, 0, 0, 0].map(() => new Float64Array(m)) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  for (let i = 0; i < n; i++) {
    const [c, s] = [cos[i] as number, sin[i] as number];
    ar[i] = (re[i] as number) * c + (im[i] as number) * s;
    ai[i] = (im[i] as number) * c - (re[i] as number) * s;
    br[i] = c;
    bi[i] = s;
    if (i > 0) {
      br[m - i] = c;
      bi[m - i] = s;
    }
  }
  radixTwo(ar, ai);
  radixTwo(br, bi);
  for (let i = 0; i < m; i++) {
    const x = (ar[i] as number) * (br[i] as number) - (ai[i] as number) * (bi[i] as number);
    // The inverse transform is the transform of the conjugate.
    ai[i] = -((ar[i] as number) * (bi[i] as number) + (ai[i] as number) * (br[i] as number));
    ar[i] = x;
  }
  radixTwo(ar, ai);
  for (let i = 0; i < n; i++) {
    const [x, y] = [(ar[i] as number) / m, -(ai[i] as number) / m];
    re[i] = x * (cos[i] as number) + y * (sin[i] as number);
    im[i] = y * (cos[i] as number) - x * (sin[i] as number);
  }
}
