import { type FileHandle, mkdir, open, rm } from "node:fs/promises";
import { join } from "node:path";

/** Where shards go that memory has no room for: one file per set, written once and read in ranges. */
export interface ShardFiles {
  /** @throws the disk's error; nothing of the set is left then */
  write(set: string, pieces: readonly Uint8Array[]): Promise<void>;
  /** @throws the disk's error, or RangeError if the file is shorter than that */
  read(set: string, offset: number, length: number): Promise<Uint8Array>;
  /** A set that is not there is no error. */
  remove(set: string): Promise<void>;
  /** Removes all of them. */
  close(): Promise<void>;
}

/** Shards in a folder of this worker's own, made at the first write and removed with the worker. Files stay open while they are read. */
export class DiskShardFiles implements ShardFiles {
  private readonly folder: string;
  private readonly handles = new Map<string, Promise<FileHandle>>();
  private readonly prepare: () => Promise<void>;
  private made: Promise<unknown> | undefined;

  /** @param prepare done once, before the first write */
  constructor(folder: string, prepare: () => Promise<void> = () => Promise.resolve()) {
    this.folder = folder;
    this.prepare = prepare;
  }

  async write(set: string, pieces: readonly Uint8Array[]): Promise<void> {
    this.made ??= this.prepare().then(() => mkdir(this.folder, { recursive: true }));
    const path = join(this.folder, set);
    try {
      await this.made;
      const file = await open(path, "w");
      try {
        for (const piece of pieces) await writeAll(file, piece);
      } finally {
        await file.close();
      }
    } catch (error) {
      this.made = undefined;
      await rm(path, { force: true });
      throw error;
    }
  }

  async read(set: string, offset: number, length: number): Promise<Uint8Array> {
    let opening = this.handles.get(set);
    if (opening === undefined) this.handles.set(set, (opening = open(join(this.folder, set), "r")));
    const file = await opening;
    const bytes = new Uint8Array(length);
    for (let at = 0; at < length; ) {
      const { bytesRead } = await file.read(bytes, at, length - at, offset + at);
      if (bytesRead === 0)
        throw new RangeError(`The file of ${set} ends at ${offset + at}, ${length} bytes were asked for`);
      at += bytesRead;
    }
    return bytes;
  }

  async remove(set: string): Promise<void> {
    const opening = this.handles.get(set);
    this.handles.delete(set);
    await opening?.then(
      (file) => file.close(),
      () => undefined,
    );
    await rm(join(this.folder, set), { force: true });
  }

  async close(): Promise<void> {
    await Promise.all([...this.handles.keys()].map((set) => this.remove(set)));
    await rm(this.folder, { recursive: true, force: true });
  }
}

async function writeAll(file: FileHandle, piece: Uint8Array): Promise<void> {
  for (let at = 0; at < piece.byteLength; ) at += (await file.write(piece, at)).bytesWritten;
}

/** Shards in memory, for tests and simulations: they say when the disk is full or forgets. */
export class MemoryShardFiles implements ShardFiles {
  readonly files = new Map<string, Uint8Array>();
  /** What it holds at most; more is refused as a full disk does. */
  bytesMax = Number.POSITIVE_INFINITY;

  write(set: string, pieces: readonly Uint8Array[]): Promise<void> {
    const bytes = Buffer.concat(pieces);
    const used = [...this.files.values()].reduce((sum, file) => sum + file.byteLength, 0);
    if (used + bytes.byteLength > this.bytesMax)
      return Promise.reject(Object.assign(new Error("no space left on device"), { code: "ENOSPC" }));
    this.files.set(set, bytes);
    return Promise.resolve();
  }

  read(set: string, offset: number, length: number): Promise<Uint8Array> {
    const file = this.files.get(set);
    if (file === undefined) return Promise.reject(new Error(`there is no file ${set}`));
    if (offset + length > file.byteLength)
      return Promise.reject(new RangeError(`The file of ${set} ends at ${file.byteLength}`));
    // Of its own, as from a disk: decoded values are views on it.
    return Promise.resolve(new Uint8Array(file.subarray(offset, offset + length)));
  }

  remove(set: string): Promise<void> {
    this.files.delete(set);
    return Promise.resolve();
  }

  close(): Promise<void> {
    this.files.clear();
    return Promise.resolve();
  }
}
