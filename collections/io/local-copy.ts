import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { schemeOf } from "./filesystem.ts";
import { localPath } from "./local-filesystem.ts";
import { fileSystemOf } from "./schemes.ts";

/** Work on a file that needs a local path: the file itself, or a copy that is gone when the work is done. */
export async function withLocalFile<T>(path: string, work: (local: string) => Promise<T>): Promise<T> {
  if (schemeOf(path) === "file") return work(localPath(path));
  const folder = await mkdtemp(join(tmpdir(), "shoal-copy-"));
  try {
    const copy = join(folder, "file");
    await writeFile(copy, fileSystemOf(path).readStream(path));
    return await work(copy);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
