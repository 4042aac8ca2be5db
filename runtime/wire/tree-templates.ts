import { columnIn, SPECIAL, sectionAt } from "./plain-tree.ts";
import { typedArrayOver } from "./typed-array.ts";

/** How a tree is built anew: all that is fixed in it, and where its columns are. */
type Recipe =
  | { readonly kind: "constant"; readonly value: unknown }
  | { readonly kind: "column"; readonly type: number; readonly section: unknown }
  | { readonly kind: "list"; readonly items: readonly Recipe[] }
  | { readonly kind: "record"; readonly names: readonly string[]; readonly items: readonly Recipe[] };

/** Longer trees hold more than the form of a message, and do not come again. */
const KEY_BYTES_MAX = 1024;
const RECIPES_MAX = 256;
const SEEN_MAX = 1024;

/**
 * Trees by their bytes. Messages of one form differ in their columns, which lie in sections; their tree comes in the same bytes each time, so that it need
 * be proven and read only twice. What it is then built from is the bytes that were proven.
 */
export class TreeTemplates {
  private readonly recipes = new Map<string, Recipe>();
  private readonly seen = new Set<string>();

  recipeOf(key: string): Recipe | undefined {
    return this.recipes.get(key);
  }

  /** A tree that was read, before its special values are put back: one that comes again is kept as a recipe. */
  note(key: string, tree: unknown): void {
    if (!this.seen.has(key)) {
      if (this.seen.size >= SEEN_MAX) this.seen.clear();
      this.seen.add(key);
      return;
    }
    const recipe = recipeFor(tree);
    if (recipe === undefined) return;
    if (this.recipes.size >= RECIPES_MAX) this.recipes.delete(this.recipes.keys().next().value as string);
    this.recipes.set(key, recipe);
  }
}

/** The bytes of a tree as a key; undefined for those that are not kept. */
export const keyOfTree = (head: Uint8Array, from: number): string | undefined =>
  head.byteLength - from > KEY_BYTES_MAX
    ? undefined
    : Buffer.from(head.buffer, head.byteOffset, head.byteLength).toString("latin1", from, head.byteLength);

/** @throws ShoalError DECODE if the sections are not what the tree speaks of */
export function buildTree(recipe: Recipe, sections: readonly Uint8Array[]): unknown {
  switch (recipe.kind) {
    case "constant":
      return recipe.value;
    case "column":
      return typedArrayOver(recipe.type, sectionAt(sections, recipe.section));
    case "list":
      return recipe.items.map((item) => buildTree(item, sections));
    case "record": {
      const { names, items } = recipe;
      const record: Record<string, unknown> = {};
      for (let i = 0; i < names.length; i++) record[names[i] as string] = buildTree(items[i] as Recipe, sections);
      return record;
    }
  }
}

/** Undefined where something in it is neither plain nor a column: such trees are read each time. */
function recipeFor(tree: unknown): Recipe | undefined {
  if (typeof tree !== "object" || tree === null) return { kind: "constant", value: tree };
  if (Array.isArray(tree)) {
    const items = tree.map(recipeFor);
    return items.includes(undefined) ? undefined : { kind: "list", items: items as Recipe[] };
  }
  const record = tree as Record<string, unknown>;
  if (SPECIAL in record) {
    const column = columnIn(record[SPECIAL]);
    return column === undefined ? undefined : { kind: "column", ...column };
  }
  const names = Object.keys(record);
  if (names.some((name) => name.charCodeAt(0) === 0)) return undefined;
  const items = names.map((name) => recipeFor(record[name]));
  return items.includes(undefined) ? undefined : { kind: "record", names, items: items as Recipe[] };
}
