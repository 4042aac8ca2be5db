import { readSync, writeSync } from "node:fs";
import { type FileHandle, mkdir, open, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { type ByteRuns, endsEarly } from "./filesystem.ts";

/** Runs shorter than this are read and written without waiting: a promise each would cost more than the copy. */
const SYNC_BYTES_MAX = 1 << 16;
/** Bytes moved without waiting before others get their turn. */
const TURN_BYTES = 1 << 22;

/** Runs of an open file, one after another. */
export async function readRuns(path: string, file: FileHandle, runs: ByteRuns): Promise<Uint8Array> {
  // Memory that is not zeroed first.
  const bytes = new Uint8Array(Buffer.allocUnsafeSlow(runs.offsets.length * runs.length).buffer);
  const short = (at: number, got: number) => endsEarly(path, end(runs, at), (runs.offsets[at] as number) + got);
  if (runs.length <= SYNC_BYTES_MAX)
    await eachInTurns(runs, (at, offset) => {
      const got = readSync(file.fd, bytes, at * runs.length, runs.length, offset);
      if (got < runs.length) throw short(at, got);
    });
  else
    for (const [at, offset] of runs.offsets.entries()) {
      let got = 0;
      while (got < runs.length) {
        const { bytesRead } = await file.read(bytes, at * runs.length + got, runs.length - got, offset + got);
        if (bytesRead === 0) throw short(at, got);
        got += bytesRead;
      }
    }
  return bytes;
}

/** A local file of zeros. */
export async function createFile(local: string, sizeBytes: number): Promise<void> {
  await mkdir(dirname(local), { recursive: true });
  await rm(local, { force: true });
  const file = await open(local, "wx");
  try {
    await file.truncate(sizeBytes);
  } finally {
    await file.close();
  }
}

/** Puts bytes, run by run, into a local file that is there. */
export async function writeRuns(local: string, runs: ByteRuns, bytes: Uint8Array): Promise<void> {
  const file = await open(local, "r+");
  try {
    if (runs.length <= SYNC_BYTES_MAX)
      await eachInTurns(runs, (at, offset) => {
        for (let done = 0; done < runs.length; )
          done += writeSync(file.fd, bytes, at * runs.length + done, runs.length - done, offset + done);
      });
    else
      for (const [at, offset] of runs.offsets.entries())
        for (let done = 0; done < runs.length; )
          done += (await file.write(bytes, at * runs.length + done, runs.length - done, offset + done)).bytesWritten;
  } finally {
    await file.close();
  }
}

const end = (runs: ByteRuns, at: number): number => (runs.offsets[at] as number) + runs.length;

async function eachInTurns(runs: ByteRuns, move: (at: number, offset: number) => void): Promise<void> {
  const perTurn = Math.max(1, Math.floor(TURN_BYTES / Math.max(1, runs.length)));
  for (let at = 0; at < runs.offsets.length; at++) {
    if (at > 0 && at % perTurn === 0) await new Promise<void>((resume) => setImmediate(resume));
    move(at, runs.offsets[at] as number);
  }
}
