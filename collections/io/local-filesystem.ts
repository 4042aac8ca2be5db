import { existsSync, readdirSync, statSync } from "node:fs";
import { access, type FileHandle, mkdir, open, readdir, rename, rm, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { uniqueToken } from "../../runtime/base/random.ts";
import {
  FileError,
  type FileErrorReason,
  type FileListing,
  type FilePieces,
  type FileRegions,
  type FileStat,
  type FileSystem,
  type HeldFile,
  PIECE_BYTES,
  type ReadStreamOptions,
} from "./filesystem.ts";
import { depthOf, fixedFolder, globExpression, isPattern } from "./glob.ts";
import { createFile, readRuns, writeRuns } from "./local-regions.ts";

/** Files of this machine. Relative paths count from the folder of the process that lists them; what it gives back is absolute. */
export class LocalFileSystem implements FileSystem {
  readonly scheme = "file";
  readonly listing: FileListing = { glob: globNow, stat: statNow };
  readonly regions: FileRegions = {
    read: (path, runs) => withHeld(path, (file) => file.readRuns(runs)),
    create: (path, sizeBytes) => named(path, (local) => createFile(local, sizeBytes)),
    write: (path, runs, bytes) => named(path, (local) => writeRuns(local, runs, bytes)),
    rename: (from, to) => named(from, (local) => rename(local, localPath(to))),
  };

  async glob(pattern: string): Promise<string[]> {
    return globNow(pattern);
  }

  async list(folder: string): Promise<string[]> {
    return named(folder, async (path) => (await readdir(path)).sort());
  }

  async exists(path: string): Promise<boolean> {
    return access(localPath(path)).then(
      () => true,
      () => false,
    );
  }

  async stat(path: string): Promise<FileStat> {
    return named(path, async (local) => statOf(path, await stat(local)));
  }

  async readRange(path: string, offset: number, length: number): Promise<Uint8Array> {
    return withHeld(path, (file) => file.readRange(offset, length));
  }

  hold(path: string): Promise<HeldFile> {
    return holdFile(path);
  }

  async *readStream(path: string, options: ReadStreamOptions = {}): AsyncIterable<Uint8Array> {
    const pieceBytes = options.pieceBytes ?? PIECE_BYTES;
    const file = await named(path, (local) => open(local, "r"));
    try {
      let offset = options.offset ?? 0;
      for (;;) {
        const piece = Buffer.allocUnsafeSlow(pieceBytes);
        const filled = await named(path, () => readFully(file, piece, offset));
        if (filled > 0) yield piece.subarray(0, filled);
        if (filled < pieceBytes) return;
        offset += filled;
      }
    } finally {
      await file.close();
    }
  }

  async write(path: string, pieces: Uint8Array | FilePieces): Promise<void> {
    await named(path, async (local) => {
      await mkdir(dirname(local), { recursive: true });
      const unfinished = `${local}.${uniqueToken()}.part`;
      try {
        const file = await open(unfinished, "wx");
        try {
          for await (const piece of pieces instanceof Uint8Array ? [pieces] : pieces) await file.writeFile(piece);
          await file.sync();
        } finally {
          await file.close();
        }
        await rename(unfinished, local);
      } catch (error) {
        await rm(unfinished, { force: true });
        throw error;
      }
    });
  }

  async remove(path: string): Promise<void> {
    await named(path, (local) => rm(local, { recursive: true, force: true }));
  }
}

/** A path or file URL as an absolute local path; `?` and `#` are part of a name, or of a pattern, not of a query. */
export const localPath = (path: string): string =>
  resolve(
    path.startsWith("file://") ? fileURLToPath(path.replace(/[?#]/g, encodeURIComponent)) : path.replace(/^file:/, ""),
  );

const holdFile = (path: string): Promise<HeldFile> =>
  named(path, async (local) => {
    const file = await open(local, "r");
    try {
      return heldFile(path, file, statOf(path, await file.stat()));
    } catch (error) {
      await file.close();
      throw error;
    }
  });

async function withHeld<T>(path: string, read: (file: HeldFile) => Promise<T>): Promise<T> {
  const file = await holdFile(path);
  try {
    return await read(file);
  } finally {
    await file.close();
  }
}

const heldFile = (path: string, file: FileHandle, stat: FileStat): HeldFile => ({
  stat,
  versionNow: () => named(path, async () => statOf(path, await file.stat()).version),
  readRange: (offset, length) =>
    named(path, async () => {
      const bytes = Buffer.allocUnsafeSlow(Math.max(0, Math.min(length, stat.sizeBytes - offset)));
      return bytes.subarray(0, await readFully(file, bytes, offset));
    }),
  readRuns: (runs) => named(path, () => readRuns(path, file, runs)),
  close: () => file.close(),
});

interface Readable {
  read(into: Uint8Array, at: number, length: number, position: number): Promise<{ bytesRead: number }>;
}

async function readFully(file: Readable, into: Uint8Array, offset: number): Promise<number> {
  let filled = 0;
  while (filled < into.length) {
    const { bytesRead } = await file.read(into, filled, into.length - filled, offset + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return filled;
}

function globNow(pattern: string): string[] {
  const whole = localPath(pattern);
  if (!isPattern(whole)) return existsSync(whole) ? [whole] : [];
  const expression = globExpression(whole);
  const found: string[] = [];
  const walk = (folder: string, depth: number): void => {
    for (const entry of entriesOf(folder)) {
      const path = join(folder, entry.name);
      const isFolder =
        entry.isDirectory() || (entry.isSymbolicLink() && statSync(path, { throwIfNoEntry: false })?.isDirectory());
      if (!isFolder && expression.test(path)) found.push(path);
      if (isFolder && depth > 1) walk(path, depth - 1);
    }
  };
  walk(fixedFolder(whole), depthOf(whole));
  return found.sort();
}

function entriesOf(folder: string) {
  return existsSync(folder) && statSync(folder).isDirectory() ? readdirSync(folder, { withFileTypes: true }) : [];
}

function statNow(path: string): FileStat {
  try {
    return statOf(path, statSync(localPath(path)));
  } catch (error) {
    throw asFileError(path, error);
  }
}

function statOf(path: string, found: { size: number; mtimeMs: number; ino: number; isDirectory(): boolean }): FileStat {
  if (found.isDirectory()) throw new FileError(`${path} is a folder, not a file`, path, "kind");
  return { sizeBytes: found.size, version: `${found.mtimeMs}-${found.size}-${found.ino}` };
}

async function named<T>(path: string, work: (local: string) => Promise<T>): Promise<T> {
  try {
    return await work(localPath(path));
  } catch (error) {
    throw asFileError(path, error);
  }
}

const REASONS: Readonly<Record<string, readonly [FileErrorReason, string]>> = {
  ENOENT: ["missing", "does not exist"],
  ENOTDIR: ["missing", "does not exist: a part of its path is a file"],
  EACCES: ["denied", "may not be opened by this process"],
  EPERM: ["denied", "may not be opened by this process"],
  EISDIR: ["kind", "is a folder, not a file"],
};

function asFileError(path: string, error: unknown): unknown {
  const code = (error as { code?: unknown }).code;
  if (error instanceof FileError || typeof code !== "string" || !(error as { syscall?: unknown }).syscall) return error;
  const [reason, text] = REASONS[code] ?? (["other", `could not be used: ${(error as Error).message}`] as const);
  return new FileError(`${path} ${text}`, path, reason, error);
}
