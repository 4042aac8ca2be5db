import { ShoalError } from "../../runtime/base/errors.ts";
import type { ChunkStats, ChunkStore } from "./chunk-store.ts";

/** A store that keeps all in memory. */
export class MemoryChunkStore implements ChunkStore {
  residentBytes = 0;
  readonly spilledBytes = 0;
  readonly isRelieving = false;
  private readonly chunks = new Map<number, { readonly value: unknown; readonly bytes: number }>();

  put(id: number, value: unknown, bytes: number): void {
    this.drop(id);
    this.chunks.set(id, { value, bytes });
    this.residentBytes += bytes;
  }

  isResident(id: number): boolean {
    return this.chunks.has(id);
  }

  value(id: number): unknown {
    return this.chunks.get(id)?.value;
  }

  pin(id: number): boolean {
    return this.chunks.has(id);
  }

  unpin(): void {}

  async load(id: number): Promise<unknown> {
    const chunk = this.chunks.get(id);
    if (chunk === undefined) throw notHere(id);
    return chunk.value;
  }

  drop(id: number): void {
    this.residentBytes -= this.chunks.get(id)?.bytes ?? 0;
    this.chunks.delete(id);
  }

  setBudget(): void {}

  onChange(): void {}

  stats(): ChunkStats {
    return { spilledBytesTotal: 0, restoredBytesTotal: 0, diskError: undefined };
  }

  async close(): Promise<void> {
    this.chunks.clear();
    this.residentBytes = 0;
  }
}

export const notHere = (id: number): ShoalError =>
  new ShoalError(`Chunk ${id} is not here`, { code: "LOST_DATA", retryable: true });
