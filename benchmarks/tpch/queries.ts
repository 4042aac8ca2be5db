import { count, type DataFrame, mean, sum } from "../../collections/dataframe/index.ts";

type Table = DataFrame<any>;

/** The tables a query may read, by their names. */
export type Tables = Readonly<Record<TableName, Table>>;
export const TABLE_NAMES = ["region", "nation", "supplier", "customer", "part", "orders", "lineitem"] as const;
export type TableName = (typeof TABLE_NAMES)[number];

/** A query of TPC-H as Shoal says it, and as SQL says it. */
export interface TpchQuery {
  readonly ask: (tables: Tables) => Table;
  readonly sql: string;
}

const day = (text: string): Date => new Date(`${text}T00:00:00Z`);
const REVENUE = "l_extendedprice * (1 - l_discount)";

/** The ten that need scans, joins, groups and sorts only, with the parameters of the benchmark's validation. */
export const TPCH: Readonly<Record<string, TpchQuery>> = {
  q1: {
    ask: ({ lineitem }) => {
      const last = day("1998-09-02");
      return lineitem
        .filter((l) => l.l_shipdate <= last)
        .assign({ disc: (l) => l.l_extendedprice * (1 - l.l_discount) })
        .assign({ charge: (l) => l.disc * (1 + l.l_tax) })
        .groupby(["l_returnflag", "l_linestatus"])
        .agg({
          sum_qty: (l) => sum(l.l_quantity),
          sum_base: (l) => sum(l.l_extendedprice),
          sum_disc: (l) => sum(l.disc),
          sum_charge: (l) => sum(l.charge),
          avg_qty: (l) => mean(l.l_quantity),
          avg_price: (l) => mean(l.l_extendedprice),
          avg_disc: (l) => mean(l.l_discount),
          n: () => count(),
        })
        .resetIndex();
    },
    sql: `SELECT l_returnflag, l_linestatus, sum(l_quantity) sum_qty, sum(l_extendedprice) sum_base, sum(${REVENUE}) sum_disc,
      sum(${REVENUE} * (1 + l_tax)) sum_charge, avg(l_quantity) avg_qty, avg(l_extendedprice) avg_price, avg(l_discount) avg_disc, count(*) n
      FROM lineitem WHERE l_shipdate <= TIMESTAMP '1998-09-02' GROUP BY l_returnflag, l_linestatus ORDER BY l_returnflag, l_linestatus`,
  },
  q3: {
    ask: ({ customer, orders, lineitem }) => {
      const split = day("1995-03-15");
      return customer
        .filter((c) => c.c_mktsegment === "BUILDING")
        .merge(orders.filter((o) => o.o_orderdate < split) as never, { leftOn: "c_custkey", rightOn: "o_custkey" })
        .merge(lineitem.filter((l) => l.l_shipdate > split) as never, { leftOn: "o_orderkey", rightOn: "l_orderkey" })
        .assign({ revenue: (r) => r["l_extendedprice"] * (1 - r["l_discount"]) })
        .groupby(["l_orderkey", "o_orderdate", "o_shippriority"])
        .agg({ revenue: "sum" })
        .resetIndex()
        .sortValues(["revenue", "o_orderdate"], { ascending: [false, true] })
        .head(10, { npartitions: -1, compute: false });
    },
    sql: `SELECT l_orderkey, o_orderdate, o_shippriority, sum(${REVENUE}) revenue FROM customer, orders, lineitem
      WHERE c_mktsegment = 'BUILDING' AND c_custkey = o_custkey AND l_orderkey = o_orderkey AND o_orderdate < TIMESTAMP '1995-03-15'
      AND l_shipdate > TIMESTAMP '1995-03-15' GROUP BY l_orderkey, o_orderdate, o_shippriority ORDER BY revenue DESC, o_orderdate LIMIT 10`,
  },
  q4: {
    ask: ({ orders, lineitem }) => {
      const [from, to] = [day("1993-07-01"), day("1993-10-01")];
      return orders
        .filter((o) => o.o_orderdate >= from && o.o_orderdate < to)
        .merge(lineitem.filter((l) => l.l_commitdate < l.l_receiptdate) as never, {
          leftOn: "o_orderkey",
          rightOn: "l_orderkey",
          how: "leftsemi",
        })
        .groupby("o_orderpriority")
        .agg({ n: () => count() })
        .resetIndex();
    },
    sql: `SELECT o_orderpriority, count(*) n FROM orders WHERE o_orderdate >= TIMESTAMP '1993-07-01' AND o_orderdate < TIMESTAMP '1993-10-01'
      AND o_orderkey IN (SELECT l_orderkey FROM lineitem WHERE l_commitdate < l_receiptdate) GROUP BY o_orderpriority ORDER BY o_orderpriority`,
  },
  q5: {
    ask: ({ customer, orders, lineitem, supplier, nation, region }) => {
      const [from, to] = [day("1994-01-01"), day("1995-01-01")];
      const nations = nation.merge(region.filter((r) => r.r_name === "ASIA") as never, {
        leftOn: "n_regionkey",
        rightOn: "r_regionkey",
      });
      return customer
        .merge(nations, { leftOn: "c_nationkey", rightOn: "n_nationkey" })
        .merge(orders.filter((o) => o.o_orderdate >= from && o.o_orderdate < to) as never, {
          leftOn: "c_custkey",
          rightOn: "o_custkey",
        })
        .merge(lineitem as never, { leftOn: "o_orderkey", rightOn: "l_orderkey" })
        .merge(supplier as never, { leftOn: ["l_suppkey", "c_nationkey"], rightOn: ["s_suppkey", "s_nationkey"] })
        .assign({ revenue: (r) => r["l_extendedprice"] * (1 - r["l_discount"]) })
        .groupby("n_name")
        .agg({ revenue: "sum" })
        .resetIndex()
        .sortValues("revenue", { ascending: false });
    },
    sql: `SELECT n_name, sum(${REVENUE}) revenue FROM customer, orders, lineitem, supplier, nation, region
      WHERE c_custkey = o_custkey AND l_orderkey = o_orderkey AND l_suppkey = s_suppkey AND c_nationkey = s_nationkey AND s_nationkey = n_nationkey
      AND n_regionkey = r_regionkey AND r_name = 'ASIA' AND o_orderdate >= TIMESTAMP '1994-01-01' AND o_orderdate < TIMESTAMP '1995-01-01'
      GROUP BY n_name ORDER BY revenue DESC`,
  },
  q6: {
    ask: ({ lineitem }) => {
      const [from, to] = [day("1994-01-01"), day("1995-01-01")];
      return lineitem
        .filter(
          (l) =>
            l.l_shipdate >= from &&
            l.l_shipdate < to &&
            l.l_discount >= 0.05 &&
            l.l_discount <= 0.07 &&
            l.l_quantity < 24,
        )
        .assign({ one: 1, revenue: (l) => l.l_extendedprice * l.l_discount })
        .groupby("one")
        .agg({ revenue: "sum" })
        .resetIndex()
        .select("revenue");
    },
    sql: `SELECT sum(l_extendedprice * l_discount) revenue FROM lineitem WHERE l_shipdate >= TIMESTAMP '1994-01-01'
      AND l_shipdate < TIMESTAMP '1995-01-01' AND l_discount BETWEEN 0.05 AND 0.07 AND l_quantity < 24`,
  },
  q7: {
    ask: ({ supplier, lineitem, orders, customer, nation }) => {
      const [from, to] = [day("1995-01-01"), day("1996-12-31")];
      const two = nation.filter((n) => n.n_name === "FRANCE" || n.n_name === "GERMANY").select("n_nationkey", "n_name");
      const sellers = supplier.merge(two.rename({ n_name: "supp_nation" }) as never, {
        leftOn: "s_nationkey",
        rightOn: "n_nationkey",
      });
      const buyers = customer.merge(two.rename({ n_name: "cust_nation" }) as never, {
        leftOn: "c_nationkey",
        rightOn: "n_nationkey",
      });
      return lineitem
        .filter((l) => l.l_shipdate >= from && l.l_shipdate <= to)
        .merge(sellers.select("s_suppkey", "supp_nation"), { leftOn: "l_suppkey", rightOn: "s_suppkey" })
        .merge(orders.select("o_orderkey", "o_custkey") as never, { leftOn: "l_orderkey", rightOn: "o_orderkey" })
        .merge(buyers.select("c_custkey", "cust_nation"), { leftOn: "o_custkey", rightOn: "c_custkey" })
        .filter((r) => r["supp_nation"] !== r["cust_nation"])
        .assign({
          l_year: (r) => r["l_shipdate"].getFullYear(),
          volume: (r) => r["l_extendedprice"] * (1 - r["l_discount"]),
        })
        .groupby(["supp_nation", "cust_nation", "l_year"])
        .agg({ volume: "sum" })
        .resetIndex();
    },
    sql: `SELECT n1.n_name supp_nation, n2.n_name cust_nation, year(l_shipdate) l_year, sum(${REVENUE}) volume
      FROM supplier, lineitem, orders, customer, nation n1, nation n2 WHERE s_suppkey = l_suppkey AND o_orderkey = l_orderkey AND c_custkey = o_custkey
      AND s_nationkey = n1.n_nationkey AND c_nationkey = n2.n_nationkey
      AND ((n1.n_name = 'FRANCE' AND n2.n_name = 'GERMANY') OR (n1.n_name = 'GERMANY' AND n2.n_name = 'FRANCE'))
      AND l_shipdate BETWEEN TIMESTAMP '1995-01-01' AND TIMESTAMP '1996-12-31' GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`,
  },
  q10: {
    ask: ({ customer, orders, lineitem, nation }) => {
      const [from, to] = [day("1993-10-01"), day("1994-01-01")];
      return orders
        .filter((o) => o.o_orderdate >= from && o.o_orderdate < to)
        .merge(lineitem.filter((l) => l.l_returnflag === "R") as never, { leftOn: "o_orderkey", rightOn: "l_orderkey" })
        .merge(customer as never, { leftOn: "o_custkey", rightOn: "c_custkey" })
        .merge(nation as never, { leftOn: "c_nationkey", rightOn: "n_nationkey" })
        .assign({ revenue: (r) => r["l_extendedprice"] * (1 - r["l_discount"]) })
        .groupby(["c_custkey", "c_name", "c_acctbal", "n_name"])
        .agg({ revenue: "sum" })
        .resetIndex()
        .sortValues(["revenue", "c_custkey"], { ascending: [false, true] })
        .head(20, { npartitions: -1, compute: false });
    },
    sql: `SELECT c_custkey, c_name, c_acctbal, n_name, sum(${REVENUE}) revenue FROM customer, orders, lineitem, nation
      WHERE c_custkey = o_custkey AND l_orderkey = o_orderkey AND o_orderdate >= TIMESTAMP '1993-10-01' AND o_orderdate < TIMESTAMP '1994-01-01'
      AND l_returnflag = 'R' AND c_nationkey = n_nationkey GROUP BY c_custkey, c_name, c_acctbal, n_name ORDER BY revenue DESC, c_custkey LIMIT 20`,
  },
  q12: {
    ask: ({ orders, lineitem }) => {
      const [from, to] = [day("1994-01-01"), day("1995-01-01")];
      return lineitem
        .filter((l) => l.l_shipmode === "MAIL" || l.l_shipmode === "SHIP")
        .filter((l) => l.l_commitdate < l.l_receiptdate && l.l_shipdate < l.l_commitdate)
        .filter((l) => l.l_receiptdate >= from && l.l_receiptdate < to)
        .merge(orders as never, { leftOn: "l_orderkey", rightOn: "o_orderkey" })
        .assign({ high: (r) => (r["o_orderpriority"] === "1-URGENT" || r["o_orderpriority"] === "2-HIGH" ? 1 : 0) })
        .assign({ low: (r) => 1 - r["high"] })
        .groupby("l_shipmode")
        .agg({ high: "sum", low: "sum" })
        .resetIndex();
    },
    sql: `SELECT l_shipmode, sum(CASE WHEN o_orderpriority IN ('1-URGENT', '2-HIGH') THEN 1 ELSE 0 END)::BIGINT high,
      sum(CASE WHEN o_orderpriority NOT IN ('1-URGENT', '2-HIGH') THEN 1 ELSE 0 END)::BIGINT low FROM orders, lineitem WHERE o_orderkey = l_orderkey
      AND l_shipmode IN ('MAIL', 'SHIP') AND l_commitdate < l_receiptdate AND l_shipdate < l_commitdate AND l_receiptdate >= TIMESTAMP '1994-01-01'
      AND l_receiptdate < TIMESTAMP '1995-01-01' GROUP BY l_shipmode ORDER BY l_shipmode`,
  },
  q14: {
    ask: ({ lineitem, part }) => {
      const [from, to] = [day("1995-09-01"), day("1995-10-01")];
      return lineitem
        .filter((l) => l.l_shipdate >= from && l.l_shipdate < to)
        .merge(part as never, { leftOn: "l_partkey", rightOn: "p_partkey" })
        .assign({ one: 1, revenue: (r) => r["l_extendedprice"] * (1 - r["l_discount"]) })
        .assign({ promo: (r) => (r["p_type"].startsWith("PROMO") ? r["revenue"] : 0.0) })
        .groupby("one")
        .agg({ promo: "sum", revenue: "sum" })
        .assign({ promo_revenue: (r) => (100 * r["promo"]) / r["revenue"] })
        .resetIndex()
        .select("promo_revenue");
    },
    sql: `SELECT 100 * sum(CASE WHEN p_type LIKE 'PROMO%' THEN ${REVENUE} ELSE 0 END) / sum(${REVENUE}) AS promo_revenue FROM lineitem, part
      WHERE l_partkey = p_partkey AND l_shipdate >= TIMESTAMP '1995-09-01' AND l_shipdate < TIMESTAMP '1995-10-01'`,
  },
  q18: {
    ask: ({ customer, orders, lineitem }) => {
      const large = lineitem
        .groupby("l_orderkey")
        .agg({ quantity: (l) => sum(l.l_quantity) })
        .resetIndex()
        .filter((l) => l["quantity"] > 300);
      return orders
        .merge(large, { leftOn: "o_orderkey", rightOn: "l_orderkey" })
        .merge(customer as never, { leftOn: "o_custkey", rightOn: "c_custkey" })
        .select("c_name", "c_custkey", "o_orderkey", "o_orderdate", "o_totalprice", "quantity")
        .sortValues(["o_totalprice", "o_orderkey"], { ascending: [false, true] })
        .head(100, { npartitions: -1, compute: false });
    },
    sql: `SELECT c_name, c_custkey, o_orderkey, o_orderdate, o_totalprice, quantity FROM customer, orders,
      (SELECT l_orderkey, sum(l_quantity) quantity FROM lineitem GROUP BY l_orderkey HAVING sum(l_quantity) > 300) AS large
      WHERE o_orderkey = l_orderkey AND c_custkey = o_custkey ORDER BY o_totalprice DESC, o_orderkey LIMIT 100`,
  },
};
