import { DataFrame } from "./dataframe.ts";
import { named } from "./plan/node.ts";
import { type View, viewOfNode } from "./plan/view.ts";
import { Series } from "./series.ts";

const cleared = ({ view, node }: DataFrame<unknown> | Series<unknown>): View =>
  viewOfNode(named({ ...node, divisions: null }), view);

declare module "./dataframe.ts" {
  interface DataFrame<S> {
    /**
     * The same rows, as if nothing were known of where they are: nothing is pruned or matched by divisions.
     * @see https://docs.dask.org/en/stable/generated/dask.dataframe.DataFrame.clear_divisions.html
     */
    clearDivisions(): DataFrame<S>;
  }
}
declare module "./series.ts" {
  interface Series<T> {
    /** The same values, as if nothing were known of where they are. */
    clearDivisions(): Series<T>;
  }
}

DataFrame.prototype.clearDivisions = function () {
  return new DataFrame(cleared(this as DataFrame<unknown>));
};
Series.prototype.clearDivisions = function () {
  return new Series(cleared(this as Series<unknown>));
};
