import assert from "node:assert/strict";
import { test } from "node:test";
import { polars } from "../../../collections/dataframe/engine/polars.ts";
import { TableChunk } from "../../../collections/dataframe/frame/table-chunk.ts";

test("a table says how much memory it takes: numbers by their width, texts by how long they are", () => {
  const rows = Array.from({ length: 10_000 }, (_, i) => i);
  const weigh = (columns: Record<string, unknown[]>): number => new TableChunk(polars().DataFrame(columns)).nbytes;
  assert.equal(weigh({ x: rows, y: rows }), 160_000);
  assert.equal(weigh({}), 0);
  const short = weigh({ s: rows.map(() => "ab") });
  assert.ok(weigh({ s: rows.map((i) => (i % 2 === 0 ? null : "x".repeat(200))) }) > 4 * short);
});
