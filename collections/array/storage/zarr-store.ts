import type * as Zarr from "zarrita";
import { ShoalError } from "../../../runtime/base/errors.ts";
import { FileError } from "../../io/filesystem.ts";
import { fileSystemOf } from "../../io/schemes.ts";

type Key = `/${string}`;

/** A folder of any file system as zarrita sees it. */
export class ZarrStore {
  readonly root: string;

  constructor(root: string) {
    this.root = root.replace(/\/$/, "");
  }

  get(key: Key): Promise<Uint8Array | undefined> {
    return this.ifThere(key, async (path) => {
      const files = fileSystemOf(path);
      return files.readRange(path, 0, (await files.stat(path)).sizeBytes);
    });
  }

  getRange(
    key: Key,
    range: { readonly offset: number; readonly length: number } | { readonly suffixLength: number },
  ): Promise<Uint8Array | undefined> {
    return this.ifThere(key, async (path) => {
      const files = fileSystemOf(path);
      if ("offset" in range) return files.readRange(path, range.offset, range.length);
      const { sizeBytes } = await files.stat(path);
      const from = Math.max(0, sizeBytes - range.suffixLength);
      return files.readRange(path, from, sizeBytes - from);
    });
  }

  async set(key: Key, value: Uint8Array): Promise<void> {
    const path = this.root + key;
    await fileSystemOf(path).write(path, value);
  }

  /** What is not there is no error: a chunk never written holds the fill value. */
  private async ifThere<T>(key: Key, read: (path: string) => Promise<T>): Promise<T | undefined> {
    try {
      return await read(this.root + key);
    } catch (error) {
      if (error instanceof FileError && (error.reason === "missing" || error.reason === "kind")) return undefined;
      throw error;
    }
  }
}

export type ZarrArray = Zarr.Array<Zarr.DataType, ZarrStore>;

/** Loads zarrita when a store is first used, not when arrays are imported. */
export const zarrita = (): Promise<typeof Zarr> => import("zarrita");

/**
 * Opens the array of a folder.
 * @throws ShoalError FILE if there is none, NOT_SUPPORTED for what zarrita does not know, DECODE for damaged metadata
 */
export async function openZarr(root: string, format?: 2 | 3): Promise<ZarrArray> {
  const zarr = await zarrita();
  const options = { kind: "array" } as const;
  const store = new ZarrStore(root);
  try {
    if (format === 2) return await zarr.open.v2(store, { ...options, attrs: false });
    if (format === 3) return await zarr.open.v3(store, options);
    return await zarr.open(store, options);
  } catch (cause) {
    throw explained(cause, root, zarr);
  }
}

function explained(cause: unknown, root: string, zarr: typeof Zarr): unknown {
  if (!zarr.isZarritaError(cause)) return cause;
  const details = { path: root };
  if (zarr.isZarritaError(cause, "NotFoundError"))
    return new ShoalError(`${root} holds no Zarr array: name the folder of an array, or { component } of a group`, {
      code: "FILE",
      cause,
      details,
    });
  return new ShoalError(`The Zarr array ${root} cannot be read: ${cause.message}`, {
    code: zarr.isZarritaError(cause, "UnknownCodecError", "UnsupportedError") ? "NOT_SUPPORTED" : "DECODE",
    cause,
    details,
  });
}
