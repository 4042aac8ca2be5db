import { tableLines } from "./terminal.ts";

type Row = Readonly<Record<string, string | number>>;

/**
 * Text on lines that fit, broken between words; the lines after the first are moved in. A word longer than a line is broken within.
 * @param columns of the terminal; left out: all on one line, as a pipe wants it
 */
export function wrappedLines(text: string, columns: number | undefined, indent = 2): readonly string[] {
  if (columns === undefined) return [text];
  const width = Math.max(indent + 8, columns - 1);
  const lines: string[] = [];
  let rest = text;
  while (rest.length > width) {
    const space = rest.lastIndexOf(" ", width);
    const at = space > indent ? space : width;
    lines.push(rest.slice(0, at).trimEnd());
    rest = " ".repeat(indent) + rest.slice(at).trimStart();
  }
  return [...lines, rest];
}

/**
 * A table that fits: columns that a narrow terminal has no room for are left out.
 * @param leftOut names of columns in the order in which they go; the others stay, however narrow it is
 */
export function narrowTable(
  rows: readonly Row[],
  columns: number | undefined,
  leftOut: readonly string[],
): readonly string[] {
  for (let gone = 0; ; gone++) {
    const hidden = new Set(leftOut.slice(0, gone));
    const lines = tableLines(
      rows.map((row) => Object.fromEntries(Object.entries(row).filter(([name]) => !hidden.has(name)))),
    );
    if (columns === undefined || gone >= leftOut.length || lines.every((line) => line.length < columns)) return lines;
  }
}
