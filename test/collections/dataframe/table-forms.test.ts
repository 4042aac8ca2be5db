import assert from "node:assert/strict";
import { test } from "node:test";
import { notebookSymbol } from "../../../collections/core/notebook-forms.ts";
import { fromColumns } from "../../../collections/dataframe/index.ts";

test("notebooks are shown a lazy table's columns and blocks, nothing computed", () => {
  const table = fromColumns({ n: [1, 2, 3], "<b>": ["x", "y", "z"] }, { npartitions: 2 });
  const html = table[notebookSymbol]()["text/html"] as string;
  assert.match(html, /n<\/td><td[^>]*>int64/);
  assert.match(html, /&#60;b&#62;<\/td><td[^>]*>string/);
  assert.match(html, /2 blocks/);
});

test("notebooks are shown the first and last rows of a table in memory, values escaped", async () => {
  const frame = await fromColumns({ n: Array.from({ length: 50 }, (_, i) => i), s: Array(50).fill("<i>") }).compute();
  const html = frame[notebookSymbol]()["text/html"] as string;
  assert.equal(html.match(/<tr>/g)?.length, 22);
  assert.match(html, /<b>49<\/b>.*&#60;i&#62;.*50 rows × 2 columns/);
  assert.doesNotMatch(html, /<i>/);
  const column = frame.get("n")[notebookSymbol]()["text/html"] as string;
  assert.match(column, /50 rows × 1 columns/);
});
