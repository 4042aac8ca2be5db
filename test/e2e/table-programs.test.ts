import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import * as dd from "../../collections/dataframe/index.ts";
import { count, mean } from "../../collections/dataframe/index.ts";
import { Client } from "../../index.ts";
import { ShoalError } from "../../runtime/base/errors.ts";

interface Flight {
  origin: string;
  date: Date;
  delay: number;
  distance: number;
  minutes: number;
}
const folder = mkdtempSync(join(tmpdir(), "shoal-programs-"));
const rows: Flight[] = Array.from({ length: 60 }, (_, i) => ({
  origin: ["ORD", "SFO", "JFK"][i % 3] as string,
  date: new Date(Date.UTC(2022, 2, 1, i % 4, 30)),
  delay: (i * 7) % 90,
  distance: 300 + i,
  minutes: 60,
}));
const groups = new Set(
  rows.filter((f) => f.delay > 30 && f.origin !== "ORD").map((f) => `${f.origin} ${f.date.getUTCHours()}`),
);
before(async () => {
  const paths = await dd.fromRecords(rows, { npartitions: 3 }).toParquet(folder);
  assert.equal(paths.length, 3);
});
after(() => rmSync(folder, { recursive: true, force: true }));

/** The program of the design page, as it stands there. */
async function program(): Promise<{ top: dd.Frame<any>; rows: any[] }> {
  const flights = await dd.readParquet<Flight>(join(folder, "part.*.parquet"));
  const limit = 30;
  const worst = flights
    .filter((f) => f.delay > limit && f.origin !== "ORD")
    .assign({ speed: (f) => (f.distance / f.minutes) * 60, hour: (f) => f.date.getHours() })
    .groupby("origin", "hour")
    .agg({ meanDelay: (f) => mean(f.delay), n: () => count() })
    .sortValues("meanDelay", { ascending: false });
  assert.match(worst.explain(), /partitions/);
  const found: any[] = [];
  for await (const row of worst.rows()) found.push(row);
  return { top: (await worst.head(10)) as dd.Frame<any>, rows: found };
}

let expected: { records: unknown[]; rows: unknown[] } | undefined;
for (const mode of ["inline", "threads", "processes", "nats"] as const)
  test(`the table program of the design runs as written: ${mode}`, async () => {
    const client = await Client.local({ mode, workers: 2 });
    try {
      const { top, rows: streamed } = await program();
      assert.equal(top.length, groups.size);
      assert.equal(streamed.length, groups.size);
      assert.match(String(top), /meanDelay/);
      const found = { records: top.toRecords(), rows: streamed };
      expected ??= found;
      assert.deepEqual(found, expected);
      const pandas = await dd.readParquet(join(folder, "*.parquet"));
      const spelled = await pandas
        .groupby("origin")
        .agg({ delay: ["mean", "std"] })
        .compute();
      assert.deepEqual(spelled.columns, [
        ["delay", "mean"],
        ["delay", "std"],
      ]);
    } finally {
      await client.close();
    }
  });

test("a native abort ends one worker process: the task runs again elsewhere, and one that always aborts is reported", async () => {
  const client = await Client.local({ mode: "processes", workers: 2 });
  try {
    const table = dd.fromColumns({ n: [1, 2, 3, 4] }, { npartitions: 2 });
    const mark = join(folder, "aborted-once");
    const once = table.mapPartitions(
      async (part) => {
        const fs = await import("node:fs");
        if (!fs.existsSync(mark)) {
          fs.writeFileSync(mark, "");
          process.abort();
        }
        return part;
      },
      { schema: { n: "int64" } },
    );
    assert.deepEqual((await once.compute()).toColumns(), { n: [1, 2, 3, 4] });
    assert.ok(existsSync(mark));
    const always = table.mapPartitions(() => process.abort(), { schema: { n: "int64" } });
    await assert.rejects(always.compute(), (error: ShoalError) => {
      return error instanceof ShoalError && error.code === "KILLED_WORKER";
    });
    writeFileSync(mark, "");
    assert.equal(await table.get("n").sum().compute(), 10);
  } finally {
    await client.close();
  }
});
