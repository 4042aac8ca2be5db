import { constants, mkdirSync, readdirSync, rmSync } from "node:fs";
import { type FileHandle, mkdir, open, rm, truncate } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { uniqueToken } from "../../runtime/base/random.ts";
import type { SpillDisk } from "./spill-disk.ts";

const FOLDER = /^shoal-spill-(\d+)-/;

/** A disk that is a folder of its own, readable by its user alone; made at the first write, gone when it is closed. */
export class FolderDisk implements SpillDisk {
  readonly folder: string;
  private made: Promise<unknown> | undefined;

  /** @param parent where the folder is made; default: the system's folder for such files. What dead processes left there goes. */
  constructor(parent = tmpdir()) {
    mkdirSync(parent, { recursive: true });
    sweepSpill(parent);
    this.folder = join(parent, `shoal-spill-${process.pid}-${uniqueToken()}`);
  }

  async write(name: string, pieces: readonly Uint8Array[]): Promise<void> {
    const path = await this.pathOf(name);
    const file = await open(path, "w", 0o600);
    try {
      await writeAll(file, pieces, 0);
    } catch (error) {
      await file.close();
      await rm(path, { force: true });
      throw error;
    }
    await file.close();
  }

  async append(name: string, pieces: readonly Uint8Array[]): Promise<number> {
    const path = await this.pathOf(name);
    const file = await open(path, constants.O_RDWR | constants.O_CREAT, 0o600);
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
    const file = await open(await this.pathOf(name), "r");
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
export function sweepSpill(parent: string, isAlive: (pid: number) => boolean = isRunning): void {
  for (const name of readdirSync(parent)) {
    const pid = FOLDER.exec(name)?.[1];
    if (pid !== undefined && !isAlive(Number(pid))) rmSync(join(parent, name), { recursive: true, force: true });
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as { code?: string }).code !== "ESRCH";
  }
}
