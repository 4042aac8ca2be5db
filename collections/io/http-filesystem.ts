import { ShoalError } from "../../runtime/base/errors.ts";
import { FileError, type FileStat, type FileSystem, type ReadStreamOptions } from "./filesystem.ts";
import { rangeOf, reply, type Send, streamOf } from "./http-reads.ts";

/**
 * Files of web servers, read by range requests: `https://host/data/a.csv`. A web server tells no list of its files, so a path
 * names one file; nothing is written.
 */
export class HttpFileSystem implements FileSystem {
  readonly scheme: "http" | "https";

  constructor(scheme: "http" | "https") {
    this.scheme = scheme;
  }

  async glob(pattern: string): Promise<string[]> {
    if (/[*[]/.test(new URL(pattern).pathname)) throw unsupported("list", pattern, "name each file");
    return (await this.exists(pattern)) ? [pattern] : [];
  }

  async list(folder: string): Promise<string[]> {
    throw unsupported("list", folder, "name each file");
  }

  async exists(path: string): Promise<boolean> {
    try {
      await this.stat(path);
      return true;
    } catch (error) {
      if (error instanceof FileError && error.reason === "missing") return false;
      throw error;
    }
  }

  async stat(path: string): Promise<FileStat> {
    // One byte tells the size even where a server answers HEAD with none, as those that compress on the fly do.
    const headers = { range: "bytes=0-0", "accept-encoding": "identity" };
    const response = await reply(send, path, "GET", headers, [416]);
    const total = /\/(\d+)$/.exec(response.headers.get("content-range") ?? "")?.[1];
    const whole = response.status === 200 ? response.headers.get("content-length") : null;
    const sizeBytes = total ?? whole ?? (response.status === 200 ? await bodyLength(response) : "0");
    await response.body?.cancel().catch(() => undefined);
    const { headers: said } = response;
    return {
      sizeBytes: Number(sizeBytes),
      version: `${said.get("etag") ?? said.get("last-modified") ?? ""}-${sizeBytes}`,
    };
  }

  readRange(path: string, offset: number, length: number): Promise<Uint8Array> {
    return rangeOf(send, path, offset, length);
  }

  async *readStream(path: string, options: ReadStreamOptions = {}): AsyncIterable<Uint8Array> {
    const { sizeBytes } = await this.stat(path);
    yield* streamOf(send, path, sizeBytes, options);
  }

  async write(path: string): Promise<void> {
    throw unsupported("write", path, "write to a local path or s3://");
  }

  async remove(path: string): Promise<void> {
    throw unsupported("remove", path, "use the server's own means");
  }
}

const send: Send = (path, request) => fetch(path, request);
const bodyLength = async (response: Response): Promise<string> => String((await response.arrayBuffer()).byteLength);

const unsupported = (verb: string, path: string, instead: string): ShoalError =>
  new ShoalError(`Web servers do not ${verb} files: ${path}; ${instead}`, { code: "NOT_SUPPORTED", details: { path } });
