import { isMainThread } from "node:worker_threads";
import { config } from "../../../runtime/base/config.ts";
import { type NativeLibrary, nativeLoader } from "../../../runtime/base/native-loader.ts";
import { complexLapack, type Lapack, realLapack } from "./lapack.ts";
import { loadForThisProcessor } from "./openblas-core.ts";

/** Floats of one precision. */
export type Floats = Float64Array | Float32Array;

/** What a product does to what lies in its place, by BLAS's word: 0 writes over it, 1 adds to it. */
export type Beta = 0 | 1;

/** The system's OpenBLAS, as far as it is used: products, and decompositions of doubles. */
export interface OpenBlas extends Lapack {
  /** What the library says of itself. */
  readonly config: string;
  /** c (m × n) = a (m × k) b (k × n) + beta c, all of one precision, from the start of the views. */
  gemm(m: number, n: number, k: number, a: Floats, b: Floats, c: Floats, beta: Beta): void;
  /** The same for complex numbers as (re, im) pairs of doubles. */
  gemmComplex(m: number, n: number, k: number, a: Float64Array, b: Float64Array, c: Float64Array, beta: Beta): void;
  /** Decompositions of complex matrices. */
  readonly complex: Lapack;
}

/** Names under which systems have it. */
const NAMES = ["libopenblas.so.0", "libopenblas.so", "libopenblas.dylib", "libopenblas.dll"];

let found: OpenBlas | null | undefined;

/**
 * The library, looked for once and loaded when first needed; null where there is none, koffi is not installed, or
 * `array.openblas` is false.
 * Results differ from those of the other ways in the last digits alone.
 */
export function openBlas(): OpenBlas | null {
  if (found === undefined) found = load();
  return found;
}

/** Runs work as where there is no library: for the test that compares both ways. */
export function withoutOpenBlas<T>(work: () => T): T {
  const kept = found;
  found = null;
  try {
    return work();
  } finally {
    found = kept;
  }
}

function load(): OpenBlas | null {
  if (config.get("array.openblas") === false) return null;
  const koffi = nativeLoader();
  if (koffi === null) return null;
  for (const name of NAMES)
    try {
      return bound(loadForThisProcessor(koffi, name));
    } catch {
      // The next name; a library without LAPACK counts as none.
    }
  return null;
}

const ROW_MAJOR = 101;
const AS_IT_IS = 111;

function bound(library: NativeLibrary): OpenBlas {
  const config = library.func("const char *openblas_get_config(void)");
  const setThreads = library.func("void openblas_set_num_threads(int n)");
  // Workers share the cores among themselves; alone in a process, the library may have them all.
  if (!isMainThread || process.send !== undefined) setThreads(1);
  return { config: String(config()), ...products(library), ...realLapack(library), complex: complexLapack(library) };
}

function products(library: NativeLibrary): Pick<OpenBlas, "gemm" | "gemmComplex"> {
  const product = (letter: string, type: string) =>
    library.func(
      `void cblas_${letter}gemm(int order, int ta, int tb, int m, int n, int k, ${type} alpha, const ${type} *a, int lda, const ${type} *b, int ldb, ${type} beta, ${type} *c, int ldc)`,
    );
  const [dgemm, sgemm] = [product("d", "double"), product("s", "float")];
  const zgemm = library.func(
    "void cblas_zgemm(int order, int ta, int tb, int m, int n, int k, const double *alpha, const double *a, int lda, const double *b, int ldb, const double *beta, double *c, int ldc)",
  );
  const [one, zero] = [Float64Array.of(1, 0), Float64Array.of(0, 0)];
  return {
    gemm: (m, n, k, a, b, c, beta) => {
      const run = a instanceof Float64Array ? dgemm : sgemm;
      run(ROW_MAJOR, AS_IT_IS, AS_IT_IS, m, n, k, 1, a, k, b, n, beta, c, n);
    },
    gemmComplex: (m, n, k, a, b, c, beta) => {
      zgemm(ROW_MAJOR, AS_IT_IS, AS_IT_IS, m, n, k, one, a, k, b, n, beta === 1 ? one : zero, c, n);
    },
  };
}
