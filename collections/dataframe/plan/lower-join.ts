import { exchangePipe } from "./lower-partitions.ts";
import type { Lower } from "./lower-types.ts";
import type { JoinMethod, Node } from "./node.ts";
import { broadcastPipe, type Pipe, pipeOf, settle, zipPipes } from "./pipe.ts";
import { isPlaced } from "./placed-rows.ts";
import type { Step } from "./step.ts";

type JoinNode = Extract<Node, { kind: "join" | "asof" | "align" }>;

/**
 * Joins: a side of one partition, or a small one, is seen by every partition of the other; else partition by partition where both are
 * divided alike, and after an exchange of rows by their keys where not.
 */
export function lowerJoin(node: JoinNode, lower: Lower): Pipe {
  const [left, right] = [lower(node.left), lower(node.right)];
  const step = (a: Step, b: Step): Step => joinStep(node, a, b);
  if (node.kind !== "join")
    return node.npartitions === 1 ? zipPipes(single(left), single(right), step) : zipPipes(left, right, step);
  switch (node.method) {
    case "broadcast-right":
      return zipPipes(left, broadcastPipe(single(right), left.count), step);
    case "broadcast-left":
      return zipPipes(broadcastPipe(single(left), right.count), right, step);
    case "partitionwise":
      return zipPipes(left, right, step);
    case "single":
      return zipPipes(single(left), single(right), step);
    case "exchange": {
      const count = node.npartitions;
      const placed = (pipe: Pipe, side: Node, by: readonly string[]): Pipe =>
        isPlaced(side, by, count) ? pipe : exchangePipe(pipe, by, count);
      const { leftOn, rightOn } = node.join;
      return zipPipes(placed(left, node.left, leftOn), placed(right, node.right, rightOn), step);
    }
  }
}

/** All partitions as one. */
export function single(pipe: Pipe): Pipe {
  if (pipe.count === 1) return pipe;
  return pipeOf(settle(pipe, "part"), pipe.step.fields, { kind: "all" }, 1);
}

const SHARED: Readonly<Partial<Record<JoinMethod, "left" | "right">>> = {
  "broadcast-left": "left",
  "broadcast-right": "right",
};

function joinStep(node: JoinNode, left: Step, right: Step): Step {
  const { fields } = node;
  if (node.kind === "join")
    return { op: "join", left, right, join: node.join, shared: SHARED[node.method] ?? null, fields };
  if (node.kind === "asof") return { op: "asof", left, right, asof: node.asof, fields };
  return { op: "align", left, right, keys: node.keys, how: node.how, fields };
}
