import { type Circumstance, COUNTED, type SeedResult } from "./seed-run.ts";

/** A sum over seeds, and that of the squares, for how much seeds differ. */
export interface Sum {
  sum: number;
  squares: number;
}

/** What was heard in seeds of a kind. */
export interface Words {
  seeds: number;
  /** By what was heard, of ln(1 + times): in a few seeds some things are heard a thousand times. */
  readonly heard: Map<string, Sum>;
}

/** What many seeds did together. */
export class Tally {
  seeds = 0;
  /** Of what is counted, in the order of {@link COUNTED}. */
  readonly counted: readonly Sum[] = COUNTED.map(() => ({ sum: 0, squares: 0 }));
  readonly words: Readonly<Record<Circumstance, Words>> = {
    any: { seeds: 0, heard: new Map() },
    line: { seeds: 0, heard: new Map() },
  };
  /** Seeds that walked each pair of state and event, in the order of all charts' tables laid end to end. */
  readonly seedsByPair: number[] = [];

  note({ counts, heard, pairs, circumstances }: Omit<SeedResult, "seed" | "failure">): void {
    this.seeds += 1;
    for (const pair of pairs) this.seedsByPair[pair] = (this.seedsByPair[pair] ?? 0) + 1;
    for (const [i, n] of counts.entries()) add(this.counted[i] as Sum, n);
    for (const circumstance of circumstances) {
      const words = this.words[circumstance];
      words.seeds += 1;
      for (const [what, times] of Object.entries(heard)) {
        let sum = words.heard.get(what);
        if (sum === undefined) words.heard.set(what, (sum = { sum: 0, squares: 0 }));
        add(sum, Math.log1p(times));
      }
    }
  }
}

function add(sum: Sum, n: number): void {
  sum.sum += n;
  sum.squares += n * n;
}
