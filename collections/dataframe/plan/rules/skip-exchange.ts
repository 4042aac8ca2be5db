import type { Node } from "../node.ts";
import { isPlaced } from "../placed-rows.ts";

/** Rows that an exchange has put where another one would are not exchanged again. */
export function skipExchange(node: Node): Node {
  return node.kind === "exchange" && isPlaced(node.input, node.by, node.npartitions) ? node.input : node;
}
