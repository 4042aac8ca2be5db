/** Handles of one message at most, so that no message makes a long turn. */
const HANDLES_PER_MESSAGE_MAX = 4096;

/** Handles as runs: first, count, first, count … Neighbours that ascend are joined. */
export class HandleRunsBuilder {
  private readonly runs: number[] = [];

  add(handle: number): void {
    const { runs } = this;
    const end = runs.length;
    if (end > 0 && (runs[end - 2] as number) + (runs[end - 1] as number) === handle)
      runs[end - 1] = (runs[end - 1] as number) + 1;
    else runs.push(handle, 1);
  }

  finish(): Uint32Array {
    return Uint32Array.from(this.runs);
  }
}

/** The same runs in parts of so many handles at most. */
export function cutRuns(runs: Uint32Array, handlesMax = HANDLES_PER_MESSAGE_MAX): Uint32Array[] {
  const parts: Uint32Array[] = [];
  let part: number[] = [];
  let room = handlesMax;
  for (let at = 0; at < runs.length; at += 2) {
    let first = runs[at] as number;
    for (let left = runs[at + 1] as number; left > 0; ) {
      const count = Math.min(left, room);
      part.push(first, count);
      first += count;
      left -= count;
      room -= count;
      if (room > 0) continue;
      parts.push(Uint32Array.from(part));
      part = [];
      room = handlesMax;
    }
  }
  if (part.length > 0) parts.push(Uint32Array.from(part));
  return parts;
}

/** Handles one by one, in parts that fit into a message. */
export function* handleParts(handles: readonly number[]): Generator<Uint32Array> {
  for (let at = 0; at < handles.length; at += HANDLES_PER_MESSAGE_MAX)
    yield Uint32Array.from(handles.slice(at, at + HANDLES_PER_MESSAGE_MAX));
}
