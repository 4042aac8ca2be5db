type Words = Partial<Record<"kind" | "message" | "event", Word>>;
type Word = { readonly type?: string } & Readonly<Record<string, unknown>>;

/** Of lists of one length in a word, the one that says of how many things it speaks. */
const LISTS: ReadonlySet<string> = new Set([
  "rows",
  "handles",
  "inputs",
  "located",
  "resultOf",
  "layers",
  "ids",
  "victims",
  "workers",
]);
/** Lists of amounts. */
const AMOUNTS: ReadonlySet<string> = new Set(["most", "wanted", "takes"]);
/** Words within words. */
const PARTS: ReadonlySet<string> = new Set(["ask", "grant", "batches"]);

/** How often brains heard what, by who they are and what it was, and of how many things it spoke. */
export class Heard {
  private readonly times = new Map<string, number>();

  /** @param input what somebody takes in: of a kind, or a message or event of a type, or both */
  note(who: string, input: unknown): void {
    const { kind, message, event } = (input ?? {}) as Words;
    const word = message ?? event;
    const what = [who, kind, word?.type].filter((part) => part !== undefined).join(" ");
    this.add(what, 1);
    if (word !== undefined) this.addSizes(what, word);
  }

  /** In the order of first hearing. */
  counts(): Record<string, number> {
    return Object.fromEntries(this.times);
  }

  private addSizes(what: string, word: object): void {
    for (const [name, value] of Object.entries(word)) {
      if (PARTS.has(name)) for (const part of Array.isArray(value) ? value : [value]) this.addSizes(what, part);
      const n = LISTS.has(name) ? value.length : AMOUNTS.has(name) ? sumOf(value) : 0;
      if (n > 0) this.add(`${what}: ${name}`, n);
    }
  }

  private add(what: string, n: number): void {
    this.times.set(what, (this.times.get(what) ?? 0) + n);
  }
}

/** @param amounts one of them, or several */
const sumOf = (amounts: number | Iterable<number>): number =>
  typeof amounts === "number" ? amounts : [...amounts].reduce((sum, n) => sum + n, 0);
