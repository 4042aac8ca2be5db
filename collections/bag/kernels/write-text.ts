import { type Compression, packed } from "../../io/compression.ts";
import { PIECE_BYTES } from "../../io/filesystem.ts";
import { fileSystemOf } from "../../io/schemes.ts";
import type { TextEncoding } from "../../io/text.ts";
import { describe, drain, flowOf } from "./flow.ts";

/** How a partition becomes a file of text. */
export interface LineWriting {
  readonly compression: Compression;
  readonly encoding: TextEncoding;
  readonly lastEndline: boolean;
}

/** Writes a partition's texts to a file, a line each, and gives its path. */
export async function writeLines(partition: unknown, path: string, writing: LineWriting): Promise<string> {
  const pieces: Uint8Array[] = [];
  let text = "";
  let first = true;
  const cut = (): void => {
    pieces.push(Buffer.from(text, writing.encoding));
    text = "";
  };
  await drain(flowOf<unknown>(partition), (batch) => {
    for (const item of batch) {
      if (typeof item !== "string")
        throw new TypeError(`toTextFiles() needs items that are text, and one is ${describe(item)}`);
      text += first ? item : `\n${item}`;
      first = false;
    }
    if (text.length >= PIECE_BYTES) cut();
  });
  if (writing.lastEndline && !first) text += "\n";
  cut();
  await fileSystemOf(path).write(path, packed(pieces, writing.compression));
  return path;
}
