import { ShoalError } from "../../runtime/base/errors.ts";

/**
 * Where files are read and written. Paths are what users write: `data/*.csv`, `file:///data/a.csv`, `memory:/a.csv`;
 * each file system gives back paths that it takes again, in any process that reaches the same files.
 * All implementations pass test/cases/filesystem-cases.ts.
 */
export interface FileSystem {
  /** What stands before the colon: "file", "memory". */
  readonly scheme: string;
  /** Paths that match a pattern with `*`, `**`, `?` and `[…]`, sorted; a path without these is itself if it exists. */
  glob(pattern: string): Promise<string[]>;
  /** Names directly below a folder, sorted. */
  list(folder: string): Promise<string[]>;
  exists(path: string): Promise<boolean>;
  /** @throws {@link FileError} if there is no such file */
  stat(path: string): Promise<FileStat>;
  /** Bytes from `offset`; fewer than `length` only where the file ends. */
  readRange(path: string, offset: number, length: number): Promise<Uint8Array>;
  /** The file from `offset` on, in pieces of about `pieceBytes`. */
  readStream(path: string, options?: ReadStreamOptions): AsyncIterable<Uint8Array>;
  /** Writes a whole file so that readers see all of it or none; folders on the way are made. */
  write(path: string, pieces: Uint8Array | FilePieces): Promise<void>;
  /** Removes a file or a folder with all below it; no error if there is none. */
  remove(path: string): Promise<void>;
  /** Present where a listing needs no waiting, so that a graph can be built at once. */
  readonly listing?: FileListing;
  /** Present where parts of a file can be written in any order. */
  readonly regions?: FileRegions;
  /**
   * Present where a file can be kept open, so that it can be read whatever becomes of its name.
   * @throws {@link FileError} if there is no such file
   */
  hold?(path: string): Promise<HeldFile>;
}

/** A file that is kept open. */
export interface HeldFile {
  /** As it was when it was opened. */
  readonly stat: FileStat;
  /** As it is now. */
  versionNow(): Promise<string>;
  /** Bytes from `offset`, in memory of their own; fewer than `length` only where the file ends. */
  readRange(offset: number, length: number): Promise<Uint8Array>;
  /** As {@link FileRegions.read}. */
  readRuns(runs: ByteRuns): Promise<Uint8Array>;
  close(): Promise<void>;
}

/** Runs of one length at many places of a file: how the blocks of an array lie in it. */
export interface ByteRuns {
  /** Where each run starts. */
  readonly offsets: Float64Array;
  /** Bytes of each run. */
  readonly length: number;
}

/** Files read and written by parts, by many workers at once. */
export interface FileRegions {
  /**
   * The runs one after another, in memory of its own.
   * @throws {@link FileError} if the file ends before
   */
  read(path: string, runs: ByteRuns): Promise<Uint8Array>;
  /** A file of zeros, to be filled; folders on the way are made, an old file of the name is gone. */
  create(path: string, sizeBytes: number): Promise<void>;
  /** Puts bytes, run by run, where they belong. */
  write(path: string, runs: ByteRuns, bytes: Uint8Array): Promise<void>;
  /** Gives a file that is done its name, in place of what had it. */
  rename(from: string, to: string): Promise<void>;
}

export type FilePieces = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

export interface FileListing {
  glob(pattern: string): string[];
  stat(path: string): FileStat;
}

export interface FileStat {
  readonly sizeBytes: number;
  /** Changes whenever the content does: part of the names of work that reads the file. */
  readonly version: string;
}

export interface ReadStreamOptions {
  readonly offset?: number;
  readonly pieceBytes?: number;
}

/** What went wrong with a file; `reason` is "missing", "denied", "kind" (a folder where a file was meant) or "other". */
export class FileError extends ShoalError {
  readonly path: string;
  readonly reason: FileErrorReason;

  constructor(message: string, path: string, reason: FileErrorReason, cause?: unknown) {
    super(message, { code: "FILE", cause, details: { path, reason } });
    this.name = "FileError";
    this.path = path;
    this.reason = reason;
  }
}

export type FileErrorReason = "missing" | "denied" | "kind" | "other";

/** The scheme of a path: letters before a colon, at least two, so that drive letters are none. */
export const schemeOf = (path: string): string => /^([a-z][a-z0-9+.-]+):/i.exec(path)?.[1]?.toLowerCase() ?? "file";

/** A size that reads of whole files are cut into. */
export const PIECE_BYTES = 1 << 20;

/** What reading beyond the end of a file gives. */
export const endsEarly = (path: string, wanted: number, size: number): FileError =>
  new FileError(
    `${path} ends after ${size} bytes, but ${wanted} are needed: it is cut off, or no such array`,
    path,
    "other",
  );
