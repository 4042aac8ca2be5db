import { SubmissionRecord } from "./submission-record.ts";

/** Submissions in the order of their handles. */
export class RecordList {
  private readonly records: SubmissionRecord[] = [];
  /** Whether there ever were any: handles are looked up only then. */
  private hasRefusals = false;

  get size(): number {
    return this.records.length;
  }

  /** A fresh record, in its place. */
  add(first: number, count: number): SubmissionRecord {
    const record = new SubmissionRecord(first, count);
    const after = this.records.findLastIndex((one) => one.first < first);
    this.records.splice(after + 1, 0, record);
    return record;
  }

  remove(record: SubmissionRecord): void {
    this.records.splice(this.placeOf(record.first), 1);
  }

  find(handle: number): SubmissionRecord | undefined {
    return this.records[this.placeOf(handle)];
  }

  /** Position of the record that a handle belongs to, or -1. */
  private placeOf(handle: number): number {
    let low = 0;
    let high = this.records.length - 1;
    while (low <= high) {
      const middle = (low + high) >>> 1;
      const record = this.records[middle] as SubmissionRecord;
      if (handle < record.first) high = middle - 1;
      else if (handle >= record.first + record.count) low = middle + 1;
      else return middle;
    }
    return -1;
  }

  /** A submission is not taken, for this reason. */
  refuse(record: SubmissionRecord, refusal: Error): void {
    record.refusal = refusal;
    this.hasRefusals = true;
  }

  /** Why the first of these handles that was not taken was not; undefined if all were. */
  refusalOf(handles: Iterable<number>): Error | undefined {
    if (!this.hasRefusals) return undefined;
    for (const handle of handles) {
      const refusal = this.find(handle)?.refusal;
      if (refusal !== undefined) return refusal;
    }
    return undefined;
  }

  /** Handles in a standing that something holds of, and of a record that it holds of. */
  *handles(holds: (standing: number, record: SubmissionRecord) => boolean): Generator<number> {
    for (const record of this.records)
      for (let handle = record.first; handle < record.first + record.count; handle++)
        if (holds(record.standingOf(handle), record)) yield handle;
  }
}
