import { RowGroups } from "../../io/parquet-footer.ts";
import type { Part } from "./node.ts";

/** Small parts under each other as one: one task reads them all, and what their files say of their rows stays with each. */
export function fusedPart(of: readonly Part[]): Part {
  const groups = of.flatMap((part) => part.groups?.list ?? []);
  const rows = of.reduce<number | null>(
    (sum, part) => (sum === null || part.rows === null ? null : sum + part.rows),
    0,
  );
  // The row groups are only counted here: those of the parts name the files and tell plans apart.
  return { own: of.map(({ own }) => own), rows, groups: new RowGroups(groups, "several files"), of };
}

/**
 * Neighbours put together until they have so many bytes. The last that are left over go to those before them, so that no partition is small.
 * @param rowsMax a partition of several parts never has more rows
 */
export function fuseParts(
  parts: readonly Part[],
  bytesOf: (part: Part) => number,
  bytesMin: number,
  rowsMax: number,
): Part[] {
  const lists: { parts: Part[]; bytes: number; rows: number }[] = [];
  for (const part of parts) {
    const [bytes, rows] = [bytesOf(part), part.rows ?? 0];
    const last = lists.at(-1);
    if (last !== undefined && last.bytes < bytesMin && last.rows + rows <= rowsMax) {
      last.parts.push(part);
      last.bytes += bytes;
      last.rows += rows;
    } else lists.push({ parts: [part], bytes, rows });
  }
  const [before, left] = lists.slice(-2);
  if (before !== undefined && left !== undefined && left.bytes < bytesMin && before.rows + left.rows <= rowsMax)
    before.parts.push(...(lists.pop()?.parts ?? []));
  return lists.map(({ parts }) => (parts.length === 1 ? (parts[0] as Part) : fusedPart(parts)));
}
