import { ShoalError } from "../../runtime/base/errors.ts";
import { FileError, type FileListing, type FileSystem, schemeOf } from "./filesystem.ts";
import { HttpFileSystem } from "./http-filesystem.ts";
import { LocalFileSystem } from "./local-filesystem.ts";
import { MemoryFileSystem } from "./memory-filesystem.ts";
import { S3FileSystem } from "./s3-filesystem.ts";

const schemes = new Map<string, FileSystem>();

/** The file system of a path, by its scheme; a path without one is a local file. */
export function fileSystemOf(path: string): FileSystem {
  const scheme = schemeOf(path);
  const known = schemes.get(scheme);
  if (known === undefined)
    throw new ShoalError(
      `No file system is registered for "${scheme}:" in ${path}; known are ${[...schemes.keys()].join(", ")}`,
      { code: "NOT_SUPPORTED", details: { path, scheme } },
    );
  return known;
}

/** Makes a scheme known in this process. A worker needs it too: register where the worker's modules load. */
export function registerFileSystem(fileSystem: FileSystem): void {
  schemes.set(fileSystem.scheme, fileSystem);
}

/** Files for one or more paths or patterns, in order; an empty match is an error that names the pattern. */
export function expandPaths(patterns: string | readonly string[], listing = listingOf): string[] {
  const all = typeof patterns === "string" ? [patterns] : patterns;
  if (all.length === 0) throw new RangeError("No path was given; pass at least one path or pattern");
  return all.flatMap((pattern) => {
    const found = listing(pattern).glob(pattern);
    if (found.length === 0) throw new FileError(`No file matches ${pattern}`, pattern, "missing");
    return found;
  });
}

/** The immediate listing of a path's file system. */
export function listingOf(path: string): FileListing {
  const fileSystem = fileSystemOf(path);
  if (fileSystem.listing === undefined)
    throw new ShoalError(`Files of "${fileSystem.scheme}:" cannot be listed at once; list ${path} with glob() first`, {
      code: "NOT_SUPPORTED",
    });
  return fileSystem.listing;
}

registerFileSystem(new LocalFileSystem());
registerFileSystem(new MemoryFileSystem());
registerFileSystem(new HttpFileSystem("http"));
registerFileSystem(new HttpFileSystem("https"));
registerFileSystem(new S3FileSystem());
