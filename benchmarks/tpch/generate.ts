import { existsSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { fromColumns } from "../../collections/dataframe/index.ts";
import { Random } from "../../runtime/base/random.ts";

/**
 * The tables of TPC-H as Parquet files, `FOLDER/lineitem/part.0.parquet` and so on: 6 million lines of orders at scale 1. The sizes, keys and
 * value ranges follow the benchmark; texts that its queries do not look at are left out, and the random numbers are ours.
 * @see https://www.tpc.org/tpch/
 */
export async function generateTpch(folder: string, scale: number, seed = 1): Promise<void> {
  if (existsSync(folder)) return;
  const unfinished = `${folder}.part`;
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished, { recursive: true });
  const write = async (table: string, columns: Columns): Promise<void> => {
    const dtypes = Object.fromEntries(
      Object.keys(columns)
        .filter((name) => name.endsWith("date"))
        .map((name) => [name, "datetime"]),
    );
    await fromColumns(columns, { dtypes, sort: false }).toParquet(join(unfinished, table), {
      append: true,
      compression: "snappy",
    });
  };
  const random = new Random(seed);
  await write("region", { r_regionkey: REGIONS.map((_, at) => at), r_name: REGIONS });
  await write("nation", {
    n_nationkey: NATIONS.map((_, at) => at),
    n_name: NATIONS.map(([name]) => name),
    n_regionkey: NATIONS.map(([, region]) => region),
  });
  const [suppliers, customers, parts, orders] = [10_000, 150_000, 200_000, 1_500_000].map((n) =>
    Math.max(20, Math.round(n * scale)),
  ) as [number, number, number, number];
  await write("supplier", {
    s_suppkey: count(suppliers),
    s_name: count(suppliers).map((key) => `Supplier#${String(key).padStart(9, "0")}`),
    s_nationkey: times(suppliers, () => random.below(25)),
  });
  await write("customer", {
    c_custkey: count(customers),
    c_name: count(customers).map((key) => `Customer#${String(key).padStart(9, "0")}`),
    c_nationkey: times(customers, () => random.below(25)),
    c_acctbal: times(customers, () => cents(random, -99_999, 999_999)),
    c_mktsegment: times(customers, () => random.pick(SEGMENTS)),
  });
  await write("part", {
    p_partkey: count(parts),
    p_type: times(parts, () => `${random.pick(TYPES[0])} ${random.pick(TYPES[1])} ${random.pick(TYPES[2])}`),
    p_brand: times(parts, () => `Brand#${1 + random.below(5)}${1 + random.below(5)}`),
    p_container: times(parts, () => `${random.pick(CONTAINERS[0])} ${random.pick(CONTAINERS[1])}`),
    p_size: times(parts, () => 1 + random.below(50)),
  });
  for (let first = 0; first < orders; first += ORDERS_A_FILE)
    await writeOrders(write, random, {
      first,
      count: Math.min(ORDERS_A_FILE, orders - first),
      customers,
      parts,
      suppliers,
    });
  await rename(unfinished, folder);
}

type Columns = Record<string, unknown[] | Float64Array | Int32Array>;
const ORDERS_A_FILE = 100_000;
const DAY_MS = 86_400_000;
const FIRST_DAY = Date.UTC(1992, 0, 1) / DAY_MS;
/** The day after which lines are still open. */
const CURRENT_DAY = Date.UTC(1995, 5, 17) / DAY_MS;
const ORDER_DAYS = 2406;

interface Sizes {
  readonly first: number;
  readonly count: number;
  readonly customers: number;
  readonly parts: number;
  readonly suppliers: number;
}

async function writeOrders(
  write: (table: string, columns: Columns) => Promise<void>,
  random: Random,
  sizes: Sizes,
): Promise<void> {
  const orders = listsOf("o_orderkey o_custkey o_totalprice o_orderdate o_orderpriority o_shippriority");
  const lines = listsOf(
    "l_orderkey l_partkey l_suppkey l_quantity l_extendedprice l_discount l_tax l_returnflag l_linestatus l_shipdate l_commitdate l_receiptdate l_shipmode",
  );
  for (let at = 0; at < sizes.count; at++) {
    const key = 1 + sizes.first + at;
    const day = FIRST_DAY + random.below(ORDER_DAYS);
    let total = 0;
    for (let line = 0, count = 1 + random.below(7); line < count; line++) {
      const part = 1 + random.below(sizes.parts);
      const quantity = 1 + random.below(50);
      const price = Math.round(quantity * (90_000 + ((part / 10) % 20_001) + 100 * (part % 1000))) / 100;
      const [discount, tax] = [random.below(11) / 100, random.below(9) / 100];
      const ship = day + 1 + random.below(121);
      const receipt = ship + 1 + random.below(30);
      total += price * (1 + tax) * (1 - discount);
      push(lines, [
        key,
        part,
        1 + random.below(sizes.suppliers),
        quantity,
        price,
        discount,
        tax,
        receipt <= CURRENT_DAY ? random.pick(["R", "A"]) : "N",
        ship > CURRENT_DAY ? "O" : "F",
        dateOf(ship),
        dateOf(day + 30 + random.below(61)),
        dateOf(receipt),
        random.pick(MODES),
      ]);
    }
    const customer = 1 + random.below(sizes.customers);
    // A third of the customers have no orders.
    push(orders, [
      key,
      customer % 3 === 0 ? Math.max(1, customer - 1) : customer,
      Math.round(total * 100) / 100,
      dateOf(day),
      random.pick(PRIORITIES),
      0,
    ]);
  }
  await write("orders", orders);
  await write("lineitem", lines);
}

const dates = new Map<number, Date>();
function dateOf(day: number): Date {
  let date = dates.get(day);
  if (date === undefined) dates.set(day, (date = new Date(day * DAY_MS)));
  return date;
}

const listsOf = (names: string): Record<string, unknown[]> =>
  Object.fromEntries(names.split(" ").map((name) => [name, []]));
function push(lists: Record<string, unknown[]>, values: readonly unknown[]): void {
  Object.values(lists).forEach((list, at) => {
    list.push(values[at]);
  });
}
const count = (n: number): number[] => Array.from({ length: n }, (_, at) => at + 1);
const times = <T>(n: number, make: () => T): T[] => Array.from({ length: n }, make);
const cents = (random: Random, low: number, high: number): number => (low + random.below(high - low)) / 100;

const REGIONS = ["AFRICA", "AMERICA", "ASIA", "EUROPE", "MIDDLE EAST"];
const NATIONS: readonly (readonly [string, number])[] = [
  ["ALGERIA", 0],
  ["ARGENTINA", 1],
  ["BRAZIL", 1],
  ["CANADA", 1],
  ["EGYPT", 4],
  ["ETHIOPIA", 0],
  ["FRANCE", 3],
  ["GERMANY", 3],
  ["INDIA", 2],
  ["INDONESIA", 2],
  ["IRAN", 4],
  ["IRAQ", 4],
  ["JAPAN", 2],
  ["JORDAN", 4],
  ["KENYA", 0],
  ["MOROCCO", 0],
  ["MOZAMBIQUE", 0],
  ["PERU", 1],
  ["CHINA", 2],
  ["ROMANIA", 3],
  ["SAUDI ARABIA", 4],
  ["VIETNAM", 2],
  ["RUSSIA", 3],
  ["UNITED KINGDOM", 3],
  ["UNITED STATES", 1],
];
const SEGMENTS = ["AUTOMOBILE", "BUILDING", "FURNITURE", "MACHINERY", "HOUSEHOLD"];
const PRIORITIES = ["1-URGENT", "2-HIGH", "3-MEDIUM", "4-NOT SPECIFIED", "5-LOW"];
const MODES = ["REG AIR", "AIR", "RAIL", "SHIP", "TRUCK", "MAIL", "FOB"];
const TYPES = [
  ["STANDARD", "SMALL", "MEDIUM", "LARGE", "ECONOMY", "PROMO"],
  ["ANODIZED", "BURNISHED", "PLATED", "POLISHED", "BRUSHED"],
  ["TIN", "NICKEL", "BRASS", "STEEL", "COPPER"],
] as const;
const CONTAINERS = [
  ["SM", "LG", "MED", "JUMBO", "WRAP"],
  ["CASE", "BOX", "BAG", "JAR", "PKG", "PACK", "CAN", "DRUM"],
] as const;
