import { type AnyRow, DataFrame } from "./dataframe.ts";

declare module "./dataframe.ts" {
  interface DataFrame<S> {
    /** Every column with a text before its name. */
    addPrefix(prefix: string): DataFrame<AnyRow>;
    /** Every column with a text behind its name. */
    addSuffix(suffix: string): DataFrame<AnyRow>;
    /** The same table, its index called otherwise; of several levels the first. */
    renameAxis(name: string | null): DataFrame<S>;
  }
}

DataFrame.prototype.addPrefix = function (prefix) {
  return this.rename((name) => `${prefix}${name}`);
};
DataFrame.prototype.addSuffix = function (suffix) {
  return this.rename((name) => `${name}${suffix}`);
};
DataFrame.prototype.renameAxis = function <S>(this: DataFrame<S>, name: string | null) {
  const index = this.view.index.map((one, level) => (level === 0 ? { ...one, label: name } : one));
  return new DataFrame<S>({ ...this.view, index });
};
