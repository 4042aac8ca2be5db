import { ShoalError } from "../base/errors.ts";
import type { JournalRecord } from "./journal.ts";

/** Marks of a record: it begins a transaction, ends it, and is a summary that takes the place of all before it. */
const BEGINS = 1;
const ENDS = 2;
const SUMMARY = 4;
const HEAD_BYTES = 8;

/** Cuts a transaction into records that fit: a byte of marks in eight, so that columns stay aligned, and a part of the bytes. */
export function cutTransaction(bytes: Uint8Array, isSummary: boolean, recordBytesMax: number): Uint8Array[] {
  const partBytes = recordBytesMax - HEAD_BYTES;
  const parts: Uint8Array[] = [];
  for (let from = 0; from === 0 || from < bytes.length; from += partBytes) {
    const part = bytes.subarray(from, from + partBytes);
    const record = new Uint8Array(HEAD_BYTES + part.length);
    const ends = from + partBytes >= bytes.length ? ENDS : 0;
    record[0] = (from === 0 ? BEGINS : 0) | ends | (isSummary ? SUMMARY : 0);
    record.set(part, HEAD_BYTES);
    parts.push(record);
  }
  return parts;
}

export interface Transaction {
  /** Of its first record. */
  readonly sequence: number;
  readonly bytes: Uint8Array;
}

/**
 * The transactions that a journal holds, from its last summary on. One whose writer did not come to its end is left out: it was
 * never committed.
 */
export async function readTransactions(records: AsyncIterable<JournalRecord>): Promise<Transaction[]> {
  let found: Transaction[] = [];
  let parts: JournalRecord[] = [];
  for await (const record of records) {
    const marks = record.bytes[0] ?? 0;
    if (record.bytes.length < HEAD_BYTES || marks > (BEGINS | ENDS | SUMMARY))
      throw new ShoalError(`Record ${record.sequence} of the journal is none that a scheduler wrote`, {
        code: "DECODE",
        details: { sequence: record.sequence },
      });
    if ((marks & BEGINS) !== 0) parts = [];
    else if (parts.length === 0) continue;
    parts.push(record);
    if ((marks & ENDS) === 0) continue;
    if ((marks & SUMMARY) !== 0) found = [];
    found.push({ sequence: (parts[0] as JournalRecord).sequence, bytes: joined(parts) });
    parts = [];
  }
  return found;
}

function joined(parts: readonly JournalRecord[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.bytes.length - HEAD_BYTES, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part.bytes.subarray(HEAD_BYTES), at);
    at += part.bytes.length - HEAD_BYTES;
  }
  return bytes;
}
