import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import sqlite from "node-sqlite3-wasm";
import pg from "pg";
import { fromColumns, readSql } from "../../../collections/dataframe/index.ts";
import { SQL_TABLES, sqlCases, sqlWriteCases } from "../../cases/sql-cases.ts";
import { type PostgresServer, postgresPrograms, startPostgres } from "../../support/postgres-server.ts";

const folder = mkdtempSync(join(tmpdir(), "shoal-sql-"));
const path = join(folder, "shop.db");
after(() => rmSync(folder, { recursive: true, force: true }));

const database = new sqlite.Database(path);
for (const sql of [...SQL_TABLES, "CREATE TABLE mixed (id INTEGER, v)", "CREATE TABLE empty (id INTEGER)"])
  database.run(sql);
for (let id = 0; id < 1200; id++) database.run("INSERT INTO mixed VALUES (?, ?)", [id, id === 1100 ? "text" : id]);
database.close();

sqlCases("sqlite", () => `sqlite:${path}`);
sqlWriteCases("sqlite", () => `sqlite:${join(folder, "written.db")}`);

test("sqlite: a value that is not of its column's type names it; another type may be given", async () => {
  const table = await readSql(`sqlite:${path}`, "mixed", { index: "id" });
  assert.equal(table.dtypes["v"], "int64");
  await assert.rejects(table.compute(), /"v" of "mixed" holds "text", which is no int64/);
  const text = await readSql(`sqlite:${path}`, "mixed", { index: "id", dtypes: { v: "string" } });
  assert.equal((await text.get("v").compute()).toArray()[1100], "text");
});

test("sqlite: a file that is not there, a table without rows, another kind of database", async () => {
  await assert.rejects(readSql("sqlite:/none/such.db", "t", { index: "id" }), /does not exist/);
  await assert.rejects(readSql(`sqlite:${path}`, "empty", { index: "id" }), /no rows/);
  await assert.rejects(readSql("oracle://user:secret@host/x", "t", { index: "id" }), (error: Error) => {
    return /sqlite:PATH or postgres/.test(error.message) && !error.message.includes("secret");
  });
});

test("sqlite: toSql() makes the file when it is computed, and writes rows one by one or many in a statement", async () => {
  const table = fromColumns({ v: Array.from({ length: 5000 }, (_, at) => at) }, { npartitions: 3 });
  const file = join(folder, "later.db");
  const writing = await table.toSql("many", `sqlite:${file}`, { index: true, compute: false });
  assert.equal(existsSync(file), false);
  assert.equal(
    (await writing.compute()).reduce((a, b) => a + b),
    5000,
  );
  await table.toSql("single", `sqlite:${file}`, { index: true, method: "single" });
  for (const name of ["many", "single"]) {
    const rows = await readSql<{ v: number }>(`sqlite:${file}`, name, { index: "index" });
    assert.equal(await rows.get("v").sum().compute(), (4999 * 5000) / 2);
  }
});

const programs = postgresPrograms();
if (programs === undefined) test("postgres", { skip: "PostgreSQL is not installed here" }, () => undefined);
else {
  let server: PostgresServer;
  before(async () => {
    server = await startPostgres(programs);
    const client = new pg.Client({ connectionString: server.url });
    await client.connect();
    for (const sql of SQL_TABLES) await client.query(sql);
    await client.query(
      "CREATE TABLE kinds (id BIGINT, b BOOLEAN, s SMALLINT, n NUMERIC, d DATE, t TIMESTAMP, z TIMESTAMPTZ, r REAL, u UUID)",
    );
    await client.query(
      "INSERT INTO kinds VALUES (9007199254740993, TRUE, 7, 12.50, '2022-03-01', '2022-03-01 05:06:07.25', '2022-03-01 05:06:07+02', 1.5, '00000000-0000-0000-0000-000000000001'), (1, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)",
    );
    await client.end();
  });
  after(() => server?.stop());
  sqlCases("postgres", () => server.url);
  sqlWriteCases("postgres", () => server.url);

  test("postgres: types of columns are the database's; times are UTC, integers exact", async () => {
    const table = await readSql(server.url, "kinds", { index: "id" });
    assert.deepEqual(table.dtypes, {
      b: "bool",
      s: "int16",
      n: "float64",
      d: "date",
      t: "datetime",
      z: "datetime",
      r: "float32",
      u: "string",
    });
    const frame = await table.compute();
    assert.deepEqual(frame.indexValues({ int64: "bigint" }), [1n, 9007199254740993n]);
    assert.deepEqual(frame.toRecords()[1], {
      b: true,
      s: 7,
      n: 12.5,
      d: new Date("2022-03-01"),
      t: new Date("2022-03-01T05:06:07.250Z"),
      z: new Date("2022-03-01T03:06:07Z"),
      r: 1.5,
      u: "00000000-0000-0000-0000-000000000001",
    });
  });

  test("postgres: ranges of times, by divisions told from their ends", async () => {
    const table = await readSql(server.url, "SELECT id, t FROM kinds WHERE t IS NOT NULL", {
      index: "t",
      npartitions: 2,
    });
    assert.deepEqual((await table.compute()).indexValues(), [new Date("2022-03-01T05:06:07.250Z")]);
  });

  test("postgres: a server that is not there is named without its password", async () => {
    await assert.rejects(readSql("postgres://u:secret@127.0.0.1:1/x", "t", { index: "id" }), (error: Error) => {
      return /could not be reached/.test(error.message) && !error.message.includes("secret");
    });
  });
}
