import { ShoalError } from "../base/errors.ts";

/** Why a function stays in its process. The message names the function, the obstacle and the way out. */
export type PortabilityProblem =
  | "arguments"
  | "bound"
  | "class-instance"
  | "eval"
  | "global"
  | "import-meta"
  | "named-only"
  | "native"
  | "no-inspector"
  | "not-captured"
  | "oversize"
  | "syntax"
  | "this"
  | "uninitialised"
  | "write";

/** A function's name as messages have it. */
export const shownName = (name: string): string => (name === "" ? "An anonymous function" : `Function ${name}`);

export function notPortable(
  problem: PortabilityProblem,
  message: string,
  details: Readonly<Record<string, unknown>> = {},
  cause?: unknown,
): ShoalError {
  return new ShoalError(message, { code: "NOT_PORTABLE", details: { problem, ...details }, cause });
}
