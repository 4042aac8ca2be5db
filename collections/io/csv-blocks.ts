const NEWLINE = 0x0a;
/** A space, a tab, a carriage return. */
const SPACES = new Set([0x20, 0x09, 0x0d]);

/**
 * Where the blocks of a CSV file begin: at the first line that begins after each multiple of `blockBytes`. Lines end
 * outside of quotes only, which no block can know of itself, so the file is read once from its start.
 */
export async function blockStarts(
  pieces: AsyncIterable<Uint8Array>,
  blockBytes: number,
  quote: string | null,
): Promise<number[]> {
  const mark = quote === null ? -1 : quote.charCodeAt(0);
  const starts = [0];
  let next = blockBytes;
  let offset = 0;
  let quoted = false;
  for await (const piece of pieces) {
    const bytes = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
    let at = 0;
    while (at < bytes.length) {
      const wanted = next - 1 - offset;
      // Up to the place where a block may begin, only quotes matter.
      const limit = Math.min(bytes.length, Math.max(at, wanted));
      quoted = passQuotes(bytes, at, limit, mark, quoted);
      at = limit;
      if (at >= bytes.length) break;
      const end = lineEnd(bytes, at, mark, quoted);
      quoted = end.quoted;
      at = end.at;
      if (!end.found) break;
      starts.push(offset + at);
      next = offset + at + blockBytes;
    }
    offset += bytes.length;
  }
  if (starts.length > 1 && starts.at(-1) === offset) starts.pop();
  return starts;
}

function passQuotes(bytes: Buffer, from: number, to: number, mark: number, quoted: boolean): boolean {
  if (mark < 0) return false;
  for (let at = bytes.indexOf(mark, from); at >= 0 && at < to; at = bytes.indexOf(mark, at + 1)) quoted = !quoted;
  return quoted;
}

/** The byte after the first end of line outside of quotes. */
function lineEnd(
  bytes: Buffer,
  from: number,
  mark: number,
  quoted: boolean,
): { at: number; found: boolean; quoted: boolean } {
  for (let at = from; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte === mark) quoted = !quoted;
    else if (byte === NEWLINE && !quoted) return { at: at + 1, found: true, quoted };
  }
  return { at: bytes.length, found: false, quoted };
}

/** The text without the lines that hold nothing but spaces; undefined where there is none. Lines end outside of quotes only. */
export function withoutBlankLines(bytes: Buffer, quote: string | null): Buffer | undefined {
  const mark = quote === null ? -1 : quote.charCodeAt(0);
  const kept: Buffer[] = [];
  let [from, quoted] = [0, false];
  const blank = (start: number, end: number): boolean => {
    let at = start;
    while (at < end && SPACES.has(bytes[at] as number)) at += 1;
    return at === end;
  };
  for (let line = 0; line < bytes.length; ) {
    let end = bytes.indexOf(NEWLINE, line);
    if (end < 0) end = bytes.length;
    if (!quoted && blank(line, end)) {
      kept.push(bytes.subarray(from, line));
      from = end + 1;
    }
    quoted = passQuotes(bytes, line, end, mark, quoted);
    line = end + 1;
  }
  if (kept.length === 0) return undefined;
  return Buffer.concat([...kept, bytes.subarray(from)]);
}
