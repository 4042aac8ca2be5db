import type { ShoalError } from "../../runtime/base/errors.ts";

/** A value that is shared: its bytes, and the keys of the futures in it, whose results are kept as long as it is. */
export interface SharedItem {
  readonly bytes: Uint8Array;
  readonly keys: readonly string[];
}

/** Whose a request is: `client` or `client@worker`, gone as soon as one of them is. */
export type Holder = string;

/** One request. The ticket names it when it is said again, given up or released. */
export interface Asker {
  readonly ticket: string;
  readonly holder: Holder;
}

/** What the tables have to say of tickets; carried out by the shell. */
export interface CoordinationOut {
  answer(ticket: string, value: unknown): void;
  fail(ticket: string, error: ShoalError): void;
  /** Results of these keys, which are kept already, are kept once more. */
  hold(keys: readonly string[]): void;
  /** Results of these keys are no longer needed on behalf of what was shared. */
  letGo(keys: readonly string[]): void;
}
