import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { boxRuns } from "../../../../collections/array/storage/box.ts";

const axis = fc
  .integer({ min: 1, max: 6 })
  .chain((n) =>
    fc
      .tuple(fc.integer({ min: 0, max: n - 1 }), fc.integer({ min: 1, max: 3 }))
      .chain(([start, step]) =>
        fc
          .integer({ min: 0, max: Math.floor((n - 1 - start) / step) + 1 })
          .map((count) => ({ n, span: { start, step, count } })),
      ),
  );

test("boxRuns() names the bytes of a box, in row-major order, and no others but between steps of the last axis", () => {
  fc.assert(
    fc.property(fc.array(axis, { maxLength: 4 }), fc.constantFrom(1, 8, 5000), (axes, itemsize) => {
      const shape = axes.map((one) => one.n);
      const box = axes.map((one) => one.span);
      const { runs, shape: read, lastStep } = boxRuns(shape, itemsize, 100, box);
      const found: number[] = [];
      for (const offset of runs.offsets)
        for (let at = 0; at < runs.length; at += itemsize) found.push((offset + at - 100) / itemsize);
      const inLast = axes.length - 1;
      const kept = found.filter((_, at) => lastStep === 1 || (at % (read[inLast] as number)) % lastStep === 0);
      let expected = [0];
      axes.forEach(({ n, span }) => {
        const positions = Array.from({ length: span.count }, (_, i) => span.start + i * span.step);
        expected = expected.flatMap((before) => positions.map((one) => before * n + one));
      });
      assert.deepEqual(kept, expected);
    }),
    { numRuns: 500 },
  );
});
