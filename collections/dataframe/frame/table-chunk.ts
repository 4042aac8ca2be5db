import type { PolarsFrame } from "../engine/polars.ts";

/**
 * A partition as tasks hand it on: a live table of the engine's. It belongs to the thread that made it; between
 * threads and processes it travels as Arrow IPC bytes (`frame-bytes.ts`).
 */
export class TableChunk {
  readonly native: PolarsFrame;

  constructor(native: PolarsFrame) {
    this.native = native;
  }

  get rows(): number {
    return this.native.height;
  }
}
