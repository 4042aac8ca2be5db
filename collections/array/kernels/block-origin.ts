import { noteOrigin } from "../../../runtime/base/origin.ts";
import { FileError, type HeldFile } from "../../io/filesystem.ts";
import { fileSystemOf } from "../../io/schemes.ts";
import type { Chunk } from "../chunk.ts";

/**
 * A block read from a file that can be kept open; where memory is short it is read again instead of being written elsewhere, as long as the file is
 * as it was. Undefined where files of the scheme cannot be kept open, or where they are far away.
 */
export async function readFromHeld(path: string, read: (file: HeldFile) => Promise<Chunk>): Promise<Chunk | undefined> {
  const files = fileSystemOf(path);
  if (files.hold === undefined) return undefined;
  const file = await files.hold(path);
  try {
    const { version } = file.stat;
    const block = await read(file);
    noteOrigin(block, { hold: () => holdOrigin(path, version, read) });
    return block;
  } finally {
    await file.close();
  }
}

async function holdOrigin(path: string, version: string, read: (file: HeldFile) => Promise<Chunk>) {
  const file = await fileSystemOf(path).hold?.(path);
  if (file === undefined) return undefined;
  if (file.stat.version !== version) {
    await file.close();
    return undefined;
  }
  return {
    read: async () => {
      const block = await read(file);
      if ((await file.versionNow()) !== version)
        throw new FileError(`${path} was changed while it was being worked on`, path, "other");
      return block;
    },
    release: () => file.close(),
  };
}
