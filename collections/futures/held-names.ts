import { uniqueToken } from "../../runtime/base/random.ts";
import type { Want } from "../../runtime/graph/graph.ts";
import type { TaskKey } from "../../runtime/graph/key.ts";
import { type HeldLayer, taskKey } from "../../runtime/graph/layer.ts";

/**
 * What a held layer is called. The whole of a layer keeps its name; a part has one of its own, since two layers of one name are
 * the same, and what is held of a layer is not the layer. Its tasks keep their keys.
 */
export function heldNames(want: Want): Pick<HeldLayer, "name" | "keys"> {
  if (want.indices === null) return { name: want.layer.name, keys: undefined };
  return { name: `${want.layer.name}-part-${uniqueToken()}`, keys: nameParts(want, []) };
}

/** Adds the keys of the wanted blocks, each at its block. */
export function nameParts({ layer, indices }: Want, keys: TaskKey[]): TaskKey[] {
  for (const at of indices ?? []) keys[at] = taskKey(layer, at);
  return keys;
}
