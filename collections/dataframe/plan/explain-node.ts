import { showExpr } from "../expression/expression.ts";
import { isIndexName } from "../schema.ts";
import { explainLayers } from "./explain-layers.ts";
import { layerOfNode } from "./lower.ts";
import { inputsOf, type Node } from "./node.ts";
import { simplify } from "./simplify.ts";

/** The logical plan, the plan after the rules, and the layers it becomes. */
export function explainNode(node: Node): string {
  const simple = simplify(node);
  return [
    "Logical plan",
    ...describe(node, 1),
    "Simplified plan",
    ...describe(simple, 1),
    "Physical plan",
    ...explainLayers(layerOfNode(node)).map((line) => `  ${line}`),
  ].join("\n");
}

function describe(node: Node, depth: number): string[] {
  return [`${"  ".repeat(depth)}${nodeLine(node)}`, ...inputsOf(node).flatMap((input) => describe(input, depth + 1))];
}

const names = (node: Node): string => {
  const shown = node.fields.map(({ name }) => name).filter((name) => !isIndexName(name));
  return shown.length > 12 ? `${shown.slice(0, 12).join(", ")}, … ${shown.length - 12} more` : shown.join(", ");
};

/** What a node does, in a line. */
export function nodeLine(node: Node): string {
  const parts = `${node.npartitions} ${node.npartitions === 1 ? "partition" : "partitions"}`;
  switch (node.kind) {
    case "scan":
      return `scan ${node.label} [${names(node)}]${node.predicate === undefined ? "" : ` where ${showExpr(node.predicate)}`}, ${parts}${groupsRead(node)}`;
    case "layer":
      return `have ${node.label} [${names(node)}], ${parts}`;
    case "filter":
      return `filter ${showExpr(node.predicate)}`;
    case "select":
    case "extend":
      return `${node.kind} ${node.columns
        .filter(({ name }) => !isIndexName(name))
        .map(({ name, expr }) => (expr.kind === "column" && expr.name === name ? name : `${name} = ${showExpr(expr)}`))
        .join(", ")}`;
    case "aggregate":
      return `aggregate by [${node.tree.keys.join(", ")}]: ${node.tree.partial.map(({ primitive, columns }) => `${primitive}(${columns.join(", ")})`).join(", ")}`;
    case "sort":
    case "largest":
      return `${node.kind} by ${node.by.map((name, at) => `${name}${node.descending[at] === true ? " falling" : ""}`).join(", ")}, ${parts}`;
    case "join":
      return `${node.join.how} join on [${node.join.leftOn.join(", ")}] = [${node.join.rightOn.join(", ")}], ${node.method}, ${parts}`;
    case "exchange":
      return `exchange by [${node.by.join(", ")}], ${parts}`;
    case "limit":
      return `${node.from} ${node.rows} of ${node.partitions} partitions`;
    case "window":
      return `window ${node.items.map(({ window, columns }) => `${window}(${columns.join(", ")})`).join(", ")}`;
    default:
      return `${node.kind} [${names(node)}], ${parts}`;
  }
}

/** How much of the files is read, where they say what is in them. */
function groupsRead({ parts }: Extract<Node, { kind: "scan" }>): string {
  if (parts.every(({ groups }) => groups === undefined)) return "";
  const left = parts.map(({ groups }) => groups?.list.length ?? 1);
  const [read, empty] = [left.reduce((a, b) => a + b, 0), left.filter((one) => one === 0).length];
  return `, ${read} row ${read === 1 ? "group" : "groups"}${empty === 0 ? "" : `, nothing of ${empty} partitions`}`;
}
