import assert from "node:assert/strict";
import { randomFillSync } from "node:crypto";
import { existsSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { fetchChunks } from "../../../actors/chunk/chunk-exchange.ts";
import type { MovingChunk } from "../../../actors/chunk/chunk-frame.ts";
import { MARK, markedPacked, readPacked, writeRequest } from "../../../actors/chunk/chunk-request.ts";
import { ChunkSource } from "../../../actors/chunk/chunk-source.ts";
import { hostWindows } from "../../../actors/chunk/host-windows.ts";
import { placesOf } from "../../../actors/chunk/near-memory.ts";
import type { Windows } from "../../../actors/chunk/windows.ts";
import { systemClock } from "../../../runtime/base/clock.ts";
import { CODEC_NAMES, type Packed, packed } from "../../../runtime/base/compression.ts";
import { config } from "../../../runtime/base/config.ts";
import { uniqueToken } from "../../../runtime/base/random.ts";
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
function memoryWindows(
  options: { readonly bytesMax?: number; readonly isNear?: boolean; onReadAll?(): void } = {},
): Windows & { reads: number; open: number } {
  const shown = new Map<string, Uint8Array>();
  const near = new Map<string, readonly Uint8Array[]>();
  const windows = {
    reads: 0,
    open: 0,
    make: (pieces: readonly Uint8Array[]) => {
      const name = `window-${shown.size}`;
      const memory = new Uint8Array(WINDOW_BYTES);
      shown.set(name, memory);
      near.set(name, pieces);
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
        readAll: async (into: Uint8Array) => {
          if (options.isNear !== true) return false;
          into.set(Buffer.concat(near.get(name) as Uint8Array[]));
          options.onReadAll?.();
          return true;
        },
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

async function moved(
  from: Windows | undefined,
  to: Windows | undefined,
  onSource?: (source: ChunkSource) => void,
): Promise<readonly MovingChunk[]> {
  const bus = new LocalBus({ carries: "bytes" });
  const source = new ChunkSource(
    { bus, clock: systemClock, subject: "holder", windows: from },
    ({ rows }) => rows.map((row) => CHUNKS.find((chunk) => chunk.row === row) as MovingChunk),
    () => {},
  );
  onSource?.(source);
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

test("fetchChunks() reads the holder's memory where it can, and asks for no parts", async () => {
  const windows = memoryWindows({ isNear: true });
  assert.deepEqual(await moved(windows, windows), CHUNKS);
  assert.equal(windows.reads, 0);
  assert.equal(windows.open, 0);
});

test("fetchChunks() believes nothing that its holder did not keep while it was read", async () => {
  let source: ChunkSource | undefined;
  const windows = memoryWindows({ isNear: true, onReadAll: () => source?.withdraw(1) });
  await assert.rejects(
    moved(windows, windows, (made) => {
      source = made;
    }),
    { code: "LOST_DATA" },
  );
});

test("fetchChunks() believes nothing whose memory went to another thread while it was read", async () => {
  const value = new Float64Array(3_000_000);
  const windows = memoryWindows({
    isNear: true,
    onReadAll: () => structuredClone(value, { transfer: [value.buffer] }),
  });
  const bus = new LocalBus({ carries: "bytes" });
  const source = new ChunkSource(
    { bus, clock: systemClock, subject: "holder", windows },
    () => [{ row: 1, since: 7, value, bytes: value.byteLength }],
    () => {},
  );
  const wanted = { rows: [1], attempts: [1] };
  await assert.rejects(fetchChunks({ bus, windows }, "holder", wanted, { timeoutMs: 10_000 }), { code: "LOST_DATA" });
  source.close();
  await bus.close();
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

const skip = existsSync("/dev/shm") ? false : "this host keeps no files in memory";

test("hostWindows() hands chunks over in files of this user alone, and leaves none", { skip }, async () => {
  const windows = hostWindows() as Windows;
  const mine = (): string[] => readdirSync("/dev/shm").filter((name) => name.startsWith(`shoal-${process.pid}-`));
  assert.deepEqual(await moved(windows, windows), CHUNKS);
  assert.deepEqual(await moved(windows, partsOnly(windows)), CHUNKS);
  assert.deepEqual(mine(), []);
  const window = windows.make([NAME_BYTES]);
  assert.equal(windows.look("../../etc/passwd"), undefined);
  assert.equal(windows.look(`${window.name}x`), undefined);
  assert.notEqual(windows.look(window.name), undefined);
  window.close();
  assert.deepEqual(mine(), []);
});

test("a window of hostWindows() whose name is not found in its maker's memory shows nothing of it", {
  skip,
}, async () => {
  const windows = hostWindows() as Windows;
  const name = `shoal-${process.pid}-${uniqueToken()}`;
  const [place] = placesOf([NAME_BYTES]) ?? [];
  const sight = Buffer.from(JSON.stringify({ pid: process.pid, name: place, pieces: [place] }));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(sight.byteLength);
  writeFileSync(`/dev/shm/${name}`, Buffer.concat([Buffer.from(name), length, sight]), { mode: 0o600 });
  const window = windows.look(name);
  rmSync(`/dev/shm/${name}`);
  assert.notEqual(window, undefined);
  assert.equal(await window?.readAll(new Uint8Array(NAME_BYTES.byteLength)), false);
  window?.close();
});

/** A bus of bytes that counts those of the answers it carries. */
class CountingBus extends LocalBus {
  answered = 0;

  constructor() {
    super({ carries: "bytes" });
  }

  override async request(...args: Parameters<LocalBus["request"]>): ReturnType<LocalBus["request"]> {
    const answer = await super.request(...args);
    this.answered += (answer.payload as { bytes: Uint8Array }).bytes.byteLength;
    return answer;
  }
}

/** Fetches one value over the bus; what was answered had so many bytes. */
async function fetched(value: Uint8Array | Float64Array): Promise<number> {
  const bus = new CountingBus();
  const chunk = { row: 1, since: 7, value, bytes: value.byteLength };
  const source = new ChunkSource(
    { bus, clock: systemClock, subject: "holder" },
    () => [chunk],
    () => {},
  );
  const chunks = await fetchChunks({ bus }, "holder", { rows: [1], attempts: [1] }, { timeoutMs: 10_000 });
  source.close();
  await bus.close();
  assert.deepEqual(chunks, [chunk]);
  return bus.answered;
}

for (const compression of ["auto", ...CODEC_NAMES] as const)
  test(`comm.compression: with ${compression} chunks travel in fewer bytes, in one message or in parts, and come out the same`, async () => {
    const undo = config.set({ "comm.compression": compression });
    try {
      const small = NUMBERS.subarray(0, 100_000);
      assert.ok((await fetched(small)) < small.byteLength / 2);
      assert.ok((await fetched(NUMBERS)) < NUMBERS.byteLength / 2);
      // Of what is dense already nothing is made.
      const dense = randomFillSync(new Uint8Array(3_000_001));
      assert.ok((await fetched(dense)) >= dense.byteLength);
    } finally {
      undo();
    }
  });

test("comm.compression: chunks go as they are unless it is set, and to askers who cannot read them otherwise", async () => {
  assert.ok((await fetched(NUMBERS)) >= NUMBERS.byteLength);
  const undo = config.set({ "comm.compression": "auto" });
  const bus = new LocalBus({ carries: "bytes" });
  const value = new Uint8Array(100_000);
  const source = new ChunkSource(
    { bus, clock: systemClock, subject: "holder" },
    () => [{ row: 1, since: 7, value, bytes: value.byteLength }],
    () => {},
  );
  try {
    const request = writeRequest(bus, { type: "get", rows: [1], attempts: [1], looks: false });
    const { payload } = await bus.request("holder", request, { timeoutMs: 10_000 });
    const { bytes } = payload as { bytes: Uint8Array };
    assert.equal(bytes[0], MARK.whole);
    assert.ok(bytes.byteLength > value.byteLength);
  } finally {
    undo();
    source.close();
    await bus.close();
  }
});

test("readPacked() makes no more of an answer than was asked for", async () => {
  const zeros = new Uint8Array(1_000_000);
  const found = (await packed(zeros, "deflate", CODEC_NAMES)) as Packed;
  assert.deepEqual(new Uint8Array(await readPacked(markedPacked(found, 1_000_000), 1_000_000)), zeros);
  await assert.rejects(async () => readPacked(markedPacked(found, 1_000_000), 999_999), { code: "DECODE" });
  await assert.rejects(async () => readPacked(markedPacked(found, 5_000), 999_999), { code: "DECODE" });
});

const NAME_BYTES = new Uint8Array(64).fill(7);

/** The same windows for one who cannot read another's memory. */
const partsOnly = (windows: Windows): Windows => ({
  make: (pieces) => windows.make(pieces),
  look: (name) => {
    const window = windows.look(name);
    return (
      window && {
        readAll: async () => false,
        read: (into, at) => window.read(into, at),
        close: () => window.close(),
      }
    );
  },
});
