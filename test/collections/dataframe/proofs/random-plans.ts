import { concat, fromColumns } from "../../../../collections/dataframe/index.ts";
import { layerOfNode } from "../../../../collections/dataframe/plan/lower.ts";
import { inputsOf, type Node } from "../../../../collections/dataframe/plan/node.ts";
import { pushProjection } from "../../../../collections/dataframe/plan/rules/push-projection.ts";
import { LOCAL_RULES, simplify } from "../../../../collections/dataframe/plan/simplify.ts";
import type { Random } from "../../../../runtime/base/random.ts";
import { syncExecutor } from "../../../../runtime/graph/sync-executor.ts";
import { baseQuery, partitioned, type Query, randomColumns, randomQuery, type Table } from "./random-query.ts";
import { rowsDifference } from "./rows-difference.ts";

const PLANS_A_TABLE = 25;

/**
 * Random plans run as written and optimised, with the schema checked after every rule on every node.
 * @returns what differs, a text each
 */
export async function comparePlans(random: Random, plans: number): Promise<string[]> {
  const wrong: string[] = [];
  for (let at = 0; at < plans; at += PLANS_A_TABLE) {
    const own = random.fork(`tables ${at}`);
    const a = partitioned(own, randomColumns(own, own.pick([0, 1, 8, 20])));
    const b = partitioned(own, randomColumns(own, own.pick([0, 4, 10])));
    for (let i = 0; i < Math.min(PLANS_A_TABLE, plans - at); i++) {
      const table = randomPlan(own, baseQuery(a, "a"), baseQuery(b, "b"));
      const found = schemaChange(table.node) ?? (await valueChange(table));
      if (found !== null) wrong.push(`${found}\n${table.explain()}`);
    }
  }
  return wrong;
}

/** Steps that SQL has, and steps that it has not. */
function randomPlan(random: Random, a: Query, b: Query): Table {
  let query = a;
  let { table } = query;
  for (let step = 0, steps = 1 + random.below(4); step < steps; step++) {
    if (random.chance(0.5)) {
      query = randomQuery(random, { ...query, table }, b);
      table = query.table;
    } else {
      const kinds = query.columns.filter(({ kind }) => kind === "int" || kind === "float");
      const number = kinds.length === 0 ? undefined : random.pick(kinds).name;
      table = random.pick(OTHERS)(random, table, number);
    }
  }
  return random.chance(0.4) ? table.select(random.pick(query.columns).name) : table;
}

type Other = (random: Random, table: Table, number: string | undefined) => Table;
const onNumber =
  (work: (random: Random, table: Table, number: string) => Table): Other =>
  (random, table, number) =>
    number === undefined ? table : work(random, table, number);

/** Steps that keep the columns of a table, so that they can follow each other in any order. */
const OTHERS: readonly Other[] = [
  onNumber((_, table, name) => table.assign({ [name]: table.get(name).cumsum() as never })),
  onNumber((random, table, name) => table.assign({ [name]: table.get(name).shift(1 + random.below(3)) as never })),
  onNumber((_, table, name) => table.assign({ [name]: table.get(name).ffill() as never })),
  onNumber((_, table, name) => table.assign({ [name]: table.get(name).sub(table.get(name).mean() as never) as never })),
  onNumber((random, table, name) =>
    table.assign({
      [name]: table
        .get(name)
        .rolling(2 + random.below(2), { minPeriods: 1 })
        .sum() as never,
    }),
  ),
  onNumber((random, table, name) => table.nlargest(1 + random.below(9), name)),
  onNumber((_, table, name) => table.filter(table.get(name).gt(table.get(name).min() as never) as never)),
  (random, table) => table.repartition({ npartitions: 1 + random.below(4) }),
  (random, table) => table.partitions(...[random.below(table.npartitions)]),
  (_, table) => table.dropna({ how: "all" }),
  (_, table) => table.resetIndex({ drop: true }),
  (random, table) => table.head(1 + random.below(6), { npartitions: -1, compute: false }),
  (_, table) => concat([table, table]) as Table,
  (_, table) => table.where(table.isna().not() as never),
  (random, table) => table.shuffle(random.pick(table.columns) as never),
  (_, table) =>
    table
      .merge(fromColumns({ one: [1, 1] }).assign({ two: 2 }) as never, {
        leftIndex: true,
        rightIndex: true,
        how: "left",
      })
      .drop("one", "two"),
  (random, table) => {
    const at = random.pick(table.columns) as string;
    return table.setIndex(at, { drop: false }).resetIndex({ drop: true });
  },
];

const shape = (node: Node): string => JSON.stringify(node.fields);

/** The first rule that changes what columns a table has. */
function schemaChange(root: Node): string | null {
  const seen = new Set<string>();
  const visit = (node: Node): string | null => {
    if (seen.has(node.id)) return null;
    seen.add(node.id);
    for (const rule of LOCAL_RULES)
      if (shape(rule(node)) !== shape(node)) return `${rule.name} changes the columns of ${node.kind}`;
    for (const input of inputsOf(node)) {
      const found = visit(input);
      if (found !== null) return found;
    }
    return null;
  };
  if (shape(pushProjection(root)) !== shape(root)) return `pushProjection changes the columns of ${root.kind}`;
  if (shape(simplify(root)) !== shape(root)) return `the rules together change the columns of ${root.kind}`;
  return visit(root);
}

async function valueChange(table: Table): Promise<string | null> {
  const [written, optimised] = [await rowsOf(table, false), await rowsOf(table, true)];
  if (typeof written === "string" || typeof optimised === "string")
    return `as written: ${JSON.stringify(written)}; optimised: ${JSON.stringify(optimised)}`;
  return rowsDifference(optimised, written);
}

/** The rows with their index, or what went wrong. */
async function rowsOf(table: Table, simplified: boolean): Promise<unknown[][] | string> {
  try {
    const [blocks] = await syncExecutor.compute([{ layer: layerOfNode(table.node, simplified), indices: null }]);
    const frame = table.finish(blocks as unknown[]);
    const labels = frame.indexValues();
    return frame.toRecords().map((row: object, at: number) => [labels[at], ...Object.values(row)]);
  } catch (error) {
    return (error as Error).message;
  }
}
