import type { Node } from "acorn";
import { declareLexical, hoistVars, isNode, namesIn, type Scope, type Tree } from "./declared-names.ts";

/** How a function uses a variable it does not declare. */
export interface FreeVariable {
  readonly name: string;
  written: boolean;
  /** Which uses stand after `typeof`: with all of them, or one that guards the others, the variable need not exist. */
  typeofUses: "none" | "some" | "all";
  /** The properties read of it, or undefined if it is used in any other way. */
  members: Set<string> | undefined;
}

/** An `import()`, by its places in the text. */
export interface DynamicImport {
  readonly start: number;
  /** The specifier, where it is written out. */
  readonly literal: { readonly specifier: string; readonly start: number; readonly end: number } | undefined;
}

export interface FunctionUses {
  readonly free: ReadonlyMap<string, FreeVariable>;
  /** `this` of the function itself: of its surroundings if it is an arrow function. */
  readonly usesThis: boolean;
  readonly usesArguments: boolean;
  /** `super` of the class or object that the function was taken from. */
  readonly usesSuper: boolean;
  readonly usesImportMeta: boolean;
  readonly usesEval: boolean;
  /** Every `import()`, in the order of the text. */
  readonly imports: readonly DynamicImport[];
}

/** Finds what a function or class takes from outside. O(size of the tree). */
export function freeVariables(root: Node): FunctionUses {
  const walk = new FreeVariableWalk();
  walk.visit(root as Tree, { names: new Set(), up: undefined }, true);
  return walk;
}

class FreeVariableWalk implements FunctionUses {
  readonly free = new Map<string, FreeVariable>();
  readonly imports: DynamicImport[] = [];
  usesThis = false;
  usesArguments = false;
  usesSuper = false;
  usesImportMeta = false;
  usesEval = false;
  /** Whether the walk has gone into the function that is analysed. */
  private entered = false;

  /** @param own whether `this` and `arguments` here are those of the function that is analysed, or of its surroundings */
  visit(node: Tree, scope: Scope, own: boolean): void {
    switch (node.type) {
      case "Identifier":
        this.use(node["name"] as string, scope, own, {});
        return;
      case "ThisExpression":
        if (own) this.usesThis = true;
        return;
      case "Super":
        if (own) this.usesSuper = true;
        return;
      case "MetaProperty":
        if ((node["meta"] as Tree)["name"] === "import") this.usesImportMeta = true;
        return;
      case "FunctionDeclaration":
      case "FunctionExpression":
      case "ArrowFunctionExpression":
        this.visitFunction(node, scope, own);
        return;
      case "ClassDeclaration":
      case "ClassExpression":
        this.visitClass(node, scope, own);
        return;
      case "BreakStatement":
      case "ContinueStatement":
        return;
      case "LabeledStatement":
        this.visit(node["body"] as Tree, scope, own);
        return;
      case "ImportExpression":
        this.noteImport(node, node["source"] as Tree);
        this.visitParts(node, scope, own);
        return;
      default:
        this.visitExpression(node, scope, own);
        return;
    }
  }

  private visitExpression(node: Tree, scope: Scope, own: boolean): void {
    switch (node.type) {
      case "MemberExpression":
        this.visitMember(node, scope, own);
        return;
      case "Property":
      case "PropertyDefinition":
        if (node["computed"] === true) this.visit(node["key"] as Tree, scope, own);
        this.visitMaybe(node["value"], scope, own);
        return;
      case "UnaryExpression": {
        const argument = node["argument"] as Tree;
        if (node["operator"] !== "typeof" || argument.type !== "Identifier") {
          this.visit(argument, scope, own);
          return;
        }
        this.use(argument["name"] as string, scope, own, { behindTypeof: true });
        return;
      }
      case "AssignmentExpression":
        this.assign(node["left"] as Tree, scope, own);
        this.visit(node["right"] as Tree, scope, own);
        return;
      case "UpdateExpression":
        this.assign(node["argument"] as Tree, scope, own);
        return;
      case "CallExpression":
        if ((node["callee"] as Tree)["name"] === "eval") this.usesEval = true;
        this.visitParts(node, scope, own);
        return;
      default:
        this.visitStatement(node, scope, own);
        return;
    }
  }

  private visitStatement(node: Tree, scope: Scope, own: boolean): void {
    switch (node.type) {
      case "VariableDeclarator":
        this.visitPattern(node["id"] as Tree, scope, own);
        this.visitMaybe(node["init"], scope, own);
        return;
      case "BlockStatement":
        this.visitBlock(node["body"] as Tree[], { names: new Set(), up: scope }, own);
        return;
      case "ForStatement":
      case "ForInStatement":
      case "ForOfStatement":
        this.visitLoop(node, { names: new Set(), up: scope }, own);
        return;
      case "SwitchStatement": {
        this.visit(node["discriminant"] as Tree, scope, own);
        const cases = node["cases"] as Tree[];
        const inner = { names: new Set<string>(), up: scope };
        for (const one of cases) declareLexical(one["consequent"] as Tree[], inner);
        for (const one of cases) this.visitParts(one, inner, own);
        return;
      }
      case "CatchClause": {
        const inner = { names: new Set<string>(), up: scope };
        if (node["param"] !== null) this.declarePattern(node["param"] as Tree, inner, own);
        this.visit(node["body"] as Tree, inner, own);
        return;
      }
      default:
        this.visitParts(node, scope, own);
        return;
    }
  }

  private visitFunction(node: Tree, outer: Scope, ownOuter: boolean): void {
    const arrow = node.type === "ArrowFunctionExpression";
    const first = !this.entered;
    this.entered = true;
    const own = arrow ? ownOuter : first;
    const scope: Scope = { names: new Set(), up: outer };
    const id = node["id"] as Tree | null | undefined;
    if (id && node.type === "FunctionExpression") scope.names.add(id["name"] as string);
    if (!arrow) scope.names.add("arguments");
    const params = node["params"] as Tree[];
    for (const param of params) namesIn(param, scope.names);
    for (const param of params) this.visitPattern(param, scope, own);
    const body = node["body"] as Tree;
    if (body.type !== "BlockStatement") {
      this.visit(body, scope, own);
      return;
    }
    const statements = body["body"] as Tree[];
    hoistVars(statements, scope.names);
    this.visitBlock(statements, scope, own);
  }

  private visitClass(node: Tree, outer: Scope, own: boolean): void {
    this.entered = true;
    const scope: Scope = { names: new Set(), up: outer };
    const id = node["id"] as Tree | null | undefined;
    if (id) scope.names.add(id["name"] as string);
    this.visitMaybe(node["superClass"], scope, own);
    for (const member of (node["body"] as Tree)["body"] as Tree[]) {
      if (member.type === "StaticBlock") {
        const inner: Scope = { names: new Set(), up: scope };
        hoistVars(member["body"] as Tree[], inner.names);
        this.visitBlock(member["body"] as Tree[], inner, false);
        continue;
      }
      if (member["computed"] === true) this.visit(member["key"] as Tree, scope, own);
      this.visitMaybe(member["value"], scope, false);
    }
  }

  private visitBlock(statements: readonly Tree[], scope: Scope, own: boolean): void {
    declareLexical(statements, scope);
    for (const statement of statements) this.visit(statement, scope, own);
  }

  private visitLoop(node: Tree, scope: Scope, own: boolean): void {
    for (const part of ["init", "left"]) {
      const head = node[part] as Tree | null | undefined;
      if (head?.type === "VariableDeclaration") declareLexical([head], scope);
    }
    const left = node["left"] as Tree | undefined;
    if (left !== undefined && left.type !== "VariableDeclaration") this.assign(left, scope, own);
    else this.visitMaybe(left, scope, own);
    for (const part of ["init", "test", "update", "right", "body"]) this.visitMaybe(node[part], scope, own);
  }

  private visitMember(node: Tree, scope: Scope, own: boolean): void {
    const object = node["object"] as Tree;
    const property = node["property"] as Tree;
    const member = memberName(node, property);
    if (object.type === "Identifier")
      this.use(object["name"] as string, scope, own, member === undefined ? {} : { member });
    else this.visit(object, scope, own);
    if (node["computed"] === true) this.visit(property, scope, own);
  }

  private declarePattern(pattern: Tree, scope: Scope, own: boolean): void {
    namesIn(pattern, scope.names);
    this.visitPattern(pattern, scope, own);
  }

  /** Defaults and computed keys of a pattern whose names are declared. */
  private visitPattern(pattern: Tree | null, scope: Scope, own: boolean): void {
    this.pattern(pattern, scope, own, () => {});
  }

  private assign(target: Tree, scope: Scope, own: boolean): void {
    this.pattern(target, scope, own, (name) => this.use(name, scope, own, { written: true }));
  }

  private pattern(node: Tree | null, scope: Scope, own: boolean, found: (name: string) => void): void {
    switch (node?.type) {
      case undefined:
        return;
      case "Identifier":
        found((node as Tree)["name"] as string);
        return;
      case "ObjectPattern":
        for (const property of (node as Tree)["properties"] as Tree[]) {
          if (property["computed"] === true) this.visit(property["key"] as Tree, scope, own);
          this.pattern((property["argument"] ?? property["value"]) as Tree, scope, own, found);
        }
        return;
      case "ArrayPattern":
        for (const element of (node as Tree)["elements"] as (Tree | null)[]) this.pattern(element, scope, own, found);
        return;
      case "AssignmentPattern":
        this.pattern((node as Tree)["left"] as Tree, scope, own, found);
        this.visit((node as Tree)["right"] as Tree, scope, own);
        return;
      case "RestElement":
        this.pattern((node as Tree)["argument"] as Tree, scope, own, found);
        return;
      default:
        this.visit(node as Tree, scope, own);
        return;
    }
  }

  private use(name: string, scope: Scope, own: boolean, how: Use): void {
    for (let at: Scope | undefined = scope; at !== undefined; at = at.up) if (at.names.has(name)) return;
    if (name === "undefined") return;
    if (name === "arguments") {
      if (own) this.usesArguments = true;
      return;
    }
    let variable = this.free.get(name);
    if (variable === undefined) {
      variable = { name, written: false, typeofUses: how.behindTypeof === true ? "all" : "none", members: new Set() };
      this.free.set(name, variable);
    }
    if (how.written === true) variable.written = true;
    if ((how.behindTypeof === true) !== (variable.typeofUses === "all")) variable.typeofUses = "some";
    if (how.member !== undefined) variable.members?.add(how.member);
    else variable.members = undefined;
  }

  private noteImport(node: Tree, source: Tree): void {
    const specifier = source["value"];
    const literal = typeof specifier === "string" ? { specifier, start: source.start, end: source.end } : undefined;
    this.imports.push({ start: node.start, literal });
  }

  private visitMaybe(node: unknown, scope: Scope, own: boolean): void {
    if (node !== null && node !== undefined) this.visit(node as Tree, scope, own);
  }

  private visitParts(node: Tree, scope: Scope, own: boolean): void {
    for (const name in node) {
      const part = node[name];
      if (Array.isArray(part)) for (const item of part) this.visitMaybe(item, scope, own);
      else if (isNode(part)) this.visit(part, scope, own);
    }
  }
}

interface Use {
  readonly written?: boolean;
  readonly behindTypeof?: boolean;
  readonly member?: string;
}

function memberName(node: Tree, property: Tree): string | undefined {
  if (node["computed"] !== true) return property["name"] as string;
  return property.type === "Literal" && typeof property["value"] === "string" ? property["value"] : undefined;
}
