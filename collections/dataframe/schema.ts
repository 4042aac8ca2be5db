import type { Dtype } from "./dtype.ts";

/** A physical column: its name within a node of the plan, and its type. */
export interface Field {
  readonly name: string;
  readonly dtype: Dtype;
}

/** What a category column knows of its values; `values` is null until it is computed (`cat.asKnown()`). */
export interface Category {
  readonly values: readonly (string | number | boolean)[] | null;
  readonly ordered: boolean;
}

/** A column as users see it. */
export interface ColumnMeta extends Field {
  readonly category?: Category;
}

/** A level of the index; its physical column is `__index_<level>`. */
export interface IndexMeta {
  readonly label: string | null;
  readonly dtype: Dtype;
}

/** What is known of a table without computing: its index levels and its columns, in order. */
export interface TableMeta {
  readonly index: readonly IndexMeta[];
  readonly columns: readonly ColumnMeta[];
}

/** Physical name of an index level. */
export const indexName = (level: number): string => `__index_${level}`;
export const isIndexName = (name: string): boolean => name.startsWith("__index_");

/** Labels of several levels, such as those of `agg({ delay: ["mean", "std"] })`, are one physical name. */
const LEVEL = "\u001f";

/** A column label as users write it: text, or one text a level. */
export type Label = string | readonly string[];

export const labelName = (label: Label): string => (typeof label === "string" ? label : label.join(LEVEL));
export const nameLabel = (name: string): string | string[] => (name.includes(LEVEL) ? name.split(LEVEL) : name);

/** A physical name for people. */
export const shownName = (name: string): string =>
  name.includes(LEVEL) ? `(${name.split(LEVEL).join(", ")})` : isIndexName(name) ? "the index" : name;
