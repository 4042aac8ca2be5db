import {
  type ColumnExpression,
  col,
  concat,
  type DataFrame,
  fromColumns,
  lit,
  when,
} from "../../../../collections/dataframe/index.ts";
import type { Random } from "../../../../runtime/base/random.ts";

export type Table = DataFrame<any>;
type Kind = "text" | "int" | "float" | "bool";
interface ColumnOf {
  readonly name: string;
  readonly kind: Kind;
}

/** The same question asked of Shoal and of a database: a table, and the SQL text that gives its rows. */
export interface Query {
  readonly table: Table;
  readonly sql: string;
  readonly columns: readonly ColumnOf[];
}

/** An expression over a query's columns, in both languages. */
interface Said {
  readonly expr: ColumnExpression;
  readonly sql: string;
}

const TEXTS = ["red", "blue", "green", "gold", "", "Rot"];

/** The rows of a random table: gaps, NaN, duplicates, and sometimes none at all. */
export function randomColumns(random: Random, rows: number): Record<string, unknown[]> {
  const gaps = random.pick([0, 0.15, 0.5]);
  const list = <T>(make: () => T): (T | null)[] =>
    Array.from({ length: rows }, () => (random.chance(gaps) ? null : make()));
  return {
    k: list(() => random.pick(TEXTS)),
    g: list(() => random.below(4)),
    i: Array.from({ length: rows }, () => random.below(60) - 20),
    f: list(() => (random.chance(0.1) ? Number.NaN : (random.below(4000) - 1500) / 100)),
    b: list(() => random.chance(0.5)),
  };
}

const KINDS: readonly ColumnOf[] = [
  { name: "k", kind: "text" },
  { name: "g", kind: "int" },
  { name: "i", kind: "int" },
  { name: "f", kind: "float" },
  { name: "b", kind: "bool" },
];
const DTYPES = { k: "string", g: "int64", i: "int64", f: "float64", b: "bool" };
export const SQL_TYPES = { k: "VARCHAR", g: "BIGINT", i: "BIGINT", f: "DOUBLE", b: "BOOLEAN" } as const;

/** A table in random partitions, empty ones among them. */
export function partitioned(random: Random, columns: Record<string, unknown[]>): Table {
  const rows = columns["i"]?.length ?? 0;
  const cuts = Array.from({ length: random.below(4) }, () => random.below(rows + 1)).sort((a, b) => a - b);
  const ends = [...cuts, rows];
  return fromColumns(columns, { dtypes: DTYPES, partitions: ends.map((end, at) => end - (ends[at - 1] ?? 0)) });
}

export const baseQuery = (table: Table, name: string): Query => ({
  table,
  sql: `SELECT * FROM ${name}`,
  columns: KINDS,
});

/** One random query: a few steps over the tables `a` and `b`. */
export function randomQuery(random: Random, a: Query, b: Query): Query {
  let query = a;
  for (let step = 0, steps = 1 + random.below(4); step < steps; step++) query = random.pick(STEPS)(random, query, b);
  return query;
}

/** A name that no column has, nor begins with. */
function freshName(prefix: string, columns: readonly ColumnOf[]): string {
  let at = columns.length;
  while (columns.some(({ name }) => name.startsWith(`${prefix}${at}`))) at += 1;
  return `${prefix}${at}`;
}

type Step = (random: Random, query: Query, other: Query) => Query;

const filtered: Step = (random, { table, sql, columns }) => {
  const said = condition(random, columns, 2);
  return { table: table.filter(said.expr as never), sql: `SELECT * FROM (${sql}) WHERE ${said.sql}`, columns };
};

const assigned: Step = (random, { table, sql, columns }) => {
  const kind = random.pick(["int", "float", "bool", "text"] as const);
  const said = valueSaid(random, columns, kind, 2);
  const name = freshName("n", columns);
  return {
    table: table.assign({ [name]: said.expr as never }),
    sql: `SELECT *, ${said.sql} AS ${name} FROM (${sql})`,
    columns: [...columns, { name, kind }],
  };
};

const selected: Step = (random, { table, sql, columns }) => {
  const kept = columns.filter(() => random.chance(0.6));
  if (kept.length === 0) return { table, sql, columns };
  const names = kept.map(({ name }) => name);
  return { table: table.select(...names), sql: `SELECT ${names.join(", ")} FROM (${sql})`, columns: kept };
};

const distinct: Step = (_random, { table, sql, columns }) => ({
  table: table.dropDuplicates(),
  sql: `SELECT DISTINCT * FROM (${sql})`,
  columns,
});

const stacked: Step = (random, query, other) => {
  const { table, sql, columns } = filtered(random, query, other);
  return { table: concat([query.table, table]), sql: `(${query.sql}) UNION ALL (${sql})`, columns };
};

/** All columns are keys, so that which rows come first leaves nothing open. */
const firstRows: Step = (random, { table, sql, columns }) => {
  const names = columns.map(({ name }) => name);
  const ascending = names.map(() => random.chance(0.5));
  const rows = 1 + random.below(12);
  const order = names.map((name, at) => `${name} ${ascending[at] ? "ASC" : "DESC"} NULLS LAST`).join(", ");
  return {
    table: table.sortValues(names, { ascending }).head(rows, { npartitions: -1, compute: false }),
    sql: `SELECT * FROM (${sql}) ORDER BY ${order} LIMIT ${rows}`,
    columns,
  };
};

const joined: Step = (random, left, right) => {
  const keys = ["k", "g"].filter((name) => left.columns.some((one) => one.name === name));
  if (keys.length === 0) return left;
  const key = random.pick(keys);
  const how = random.pick(["inner", "left", "right", "outer"] as const);
  const rest = left.columns.filter(({ name }) => name !== key);
  const fresh = freshName("r", left.columns);
  const added = right.columns
    .filter(({ name }) => name !== key)
    .map((one) => ({ ...one, from: one.name, name: `${fresh}${one.name}` }));
  const renamed = right.table.rename(Object.fromEntries(added.map(({ from, name }) => [from, name])));
  const kept = random.chance(0.5) ? added : added.slice(0, 2);
  const other = renamed.select(key, ...kept.map(({ name }) => name));
  const columns = [...rest, ...kept.map(({ name, kind }) => ({ name, kind }))];
  const keyKind = left.columns.find(({ name }) => name === key) as ColumnOf;
  const list = [
    `coalesce(l.${key}, r.${key}) AS ${key}`,
    ...rest.map(({ name }) => `l.${name}`),
    ...kept.map(({ from, name }) => `r.${from} AS ${name}`),
  ];
  const sql = `SELECT ${list.join(", ")} FROM (${left.sql}) l ${how === "outer" ? "FULL OUTER" : how.toUpperCase()} JOIN (${right.sql}) r ON l.${key} IS NOT DISTINCT FROM r.${key}`;
  return { table: left.table.merge(other, { on: key, how }), sql, columns: [keyKind, ...columns] };
};

const SQL_AGGREGATES: Readonly<Record<string, (name: string) => string>> = {
  sum: (name) => `coalesce(sum(${name}), 0)`,
  mean: (name) => `avg(${name})`,
  min: (name) => `min(${name})`,
  max: (name) => `max(${name})`,
  count: (name) => `count(${name})`,
  nunique: (name) => `count(DISTINCT ${name})`,
  std: (name) => `stddev_samp(${name})`,
  var: (name) => `var_samp(${name})`,
  median: (name) => `median(${name})`,
  size: () => "count(*)",
};
const FOR_TEXT = ["min", "max", "count", "nunique", "size"];
const COUNTS = ["count", "nunique", "size"];

const grouped: Step = (random, { table, sql, columns }) => {
  const keys = columns.filter(({ kind }) => kind !== "float" && random.chance(0.35)).slice(0, 2);
  const values = columns.filter((one) => !keys.includes(one) && one.kind !== "bool");
  if (keys.length === 0 || values.length === 0) return { table, sql, columns };
  const wanted = Array.from({ length: 1 + random.below(3) }, (_, at) => {
    const value = random.pick(values);
    const fn = random.pick(value.kind === "text" ? FOR_TEXT : Object.keys(SQL_AGGREGATES));
    return { name: freshName(`a${at}`, columns), value, fn };
  });
  const dropna = random.chance(0.7);
  const names = keys.map(({ name }) => name);
  const splitOut = random.chance(0.3) ? { splitOut: 2 } : {};
  const made = table
    .groupby(names, { dropna })
    .agg(
      Object.fromEntries(wanted.map(({ name, value, fn }) => [name, [value.name, fn]])) as never,
      {
        named: true,
        ...splitOut,
      } as never,
    )
    .resetIndex();
  const where = dropna ? ` WHERE ${names.map((name) => `${name} IS NOT NULL`).join(" AND ")}` : "";
  const list = [...names, ...wanted.map(({ name, value, fn }) => `${SQL_AGGREGATES[fn]?.(value.name)} AS ${name}`)];
  const kindOf = (value: ColumnOf, fn: string): Kind =>
    COUNTS.includes(fn) ? "int" : ["mean", "std", "var", "median"].includes(fn) ? "float" : value.kind;
  return {
    table: made,
    sql: `SELECT ${list.join(", ")} FROM (${sql})${where} GROUP BY ${names.join(", ")}`,
    columns: [...keys, ...wanted.map(({ name, value, fn }) => ({ name, kind: kindOf(value, fn) }))],
  };
};

const STEPS: readonly Step[] = [
  filtered,
  filtered,
  assigned,
  selected,
  distinct,
  stacked,
  firstRows,
  joined,
  grouped,
  grouped,
];

function condition(random: Random, columns: readonly ColumnOf[], depth: number): Said {
  if (depth > 0 && random.chance(0.5)) {
    const [a, b] = [condition(random, columns, depth - 1), condition(random, columns, depth - 1)];
    return random.pick([
      { expr: a.expr.and(b.expr), sql: `(${a.sql} AND ${b.sql})` },
      { expr: a.expr.or(b.expr), sql: `(${a.sql} OR ${b.sql})` },
      { expr: a.expr.not(), sql: `(NOT ${a.sql})` },
    ]);
  }
  const { name, kind } = random.pick(columns);
  const one = col(name);
  if (random.chance(0.15)) return { expr: one.isNull(), sql: `(${name} IS NULL)` };
  if (kind === "bool") return { expr: one, sql: name };
  if (kind === "text") {
    const text = random.pick(TEXTS);
    return random.pick([
      { expr: one.eq(text), sql: `(${name} = '${text}')` },
      { expr: one.lt(text), sql: `(${name} < '${text}')` },
      { expr: one.isin(["red", "gold"]), sql: `coalesce(${name} IN ('red', 'gold'), FALSE)` },
      { expr: one.call("startsWith", { pattern: "g" }), sql: `starts_with(${name}, 'g')` },
    ]);
  }
  const [a, b] = [valueSaid(random, columns, kind, 1), valueSaid(random, columns, kind, 0)];
  return random.pick([
    { expr: a.expr.gt(b.expr as never), sql: `(${a.sql} > ${b.sql})` },
    { expr: a.expr.le(b.expr as never), sql: `(${a.sql} <= ${b.sql})` },
    { expr: a.expr.ne(b.expr as never), sql: `(${a.sql} <> ${b.sql})` },
    { expr: one.between(-3, 20), sql: `(${name} BETWEEN -3 AND 20)` },
  ]);
}

function valueSaid(random: Random, columns: readonly ColumnOf[], kind: Kind, depth: number): Said {
  if (kind === "bool") return condition(random, columns, depth);
  const own = columns.filter((one) => one.kind === kind);
  if (depth > 0 && random.chance(0.25)) {
    const test = condition(random, columns, 0);
    const [a, b] = [valueSaid(random, columns, kind, depth - 1), valueSaid(random, columns, kind, depth - 1)];
    // A test that is missing chooses neither side.
    return {
      expr: when(test.expr, a.expr as never, b.expr as never),
      sql: `(CASE WHEN ${test.sql} IS NULL THEN NULL WHEN ${test.sql} THEN ${a.sql} ELSE ${b.sql} END)`,
    };
  }
  if (kind === "text") {
    if (own.length === 0) return { expr: lit("z"), sql: "'z'" };
    const { name } = random.pick(own);
    return random.pick([
      { expr: col(name), sql: name },
      { expr: col(name).call("upper"), sql: `upper(${name})` },
      { expr: col(name).fillna("none"), sql: `coalesce(${name}, 'none')` },
    ]);
  }
  if (own.length === 0) return literal(random, kind);
  const { name } = random.pick(own);
  const one: Said = { expr: col(name), sql: name };
  if (depth === 0) return random.chance(0.6) ? one : literal(random, kind);
  const other = valueSaid(random, columns, kind, depth - 1);
  return random.pick([
    { expr: one.expr.add(other.expr as never), sql: `(${one.sql} + ${other.sql})` },
    { expr: one.expr.sub(other.expr as never), sql: `(${one.sql} - ${other.sql})` },
    { expr: one.expr.neg(), sql: `(-${one.sql})` },
    { expr: one.expr.abs(), sql: `abs(${one.sql})` },
    { expr: one.expr.fillna(7), sql: `coalesce(${one.sql}, 7)` },
    ...(kind === "float" ? [{ expr: one.expr.div(4), sql: `(${one.sql} / 4)` }] : []),
    ...(kind === "int" ? [{ expr: one.expr.mod(5), sql: `(((${one.sql} % 5) + 5) % 5)` }] : []),
    ...(kind === "int" ? [{ expr: one.expr.floordiv(3), sql: `CAST(floor(${one.sql} / 3) AS BIGINT)` }] : []),
  ]);
}

const literal = (random: Random, kind: Kind): Said => {
  const value = kind === "int" ? random.below(20) - 5 : (random.below(200) - 50) / 10;
  return kind === "int"
    ? { expr: lit(value), sql: `CAST(${value} AS BIGINT)` }
    : { expr: lit(value).cast("float64"), sql: `CAST(${value} AS DOUBLE)` };
};
