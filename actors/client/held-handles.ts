import { ShoalError } from "../../runtime/base/errors.ts";
import type { Graph } from "../../runtime/graph/graph.ts";
import { type HeldLayer, taskKey } from "../../runtime/graph/layer.ts";

/** The handles that the blocks of a held layer are to a session. @throws ShoalError UNKNOWN_KEY if they are another's */
export function handlesOf(layer: HeldLayer, session: object): Uint32Array {
  const lease = layer.lease as { readonly session: object; readonly handles: Uint32Array } | undefined;
  if (lease?.session === session) return lease.handles;
  throw new ShoalError(
    `${taskKey(layer, 0)} is held by another client, or by this process: gather it and scatter it here`,
    { code: "UNKNOWN_KEY" },
  );
}

/** All handles that a graph reads. @throws ShoalError UNKNOWN_KEY if one is another session's */
export function* heldHandles({ layers }: Graph, session: object): Generator<number> {
  for (const layer of layers) if (layer.kind === "held") yield* handlesOf(layer, session);
}
