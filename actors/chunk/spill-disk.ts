/**
 * A place outside of memory, known by names: what is written there is there until it is removed, or the disk is closed. Calls on
 * one name are made one after another; calls on several may overlap. All implementations pass
 * test/cases/spill-disk-cases.ts.
 */
export interface SpillDisk {
  /** Writes all of it, or nothing is there. @throws what the disk says, such as ENOSPC */
  write(name: string, pieces: readonly Uint8Array[]): Promise<void>;
  /**
   * Adds to what is there, which may be nothing yet; gives the position where it begins.
   * @throws what the disk says; what was there before is there still
   */
  append(name: string, pieces: readonly Uint8Array[]): Promise<number>;
  /** All of it, or a stretch, in memory of its own. @throws if there is less */
  read(name: string, stretch?: { readonly from: number; readonly bytes: number }): Promise<Uint8Array>;
  /** No error if nothing is there. */
  remove(name: string): Promise<void>;
  /** Removes all that is there; the disk may not be used again. */
  close(): Promise<void>;
}
