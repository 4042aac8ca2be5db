import {
  closeSync,
  constants,
  fstatSync,
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
import { type MemoryPlace, placesOf, readNear } from "./near-memory.ts";
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
  return { make: (pieces) => new FileOutWindow(folder, pieces), look: (name) => lookInto(folder, name) };
}

/** What stands in a window behind its name, as JSON under its length: where its pieces lie, and its name once more. */
interface Sight {
  readonly pid: number;
  readonly name: MemoryPlace;
  readonly pieces: readonly MemoryPlace[];
}

const LENGTH_BYTES = 4;

class FileOutWindow implements OutWindow {
  readonly name = `shoal-${process.pid}-${uniqueToken()}`;
  private readonly path: string;
  /** Held here as long as the window is open: who reads it in this process's memory has found the right one. */
  private readonly nameBytes = Uint8Array.from(Buffer.from(this.name));
  private readonly file: number;
  private readonly start: number;
  /** Writes under way: a file is not closed under them. */
  private writes = 0;
  private phase: "seen" | "hidden" | "closed" = "seen";

  constructor(folder: string, pieces: readonly Uint8Array[]) {
    this.path = join(folder, this.name);
    this.file = openSync(this.path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600);
    const places = placesOf([this.nameBytes, ...pieces]);
    const [name, ...rest] = places ?? [];
    const sight = Buffer.from(JSON.stringify(name === undefined ? null : { pid: process.pid, name, pieces: rest }));
    const length = Buffer.alloc(LENGTH_BYTES);
    length.writeUInt32LE(sight.byteLength);
    this.start = writeSync(this.file, Buffer.concat([this.nameBytes, length, sight]));
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
  try {
    return openedWindow(file, name);
  } catch {
    closeSync(file);
    return undefined;
  }
}

/** @throws if it is no window of that name, or another user's */
function openedWindow(file: number, name: string): InWindow {
  const named = Buffer.byteLength(name);
  const head = headOf(file, 0, named + LENGTH_BYTES);
  if (head.subarray(0, named).toString() !== name || fstatSync(file).uid !== process.getuid?.())
    throw new Error(`${name} is no window for this user`);
  const start = head.byteLength + head.readUInt32LE(named);
  const sight = JSON.parse(headOf(file, head.byteLength, start).toString()) as Sight | null;
  return new FileInWindow(file, start, name, sight);
}

function headOf(file: number, from: number, to: number): Buffer {
  const bytes = Buffer.alloc(to - from);
  readSync(file, bytes, 0, bytes.byteLength, from);
  return bytes;
}

class FileInWindow implements InWindow {
  private readonly file: number;
  private readonly start: number;
  private readonly name: string;
  private readonly sight: Sight | null;
  private reads = 0;
  private phase: "open" | "closed" = "open";

  constructor(file: number, start: number, name: string, sight: Sight | null) {
    this.file = file;
    this.start = start;
    this.name = name;
    this.sight = sight;
  }

  /** Numbers of processes are another's in another container: the name must be found first. */
  async readAll(into: Uint8Array): Promise<boolean> {
    if (this.sight === null) return false;
    const { pid, name, pieces } = this.sight;
    const found = Buffer.alloc(Buffer.byteLength(this.name));
    if (!(await readNear(pid, [name], found)) || found.toString() !== this.name) return false;
    return readNear(pid, pieces, into);
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
