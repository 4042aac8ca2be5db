import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { wasm } from "../../runtime/base/web-assembly.ts";

/** Places and lengths on all devices and file systems in use are multiples of it. */
const BLOCK_BYTES = 4096;
const STAGE_BYTES = 2 << 20;
const PAGE_BYTES = 65_536;

/** Whether this system can write past its cache of files at all. */
export const HAS_DIRECT_FILES = typeof constants.O_DIRECT === "number" && constants.O_DIRECT !== 0;

/**
 * Writes a file past the system's cache of files. What is spilled is read once, if at all, and by no one else: in the cache it takes pages that
 * somebody needs, and filling those can cost more than the disk.
 * @throws EINVAL where the file system cannot, and what the disk says
 */
export async function writeDirect(path: string, pieces: readonly Uint8Array[], mode: number): Promise<void> {
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_DIRECT;
  const file = await open(path, flags, mode);
  const stages = takeStages();
  try {
    const size = await pour(file, pieces, stages);
    await file.truncate(size);
  } finally {
    free.push(stages);
    await file.close();
  }
}

/** Reads a whole file past the system's cache, into memory of its own. */
export async function readDirect(path: string): Promise<Uint8Array> {
  const file = await open(path, constants.O_RDONLY | constants.O_DIRECT);
  const stages = takeStages();
  try {
    const { size } = await file.stat();
    const bytes = new Uint8Array(size);
    let coming = file.read(stages[0], 0, STAGE_BYTES, 0);
    for (let at = 0, turn = 0; at < size; turn = 1 - turn) {
      const { bytesRead } = await coming;
      if (bytesRead === 0) throw new RangeError(`${path} ends ${size - at} bytes too early`);
      const stage = stages[turn as 0 | 1];
      const next = at + bytesRead;
      // What comes next is on its way while this is taken out.
      if (next < size) coming = file.read(stages[(1 - turn) as 0 | 1], 0, STAGE_BYTES, next);
      bytes.set(stage.subarray(0, Math.min(bytesRead, size - at)), at);
      at = next;
    }
    return bytes;
  } finally {
    free.push(stages);
    await file.close();
  }
}

type Stages = readonly [Uint8Array, Uint8Array];

/** Stages nobody uses: two for each file that is open. */
const free: Stages[] = [];

/** Memory that begins on a page, which only that of a WebAssembly module is known to do. */
function takeStages(): Stages {
  const known = free.pop();
  if (known !== undefined) return known;
  const { buffer } = new wasm.Memory({ initial: (2 * STAGE_BYTES) / PAGE_BYTES });
  return [new Uint8Array(buffer, 0, STAGE_BYTES), new Uint8Array(buffer, STAGE_BYTES, STAGE_BYTES)];
}

/** Writes pieces one after another, a stage being filled while the other is written; zeros fill the last block. @returns their bytes */
async function pour(file: FileHandle, pieces: readonly Uint8Array[], stages: Stages): Promise<number> {
  let turn: 0 | 1 = 0;
  let filled = 0;
  let at = 0;
  let writing: Promise<void> = Promise.resolve();
  const flush = async (): Promise<void> => {
    const whole = Math.ceil(filled / BLOCK_BYTES) * BLOCK_BYTES;
    const stage = stages[turn];
    stage.fill(0, filled, whole);
    await writing;
    writing = writeWhole(file, stage.subarray(0, whole), at);
    // Its failure is told by whoever waits for it next.
    writing.catch(() => {});
    at += filled;
    filled = 0;
    turn = turn === 0 ? 1 : 0;
  };
  for (const piece of pieces)
    for (let done = 0; done < piece.byteLength; ) {
      const some = Math.min(STAGE_BYTES - filled, piece.byteLength - done);
      stages[turn].set(piece.subarray(done, done + some), filled);
      filled += some;
      done += some;
      if (filled === STAGE_BYTES) await flush();
    }
  if (filled > 0) await flush();
  await writing;
  return at;
}

async function writeWhole(file: FileHandle, bytes: Uint8Array, from: number): Promise<void> {
  for (let done = 0; done < bytes.byteLength; ) {
    const { bytesWritten } = await file.write(bytes, done, bytes.byteLength - done, from + done);
    const whole = Math.floor(bytesWritten / BLOCK_BYTES) * BLOCK_BYTES;
    if (whole === 0) throw Object.assign(new Error(`The disk took ${bytesWritten} bytes of a block`), { code: "EIO" });
    done += whole;
  }
}
