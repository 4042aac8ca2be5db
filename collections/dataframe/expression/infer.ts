import { ShoalError } from "../../../runtime/base/errors.ts";
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
  const near = names.find(
    (one) => one.toLowerCase() === name.toLowerCase() || distance(one, name) <= Math.min(2, name.length / 2 - 0.5),
  );
  const hint =
    near === undefined ? `it has ${names.slice(0, 20).map(shownName).join(", ") || "none"}` : `did you mean "${near}"`;
  return new ShoalError(`The table has no column "${shownName(name)}"; ${hint}`, {
    code: "UNKNOWN_KEY",
    details: { column: name, columns: names },
  });
}

/** Edits between two short names (Levenshtein); for hints only. */
function distance(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 2) return 3;
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++)
      next.push(
        Math.min(
          (next[j - 1] as number) + 1,
          (row[j] as number) + 1,
          (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1),
        ),
      );
    row = next;
  }
  return row[b.length] as number;
}
