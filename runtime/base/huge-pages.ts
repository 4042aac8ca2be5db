import { readFileSync } from "node:fs";
import { addressFinder } from "./address-of.ts";
import { nativeLoader } from "./native-loader.ts";

/** Smaller blocks hold few whole pages of that size; NumPy begins here too. */
export const HUGE_BYTES_MIN = 4 * 2 ** 20;
const PAGE_BYTES = 4096;
/** MADV_HUGEPAGE of Linux. */
const ADVICE = 14;

type Advise = (memory: ArrayBufferLike) => void;
let advise: Advise | null | undefined;

/**
 * Asks the system for large pages behind fresh memory: it is then had in pieces of 2 MiB and not of 4 KiB, each of which costs a
 * fault. Where it cannot be asked, nothing happens.
 */
export function askForHugePages(memory: ArrayBufferLike): void {
  if (advise === undefined) advise = found();
  advise?.(memory);
}

function found(): Advise | null {
  // With "always" they come unasked, with "never" not at all.
  if (process.platform !== "linux" || !setting().includes("[madvise]")) return null;
  const own = nativeLoader()?.load(null);
  if (own === undefined) return null;
  const addressOf = addressFinder(own);
  const madvise = own.func("int madvise(uintptr_t address, size_t bytes, int advice)");
  return (memory) => {
    const start = addressOf(new Uint8Array(memory));
    const first = Math.ceil(start / PAGE_BYTES) * PAGE_BYTES;
    const end = Math.floor((start + memory.byteLength) / PAGE_BYTES) * PAGE_BYTES;
    madvise(first, end - first, ADVICE);
  };
}

function setting(): string {
  try {
    return readFileSync("/sys/kernel/mm/transparent_hugepage/enabled", "utf8");
  } catch {
    return "";
  }
}
