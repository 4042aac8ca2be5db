import assert from "node:assert/strict";
import { test } from "node:test";
import { Client } from "shoal";
import { clientForms, futureForms, notebookSymbol } from "../../../collections/futures/notebook-reprs.ts";

test("clients and futures show themselves in notebooks, and what they show cannot become markup", async () => {
  const client = await Client.local({ mode: "inline" });
  try {
    const future = client.submit((n: number) => n, 1);
    await future.result();
    assert.match(client[notebookSymbol]()["text/html"], /<strong>Client<\/strong>.*inline/);
    assert.match(future[notebookSymbol]()["text/html"], /<code>.*<\/code> <span>finished<\/span>/);
  } finally {
    await client.close();
  }
  assert.equal(notebookSymbol, Symbol.for("Jupyter.display"));
  assert.doesNotMatch(futureForms("<b>", "finished")["text/html"], /<b>/);
  const workers = [{ id: "w0", slots: 2, pid: 1, host: "<h>" }];
  assert.doesNotMatch(clientForms("c", workers, "http://127.0.0.1:1")["text/html"], /<h>/);
  assert.equal(clientForms("c", workers, undefined)["text/plain"], "Client of c: 1 workers, 2 tasks at a time");
});
