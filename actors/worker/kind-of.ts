import { keyPrefix } from "../../runtime/graph/key.ts";
import type { LayerDefinition } from "../../runtime/protocol/wire-layer.ts";

const kinds = new WeakMap<LayerDefinition, string>();

/** What a layer's tasks go by in displays; @param call which of its calls, where they are of several kinds */
export function kindOf(layer: LayerDefinition, call: number): string {
  const own = layer.kinds?.[call];
  if (own !== undefined) return own;
  let kind = kinds.get(layer);
  if (kind === undefined) kinds.set(layer, (kind = layer.prefix ?? keyPrefix(layer.name)));
  return kind;
}
