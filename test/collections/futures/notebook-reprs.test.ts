import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Client, delayed } from "shoal";
import * as da from "shoal/array";
import * as db from "shoal/bag";
import * as dd from "shoal/dataframe";
import { notebookSymbol } from "../../../collections/core/notebook-forms.ts";
import { clientForms, futureForms } from "../../../collections/futures/notebook-reprs.ts";

/** What a notebook makes of a value. */
const forms = (value: unknown): Record<string, string> =>
  (value as Record<symbol, () => Record<string, string>>)[Symbol.for("Jupyter.display")]?.() ?? {};

describe("notebooks", () => {
  test("every collection shows its text, its blocks as a picture and its layers, and computes nothing for it", () => {
    let ran = 0;
    const load = delayed((n: number) => {
      ran += 1;
      return n;
    });
    const shown = {
      bag: [db.fromSequence([1, 2, 3, 4], { npartitions: 2 }).map((n) => n + ran), "2 blocks"],
      delayed: [load(load(1)), "one block"],
      table: [dd.fromRecords([{ a: 1 }, { a: 2 }, { a: 3 }], { npartitions: 3 }), "3 blocks"],
      array: [da.ones([6, 4], { chunks: [3, 4] }), "(6, 4)"],
    } as const;
    for (const [name, [value, says]] of Object.entries(shown)) {
      const { "text/plain": text, "text/html": html, "image/svg+xml": svg } = forms(value);
      assert.ok(text !== undefined && text.length > 0, `${name} as text`);
      assert.ok(html?.includes(says), `${name} as HTML: ${html}`);
      assert.match(svg ?? "", /^<svg [^>]*>.*<\/svg>$/s, `${name} as SVG`);
    }
    assert.equal(ran, 0);
  });

  test("names in what is shown cannot become markup", () => {
    const named = { ["<script>"]: (n: number) => n }["<script>"] as (n: number) => number;
    const html = forms(delayed(named, { name: "<script>" })(1))["text/html"] as string;
    assert.match(html, /&#60;script/);
    assert.doesNotMatch(html, /<script/);
  });

  test("a client shows its cluster, its workers and its page, a future how it stands", async () => {
    const client = await Client.local({ mode: "inline" });
    try {
      const future = client.submit((n: number) => n, 1);
      await future.result();
      assert.match(client[notebookSymbol]()["text/html"] as string, /<strong>Client<\/strong>.*inline/);
      assert.match(future[notebookSymbol]()["text/html"] as string, /<code>.*<\/code> <span>finished<\/span>/);
    } finally {
      await client.close();
    }
    assert.equal(notebookSymbol, Symbol.for("Jupyter.display"));
    assert.doesNotMatch(futureForms("<b>", "finished")["text/html"] as string, /<b>/);
    const workers = [{ id: "w0", incarnation: 1, slots: 2, pid: 1, host: "<h>" }];
    assert.doesNotMatch(
      clientForms("c", workers, { url: "http://127.0.0.1:1", hasControls: true })["text/html"] as string,
      /<h>/,
    );
    assert.equal(clientForms("c", workers, undefined)["text/plain"], "Client of c: 1 workers, 2 tasks at a time");
    const many = Array.from({ length: 40 }, (_, i) => ({ ...(workers[0] as (typeof workers)[number]), id: `w<${i}>` }));
    const svg = clientForms("c", many, undefined)["image/svg+xml"] as string;
    assert.equal(svg.match(/<rect /g)?.length, 32 * 2, "a square for each slot of those that are drawn");
    assert.match(svg, /w&#60;31&#62;.*and 8 more/);
    assert.match(clientForms("c", [], undefined)["image/svg+xml"] as string, />no workers</);
  });
});
