import { ShoalError } from "../../../runtime/base/errors.ts";
import { nearNames } from "../../../runtime/base/known-options.ts";
import type { Dtype } from "../dtype.ts";
import { type Field, shownName } from "../schema.ts";
import type { Expr } from "./expression.ts";
import { OPERATIONS } from "./operations.ts";

/**
 * The type of an expression over a table with these columns.
 * @throws ShoalError UNKNOWN_KEY for a column that is not there, TypeError where an operation does not take its types
 */
export function inferDtype(expr: Expr, fields: readonly Field[]): Dtype {
  if (expr.kind === "literal") return expr.dtype;
  if (expr.kind === "column") {
    const field = fields.find((one) => one.name === expr.name);
    if (field === undefined) throw unknownColumn(expr.name, fields);
    return field.dtype;
  }
  const operation = OPERATIONS[expr.op];
  if (operation === undefined) throw new TypeError(`There is no operation "${expr.op}"`);
  return operation.result(
    expr.args.map((arg) => inferDtype(arg, fields)),
    expr.options ?? {},
  );
}

/** The error for a column that is not there; it names those that are. */
export function unknownColumn(name: string, fields: readonly { readonly name: string }[]): ShoalError {
  const names = fields.map((field) => field.name).filter((one) => !one.startsWith("__"));
  const [near] = nearNames(name, names);
  const hint =
    near === undefined ? `it has ${names.slice(0, 20).map(shownName).join(", ") || "none"}` : `did you mean "${near}"`;
  return new ShoalError(`The table has no column "${shownName(name)}"; ${hint}`, {
    code: "UNKNOWN_KEY",
    details: { column: name, columns: names },
  });
}
