/** How bytes go to a disk: past the system's cache of files, or into it. */
export type FileWay = "direct" | "cached";

/** The slower way is tried again at every so many writes. */
const TRIED_AGAIN_WRITES = 16;
const NEWEST_WEIGHT = 0.5;

/**
 * Which way of writing is the faster one here, learned by doing: it depends on the disk, on how much memory the machine has to spare, and on what
 * else it does.
 */
export class FileWays {
  private readonly msPerByte = new Map<FileWay, number>();
  private writes = 0;
  private isDirectRefused: boolean;

  /** @param hasDirect whether the system knows the direct way at all */
  constructor(hasDirect: boolean) {
    this.isDirectRefused = !hasDirect;
  }

  next(): FileWay {
    if (this.isDirectRefused) return "cached";
    const direct = this.msPerByte.get("direct");
    const cached = this.msPerByte.get("cached");
    if (direct === undefined) return "direct";
    if (cached === undefined) return "cached";
    this.writes += 1;
    const faster = direct <= cached ? "direct" : "cached";
    if (this.writes % TRIED_AGAIN_WRITES !== 0) return faster;
    return faster === "direct" ? "cached" : "direct";
  }

  took(way: FileWay, bytes: number, ms: number): void {
    const known = this.msPerByte.get(way);
    const now = ms / bytes;
    this.msPerByte.set(way, known === undefined ? now : known + NEWEST_WEIGHT * (now - known));
  }

  /** The file system here does not know the direct way. */
  refuseDirect(): void {
    this.isDirectRefused = true;
  }
}
