/** Visits the rows of a message with the attempts they are named by. */
export function eachRow(
  { rows, attempts }: { readonly rows: Uint32Array; readonly attempts: Float64Array },
  visit: (row: number, attempt: number, at: number) => void,
): void {
  for (let i = 0; i < rows.length; i++) visit(rows[i] as number, attempts[i] as number, i);
}
