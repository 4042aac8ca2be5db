import type { Node } from "./node.ts";
import type { Named } from "./step.ts";

/** Columns whose hashes say which of `count` partitions a row is in. */
interface Placing {
  readonly by: readonly string[];
  readonly count: number;
}

/** Whether an exchange by these columns would leave every row where it is. */
export function isPlaced(node: Node, by: readonly string[], count: number): boolean {
  const placing = placingOf(node);
  return (
    placing !== undefined &&
    placing.count === count &&
    node.npartitions === count &&
    placing.by.length === by.length &&
    placing.by.every((name, at) => name === by[at])
  );
}

/** What a former exchange says of a table's rows: steps that keep rows in their partitions keep it, as long as the columns are there. */
function placingOf(node: Node): Placing | undefined {
  switch (node.kind) {
    case "exchange":
      return { by: node.by, count: node.npartitions };
    case "groupWindow":
      return { by: node.over, count: node.npartitions };
    case "aggregate":
      return node.tree.splitOut > 1 ? { by: node.tree.keys, count: node.npartitions } : undefined;
    case "filter":
    case "number":
    case "scalars":
      return placingOf(node.input);
    case "select":
      return renamed(placingOf(node.input), (name) => nameIn(node.columns, name));
    case "extend":
      return renamed(placingOf(node.input), (name) =>
        node.columns.some((one) => one.name === name) ? undefined : name,
      );
    case "join":
      return placingOfJoin(node);
    default:
      return undefined;
  }
}

const nameIn = (columns: readonly Named[], from: string): string | undefined =>
  columns.find(({ expr }) => expr.kind === "column" && expr.name === from)?.name;

/** Rows of the left stay where they are; those that only the right has are not where the left's key says. */
function placingOfJoin({ join, method, left, npartitions }: Extract<Node, { kind: "join" }>): Placing | undefined {
  if (join.how === "right" || join.how === "outer") return undefined;
  const own =
    method === "exchange"
      ? { by: join.leftOn, count: npartitions }
      : method === "broadcast-right"
        ? placingOf(left)
        : undefined;
  return renamed(own, (name) => join.renameLeft.find(([from]) => from === name)?.[1] ?? name);
}

function renamed(placing: Placing | undefined, to: (name: string) => string | undefined): Placing | undefined {
  const by = placing?.by.map(to);
  if (placing === undefined || by?.includes(undefined) === true) return undefined;
  return { ...placing, by: by as string[] };
}
