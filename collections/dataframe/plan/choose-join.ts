import { isInteger } from "../dtype.ts";
import { estimatedRows, rowBytes } from "./estimated-rows.ts";
import type { JoinMethod, Node } from "./node.ts";
import { isPlaced } from "./placed-rows.ts";
import type { JoinSpec } from "./step.ts";

/** A side of at most so many rows and bytes, by estimate, may go to every partition of the other: every worker holds it then. */
const BROADCAST_ROWS = 4_000_000;
/** Of all columns, before it is known which are used. */
const BROADCAST_BYTES = 2 ** 28;
/** Rows that are cut up for an exchange cost about as much as so many that are hashed. */
const EXCHANGE_COST = 4;

interface Side {
  readonly node: Node;
  readonly keys: readonly string[];
}

/**
 * How rows of two tables of several partitions meet in `count` partitions: a small side goes to every partition of the other where that costs
 * less than an exchange of both; what nothing is known of is exchanged. Told when the join is written, not when the plan is simplified: the order of
 * the rows depends on it.
 */
export function chooseJoin(
  left: Node,
  right: Node,
  join: Pick<JoinSpec, "how" | "leftOn" | "rightOn">,
  count: number,
): JoinMethod {
  const { how } = join;
  const [a, b]: [Side, Side] = [
    { node: left, keys: join.leftOn },
    { node: right, keys: join.rightOn },
  ];
  const isRight = how !== "right" && how !== "outer" && isBetter(b, a, count);
  const isLeft = (how === "inner" || how === "right") && isBetter(a, b, count);
  if (isLeft && isRight) return bytesOf(left) < bytesOf(right) ? "broadcast-left" : "broadcast-right";
  return isRight ? "broadcast-right" : isLeft ? "broadcast-left" : "exchange";
}

/** The large side stays where it is, unless that is where an exchange would put it anyway. */
const isBetter = (small: Side, large: Side, count: number): boolean =>
  large.node.npartitions === count && !isPlaced(large.node, large.keys, count) && isCheap(small, large.node);

const bytesOf = (node: Node): number => (estimatedRows(node) ?? Number.POSITIVE_INFINITY) * rowBytes(node.fields);

/** One key of whole numbers is looked up in a table that is made once; others are hashed anew for every partition. */
function isCheap({ node: small, keys }: Side, large: Node): boolean {
  const [few, many] = [estimatedRows(small), estimatedRows(large)];
  if (few === null || many === null || few > BROADCAST_ROWS || bytesOf(small) > BROADCAST_BYTES) return false;
  const isLookedUp = keys.length === 1 && small.fields.some(({ name, dtype }) => name === keys[0] && isInteger(dtype));
  return isLookedUp ? few <= many : few * large.npartitions <= EXCHANGE_COST * (few + many);
}
