import { behind, type Code, f64x2, get, I32, i32, int, sequence, set, V128, whileTrue } from "./instructions.ts";
import { FunctionBuilder, type WasmFunction } from "./wasm-function.ts";

/** Rows and columns of the small products that stay in registers: eight pairs of sums, and what they are made of. */
export const SIDE = 4;
const PAIRS = SIDE / 2;
const STRIP_BYTES = 8 * SIDE;
/** Steps along the inner dimension written one after another: packed matrices have a multiple of them. */
export const UNROLLED = 4;

let product: WasmFunction | undefined | null = null;

/**
 * Adds the product of packed matrices to rows of another in the arena: (a, b, c, rows, columns, depth, bytes from row to row of c).
 * Strips of four rows of a, and of four columns of b, lie one after another, each as four numbers for each step of the inner
 * dimension. Rows and columns are multiples of {@link SIDE}, the depth is one of {@link UNROLLED}. Undefined where there is no SIMD.
 */
export function productFunction(): WasmFunction | undefined {
  if (product === null) product = make();
  return product;
}

const [A, B, C, ROWS, COLUMNS, DEPTH, ACROSS] = [0, 1, 2, 3, 4, 5, 6] as const;

/** Where the matrices are walked. */
interface Places {
  readonly left: number;
  readonly right: number;
  readonly to: number;
  readonly step: number;
}

const move = (local: number, by: Code): Code => set(local, i32.add(get(local), by));

function make(): WasmFunction | undefined {
  const build = new FunctionBuilder([I32, I32, I32, I32, I32, I32, I32]);
  const at = build.locals(I32, "row", "column", "step", "left", "right", "to", "deep");
  const rows = sequence(
    set(at.left, get(A)),
    set(at.to, get(C)),
    set(at.row, int(SIDE)),
    whileTrue(
      i32.le(get(at.row), get(ROWS)),
      sequence(set(at.right, get(B)), smallProduct(build, at), move(at.row, int(SIDE))),
    ),
  );
  const columns = sequence(rows, move(B, get(at.deep)), move(C, int(STRIP_BYTES)), move(at.column, int(SIDE)));
  return build.build(
    sequence(
      set(at.deep, i32.mul(get(DEPTH), int(STRIP_BYTES))),
      set(at.column, int(SIDE)),
      whileTrue(i32.le(get(at.column), get(COLUMNS)), columns),
    ),
  );
}

/** Four rows by four columns: all steps along the strips, then the sums to where they belong. */
function smallProduct(build: FunctionBuilder, at: Places): Code {
  const sums = Array.from({ length: SIDE * PAIRS }, () => build.local(V128));
  const [first, second, factor] = [build.local(V128), build.local(V128), build.local(V128)];
  const addRow = (rank: number, row: number): Code =>
    sequence(
      set(factor, behind(rank * STRIP_BYTES + 8 * row).loadSplat(get(at.left))),
      ...[first, second].map((pair, k) => {
        const sum = sums[row * PAIRS + k] as number;
        return set(sum, f64x2.add(get(sum), f64x2.mul(get(factor), get(pair))));
      }),
    );
  const addStep = (rank: number): Code =>
    sequence(
      set(first, behind(rank * STRIP_BYTES).load(get(at.right))),
      set(second, behind(rank * STRIP_BYTES + 16).load(get(at.right))),
      ...Array.from({ length: SIDE }, (_, row) => addRow(rank, row)),
    );
  const steps = sequence(
    ...Array.from({ length: UNROLLED }, (_, rank) => addStep(rank)),
    move(at.left, int(UNROLLED * STRIP_BYTES)),
    move(at.right, int(UNROLLED * STRIP_BYTES)),
    move(at.step, int(UNROLLED)),
  );
  const store = (row: number, pair: number): Code => {
    const sum = get(sums[row * PAIRS + pair] as number);
    return behind(16 * pair).store(get(at.to), f64x2.add(behind(16 * pair).load(get(at.to)), sum));
  };
  return sequence(
    ...sums.map((sum) => set(sum, f64x2.const(0))),
    set(at.step, int(UNROLLED)),
    whileTrue(i32.le(get(at.step), get(DEPTH)), steps),
    ...Array.from({ length: SIDE }, (_, row) => sequence(store(row, 0), store(row, 1), move(at.to, get(ACROSS)))),
  );
}
