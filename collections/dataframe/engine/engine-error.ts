import { ShoalError } from "../../../runtime/base/errors.ts";

/**
 * What the engine says as an error of ours: text that cannot be read as its type is a SyntaxError, the rest stays as it
 * is. The engine has one class for all of its errors and no codes, so this is the one place where its text is read.
 */
export function ownError(error: unknown): unknown {
  if (
    !(error instanceof Error) ||
    error instanceof ShoalError ||
    error instanceof TypeError ||
    error instanceof RangeError
  )
    return error;
  const [line] = error.message.split("\n") as [string];
  if (/^conversion from|strict .* conversion|parse dates|could not find an appropriate format/i.test(line))
    return new SyntaxError(`A column cannot be read as asked: ${line}`, { cause: error });
  return new Error(`The table engine failed: ${line}`, { cause: error });
}
