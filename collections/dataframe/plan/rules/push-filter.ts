import { call, type Expr, substitute, visitColumns } from "../../expression/expression.ts";
import { extendNode, filterNode, selectNode, stackNode } from "../build.ts";
import { type Node, named, withInputs } from "../node.ts";

/** A filter sinks below what does not change which rows there are, and into the side of a join it speaks of. */
export function pushFilter(node: Node): Node {
  if (node.kind !== "filter") return node;
  const { input, predicate } = node;
  switch (input.kind) {
    case "select": {
      const below = new Map(input.columns.map(({ name, expr }) => [name, expr]));
      return selectNode(
        pushFilter(
          filterNode(
            input.input,
            substitute(predicate, (name) => below.get(name) as Expr),
          ),
        ),
        input.columns,
      );
    }
    case "extend": {
      const below = new Map(input.columns.map(({ name, expr }) => [name, expr]));
      const sunk = substitute(predicate, (name) => below.get(name) ?? { kind: "column", name });
      return extendNode(pushFilter(filterNode(input.input, sunk)), input.columns);
    }
    case "sort":
    case "exchange":
      return withInputs(input, [pushFilter(filterNode(input.input, predicate))]);
    case "stack":
      return stackNode(
        input.inputs.map((one) => pushFilter(filterNode(one, predicate))),
        input.divisions,
      );
    case "join":
      return intoJoin(node, input);
    default:
      return node;
  }
}

/** Conjuncts that read one side only go there, where the join keeps no rows of that side without a partner. */
function intoJoin(node: Extract<Node, { kind: "filter" }>, join: Extract<Node, { kind: "join" }>): Node {
  const { how, rename, renameLeft, leftOn, rightOn } = join.join;
  const leftNames = sourceNames(join.left, renameLeft);
  const rightNames = sourceNames(join.right, rename);
  // A key of both has the value of either side: in an inner join they are equal.
  const shared = new Set(leftOn.filter((name, at) => name === rightOn[at]));
  const stays: Expr[] = [];
  const [forLeft, forRight]: [Expr[], Expr[]] = [[], []];
  for (const part of conjuncts(node.predicate)) {
    const names = new Set<string>();
    visitColumns(part, (name) => names.add(name));
    const within = (side: ReadonlyMap<string, string>) => names.size > 0 && [...names].every((name) => side.has(name));
    if (how === "inner" && [...names].every((name) => shared.has(name)) && names.size > 0) {
      forLeft.push(part);
      forRight.push(part);
    } else if (
      (how === "inner" || how === "left") &&
      within(leftNames) &&
      (how === "left" || ![...names].some((name) => shared.has(name)))
    )
      forLeft.push(part);
    else if (
      (how === "inner" || how === "right") &&
      within(rightNames) &&
      ![...names].some((name) => leftNames.has(name))
    )
      forRight.push(part);
    else stays.push(part);
  }
  if (forLeft.length + forRight.length === 0) return node;
  const sunk = (side: Node, parts: readonly Expr[], names: ReadonlyMap<string, string>): Node =>
    parts.length === 0
      ? side
      : pushFilter(
          filterNode(
            side,
            substitute(all(parts), (name) => ({ kind: "column", name: names.get(name) as string })),
          ),
        );
  const joined = named({
    ...join,
    left: sunk(join.left, forLeft, leftNames),
    right: sunk(join.right, forRight, rightNames),
  });
  return stays.length === 0 ? joined : filterNode(joined, all(stays));
}

/** From the names a side has in the result to those it has below. */
function sourceNames(side: Node, rename: readonly (readonly [string, string])[]): Map<string, string> {
  const after = new Map(rename);
  return new Map(side.fields.map(({ name }) => [after.get(name) ?? name, name]));
}

const conjuncts = (expr: Expr): Expr[] =>
  expr.kind === "call" && expr.op === "and" ? expr.args.flatMap(conjuncts) : [expr];

const all = (parts: readonly Expr[]): Expr => parts.reduce((one, other) => call("and", [one, other]));
