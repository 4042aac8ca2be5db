import { AssertionError } from "node:assert";
import { type Collection, isCollection } from "../../collections/core/collection.ts";
import { type Described, described, likeOther } from "./described.ts";
import { promiseOf } from "./promised.ts";
import { byText, shown, type Tolerance, valueDifference } from "./value-difference.ts";

/** What {@link assertEq} compares, and how closely. */
export interface EqOptions {
  /** Numbers a, b are equal if |a − b| ≤ absolute + relative · max(|a|, |b|). Default 1e-9; 1e-5 where either side is float32. */
  readonly relative?: number;
  /** Default 1e-9; 1e-6 where either side is float32. */
  readonly absolute?: number;
  /** Whether types of elements and columns have to be the same; default true. Plain values on one side have none. */
  readonly checkDtype?: boolean;
  /** Whether labels of rows have to be the same; default true. */
  readonly checkIndex?: boolean;
  /** Whether known divisions have to hold of the rows; default true. */
  readonly checkDivisions?: boolean;
  /** Whether items of bags and rows of tables have to be in the same order; default true. */
  readonly ordered?: boolean;
}

/**
 * Fails unless two sides give the same: each a collection, which is computed, or a value. Compared are the kind, element types, shape,
 * labels and values; and of a collection, whether what it promised before it was computed (type, shape, columns, divisions) is what came.
 * @throws AssertionError saying where they differ first
 * @see https://docs.dask.org/en/stable/develop.html#test
 * @example
 * await assertEq(da.arange(4, { chunks: 2 }).add(1), [1, 2, 3, 4]);
 * await assertEq(db.fromSequence([3, 1, 2], { npartitions: 2 }), [1, 2, 3], { ordered: false });
 */
export async function assertEq(actual: unknown, expected: unknown, options: EqOptions = {}): Promise<void> {
  const a = await sideOf(actual, options, "the actual side");
  const e = await sideOf(expected, options, "the expected side");
  const left = await likeOther(a, e);
  const right = await likeOther(e, a);
  const difference = differenceOf(left, right, options);
  if (difference !== undefined)
    throw new AssertionError({ message: difference, actual: left, expected: right, operator: "assertEq" });
}

/**
 * Fails unless the rows of each partition of a table lie within its divisions, and the divisions are in order.
 * @throws AssertionError naming the partition and the label; TypeError for what has no divisions
 * @see https://docs.dask.org/en/stable/dataframe-design.html#partitions
 * @example
 * await assertDivisions(dd.fromColumns({ n: [1, 2, 3] }, { npartitions: 2 }));
 */
export async function assertDivisions(table: unknown): Promise<void> {
  const { divisions, npartitions, partitions } = table as Partial<DividedTable>;
  if (!Array.isArray(divisions) || npartitions === undefined || partitions === undefined)
    throw new TypeError("This has no known divisions; setIndex() gives a table some");
  if (divisions.length !== npartitions + 1)
    fail(`${npartitions} partitions have ${divisions.length} divisions, and not ${npartitions + 1}`);
  for (let at = 0; at < npartitions; at++) {
    const [from, to] = [divisions[at] as Label, divisions[at + 1] as Label];
    if (from > to) fail(`Divisions ${at} and ${at + 1} are not in order: ${shown(from)}, ${shown(to)}`);
    const isLast = at === npartitions - 1;
    const part = (await partitions.call(table, at).compute()) as { indexValues(): Label[] };
    for (const label of part.indexValues())
      if (label < from || (isLast ? label > to : label >= to))
        fail(`Partition ${at} holds ${shown(label)}, outside of ${shown(from)} to ${shown(to)}`);
  }
}

type Label = number | string | Date;

interface DividedTable {
  readonly divisions: readonly Label[] | null;
  readonly npartitions: number;
  partitions(at: number): Collection<unknown>;
}

function fail(message: string): never {
  throw new AssertionError({ message, operator: "assertDivisions" });
}

/** A side's value; of a collection, checked against what it promised. */
async function sideOf(side: unknown, options: EqOptions, which: string): Promise<Described> {
  if (!isCollection(side)) return described(side);
  const promised = promiseOf(side);
  const found = described(await side.compute());
  const broken = promised(found);
  if (broken !== undefined)
    throw new AssertionError({ message: `Of ${which}, ${broken}`, actual: found, operator: "assertEq" });
  const { divisions } = side as Partial<DividedTable>;
  if (Array.isArray(divisions) && options.checkDivisions !== false) await assertDivisions(side);
  return found;
}

function differenceOf(a: Described, e: Described, options: EqOptions): string | undefined {
  if (a.kind !== e.kind) return `This is ${a.kind} (${shown(a)}), and not ${e.kind} (${shown(e)})`;
  const exact = { relative: 0, absolute: 0 };
  const facts = Object.keys(a).filter((fact) => fact !== "kind" && fact !== "values" && fact in e);
  for (const fact of facts) {
    if (fact === "dtype" && options.checkDtype === false) continue;
    if (fact === "index" && (options.checkIndex === false || options.ordered === false)) continue;
    const found = valueDifference(fieldOf(a, fact), fieldOf(e, fact), exact, fact);
    if (found !== undefined) return found;
  }
  const tolerance = toleranceOf(a, e, options);
  return valueDifference(inOrder(a.values, options), inOrder(e.values, options), tolerance, "values");
}

const fieldOf = (of: Described, fact: string): unknown => (of as unknown as Readonly<Record<string, unknown>>)[fact];

const inOrder = (values: unknown, { ordered = true }: EqOptions): unknown =>
  ordered || !Array.isArray(values) ? values : [...values].sort(byText);

function toleranceOf(a: Described, e: Described, { relative, absolute }: EqOptions): Tolerance {
  const isSingle = [a, e].some((one) => /float32|complex64/.test(JSON.stringify(fieldOf(one, "dtype") ?? "")));
  return { relative: relative ?? (isSingle ? 1e-5 : 1e-9), absolute: absolute ?? (isSingle ? 1e-6 : 1e-9) };
}
