import { inputsOf, type Node } from "./node.ts";

/** Label of a source that is a table in memory, worked on where it lies. */
export const LOCAL = "local";

const known = new WeakMap<Node, boolean>();

/** Whether a plan starts from tables in this thread's memory: it is then run right here, whatever executor is open. */
export function isLocal(node: Node): boolean {
  const before = known.get(node);
  if (before !== undefined) return before;
  const local = node.kind === "layer" ? node.label === LOCAL : inputsOf(node).some(isLocal);
  known.set(node, local);
  return local;
}
