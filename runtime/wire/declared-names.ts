import type { Node } from "acorn";

/** Names, as one block or function declares them. */
export interface Scope {
  readonly names: Set<string>;
  readonly up: Scope | undefined;
}

/** Acorn's nodes as the walks read them. */
export type Tree = Node & { readonly [part: string]: unknown };

export const isNode = (part: unknown): part is Tree =>
  typeof part === "object" && part !== null && typeof (part as Tree).type === "string";

/** Adds the names that a pattern binds. */
export function namesIn(pattern: Tree | null, names: Set<string>): void {
  switch (pattern?.type) {
    case "Identifier":
      names.add((pattern as Tree)["name"] as string);
      return;
    case "ObjectPattern":
      for (const property of (pattern as Tree)["properties"] as Tree[])
        namesIn((property["argument"] ?? property["value"]) as Tree, names);
      return;
    case "ArrayPattern":
      for (const element of (pattern as Tree)["elements"] as (Tree | null)[]) namesIn(element, names);
      return;
    case "AssignmentPattern":
      namesIn((pattern as Tree)["left"] as Tree, names);
      return;
    case "RestElement":
      namesIn((pattern as Tree)["argument"] as Tree, names);
      return;
    default:
  }
}

/** `var` and, in blocks of their own, functions reach up to the function's scope. */
export function hoistVars(part: unknown, names: Set<string>): void {
  if (Array.isArray(part)) for (const item of part) hoistVars(item, names);
  if (!isNode(part) || /^(Function|Arrow|Class)/.test(part.type)) return;
  if (part.type === "VariableDeclaration" && part["kind"] === "var")
    for (const one of part["declarations"] as Tree[]) namesIn(one["id"] as Tree, names);
  for (const name in part) hoistVars(part[name], names);
}

/** Names that a list of statements declares for itself. */
export function declareLexical(statements: readonly Tree[], scope: Scope): void {
  for (const statement of statements) {
    if (statement.type === "VariableDeclaration")
      for (const one of statement["declarations"] as Tree[]) namesIn(one["id"] as Tree, scope.names);
    else if (/^(Function|Class)Declaration$/.test(statement.type))
      scope.names.add((statement["id"] as Tree)["name"] as string);
  }
}
