/** Worker → worker, beside chunks: who has little to do asks who has much. Best effort; nothing is lost with a message. */

/** A thief asks for tasks that have not begun. */
export interface StealAsk {
  readonly type: "ask";
  readonly epoch: number;
  readonly thief: string;
  readonly incarnation: number;
  /** At most so many. */
  readonly most: number;
  /** What one of the victim's tasks is thought to take. */
  readonly meanUs: number;
  /** How fast results move between workers. */
  readonly bytesPerUs: number;
  /** What it has free; all that is given together needs no more. */
  readonly resources: Readonly<Record<string, number>>;
  /** Which inputs lie at the thief: a Bloom filter in base64. */
  readonly digest: string;
}

/**
 * The victim's answer: tasks it gave away, with the inputs that the thief may fetch from it meanwhile. None may start before the
 * scheduler has claimed it for the thief; no rows: nothing is given.
 */
export interface StealGrant {
  readonly type: "grant";
  readonly rows: readonly number[];
  readonly attempts: readonly number[];
  /** Inputs of the i-th are inputOffsets[i] … inputOffsets[i + 1]. */
  readonly inputOffsets: readonly number[];
  readonly inputs: readonly number[];
  readonly inputAttempts: readonly number[];
}

export const NOTHING_GRANTED: StealGrant = {
  type: "grant",
  rows: [],
  attempts: [],
  inputOffsets: [0],
  inputs: [],
  inputAttempts: [],
};

/** A question as it came from outside, if it is one. */
export function findAsk(value: unknown): StealAsk | undefined {
  const ask = value as StealAsk;
  const numbers = [ask.epoch, ask.incarnation, ask.most, ask.meanUs, ask.bytesPerUs];
  const isAsk =
    ask.bytesPerUs > 0 &&
    numbers.every(Number.isFinite) &&
    typeof ask.thief === "string" &&
    typeof ask.digest === "string";
  return isAsk && typeof ask.resources === "object" && ask.resources !== null ? ask : undefined;
}

/** An answer as it came from outside, if it is one. */
export function findGrant(value: unknown): StealGrant | undefined {
  const grant = value as Partial<StealGrant> | null;
  const { rows, attempts, inputOffsets, inputs, inputAttempts } = grant ?? {};
  if (!isNumbers(rows) || !isNumbers(attempts) || !isNumbers(inputOffsets)) return undefined;
  if (!isNumbers(inputs) || !isNumbers(inputAttempts)) return undefined;
  const fits =
    attempts.length === rows.length &&
    inputOffsets.length === rows.length + 1 &&
    inputAttempts.length === inputs.length &&
    inputOffsets.every((offset, i) => offset >= (inputOffsets[i - 1] ?? 0) && offset <= inputs.length);
  return fits ? (grant as StealGrant) : undefined;
}

const isNumbers = (value: unknown): value is readonly number[] =>
  Array.isArray(value) && value.every((one) => Number.isSafeInteger(one) && one >= 0);
