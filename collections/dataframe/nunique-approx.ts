import { DataFrame } from "./dataframe.ts";
import { call, column, type Expr, literalOf } from "./expression/expression.ts";
import { aggregateRow } from "./reductions.ts";
import { Scalar } from "./scalar.ts";
import { Series } from "./series.ts";

/** Registers: the first bits of a hash say which, the rest how rare it is. */
const REGISTER_BITS = 14;
const REGISTERS = 2 ** REGISTER_BITS;
const REST_BITS = 64 - REGISTER_BITS;
/** Corrects the bias of the harmonic mean, for as many registers as there are here. */
const ALPHA = 0.7213 / (1 + 1.079 / REGISTERS);

const number = (value: number): Expr => ({ kind: "literal", value, dtype: "float64" });

/**
 * About how many different values there are, off by about 1 %: of each partition no more than a number for each of 16,384 registers is
 * kept, however many values there are. Missing values are not counted.
 * @see https://algo.inria.fr/flajolet/Publications/FlFuGaMe07.pdf (HyperLogLog)
 */
function nuniqueApprox(series: Series<unknown>): Scalar<number> {
  const [own] = series.view.columns as [{ readonly name: string; readonly expr: Expr }];
  const hash = call("cast", [call("hash", [own.expr])], { dtype: "float64" });
  const register = call("floor", [call("div", [hash, number(2 ** REST_BITS)])]);
  const rest = call("sub", [hash, call("mul", [register, number(2 ** REST_BITS)])]);
  // Leading zeros of the rest, and one.
  const rank = call("sub", [
    number(REST_BITS),
    call("floor", [call("log2", [call("ifElse", [call("lt", [rest, number(1)]), number(0.5), rest])])]),
  ]);
  const marked = new DataFrame<{ register: number; rank: number }>({
    ...series.dropna().view,
    columns: [
      { name: "register", expr: register },
      { name: "rank", expr: rank },
    ],
  });
  const ranks = marked
    .groupby("register", { sort: false })
    .agg({ rank: "max" })
    .get("rank" as never) as Series<number>;
  const weights = ranks.mul(-1).rpow(2).rename("weight").toFrame("weight");
  const row = aggregateRow(weights as never, [
    { name: "sum", fn: "sum", columns: ["weight"], dtypes: ["float64"], options: {} },
    { name: "count", fn: "count", columns: ["weight"], dtypes: ["float64"], options: {} },
  ]);
  return new Scalar<number>({ root: row, index: [], columns: [{ name: own.name, expr: estimate() }] });
}

/** From the sum of the registers' weights and how many registers have one. */
function estimate(): Expr {
  const unused = call("sub", [number(REGISTERS), column("count")]);
  const raw = call("div", [number(ALPHA * REGISTERS ** 2), call("add", [column("sum"), unused])]);
  const used = call("ifElse", [call("gt", [unused, number(0)]), unused, number(1)]);
  const few = call("mul", [number(REGISTERS), call("log", [call("div", [number(REGISTERS), used])])]);
  const isFew = call("and", [call("le", [raw, number(2.5 * REGISTERS)]), call("gt", [unused, number(0)])]);
  const chosen = call("ifElse", [isFew, few, raw]);
  return call("cast", [call("floor", [call("add", [chosen, literalOf(0.5)])])], { dtype: "int64" });
}

declare module "./series.ts" {
  interface Series<T> {
    /**
     * About how many different values there are, off by about 1 %, in little memory.
     * @see https://docs.dask.org/en/stable/generated/dask.dataframe.Series.nunique_approx.html
     */
    nuniqueApprox(): Scalar<number>;
  }
}
Series.prototype.nuniqueApprox = function () {
  return nuniqueApprox(this as Series<unknown>);
};
