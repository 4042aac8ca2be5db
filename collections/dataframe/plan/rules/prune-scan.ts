import { tokenize } from "../../../../runtime/graph/tokenize.ts";
import type { ParquetPart } from "../../kernels/read-parquet.ts";
import { fusedPart } from "../fused-part.ts";
import { type Node, named, type Part } from "../node.ts";
import { mayMatch } from "./may-match.ts";

/**
 * Row groups whose statistics (or folders) rule a filter out are not read; a file without any left is not opened. The filter stays, for
 * the rows of the others, and so do the partitions: one of nothing costs nothing.
 */
export function pruneScan(node: Node): Node {
  if (node.kind !== "filter" || node.input.kind !== "scan") return node;
  const { predicate, input: scan } = node;
  if (scan.parts.every(({ groups }) => groups === undefined)) return node;
  if (scan.predicate !== undefined && tokenize(scan.predicate) === tokenize(predicate)) return node;
  const dtypes = new Map(scan.fields.map(({ name, dtype }) => [name, dtype]));
  const parts = scan.parts.map((part) => prunedPart(part, (group) => mayMatch(predicate, group, dtypes)));
  return named({ ...node, input: named({ ...scan, parts, predicate }) });
}

type Groups = NonNullable<Part["groups"]>;

function prunedPart(part: Part, keep: (group: Groups["list"][number]) => boolean): Part {
  if (part.of !== undefined) return fusedPart(part.of.map((one) => prunedPart(one, keep)));
  if (part.groups === undefined) return part;
  const groups = part.groups.filter(keep);
  if (groups.list.length === part.groups.list.length) return part;
  const own: ParquetPart = { ...(part.own as ParquetPart), slices: runsOf(groups) };
  return { ...part, own, rows: groups.list.reduce((sum, { rows }) => sum + rows, 0), groups };
}

/** Neighbouring groups as one stretch of rows. */
function runsOf({ list }: Groups): [offset: number, rows: number][] {
  const runs: [number, number][] = [];
  for (const { offset, rows } of list) {
    const last = runs.at(-1);
    if (last !== undefined && last[0] + last[1] === offset) last[1] += rows;
    else runs.push([offset, rows]);
  }
  return runs;
}
