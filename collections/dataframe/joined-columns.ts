import type { JoinSpec } from "./plan/step.ts";
import type { View } from "./plan/view.ts";
import type { Category } from "./schema.ts";

const ORIGINS: Category = { values: ["left_only", "right_only", "both"], ordered: false };

/** The columns of joined tables with what is known of their categories; a key that both tables have keeps those that they share. */
export function joinedColumns(
  names: readonly string[],
  left: View,
  right: View,
  spec: JoinSpec,
): { readonly name: string; readonly category?: Category }[] {
  const found = new Map<string, Category>();
  const [toLeft, toRight] = [new Map(spec.renameLeft), new Map(spec.rename)];
  const take = (view: View, renamed: ReadonlyMap<string, string>, keys: readonly string[], other: View): void => {
    for (const { name, category } of view.columns) {
      if (category === undefined) continue;
      const isShared = keys.includes(name) && other.columns.some((one) => one.name === name);
      const theirs = other.columns.find((one) => one.name === name)?.category;
      if (!isShared || isAlike(category, theirs)) found.set(renamed.get(name) ?? name, category);
    }
  };
  const shared = spec.leftOn.filter((name, at) => name === spec.rightOn[at]);
  take(right, toRight, shared, left);
  take(left, toLeft, shared, right);
  if (spec.indicator !== undefined) found.set(spec.indicator, ORIGINS);
  return names.map((name) => {
    const category = found.get(name);
    return category === undefined ? { name } : { name, category };
  });
}

const isAlike = (a: Category, b: Category | undefined): boolean =>
  b !== undefined && a.ordered === b.ordered && JSON.stringify(a.values) === JSON.stringify(b.values);
