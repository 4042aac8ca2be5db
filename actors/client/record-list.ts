import { SubmissionRecord } from "./submission-record.ts";

/** Submissions in the order of their handles. */
export class RecordList {
  private readonly records: SubmissionRecord[] = [];

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

  /** Handles in a standing that something holds of. */
  *handles(holds: (standing: number) => boolean): Generator<number> {
    for (const record of this.records)
      for (let handle = record.first; handle < record.first + record.count; handle++)
        if (holds(record.standingOf(handle))) yield handle;
  }
}
