import assert from "node:assert/strict";
import { test } from "node:test";
import type { SpillDisk } from "../../actors/chunk/spill-disk.ts";

const bytes = (...numbers: number[]): Uint8Array => Uint8Array.from(numbers);
const plain = (one: Uint8Array): number[] => [...one];

/** What every disk must do. */
export function spillDiskCases(name: string, open: () => SpillDisk): void {
  const withDisk = (title: string, run: (disk: SpillDisk) => Promise<void>): void => {
    test(`${name}: ${title}`, async () => {
      const disk = open();
      try {
        await run(disk);
      } finally {
        await disk.close();
      }
    });
  };

  withDisk("what was written is read back, whole and in stretches, in memory of its own", async (disk) => {
    await disk.write("a", [bytes(1, 2), bytes(), bytes(3, 4, 5)]);
    const whole = await disk.read("a");
    assert.deepEqual(plain(whole), [1, 2, 3, 4, 5]);
    assert.equal(whole.buffer.byteLength, 5);
    assert.deepEqual(plain(await disk.read("a", { from: 1, bytes: 3 })), [2, 3, 4]);
  });

  withDisk("writing again replaces it", async (disk) => {
    await disk.write("a", [bytes(1, 2, 3)]);
    await disk.write("a", [bytes(9)]);
    assert.deepEqual(plain(await disk.read("a")), [9]);
  });

  withDisk("appending gives the position where it begins", async (disk) => {
    assert.equal(await disk.append("a", [bytes(1, 2)]), 0);
    assert.equal(await disk.append("a", [bytes(3), bytes(4)]), 2);
    assert.deepEqual(plain(await disk.read("a", { from: 2, bytes: 2 })), [3, 4]);
  });

  withDisk("what is not there cannot be read, and may be removed", async (disk) => {
    await disk.write("a", [bytes(1, 2)]);
    await assert.rejects(disk.read("b"));
    await assert.rejects(disk.read("a", { from: 1, bytes: 5 }), RangeError);
    await disk.remove("b");
    await disk.remove("a");
    await assert.rejects(disk.read("a"));
  });

  withDisk("names do not meet", async (disk) => {
    await Promise.all([1, 2, 3, 4].map((n) => disk.write(`${n}`, [new Uint8Array(100_000).fill(n)])));
    const read = await Promise.all([1, 2, 3, 4].map((n) => disk.read(`${n}`)));
    assert.deepEqual(
      read.map((one) => [one.byteLength, one[0], one[99_999]]),
      [1, 2, 3, 4].map((n) => [100_000, n, n]),
    );
  });

  withDisk("large things come back to the last byte, each time and side by side", async (disk) => {
    const sizes = [1 << 20, (1 << 20) + 1, 2 << 20, (4 << 20) - 5, (2 << 20) + 4096];
    const contentOf = (size: number): Uint8Array => Uint8Array.from({ length: size }, (_, i) => i * 31 + (i >> 8));
    for (const _ of [1, 2, 3, 4])
      await Promise.all(
        sizes.map((size, n) => {
          const content = contentOf(size);
          return disk.write(`${n}`, [bytes(), content.subarray(0, 17), content.subarray(17)]);
        }),
      );
    for (const [n, size] of sizes.entries()) {
      const read = await disk.read(`${n}`);
      assert.equal(read.byteLength, size);
      assert.ok(Buffer.from(read.buffer).equals(contentOf(size)));
    }
    assert.deepEqual(plain(await disk.read("1", { from: 1 << 20, bytes: 1 })), [...contentOf((1 << 20) + 1)].slice(-1));
    await disk.write("1", [bytes(1)]);
    assert.deepEqual(plain(await disk.read("1")), [1]);
    assert.equal(await disk.append("0", [bytes(5)]), 1 << 20);
    assert.deepEqual(plain((await disk.read("0")).subarray(-1)), [5]);
  });

  withDisk("memory that is shared is written like any other", async (disk) => {
    const shared = new Uint8Array(new SharedArrayBuffer(4));
    shared.set([4, 3, 2, 1]);
    await disk.write("s", [shared]);
    assert.deepEqual(plain(await disk.read("s")), [4, 3, 2, 1]);
  });
}
