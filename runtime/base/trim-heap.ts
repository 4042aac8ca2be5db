import { type NativeLoader, nativeLoader } from "./native-loader.ts";

let trim: (() => void) | undefined;

/**
 * Has the C library give the system what is free between the blocks of its heap. Left to itself it gives back only what lies at the heap's end, so that
 * a process that took many blocks of some kilobytes for a while, as engines do and buffers are, counts as large ever after. It takes about a
 * millisecond for 10 MB that go; nothing happens where there is no glibc, or koffi is not installed.
 */
export function trimHeap(): void {
  trim ??= bound(nativeLoader());
  trim();
}

function bound(loader: NativeLoader | null): () => void {
  try {
    const call = loader?.load(null).func("int malloc_trim(size_t)");
    if (call !== undefined) return () => void call(0);
  } catch {
    // Another C library, which has no such function.
  }
  return () => {};
}
