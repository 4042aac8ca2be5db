import assert from "node:assert/strict";
import { test } from "node:test";
import { malformedLayers } from "../../actors/scheduler/check-layers.ts";
import type { WireLayer } from "../../runtime/protocol/wire-layer.ts";

const tasks = (parts: Record<string, unknown> = {}): WireLayer =>
  ({
    kind: "tasks",
    name: "t",
    grid: [2],
    calls: [],
    sources: [],
    inputOffsets: Uint32Array.of(0, 0, 1),
    inputSource: Uint16Array.of(0xffff),
    inputIndex: Uint32Array.of(0),
    ...parts,
  }) as WireLayer;
const blockwise = (parts: Record<string, unknown> = {}): WireLayer =>
  ({
    kind: "blockwise",
    name: "b",
    grid: [2],
    calls: [],
    inputs: [{ source: 0, axes: [{ kind: "axis", axis: 0 }] }],
    ...parts,
  }) as WireLayer;

const backwardsFrom = (offset: number, step = -1) => ({
  source: 0,
  axes: [{ kind: "axis", axis: 0, offset, step }],
});

test("malformedLayers() passes what is well formed", () => {
  assert.equal(malformedLayers([tasks(), blockwise()]), undefined);
  assert.equal(malformedLayers([tasks({ kinds: ["load", "clean"], callOf: Uint32Array.of(0, 1) })]), undefined);
  assert.equal(
    malformedLayers([
      tasks(),
      blockwise({ grid: [1], inputs: [{ source: 0, axes: [{ kind: "group", axis: 0, size: 2 }] }] }),
    ]),
    undefined,
  );
  assert.equal(malformedLayers([tasks(), blockwise({ inputs: [backwardsFrom(1)] })]), undefined);
});

const bad: [string, WireLayer[], RegExp][] = [
  ["a layer that is null", [null as never], /no record/],
  ["an unknown kind", [tasks({ kind: "magic" })], /kind is magic/],
  ["a negative grid", [tasks({ grid: [-1] })], /grid/],
  ["a grid beyond reason", [tasks({ grid: [2 ** 20, 2 ** 20] })], /at most/],
  ["edges that are plain lists", [tasks({ inputIndex: [0] })], /no columns/],
  ["offsets that fall", [tasks({ inputOffsets: Uint32Array.of(0, 1, 0) })], /offsets/],
  ["an edge outside of its layer", [tasks({ inputIndex: Uint32Array.of(9) })], /outside/],
  ["a source that comes later", [tasks({ sources: [0] })], /does not come before/],
  ["a task that reads itself", [tasks({ inputOffsets: Uint32Array.of(0, 1, 1) })], /cycle/],
  [
    "two tasks that read each other",
    [
      tasks({
        inputOffsets: Uint32Array.of(0, 1, 2),
        inputSource: Uint16Array.of(0xffff, 0xffff),
        inputIndex: Uint32Array.of(1, 0),
      }),
    ],
    /2 of its tasks wait for each other/,
  ],
  ["kinds that are no names", [tasks({ kinds: [1] })], /kinds/],
  ["calls without a kind", [tasks({ kinds: ["load"], callOf: Uint32Array.of(0, 1) })], /name every call/],
  ["too few keys", [tasks({ keys: ["a"] })], /1 keys for 2 tasks/],
  ["an empty key", [tasks({ keys: ["a", ""] })], /empty/],
  ["too few values", [tasks({ own: { kind: "numbers", data: new Float64Array(1) } })], /1 values for 2 tasks/],
  [
    "encoded offsets beyond the bytes",
    [tasks({ own: { kind: "encoded", bytes: new Uint8Array(1), offsets: Uint32Array.of(0, 1, 9) } })],
    /values/,
  ],
  ["a pick outside of the source", [tasks(), blockwise({ grid: [3] })], /outside of axis 0/],
  [
    "a pick of an axis that is not there",
    [tasks(), blockwise({ inputs: [{ source: 0, axes: [{ kind: "axis", axis: 4 }] }] })],
    /outside of axis 0/,
  ],
  ["a pick that goes back too far", [tasks(), blockwise({ inputs: [backwardsFrom(0)] })], /outside of axis 0/],
  ["a pick of half steps", [tasks(), blockwise({ inputs: [backwardsFrom(1, -0.5)] })], /outside of axis 0/],
  ["two layers of one name", [tasks(), tasks()], /two layers/],
];

for (const [what, layers, message] of bad)
  test(`malformedLayers() refuses ${what}`, () => {
    assert.match(malformedLayers(layers) ?? "nothing", message);
  });
