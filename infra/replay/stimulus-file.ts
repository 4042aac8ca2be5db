import { closeSync, openSync, readSync, writeSync } from "node:fs";
import type { Stimulus, StimulusSink } from "../../actors/scheduler/stimuli.ts";
import { ShoalError } from "../../runtime/base/errors.ts";
import { decodeStimulus, encodeStimulus } from "../../runtime/protocol/stimulus-codec.ts";

const MAGIC = "shoal stimuli 1\n";
const LENGTH_BYTES = 4;

/**
 * Writes stimuli to a file, each behind its length. What a turn took in is written at once when it ends, so that a process that is killed
 * leaves all but its last turn.
 */
export class StimulusFile implements StimulusSink {
  private readonly file: number;
  private open: Uint8Array[] = [];

  /** @throws ShoalError FILE */
  constructor(path: string) {
    try {
      this.file = openSync(path, "w");
    } catch (error) {
      throw new ShoalError(`The recording cannot be written to ${path}: ${String(error)}`, {
        code: "FILE",
        cause: error,
      });
    }
    writeSync(this.file, MAGIC);
  }

  write(stimulus: Stimulus): void {
    const bytes = encodeStimulus(stimulus);
    const length = new Uint8Array(LENGTH_BYTES);
    new DataView(length.buffer).setUint32(0, bytes.length, true);
    this.open.push(length, bytes);
    if (stimulus.kind === "end" || stimulus.kind === "digest") this.flush();
  }

  close(): void {
    this.flush();
    closeSync(this.file);
  }

  private flush(): void {
    if (this.open.length > 0) writeSync(this.file, Buffer.concat(this.open));
    this.open = [];
  }
}

/** The stimuli of a file, in order; one that was cut off at the end is left out. @throws ShoalError FILE | DECODE */
export function* readStimuli(path: string): Generator<Stimulus> {
  const file = openFile(path);
  try {
    if (read(file, MAGIC.length)?.toString("latin1") !== MAGIC)
      throw new ShoalError(`${path} is no recording of a scheduler: "shoal scheduler --record FILE" makes one`, {
        code: "DECODE",
      });
    for (;;) {
      const length = read(file, LENGTH_BYTES);
      const bytes = length && read(file, length.readUInt32LE(0));
      if (bytes === undefined) return;
      yield decodeStimulus(bytes) as Stimulus;
    }
  } finally {
    closeSync(file);
  }
}

function openFile(path: string): number {
  try {
    return openSync(path, "r");
  } catch (error) {
    throw new ShoalError(`The recording ${path} cannot be read: ${String(error)}`, { code: "FILE", cause: error });
  }
}

function read(file: number, count: number): Buffer | undefined {
  // Columns are read in place, and want a buffer of their own that begins at a border of 8 bytes.
  const buffer = Buffer.from(new ArrayBuffer(count));
  let got = 0;
  while (got < count) {
    const more = readSync(file, buffer, got, count - got, null);
    if (more === 0) return undefined;
    got += more;
  }
  return buffer;
}
