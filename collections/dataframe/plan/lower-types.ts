import type { Node } from "./node.ts";
import type { Pipe } from "./pipe.ts";

/** Lowers a node's inputs; equal nodes are lowered once. */
export type Lower = (node: Node) => Pipe;
