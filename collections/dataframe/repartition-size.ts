import { parseBytes } from "../../runtime/base/units.ts";
import { DataFrame } from "./dataframe.ts";
import { type Divisions, type Node, named } from "./plan/node.ts";
import { nodeOfView, viewOfNode } from "./plan/view.ts";

/** Partitions by how much memory they take: bytes, or text such as "100 MB". */
export interface PartitionSize {
  readonly partitionSize: number | string;
}

/** Large partitions are cut, small neighbours come together, until none takes more than was said and as few as may be are left. */
export async function repartitionedBySize<S>(table: DataFrame<S>, size: number | string): Promise<DataFrame<S>> {
  const bytesMax = parseBytes(size);
  if (!(bytesMax > 0)) throw new RangeError(`partitionSize is an amount such as "100 MB", got ${size}`);
  const bytes = (await table.memoryUsagePerPartition().compute()).toArray() as number[];
  const pieces = bytes.map((own) => Math.max(1, Math.ceil(own / bytesMax)));
  const groups = groupsOf(bytes, pieces, bytesMax);
  const input = nodeOfView(table.view);
  const node = named({
    kind: "repartition",
    input,
    how: { kind: "pieces", pieces, groups },
    fields: input.fields,
    npartitions: groups.length,
    divisions: divisionsOf(input, pieces, groups),
  });
  return new DataFrame<S>(viewOfNode(node, table.view));
}

/** Neighbouring pieces for as long as they are within the bound together. */
function groupsOf(bytes: readonly number[], pieces: readonly number[], bytesMax: number): number[][] {
  const groups: number[][] = [];
  let [filled, number] = [Number.POSITIVE_INFINITY, 0];
  pieces.forEach((count, at) => {
    const weight = (bytes[at] as number) / count;
    for (let piece = 0; piece < count; piece++) {
      if (filled + weight > bytesMax) {
        groups.push([]);
        filled = 0;
      }
      groups.at(-1)?.push(number++);
      filled += weight;
    }
  });
  return groups;
}

/** Where partitions were only put together, their outer bounds are those of the groups. */
function divisionsOf(
  { divisions }: Node,
  pieces: readonly number[],
  groups: readonly (readonly number[])[],
): Divisions | null {
  if (divisions === null || pieces.some((count) => count > 1)) return null;
  const starts = groups.map(([first]) => divisions.values[first as number] as Divisions["values"][number]);
  return { column: divisions.column, values: [...starts, divisions.values.at(-1) as Divisions["values"][number]] };
}
