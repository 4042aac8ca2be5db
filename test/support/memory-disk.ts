import type { SpillDisk } from "../../actors/chunk/spill-disk.ts";

export interface DiskFaults {
  /** Bytes that fit on it. */
  readonly bytesMax?: number;
  /** Whether an operation fails, asked before each. */
  fails?(operation: "write" | "read" | "remove", name: string): boolean;
  /** Whether what is read is not what was written. */
  corrupts?(name: string): boolean;
  /** When an operation happens; default: soon. */
  later?(run: () => void): void;
}

/** A disk in memory that can be full, fail, and give back other bytes than it was given. */
export class MemoryDisk implements SpillDisk {
  readonly files = new Map<string, Uint8Array>();
  faults: DiskFaults;

  constructor(faults: DiskFaults = {}) {
    this.faults = faults;
  }

  get bytes(): number {
    return [...this.files.values()].reduce((sum, file) => sum + file.byteLength, 0);
  }

  write(name: string, pieces: readonly Uint8Array[]): Promise<void> {
    return this.happen("write", name, () => this.put(name, [], pieces));
  }

  append(name: string, pieces: readonly Uint8Array[]): Promise<number> {
    return this.happen("write", name, () => {
      const before = this.files.get(name);
      this.put(name, before === undefined ? [] : [before], pieces);
      return before?.byteLength ?? 0;
    });
  }

  read(name: string, stretch?: { readonly from: number; readonly bytes: number }): Promise<Uint8Array> {
    return this.happen("read", name, () => {
      const file = this.files.get(name);
      if (file === undefined) throw new Error(`ENOENT: there is no ${name}`);
      const from = stretch?.from ?? 0;
      const bytes = file.slice(from, from + (stretch?.bytes ?? file.byteLength));
      if (stretch !== undefined && bytes.byteLength < stretch.bytes) throw new RangeError(`${name} ends too early`);
      if (this.faults.corrupts?.(name) === true) bytes[bytes.byteLength >> 1]! ^= 0x40;
      return bytes;
    });
  }

  remove(name: string): Promise<void> {
    return this.happen("remove", name, () => void this.files.delete(name));
  }

  async close(): Promise<void> {
    this.files.clear();
  }

  private put(name: string, before: readonly Uint8Array[], pieces: readonly Uint8Array[]): void {
    const whole = Buffer.concat([...before, ...pieces]);
    const others = this.bytes - (this.files.get(name)?.byteLength ?? 0);
    if (others + whole.byteLength > (this.faults.bytesMax ?? Number.POSITIVE_INFINITY))
      throw new Error(`ENOSPC: no space left for ${name}`);
    this.files.set(name, new Uint8Array(whole));
  }

  private happen<T>(operation: "write" | "read" | "remove", name: string, run: () => T): Promise<T> {
    const { later = queueMicrotask } = this.faults;
    return new Promise((resolve, reject) =>
      later(() => {
        try {
          if (this.faults.fails?.(operation, name) === true) throw new Error(`EIO: ${operation} of ${name} failed`);
          resolve(run());
        } catch (error) {
          reject(error);
        }
      }),
    );
  }
}
