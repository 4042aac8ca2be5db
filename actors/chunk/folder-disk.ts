import { constants, mkdirSync } from "node:fs";
import { type FileHandle, mkdir, open, rm, truncate } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../runtime/base/clock.ts";
import { processFolderName, sweepProcessFolders } from "../../runtime/base/process-folders.ts";
import { uniqueToken } from "../../runtime/base/random.ts";
import { HAS_DIRECT_FILES, readDirect, writeDirect } from "./direct-file.ts";
import { FileWays } from "./file-ways.ts";
import type { SpillDisk } from "./spill-disk.ts";

/** Smaller files always go through the system's cache. */
const DIRECT_BYTES_MIN = 1 << 20;
const MODE = 0o600;

/** A disk that is a folder of its own, readable by its user alone; made at the first write, gone when it is closed. */
export class FolderDisk implements SpillDisk {
  readonly folder: string;
  private made: Promise<unknown> | undefined;
  private readonly ways = new FileWays(HAS_DIRECT_FILES);
  /** Names whose bytes are not in the system's cache. */
  private readonly direct = new Set<string>();

  /** @param parent where the folder is made; default: the system's folder for such files. What dead processes left there goes. */
  constructor(parent = tmpdir()) {
    mkdirSync(parent, { recursive: true });
    sweepSpill(parent);
    this.folder = join(parent, processFolderName("spill", uniqueToken()));
  }

  async write(name: string, pieces: readonly Uint8Array[]): Promise<void> {
    const path = await this.pathOf(name);
    const bytes = pieces.reduce((sum, piece) => sum + piece.byteLength, 0);
    this.direct.delete(name);
    try {
      if (bytes < DIRECT_BYTES_MIN) await writeCached(path, pieces);
      else await this.writeLarge(name, path, pieces, bytes);
    } catch (error) {
      await rm(path, { force: true });
      throw error;
    }
  }

  private async writeLarge(name: string, path: string, pieces: readonly Uint8Array[], bytes: number): Promise<void> {
    const way = this.ways.next();
    const startMs = systemClock.now();
    if (way === "direct") {
      try {
        await writeDirect(path, pieces, MODE);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "EINVAL") throw error;
        this.ways.refuseDirect();
        return await writeCached(path, pieces);
      }
      this.direct.add(name);
    } else await writeCached(path, pieces);
    this.ways.took(way, bytes, systemClock.now() - startMs);
  }

  async append(name: string, pieces: readonly Uint8Array[]): Promise<number> {
    const path = await this.pathOf(name);
    const file = await open(path, constants.O_RDWR | constants.O_CREAT, MODE);
    const { size } = await file.stat();
    try {
      await writeAll(file, pieces, size);
    } catch (error) {
      await truncate(path, size);
      throw error;
    } finally {
      await file.close();
    }
    return size;
  }

  async read(name: string, stretch?: { readonly from: number; readonly bytes: number }): Promise<Uint8Array> {
    const path = await this.pathOf(name);
    if (stretch === undefined && this.direct.has(name)) return readDirect(path);
    const file = await open(path, "r");
    try {
      const bytes = new Uint8Array(stretch?.bytes ?? (await file.stat()).size);
      for (let done = 0; done < bytes.byteLength; ) {
        const at = (stretch?.from ?? 0) + done;
        const { bytesRead } = await file.read(bytes, done, bytes.byteLength - done, at);
        if (bytesRead === 0) throw new RangeError(`${name} ends ${bytes.byteLength - done} bytes too early`);
        done += bytesRead;
      }
      return bytes;
    } finally {
      await file.close();
    }
  }

  async remove(name: string): Promise<void> {
    this.direct.delete(name);
    await rm(await this.pathOf(name), { force: true });
  }

  async close(): Promise<void> {
    if (this.made !== undefined) await rm(this.folder, { recursive: true, force: true });
  }

  private async pathOf(name: string): Promise<string> {
    this.made ??= mkdir(this.folder, { recursive: true, mode: 0o700 });
    try {
      await this.made;
    } catch (error) {
      this.made = undefined;
      throw error;
    }
    return join(this.folder, name);
  }
}

async function writeCached(path: string, pieces: readonly Uint8Array[]): Promise<void> {
  const file = await open(path, "w", MODE);
  try {
    await writeAll(file, pieces, 0);
  } finally {
    await file.close();
  }
}

async function writeAll(file: FileHandle, pieces: readonly Uint8Array[], from: number): Promise<void> {
  let at = from;
  for (const piece of pieces)
    for (let done = 0; done < piece.byteLength; ) {
      const { bytesWritten } = await file.write(piece, done, piece.byteLength - done, at);
      done += bytesWritten;
      at += bytesWritten;
    }
}

/** Removes the folders of processes that ended without closing them. */
export const sweepSpill = (parent: string, isAlive?: (pid: number) => boolean): void =>
  sweepProcessFolders("spill", parent, isAlive);
