import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { test } from "node:test";
import { fetchChunks } from "../../../actors/chunk/chunk-exchange.ts";
import type { MovingChunk } from "../../../actors/chunk/chunk-frame.ts";
import { ChunkSource } from "../../../actors/chunk/chunk-source.ts";
import { hostWindows } from "../../../actors/chunk/host-windows.ts";
import type { Windows } from "../../../actors/chunk/windows.ts";
import { systemClock } from "../../../runtime/base/clock.ts";
import { LocalBus } from "../../../runtime/bus/local-bus.ts";

const NUMBERS = Float64Array.from({ length: 3_000_000 }, (_, i) => i * 0.5);
const CHUNKS: readonly MovingChunk[] = [
  { row: 1, since: 7, value: NUMBERS, bytes: NUMBERS.byteLength },
  { row: 2, since: 7, value: { name: "small" }, bytes: 40 },
  { row: 3, since: 7, value: new Uint8Array(2_000_001).fill(7), bytes: 2_000_001 },
];

/** As much as one transfer puts into a window at most. */
const WINDOW_BYTES = 16 * 2 ** 20;

/** Windows in memory of this process, which can fail like a host's. */
function memoryWindows(options: { readonly bytesMax?: number } = {}): Windows & { reads: number; open: number } {
  const shown = new Map<string, Uint8Array>();
  const windows = {
    reads: 0,
    open: 0,
    make: () => {
      const name = `window-${shown.size}`;
      const memory = new Uint8Array(WINDOW_BYTES);
      shown.set(name, memory);
      windows.open += 1;
      return {
        name,
        write: async (bytes: Uint8Array, at: number) => {
          if (at + bytes.byteLength > (options.bytesMax ?? Number.POSITIVE_INFINITY)) throw new Error("no space left");
          memory.set(bytes, at);
        },
        hide: () => void shown.delete(name),
        close: () => {
          windows.open -= 1;
        },
      };
    },
    look: (name: string) => {
      const memory = shown.get(name);
      if (memory === undefined) return undefined;
      return {
        read: async (into: Uint8Array, at: number) => {
          windows.reads += 1;
          into.set(memory.subarray(at, at + into.byteLength));
        },
        close: () => {},
      };
    },
  };
  return windows;
}

async function moved(from: Windows | undefined, to: Windows | undefined): Promise<readonly MovingChunk[]> {
  const bus = new LocalBus({ carries: "bytes" });
  const source = new ChunkSource(
    { bus, clock: systemClock, subject: "holder", windows: from },
    ({ rows }) => rows.map((row) => CHUNKS.find((chunk) => chunk.row === row) as MovingChunk),
    () => {},
  );
  const wanted = { rows: [1, 2, 3], attempts: [1, 1, 1] };
  const chunks = await fetchChunks({ bus, windows: to }, "holder", wanted, { timeoutMs: 10_000 });
  await bus.flush();
  await new Promise((resolve) => setImmediate(resolve));
  source.close();
  await bus.close();
  return chunks;
}

test("fetchChunks() goes through a window where both sides see it, and gives it back", async () => {
  const windows = memoryWindows();
  assert.deepEqual(await moved(windows, windows), CHUNKS);
  assert.ok(windows.reads > 5);
  assert.equal(windows.open, 0);
});

test("fetchChunks() goes over the bus where the window is another host's", async () => {
  const other = memoryWindows();
  assert.deepEqual(await moved(memoryWindows(), other), CHUNKS);
  assert.equal(other.reads, 0);
});

test("fetchChunks() goes over the bus where one side has no windows", async () => {
  assert.deepEqual(await moved(memoryWindows(), undefined), CHUNKS);
  assert.deepEqual(await moved(undefined, memoryWindows()), CHUNKS);
});

test("fetchChunks() goes over the bus when the host's memory is full", async () => {
  const windows = memoryWindows({ bytesMax: 5_000_000 });
  assert.deepEqual(await moved(windows, windows), CHUNKS);
  assert.equal(windows.open, 0);
});

test("hostWindows() hands chunks over in files of this user alone, and leaves none", {
  skip: existsSync("/dev/shm") ? false : "this host keeps no files in memory",
}, async () => {
  const windows = hostWindows() as Windows;
  const mine = (): string[] => readdirSync("/dev/shm").filter((name) => name.startsWith(`shoal-${process.pid}-`));
  assert.deepEqual(await moved(windows, windows), CHUNKS);
  assert.deepEqual(mine(), []);
  const window = windows.make();
  assert.equal(windows.look("../../etc/passwd"), undefined);
  assert.equal(windows.look(`${window.name}x`), undefined);
  assert.notEqual(windows.look(window.name), undefined);
  window.close();
  assert.deepEqual(mine(), []);
});
