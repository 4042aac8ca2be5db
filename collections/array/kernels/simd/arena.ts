import { type WasmMemory, wasm } from "../../../../runtime/base/web-assembly.ts";
import { type AnyData, allocate, type DType, dtypeInfo, lanesOf } from "../../dtype.ts";
import { spareCount } from "./spare-count.ts";

/**
 * Memory that WebAssembly sees, one for each thread, lent like a stack. Loops with SIMD work on what lies here: tiles of
 * fused expressions, and generated blocks while they are folded. It never grows, as growing would take it from under its
 * views; a page counts once it is touched. What finds no room lies elsewhere and runs in JavaScript.
 */
const PAGE_BYTES = 65_536;
export const ARENA_PAGES = 2048;
const ARENA_BYTES = ARENA_PAGES * PAGE_BYTES;
const LINE_BYTES = 64;

/** A module whose one function splats a double and takes it out again: whether SIMD is to be had. */
const PROBE = Uint8Array.of(
  ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 4, 1, 0x60, 0, 0, 3, 2, 1, 0, 10, 19, 1, 17, 0],
  ...[0x44, 0, 0, 0, 0, 0, 0, 0, 0, 0xfd, 20, 0xfd, 33, 0, 0x1a, 0x0b],
);

let memory: WasmMemory | null | undefined;
let top = 0;

/** The arena's memory; null where this process runs no WebAssembly with SIMD: all loops are JavaScript's then. */
export function arenaMemory(): WasmMemory | null {
  if (memory === undefined)
    try {
      const shared = spareCount() > 0;
      memory = wasm.validate(PROBE) ? new wasm.Memory({ initial: ARENA_PAGES, maximum: ARENA_PAGES, shared }) : null;
    } catch {
      memory = null;
    }
  return memory;
}

/** Whether elements lie in the arena, so that their byte offset is their address. */
export const isInArena = (data: AnyData): boolean => memory != null && data.buffer === memory.buffer;

/** Elements in the arena until the {@link withArena} around it ends, not zeroed; undefined if it has no room. */
export function lend(dtype: DType, size: number): AnyData | undefined {
  const buffer = arenaMemory()?.buffer;
  const length = size * lanesOf(dtype);
  const { array } = dtypeInfo(dtype);
  const end = top + Math.ceil((length * array.BYTES_PER_ELEMENT) / LINE_BYTES) * LINE_BYTES;
  if (buffer === undefined || end > ARENA_BYTES) return undefined;
  const data = new array(buffer, top, length);
  top = end;
  return data;
}

/** As {@link lend}, in memory of its own where the arena has no room. */
export const lendOrAllocate = (dtype: DType, size: number): AnyData => lend(dtype, size) ?? allocate(dtype, size);

/** Runs `use`, then takes back all that was lent inside. It is synchronous, as nobody may keep what is lent. */
export function withArena<T>(use: () => T): T {
  const mark = top;
  try {
    return use();
  } finally {
    top = mark;
  }
}
