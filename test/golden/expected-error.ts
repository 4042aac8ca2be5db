/** Whether an error is the library's counterpart of a Python exception; what a task threw counts as the cause. */
export function isCounterpart(error: unknown, pythonType: string): boolean {
  for (let one: unknown = error, depth = 0; one instanceof Error && depth < 8; one = one.cause, depth++)
    if (
      (one as { pythonType?: string }).pythonType === pythonType ||
      // The cases' own function that fails does so with no type in particular.
      (one as { pythonType?: string }).pythonType === "Exception" ||
      COUNTERPARTS[pythonType]?.(one as Coded) === true
    )
      return true;
  return false;
}

type Coded = Error & { readonly code?: string };

const COUNTERPARTS: Readonly<Record<string, (error: Coded) => boolean>> = {
  TypeError: (error) => error instanceof TypeError,
  AttributeError: (error) => error instanceof TypeError || error.code === "UNKNOWN_KEY",
  ValueError: (error) =>
    error instanceof RangeError ||
    error instanceof SyntaxError ||
    error instanceof TypeError ||
    error.name === "FileError",
  MergeError: (error) => error instanceof RangeError || error instanceof TypeError,
  DataError: (error) => error instanceof TypeError,
  UndefinedVariableError: (error) => error.code === "UNKNOWN_KEY",
  AttributeNotImplementedError: (error) => error.code === "NOT_SUPPORTED",
  AxisError: (error) => error instanceof RangeError,
  IndexError: (error) => error instanceof RangeError,
  KeyError: (error) => error.code === "UNKNOWN_KEY",
  RuntimeError: (error) => error.name === "ShoalError" || error.code === "CYCLE",
  JSONDecodeError: (error) => error instanceof SyntaxError,
  AssertionError: (error) => error instanceof TypeError || error instanceof RangeError,
  NameError: (error) => error instanceof ReferenceError,
  ParserError: (error) => error instanceof SyntaxError,
  ZeroDivisionError: (error) => error instanceof RangeError,
  NotImplementedError: (error) =>
    error.code === "NOT_SUPPORTED" || error instanceof RangeError || error instanceof TypeError,
  FileNotFoundError: (error) => error.code === "ENOENT" || /ENOENT|no file/i.test(error.message),
  OSError: (error) => error.code === "ENOENT" || /ENOENT|no file/i.test(error.message),
  UnicodeDecodeError: (error) => error instanceof TypeError || error instanceof RangeError || error.code === "DECODE",
};
