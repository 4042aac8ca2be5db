import {
  endsEarly,
  FileError,
  type FileListing,
  type FilePieces,
  type FileRegions,
  type FileStat,
  type FileSystem,
  PIECE_BYTES,
  type ReadStreamOptions,
} from "./filesystem.ts";
import { globExpression, isPattern } from "./glob.ts";

interface MemoryFile {
  readonly bytes: Uint8Array;
  readonly version: number;
}

/** Files of this process, `memory:/folder/name`: for tests and for work that never leaves inline mode. */
export class MemoryFileSystem implements FileSystem {
  readonly scheme = "memory";
  readonly listing: FileListing = { glob: (pattern) => this.globNow(pattern), stat: (path) => this.statNow(path) };
  readonly regions: FileRegions = {
    read: async (path, { offsets, length }) => {
      const { bytes } = this.file(path);
      const out = new Uint8Array(offsets.length * length);
      offsets.forEach((offset, at) => {
        if (offset + length > bytes.length) throw endsEarly(path, offset + length, bytes.length);
        out.set(bytes.subarray(offset, offset + length), at * length);
      });
      return out;
    },
    create: (path, sizeBytes) => this.write(path, new Uint8Array(sizeBytes)),
    write: async (path, { offsets, length }, bytes) => {
      const into = this.file(path).bytes;
      offsets.forEach((offset, at) => {
        into.set(bytes.subarray(at * length, (at + 1) * length), offset);
      });
    },
    rename: async (from, to) => {
      const { bytes } = this.file(from);
      await this.remove(from);
      await this.write(to, bytes);
    },
  };
  private readonly files = new Map<string, MemoryFile>();
  private versions = 0;

  async glob(pattern: string): Promise<string[]> {
    return this.globNow(pattern);
  }

  async list(folder: string): Promise<string[]> {
    const below = `${normal(folder).replace(/\/$/, "")}/`;
    const names = new Set<string>();
    for (const path of this.files.keys())
      if (path.startsWith(below)) names.add(path.slice(below.length).split("/")[0] as string);
    if (names.size === 0) throw missing(folder);
    return [...names].sort();
  }

  async exists(path: string): Promise<boolean> {
    const file = normal(path);
    return this.files.has(file) || this.isFolder(file);
  }

  async stat(path: string): Promise<FileStat> {
    return this.statNow(path);
  }

  async readRange(path: string, offset: number, length: number): Promise<Uint8Array> {
    return this.file(path).bytes.subarray(offset, offset + length);
  }

  async *readStream(path: string, options: ReadStreamOptions = {}): AsyncIterable<Uint8Array> {
    const { bytes } = this.file(path);
    const pieceBytes = options.pieceBytes ?? PIECE_BYTES;
    for (let at = options.offset ?? 0; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes);
  }

  async write(path: string, pieces: Uint8Array | FilePieces): Promise<void> {
    const collected: Uint8Array[] = [];
    for await (const piece of pieces instanceof Uint8Array ? [pieces] : pieces) collected.push(Uint8Array.from(piece));
    this.files.set(normal(path), { bytes: Buffer.concat(collected), version: ++this.versions });
  }

  async remove(path: string): Promise<void> {
    const file = normal(path);
    for (const one of [...this.files.keys()]) if (one === file || one.startsWith(`${file}/`)) this.files.delete(one);
  }

  private globNow(pattern: string): string[] {
    const whole = normal(pattern);
    if (!isPattern(whole)) return this.files.has(whole) ? [whole] : [];
    const expression = globExpression(whole);
    return [...this.files.keys()].filter((path) => expression.test(path)).sort();
  }

  private statNow(path: string): FileStat {
    const file = this.file(path);
    return { sizeBytes: file.bytes.length, version: String(file.version) };
  }

  private file(path: string): MemoryFile {
    const name = normal(path);
    const found = this.files.get(name);
    if (found !== undefined) return found;
    throw this.isFolder(name) ? new FileError(`${path} is a folder, not a file`, path, "kind") : missing(path);
  }

  private isFolder(path: string): boolean {
    for (const one of this.files.keys()) if (one.startsWith(`${path}/`)) return true;
    return false;
  }
}

const missing = (path: string): FileError =>
  new FileError(`${path} does not exist in this process's memory files`, path, "missing");

/** One spelling for `memory:/a`, `memory:a` and `memory:///a`. */
const normal = (path: string): string => `memory:/${path.replace(/^memory:\/*/, "")}`;
