import type { Node } from "./node.ts";

/** How many rows a plan has, where that is known without computing: what files say, through steps that keep all rows. */
export function knownRows(node: Node): number | null {
  switch (node.kind) {
    case "scan":
      if (node.predicate !== undefined || node.parts.some((part) => part.rows === null)) return null;
      return node.parts.reduce((sum, part) => sum + (part.rows as number), 0);
    case "select":
    case "extend":
    case "number":
    case "window":
    case "repartition":
    case "exchange":
    case "sort":
      return knownRows(node.input);
    case "stack": {
      const all = node.inputs.map(knownRows);
      return all.every((one) => one !== null) ? (all as number[]).reduce((a, b) => a + b, 0) : null;
    }
    default:
      return null;
  }
}
