import { createRequire } from "node:module";
import { isMainThread } from "node:worker_threads";
import { loadForThisProcessor } from "./openblas-core.ts";

/** Floats of one precision. */
export type Floats = Float64Array | Float32Array;

/** The system's OpenBLAS, as far as it is used. Matrices are row-major here; Fortran sees them transposed. */
export interface OpenBlas {
  /** What the library says of itself. */
  readonly config: string;
  /** c (m × n) = a (m × k) b (k × n), all of one precision, from the start of the views. */
  gemm(m: number, n: number, k: number, a: Floats, b: Floats, c: Floats): void;
  /**
   * LQ in place of a transposed tall matrix: of a row-major a (m × n), m ≥ n, leaves the triangle r in the first n rows' upper half and
   * reflectors elsewhere; gives their scales.
   */
  factorQr(m: number, n: number, a: Float64Array): Float64Array;
  /** The q (m × n) of what {@link factorQr} left, in place of it. */
  formQ(m: number, n: number, a: Float64Array, scales: Float64Array): void;
  /** Thin singular value decomposition of a row-major a (m × n), which is lost: u (m × k), s (k), vt (k × n). */
  svd(m: number, n: number, a: Float64Array): { u: Float64Array; s: Float64Array; vt: Float64Array };
  /** The lower triangle whose product with its transpose is a (n × n), in place of its lower half; false if there is none. */
  cholesky(n: number, a: Float64Array): boolean;
  /** x with a x = b, for k right sides that lie one after another, in place of b; a (n × n) is lost. False if a is singular. */
  solve(n: number, k: number, a: Float64Array, b: Float64Array): boolean;
  /** The inverse of a (n × n) in place of it; false if a is singular. */
  invert(n: number, a: Float64Array): boolean;
}

/** Names under which systems have it. */
const NAMES = ["libopenblas.so.0", "libopenblas.so", "libopenblas.dylib", "libopenblas.dll"];

let found: OpenBlas | null | undefined;

/**
 * The library, looked for once and loaded when first needed; null where there is none, or koffi is not installed.
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

interface NativeLibrary {
  func(signature: string): (...args: unknown[]) => unknown;
}

function load(): OpenBlas | null {
  let koffi: { load(name: string | null): NativeLibrary };
  try {
    koffi = createRequire(import.meta.url)("koffi") as typeof koffi;
  } catch {
    return null;
  }
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
  return { config: String(config()), gemm: products(library), ...orthogonal(library), ...squares(library) };
}

function products(library: NativeLibrary): OpenBlas["gemm"] {
  const product = (letter: string, type: string) =>
    library.func(
      `void cblas_${letter}gemm(int order, int ta, int tb, int m, int n, int k, ${type} alpha, const ${type} *a, int lda, const ${type} *b, int ldb, ${type} beta, ${type} *c, int ldc)`,
    );
  const [dgemm, sgemm] = [product("d", "double"), product("s", "float")];
  return (m, n, k, a, b, c) => {
    const run = a instanceof Float64Array ? dgemm : sgemm;
    run(ROW_MAJOR, AS_IT_IS, AS_IT_IS, m, n, k, 1, a, k, b, n, 0, c, n);
  };
}

/** Fortran takes every argument by its place in memory. */
const routine = (library: NativeLibrary, name: string, types: string) =>
  library.func(
    `void ${name}_(${types
      .split(" ")
      .map((type, at) => `${{ c: "const char", i: "int", d: "double" }[type]} *a${at}`)
      .join(", ")})`,
  );

function orthogonal(library: NativeLibrary): Pick<OpenBlas, "factorQr" | "formQ" | "svd"> {
  const dgelqf = routine(library, "dgelqf", "i i d i d d i i");
  const dorglq = routine(library, "dorglq", "i i i d i d d i i");
  const dgesdd = routine(library, "dgesdd", "c i i d i d d i d i d i i i");
  return {
    factorQr: (m, n, a) => {
      const scales = new Float64Array(Math.min(m, n));
      withWork((work, size, info) => dgelqf(int(n), int(m), a, int(n), scales, work, size, info), "dgelqf");
      return scales;
    },
    formQ: (m, n, a, scales) => {
      const k = int(Math.min(m, n));
      withWork((work, size, info) => dorglq(k, int(m), k, a, int(n), scales, work, size, info), "dorglq");
    },
    svd: (m, n, a) => {
      const k = Math.min(m, n);
      const [u, s, vt] = [new Float64Array(m * k), new Float64Array(k), new Float64Array(k * n)];
      const whole = new Int32Array(8 * k);
      const [rows, columns, rank] = [int(m), int(n), int(k)];
      // Fortran sees the transpose, so its u is our vt, and the reverse.
      withWork(
        (work, size, info) => dgesdd("S", columns, rows, a, columns, s, vt, columns, u, rank, work, size, whole, info),
        "dgesdd",
      );
      return { u, s, vt };
    },
  };
}

function squares(library: NativeLibrary): Pick<OpenBlas, "cholesky" | "solve" | "invert"> {
  const dpotrf = routine(library, "dpotrf", "c i d i i");
  const dgetrf = routine(library, "dgetrf", "i i d i i i");
  const dgetrs = routine(library, "dgetrs", "c i i d i i d i i");
  const dgetri = routine(library, "dgetri", "i d i i d i i");
  const factored = (n: number, a: Float64Array): Int32Array | null => {
    const [order, info] = [new Int32Array(n), int(0)];
    dgetrf(int(n), int(n), a, int(n), order, info);
    return info[0] === 0 ? order : null;
  };
  return {
    cholesky: (n, a) => {
      const info = int(0);
      dpotrf("U", int(n), a, int(n), info);
      return info[0] === 0;
    },
    solve: (n, k, a, b) => {
      const order = factored(n, a);
      if (order !== null) dgetrs("T", int(n), int(k), a, int(n), order, b, int(n), int(0));
      return order !== null;
    },
    invert: (n, a) => {
      const order = factored(n, a);
      if (order !== null) withWork((work, size, info) => dgetri(int(n), a, int(n), order, work, size, info), "dgetri");
      return order !== null;
    },
  };
}

const int = (value: number): Int32Array => Int32Array.of(value);

/** Calls a LAPACK routine twice: for the memory it wants, and with it. */
function withWork(call: (work: Float64Array, size: Int32Array, info: Int32Array) => unknown, name: string): void {
  const info = new Int32Array(1);
  const asked = new Float64Array(1);
  call(asked, int(-1), info);
  const size = Math.max(1, asked[0] as number);
  call(new Float64Array(size), int(size), info);
  if (info[0] !== 0) throw new RangeError(`${name} did not come to an end (info ${info[0]}): the matrix may hold NaN`);
}
