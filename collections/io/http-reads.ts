import { FileError, type FileErrorReason, PIECE_BYTES, type ReadStreamOptions } from "./filesystem.ts";

/** Sends a request for a path: plainly, or signed. */
export type Send = (path: string, request: { method?: string; headers?: Record<string, string> }) => Promise<Response>;

const ATTEMPTS = 3;

/**
 * A request that may be repeated: what fails on the way, or in the server, is asked again, three times in all.
 * @throws {@link FileError} naming the path and the status
 */
export async function reply(
  send: Send,
  path: string,
  method: "GET" | "HEAD",
  headers: Record<string, string> = {},
  accepted: readonly number[] = [],
): Promise<Response> {
  let last: unknown;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    try {
      const response = await send(path, { method, headers });
      if (response.ok || accepted.includes(response.status)) return response;
      await response.body?.cancel();
      last = statusError(path, response);
      if (response.status < 500 && response.status !== 429) throw last;
    } catch (error) {
      if (error === last) throw error;
      last = new FileError(`${path} could not be reached: ${reasonOf(error)}`, path, "other", error);
    }
  }
  throw last;
}

const reasonOf = (error: unknown): string => {
  const { message, cause } = error as Error;
  return cause instanceof Error ? `${message}: ${cause.message}` : message;
};

const REASONS: Readonly<Record<number, readonly [FileErrorReason, string]>> = {
  401: ["denied", "needs a login"],
  403: ["denied", "may not be read with the login given"],
  404: ["missing", "does not exist"],
  410: ["missing", "does not exist any more"],
};

export function statusError(path: string, { status, statusText }: Response): FileError {
  const [reason, text] = REASONS[status] ?? (["other", `was answered with ${status} ${statusText}`] as const);
  return new FileError(`${path} ${text}`, path, reason);
}

const RANGE_BEHIND_END = 416;

/** Bytes of a file by a range request; a server that knows no ranges sends it all, and the range is cut out here. */
export async function rangeOf(send: Send, path: string, offset: number, length: number): Promise<Uint8Array> {
  if (length <= 0) return new Uint8Array(0);
  const headers = { range: `bytes=${offset}-${offset + length - 1}` };
  const response = await reply(send, path, "GET", headers, [RANGE_BEHIND_END]);
  if (response.status === RANGE_BEHIND_END) {
    await response.body?.cancel();
    return new Uint8Array(0);
  }
  const bytes = new Uint8Array(await response.arrayBuffer());
  return response.status === 206 ? bytes : bytes.slice(offset, offset + length);
}

/** A file from an offset on, in pieces; each piece is a range request of its own, so that a slow reader holds no connection. */
export async function* streamOf(
  send: Send,
  path: string,
  sizeBytes: number,
  options: ReadStreamOptions,
): AsyncIterable<Uint8Array> {
  const pieceBytes = options.pieceBytes ?? PIECE_BYTES * 4;
  for (let at = options.offset ?? 0; at < sizeBytes; at += pieceBytes) {
    const piece = await rangeOf(send, path, at, Math.min(pieceBytes, sizeBytes - at));
    if (piece.length === 0)
      throw new FileError(`${path} ended after ${at} bytes where ${sizeBytes} were announced`, path, "other");
    yield piece;
  }
}
