import type { Annotations } from "../../runtime/graph/layer.ts";
import type { WireLayer } from "../../runtime/protocol/wire-layer.ts";

/** A layer of tasks as it comes over the wire, its edges within itself. */
export function taskLayer(
  name: string,
  edges: readonly (readonly number[])[],
  annotations: Annotations | undefined,
): WireLayer {
  const offsets = [0];
  for (const one of edges) offsets.push((offsets.at(-1) as number) + one.length);
  return {
    kind: "tasks",
    name,
    grid: [edges.length],
    annotations,
    calls: [],
    sources: [],
    inputOffsets: Uint32Array.from(offsets),
    inputSource: new Uint16Array(offsets.at(-1) as number).fill(0xffff),
    inputIndex: Uint32Array.from(edges.flat()),
  };
}
