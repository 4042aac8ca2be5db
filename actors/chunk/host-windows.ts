import {
  closeSync,
  constants,
  openSync,
  read,
  readdirSync,
  readSync,
  statfsSync,
  unlinkSync,
  write,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { isProcessAlive } from "../../runtime/base/process-alive.ts";
import { uniqueToken } from "../../runtime/base/random.ts";
import type { InWindow, OutWindow, Windows } from "./windows.ts";

/** Where Linux keeps files in memory. */
const FOLDER = "/dev/shm";
const TMPFS = 0x01021994;
const NAME = /^shoal-(\d+)-[\w-]{8,64}$/;
const writeInto = promisify(write);
const readFrom = promisify(read);

/**
 * Windows that are files in the host's memory, readable by their user alone; undefined where the host has none. What processes
 * that were killed left behind is swept away.
 * @param folder a folder on a file system in memory
 */
export function hostWindows(folder = FOLDER): Windows | undefined {
  try {
    if (statfsSync(folder).type !== TMPFS) return undefined;
    sweep(folder);
  } catch {
    return undefined;
  }
  return { make: () => new FileOutWindow(folder), look: (name) => lookInto(folder, name) };
}

class FileOutWindow implements OutWindow {
  readonly name = `shoal-${process.pid}-${uniqueToken()}`;
  private readonly path: string;
  private readonly file: number;
  private readonly start: number;
  /** Writes under way: a file is not closed under them. */
  private writes = 0;
  private phase: "seen" | "hidden" | "closed" = "seen";

  constructor(folder: string) {
    this.path = join(folder, this.name);
    this.file = openSync(this.path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600);
    this.start = writeSync(this.file, this.name);
  }

  async write(bytes: Uint8Array, at: number): Promise<void> {
    if (this.phase === "closed") throw new Error("the window is closed");
    this.writes += 1;
    try {
      for (let done = 0; done < bytes.byteLength; )
        done += (await writeInto(this.file, bytes, done, bytes.byteLength - done, this.start + at + done)).bytesWritten;
    } finally {
      this.writes -= 1;
      if (this.isDone) closeSync(this.file);
    }
  }

  hide(): void {
    if (this.phase !== "seen") return;
    this.phase = "hidden";
    unlinkSync(this.path);
  }

  close(): void {
    this.hide();
    if (this.phase === "closed") return;
    this.phase = "closed";
    if (this.isDone) closeSync(this.file);
  }

  private get isDone(): boolean {
    return this.phase === "closed" && this.writes === 0;
  }
}

/** The file's first bytes are its name: a file of the same name elsewhere is no window. */
function lookInto(folder: string, name: string): InWindow | undefined {
  if (!NAME.test(name)) return undefined;
  let file: number;
  try {
    file = openSync(join(folder, name), constants.O_RDONLY | constants.O_NOFOLLOW);
  } catch {
    return undefined;
  }
  const start = Buffer.byteLength(name);
  const head = Buffer.alloc(start);
  readSync(file, head, 0, start, 0);
  if (head.toString() === name) return new FileInWindow(file, start);
  closeSync(file);
  return undefined;
}

class FileInWindow implements InWindow {
  private readonly file: number;
  private readonly start: number;
  private reads = 0;
  private phase: "open" | "closed" = "open";

  constructor(file: number, start: number) {
    this.file = file;
    this.start = start;
  }

  async read(into: Uint8Array, at: number): Promise<void> {
    if (this.phase === "closed") throw new Error("the window is closed");
    this.reads += 1;
    try {
      for (let done = 0; done < into.byteLength; ) {
        const { bytesRead } = await readFrom(this.file, into, done, into.byteLength - done, this.start + at + done);
        if (bytesRead === 0) throw new Error(`the window ends ${into.byteLength - done} bytes too early`);
        done += bytesRead;
      }
    } finally {
      this.reads -= 1;
      if (this.isDone) closeSync(this.file);
    }
  }

  close(): void {
    if (this.phase === "closed") return;
    this.phase = "closed";
    if (this.isDone) closeSync(this.file);
  }

  private get isDone(): boolean {
    return this.phase === "closed" && this.reads === 0;
  }
}

function sweep(folder: string): void {
  for (const name of readdirSync(folder)) {
    const pid = Number(NAME.exec(name)?.[1] ?? process.pid);
    if (pid !== process.pid && !isProcessAlive(pid)) unlinkSync(join(folder, name));
  }
}
