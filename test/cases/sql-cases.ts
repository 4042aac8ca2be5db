import assert from "node:assert/strict";
import { test } from "node:test";
import { fromColumns, readSql } from "../../collections/dataframe/index.ts";
import { openSql } from "../../collections/io/open-sql.ts";
import type { ShoalError, TaskError } from "../../runtime/base/errors.ts";

/** What every database must do. `database` has the table of {@link SQL_TABLE} and gives its URL. */
export function sqlCases(name: string, database: () => string): void {
  test(`${name}: a table is read by ranges of its key; divisions are known`, async () => {
    const orders = await readSql(database(), "orders", { index: "id", npartitions: 3 });
    assert.equal(orders.npartitions, 3);
    assert.deepEqual(orders.divisions, [1, 4, 7, 10]);
    assert.deepEqual(orders.dtypes["label"], "string");
    const rows = await orders.compute();
    assert.deepEqual(rows.indexValues(), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    assert.deepEqual(rows.get("label").toArray().slice(0, 3), ["one, 'quoted'", null, 'three "x"']);
    assert.equal(await orders.loc({ from: 2, to: 4 }).get("price").sum().compute(), 9.75);
    assert.deepEqual(
      await Promise.all([0, 1, 2].map(async (at) => (await orders.partitions(at).compute()).length)),
      [3, 3, 4],
    );
  });

  test(`${name}: a query is a table too, with divisions of the caller's; only the columns that are used are asked for`, async () => {
    const query = "SELECT id, price * 2 AS twice, label FROM orders WHERE id > 2";
    const table = await readSql(database(), query, { index: "id", divisions: [3, 6, 10] });
    assert.deepEqual((await table.get("twice").compute()).toArray(), [7, 8, 10, 12, 14, 16, 18, 20]);
    assert.equal(await table.length(), 8);
  });

  test(`${name}: rows without an index come with the first partition, and then no divisions are known`, async () => {
    const table = await readSql(database(), "gaps", { index: "k", npartitions: 2 });
    assert.equal(table.divisions, null);
    assert.deepEqual((await table.get("v").compute()).toArray().sort(), [1, 2, 3, 4]);
    assert.equal(await table.length(), 4);
  });

  test(`${name}: names with quotes in them are names`, async () => {
    const table = await readSql(database(), 'odd "name"', { index: 'the "key"' });
    assert.deepEqual((await table.compute()).toColumns(), { select: ["x"] });
  });

  test(`${name}: what is not there, and what cannot be asked, is said with the database's words`, async () => {
    await assert.rejects(readSql(database(), "nowhere", { index: "id" }), (error: ShoalError) => {
      return error.code === "SQL" && error.message.includes("nowhere");
    });
    await assert.rejects(readSql(database(), "orders", { index: "no" }), /no column "no"; it has id, price/);
    await assert.rejects(readSql(database(), "orders", { index: "id", columns: ["zz"] }), /no column "zz"/);
    await assert.rejects(readSql(database(), "orders", { index: "label", npartitions: 2 }), /give divisions/);
    await assert.rejects(readSql(database(), "orders", { index: "id", npartitions: 0 }), RangeError);
    const open = await openSql(database());
    await assert.rejects(
      open.ask("SELEC 1"),
      (error: ShoalError) => error.code === "SQL" && /SELEC 1/.test(error.message),
    );
    await open.close();
  });
}

/** What every database must do that tables are written to. */
export function sqlWriteCases(name: string, database: () => string): void {
  const table = fromColumns(
    {
      id: [1, 2, 3, 4, 5],
      label: ["one, 'quoted'", null, 'three "x"', "", "$1"],
      price: [1.5, null, 2.25, -0.5, 1e300],
      count: [1, 2, null, 4, Number.MAX_SAFE_INTEGER],
      day: [new Date("2022-03-01T05:06:07.250Z"), null, new Date(0), new Date(1), new Date(2)],
    },
    { npartitions: 2, dtypes: { count: "int64" } },
  );
  const back = async (of: string) => (await (await readSql(database(), of, { index: "id" })).compute()).toRecords();

  test(`${name}: toSql() makes a table whose rows read back the same, in their order`, async () => {
    assert.deepEqual(await table.toSql("made", database()), [3, 2]);
    const types = { dtypes: { day: "datetime" }, index: "id" };
    const rows = await (await readSql(database(), "made", types)).compute();
    const { id: _id, ...columns } = (await table.compute()).toColumns();
    assert.deepEqual(rows.toColumns(), columns);
    const open = await openSql(database());
    const { rows: asked } = await open.ask('SELECT "id" FROM "made"');
    await open.close();
    assert.deepEqual(asked.flat(), [1, 2, 3, 4, 5]);
  });

  test(`${name}: toSql() fails on a table that is there, adds to it, or puts another in its place`, async () => {
    const few = table.select("id", "label");
    await few.toSql("kept", database(), { method: "single" });
    await assert.rejects(few.toSql("kept", database()), (error: TaskError) => /found a table kept/.test(String(error)));
    await few.toSql("kept", database(), { ifExists: "append", chunksize: 2, parallel: name !== "sqlite" });
    assert.equal((await back("kept")).length, 10);
    const other = await few.filter((r) => r.id > 4).toSql("kept", database(), { ifExists: "replace", compute: false });
    assert.equal((await back("kept")).length, 10);
    assert.deepEqual(await other.compute(), [0, 1]);
    assert.deepEqual(await back("kept"), [{ label: "$1" }]);
  });

  test(`${name}: a partition that the database refuses is not there in part, and its words are told`, async () => {
    const open = await openSql(database(), "write");
    await open.change([{ sql: 'CREATE TABLE "strict" ("id" INTEGER PRIMARY KEY, "v" INTEGER)' }]);
    await open.close();
    const twice = fromColumns({ id: [1, 2, 7, 8, 7], v: [1, 2, 3, 4, 5] }, { npartitions: 2 });
    await assert.rejects(twice.toSql("strict", database(), { ifExists: "append", method: "single" }), /strict/);
    assert.deepEqual(await back("strict"), [{ v: 1 }, { v: 2 }, { v: 3 }]);
  });

  test(`${name}: what toSql() cannot do is said`, async () => {
    await assert.rejects(table.toSql("x", database(), { ifExists: "merge" as never }), /ifExists is one of fail/);
    await assert.rejects(table.toSql("x", database(), { chunksize: 0 }), /chunksize/);
    await assert.rejects(table.toSql("x", "oracle://user:secret@host/x"), (error: Error) => {
      return error instanceof RangeError && !error.message.includes("secret");
    });
    const lists = fromColumns({ l: [[1], [2]] });
    await assert.rejects(lists.toSql("lists", database()), /column "l".*no type for list<int64>/);
  });
}

/** The tables of the cases, in SQL that all databases take. */
export const SQL_TABLES: readonly string[] = [
  "CREATE TABLE orders (id INTEGER PRIMARY KEY, price DOUBLE PRECISION, label TEXT)",
  `INSERT INTO orders VALUES (1, 1.5, 'one, ''quoted'''), (2, 2.25, NULL), (3, 3.5, 'three "x"'), (4, 4, 'four')`,
  "INSERT INTO orders SELECT id + 4, id + 4, 'more' FROM orders",
  "INSERT INTO orders VALUES (9, 9, 'nine'), (10, 10, 'ten')",
  "CREATE TABLE gaps (k INTEGER, v INTEGER)",
  "INSERT INTO gaps VALUES (1, 1), (5, 2), (NULL, 3), (9, 4)",
  'CREATE TABLE "odd ""name""" ("the ""key""" INTEGER, "select" TEXT)',
  `INSERT INTO "odd ""name""" VALUES (1, 'x')`,
];
