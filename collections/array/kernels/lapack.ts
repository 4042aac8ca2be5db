import type { NativeLibrary } from "../../../runtime/base/native-loader.ts";

/**
 * LAPACK's decompositions of doubles, or of complex numbers as (re, im) pairs. Matrices are row-major here; Fortran sees them
 * transposed, never conjugated.
 */
export interface Lapack {
  /**
   * LQ in place of a transposed tall matrix: of a row-major a (m × n), m ≥ n, leaves the triangle r in the first n rows' upper half and
   * reflectors elsewhere; gives their scales.
   */
  factorQr(m: number, n: number, a: Float64Array): Float64Array;
  /** The q (m × n) of what {@link factorQr} left, in place of it. */
  formQ(m: number, n: number, a: Float64Array, scales: Float64Array): void;
  /** Thin singular value decomposition of a row-major a (m × n), which is lost: u (m × k), s (k), vt (k × n). */
  svd(m: number, n: number, a: Float64Array): { u: Float64Array; s: Float64Array; vt: Float64Array };
  /** The lower triangle whose product with its adjoint is a (n × n), in place of its lower half; false if there is none. */
  cholesky(n: number, a: Float64Array): boolean;
  /** x with a x = b, for k right sides that lie one after another, in place of b; a (n × n) is lost. False if a is singular. */
  solve(n: number, k: number, a: Float64Array, b: Float64Array): boolean;
  /** The inverse of a (n × n) in place of it; false if a is singular. */
  invert(n: number, a: Float64Array): boolean;
}

/** How one kind of number is called for: d for doubles, z for complex ones. */
interface Numbers {
  readonly letter: "d" | "z";
  /** Doubles each number takes. */
  readonly lanes: 1 | 2;
  /** What forms the q of an LQ. */
  readonly formQ: string;
}

/** LAPACK over doubles. @throws Error if the library lacks a routine */
export const realLapack = (library: NativeLibrary): Lapack =>
  lapack(library, { letter: "d", lanes: 1, formQ: "orglq" });

/** LAPACK over complex numbers. @throws Error if the library lacks a routine */
export const complexLapack = (library: NativeLibrary): Lapack =>
  lapack(library, { letter: "z", lanes: 2, formQ: "unglq" });

const lapack = (library: NativeLibrary, numbers: Numbers): Lapack => ({
  ...orthogonal(library, numbers),
  ...squares(library, numbers),
});

/** Fortran takes every argument by its place in memory: characters, whole numbers, and lists of doubles. */
const routine = (library: NativeLibrary, name: string, types: string) =>
  library.func(
    `void ${name}_(${types
      .split(" ")
      .map((type, at) => `${{ c: "const char", i: "int", d: "double" }[type]} *a${at}`)
      .join(", ")})`,
  );

function orthogonal(
  library: NativeLibrary,
  { letter, lanes, formQ }: Numbers,
): Pick<Lapack, "factorQr" | "formQ" | "svd"> {
  const gelqf = routine(library, `${letter}gelqf`, "i i d i d d i i");
  const unglq = routine(library, letter + formQ, "i i i d i d d i i");
  const gesdd = routine(library, `${letter}gesdd`, `c i i d i d d i d i d i ${lanes === 2 ? "d " : ""}i i`);
  return {
    factorQr: (m, n, a) => {
      const scales = new Float64Array(Math.min(m, n) * lanes);
      withWork(lanes, `${letter}gelqf`, (work, size, info) =>
        gelqf(int(n), int(m), a, int(n), scales, work, size, info),
      );
      return scales;
    },
    formQ: (m, n, a, scales) => {
      const k = int(Math.min(m, n));
      withWork(lanes, letter + formQ, (work, size, info) => unglq(k, int(m), k, a, int(n), scales, work, size, info));
    },
    svd: (m, n, a) => {
      const [k, longer] = [Math.min(m, n), Math.max(m, n)];
      const [u, s, vt] = [new Float64Array(m * k * lanes), new Float64Array(k), new Float64Array(k * n * lanes)];
      const whole = new Int32Array(8 * k);
      const reals = lanes === 2 ? [new Float64Array(Math.max(5 * k * k + 5 * k, 2 * longer * k + 2 * k * k + k))] : [];
      const [rows, columns, rank] = [int(m), int(n), int(k)];
      // Fortran sees the transpose, so its u is our vt, and the reverse.
      withWork(lanes, `${letter}gesdd`, (work, size, info) =>
        gesdd("S", columns, rows, a, columns, s, vt, columns, u, rank, work, size, ...reals, whole, info),
      );
      return { u, s, vt };
    },
  };
}

function squares(library: NativeLibrary, { letter, lanes }: Numbers): Pick<Lapack, "cholesky" | "solve" | "invert"> {
  const potrf = routine(library, `${letter}potrf`, "c i d i i");
  const getrf = routine(library, `${letter}getrf`, "i i d i i i");
  const getrs = routine(library, `${letter}getrs`, "c i i d i i d i i");
  const getri = routine(library, `${letter}getri`, "i d i i d i i");
  const factored = (n: number, a: Float64Array): Int32Array | null => {
    const [order, info] = [new Int32Array(n), int(0)];
    getrf(int(n), int(n), a, int(n), order, info);
    return info[0] === 0 ? order : null;
  };
  return {
    cholesky: (n, a) => {
      const info = int(0);
      potrf("U", int(n), a, int(n), info);
      return info[0] === 0;
    },
    solve: (n, k, a, b) => {
      const order = factored(n, a);
      if (order !== null) getrs("T", int(n), int(k), a, int(n), order, b, int(n), int(0));
      return order !== null;
    },
    invert: (n, a) => {
      const order = factored(n, a);
      if (order !== null)
        withWork(lanes, `${letter}getri`, (work, size, info) => getri(int(n), a, int(n), order, work, size, info));
      return order !== null;
    },
  };
}

const int = (value: number): Int32Array => Int32Array.of(value);

/** Calls a routine twice: for the memory it wants, in numbers, and with it. */
function withWork(
  lanes: number,
  name: string,
  call: (work: Float64Array, size: Int32Array, info: Int32Array) => unknown,
): void {
  const info = new Int32Array(1);
  const asked = new Float64Array(lanes);
  call(asked, int(-1), info);
  const size = Math.max(1, asked[0] as number);
  call(new Float64Array(size * lanes), int(size), info);
  if (info[0] !== 0) throw new RangeError(`${name} did not come to an end (info ${info[0]}): the matrix may hold NaN`);
}
