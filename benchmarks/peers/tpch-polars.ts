import { createRequire } from "node:module";
import { join } from "node:path";
import type Polars from "nodejs-polars";
import { TABLE_NAMES, type TableName } from "../tpch/queries.ts";
import { reportSeconds } from "./tpch-figures.ts";

/** A query of TPC-H on nodejs-polars alone, as one lazy plan: `tpch-polars.ts QUERY FOLDER`, one line of figures. */
const [query = "", folder = ""] = process.argv.slice(2);
const pl = createRequire(import.meta.url)("nodejs-polars") as typeof Polars;

type Expr = Polars.Expr;
/** What the queries use of a lazy table: the library's own types know no lists of names, and no lazy table as what a join gives. */
interface Lazy {
  filter(predicate: Expr): Lazy;
  select(...columns: readonly (string | Expr)[]): Lazy;
  withColumns(...columns: readonly Expr[]): Lazy;
  join(right: Lazy, how: { leftOn: readonly string[]; rightOn: readonly string[]; how: "inner" | "semi" }): Lazy;
  groupBy(keys: readonly string[]): { agg(...aggregates: readonly Expr[]): Lazy };
  sort(by: readonly (string | Expr)[]): Lazy;
  limit(rows: number): Lazy;
  collect(): Promise<Polars.DataFrame>;
}
type Tables = Readonly<Record<TableName, Lazy>>;

const col = (name: string): Expr => pl.col(name);
const day = (text: string): Expr => pl.lit(new Date(`${text}T00:00:00Z`)).cast(pl.Datetime("us"));
const within = (name: string, from: string, to: string): Expr =>
  col(name)
    .gtEq(day(from))
    .and(col(name).lt(day(to)));
const isOne = (name: string, ...texts: readonly string[]): Expr =>
  texts.map((text) => col(name).eq(pl.lit(text))).reduce((one, other) => one.or(other));
const paid = (): Expr => col("l_extendedprice").mul(pl.lit(1).sub(col("l_discount")));
const revenue = (): Expr => paid().sum().alias("revenue");
const rows = (): Expr => pl.len().alias("n") as Expr;
/** The engine sorts all keys in one direction. */
const falling = (name: string): Expr => col(name).mul(pl.lit(-1));
const meet = (left: Lazy, right: Lazy, leftOn: readonly string[], rightOn: readonly string[]): Lazy =>
  left.join(right, { leftOn, rightOn, how: "inner" });

const works: Readonly<Record<string, (tables: Tables) => Lazy>> = {
  q1: ({ lineitem }) =>
    lineitem
      .filter(col("l_shipdate").ltEq(day("1998-09-02")))
      .groupBy(["l_returnflag", "l_linestatus"])
      .agg(
        col("l_quantity").sum().alias("sum_qty"),
        col("l_extendedprice").sum().alias("sum_base"),
        paid().sum().alias("sum_disc"),
        paid()
          .mul(pl.lit(1).add(col("l_tax")))
          .sum()
          .alias("sum_charge"),
        col("l_quantity").mean().alias("avg_qty"),
        col("l_extendedprice").mean().alias("avg_price"),
        col("l_discount").mean().alias("avg_disc"),
        rows(),
      )
      .sort(["l_returnflag", "l_linestatus"]),
  q3: ({ customer, orders, lineitem }) => {
    const buyers = customer.filter(isOne("c_mktsegment", "BUILDING"));
    const early = orders.filter(col("o_orderdate").lt(day("1995-03-15")));
    const late = lineitem.filter(col("l_shipdate").gt(day("1995-03-15")));
    return meet(meet(buyers, early, ["c_custkey"], ["o_custkey"]), late, ["o_orderkey"], ["l_orderkey"])
      .groupBy(["o_orderkey", "o_orderdate", "o_shippriority"])
      .agg(revenue())
      .sort([falling("revenue"), "o_orderdate"])
      .limit(10);
  },
  q4: ({ orders, lineitem }) =>
    orders
      .filter(within("o_orderdate", "1993-07-01", "1993-10-01"))
      .join(lineitem.filter(col("l_commitdate").lt(col("l_receiptdate"))), {
        leftOn: ["o_orderkey"],
        rightOn: ["l_orderkey"],
        how: "semi",
      })
      .groupBy(["o_orderpriority"])
      .agg(rows())
      .sort(["o_orderpriority"]),
  q5: ({ customer, orders, lineitem, supplier, nation, region }) => {
    const asia = meet(nation, region.filter(isOne("r_name", "ASIA")), ["n_regionkey"], ["r_regionkey"]);
    const year = orders.filter(within("o_orderdate", "1994-01-01", "1995-01-01"));
    const buyers = meet(meet(customer, asia, ["c_nationkey"], ["n_nationkey"]), year, ["c_custkey"], ["o_custkey"]);
    const lines = meet(buyers, lineitem, ["o_orderkey"], ["l_orderkey"]);
    return meet(lines, supplier, ["l_suppkey", "c_nationkey"], ["s_suppkey", "s_nationkey"])
      .groupBy(["n_name"])
      .agg(revenue())
      .sort([falling("revenue")]);
  },
  q6: ({ lineitem }) =>
    lineitem
      .filter(
        within("l_shipdate", "1994-01-01", "1995-01-01")
          .and(col("l_discount").gtEq(pl.lit(0.05)))
          .and(col("l_discount").ltEq(pl.lit(0.07)))
          .and(col("l_quantity").lt(pl.lit(24))),
      )
      .select(col("l_extendedprice").mul(col("l_discount")).sum().alias("revenue")),
  q7: ({ supplier, lineitem, orders, customer, nation }) => {
    const two = nation.filter(isOne("n_name", "FRANCE", "GERMANY"));
    const named = (name: string): Lazy => two.select("n_nationkey", col("n_name").alias(name));
    const sellers = meet(supplier, named("supp_nation"), ["s_nationkey"], ["n_nationkey"]);
    const buyers = meet(customer, named("cust_nation"), ["c_nationkey"], ["n_nationkey"]);
    const [from, to] = [col("l_shipdate").gtEq(day("1995-01-01")), col("l_shipdate").ltEq(day("1996-12-31"))];
    const sold = meet(lineitem.filter(from.and(to)), sellers, ["l_suppkey"], ["s_suppkey"]);
    const keys = ["supp_nation", "cust_nation", "l_year"];
    return meet(meet(sold, orders, ["l_orderkey"], ["o_orderkey"]), buyers, ["o_custkey"], ["c_custkey"])
      .filter(col("supp_nation").neq(col("cust_nation")))
      .withColumns(col("l_shipdate").date.year().alias("l_year"))
      .groupBy(keys)
      .agg(paid().sum().alias("volume"))
      .sort(keys);
  },
  q10: ({ customer, orders, lineitem, nation }) => {
    const quarter = orders.filter(within("o_orderdate", "1993-10-01", "1994-01-01"));
    const lines = meet(quarter, lineitem.filter(isOne("l_returnflag", "R")), ["o_orderkey"], ["l_orderkey"]);
    return meet(meet(lines, customer, ["o_custkey"], ["c_custkey"]), nation, ["c_nationkey"], ["n_nationkey"])
      .groupBy(["o_custkey", "c_name", "c_acctbal", "n_name"])
      .agg(revenue())
      .sort([falling("revenue"), "o_custkey"])
      .limit(20);
  },
  q12: ({ orders, lineitem }) => {
    const inOrder = col("l_commitdate")
      .lt(col("l_receiptdate"))
      .and(col("l_shipdate").lt(col("l_commitdate")));
    const lines = lineitem.filter(
      isOne("l_shipmode", "MAIL", "SHIP")
        .and(inOrder)
        .and(within("l_receiptdate", "1994-01-01", "1995-01-01")),
    );
    const urgent = isOne("o_orderpriority", "1-URGENT", "2-HIGH");
    return meet(lines, orders, ["l_orderkey"], ["o_orderkey"])
      .groupBy(["l_shipmode"])
      .agg(urgent.sum().alias("high"), (urgent.not() as Expr).sum().alias("low"))
      .sort(["l_shipmode"]);
  },
  q14: ({ lineitem, part }) => {
    const month = lineitem.filter(within("l_shipdate", "1995-09-01", "1995-10-01"));
    const isPromo = col("p_type").str.contains("^PROMO");
    const promo = pl.when(isPromo).then(paid()).otherwise(pl.lit(0.0)) as unknown as Expr;
    return meet(month, part, ["l_partkey"], ["p_partkey"]).select(
      pl.lit(100).mul(promo.sum()).div(paid().sum()).alias("promo_revenue"),
    );
  },
  q18: ({ customer, orders, lineitem }) => {
    const sums = lineitem.groupBy(["l_orderkey"]).agg(col("l_quantity").sum().alias("quantity"));
    const large = meet(orders, sums.filter(col("quantity").gt(pl.lit(300))), ["o_orderkey"], ["l_orderkey"]);
    return meet(large, customer, ["o_custkey"], ["c_custkey"])
      .select("c_name", "o_custkey", "o_orderkey", "o_orderdate", "o_totalprice", "quantity")
      .sort([falling("o_totalprice"), "o_orderkey"])
      .limit(100);
  },
};

const work = works[query];
if (work === undefined) throw new RangeError(`There is no query ${query}; there are ${Object.keys(works).join(", ")}`);
await reportSeconds(() => {
  const scanned = TABLE_NAMES.map((name) => [name, pl.scanParquet(join(folder, name, "*.parquet"))]);
  return work(Object.fromEntries(scanned) as unknown as Tables).collect();
});
