import { isUtf8 } from "node:buffer";
import { ShoalError } from "../../runtime/base/errors.ts";
import { parseCsvRows } from "./csv-text.ts";
import { firstInvalid } from "./text.ts";

const NEWLINE = 0x0a;

/** What is wrong with the text of a CSV file, said with the file and the place in it. */
export const csvFault = (message: string, path: string, cause?: unknown): ShoalError =>
  new ShoalError(message, { code: "DECODE", cause, details: { path } });

/** @throws ShoalError DECODE for a file that is in UTF-16, or ends its lines by carriage returns alone */
export function checkCsvText(path: string, head: Buffer): void {
  if ((head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff))
    throw csvFault(`${path} is UTF-16 text; CSV files are read as UTF-8`, path);
  if (!head.includes(NEWLINE) && /\r[^\r]/.test(head.toString("latin1")))
    throw csvFault(`${path} ends its lines by carriage returns alone; they end by line feeds, or by both`, path);
}

/** @throws ShoalError DECODE for a header that names other columns than the first file's, or the same in another order */
export function checkCsvHeader(path: string, found: readonly string[], wanted: readonly string[]): void {
  if (found.length === wanted.length && found.every((name, at) => name === wanted[at])) return;
  throw csvFault(`${path} has the columns ${found.join(", ")}, where the first file has ${wanted.join(", ")}`, path);
}

/**
 * The line, counted from 1, of the first quote that is never closed: one that ends before another field's text, or at the end
 * of the file.
 */
export function openQuoteLine(bytes: Buffer, quote: string, separator: string): number | undefined {
  const [mark, between] = [quote.charCodeAt(0), separator.charCodeAt(0)];
  const ends = new Set([between, NEWLINE, 0x0d]);
  let opened = -1;
  for (let at = bytes.indexOf(mark); at >= 0; at = bytes.indexOf(mark, at + 1)) {
    if (opened < 0) {
      const before = bytes[at - 1];
      if (at === 0 || before === between || before === NEWLINE) opened = at;
    } else if (bytes[at + 1] === mark) at += 1;
    else if (at + 1 >= bytes.length || ends.has(bytes[at + 1] as number)) opened = -1;
    else break;
  }
  return opened < 0 ? undefined : lineOf(bytes, opened);
}

function lineOf(bytes: Buffer, place: number): number {
  let line = 1;
  for (let at = bytes.indexOf(NEWLINE); at >= 0 && at < place; at = bytes.indexOf(NEWLINE, at + 1)) line += 1;
  return line;
}

/** What of the known faults the bytes have, as a message; undefined where they look well. */
export function csvFaultOf(
  bytes: Buffer,
  where: string,
  format: { readonly separator: string; readonly quote: string | null; readonly columns: readonly { name: string }[] },
): string | undefined {
  if (!isUtf8(bytes)) {
    const at = firstInvalid(bytes);
    return `${where}: byte ${at}, in line ${lineOf(bytes, at)}, is no UTF-8 text; write the file anew as UTF-8`;
  }
  const open = format.quote === null ? undefined : openQuoteLine(bytes, format.quote, format.separator);
  if (open !== undefined) return `${where}: the quote that opens in line ${open} is never closed`;
  const most = format.columns.length;
  const rows = parseCsvRows(bytes.toString("utf8"), format.separator, format.quote, null, true);
  const long = rows.findIndex((row) => row.length > most);
  if (long < 0) return undefined;
  const names = format.columns.map(({ name }) => name).join(", ");
  return `${where}: row ${long} (the header included) has ${rows[long]?.length} fields, more than the ${most} columns ${names}`;
}
