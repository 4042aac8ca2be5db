import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type Polars from "nodejs-polars";

/**
 * A table of Parquet files sorted and written by nodejs-polars alone: `larger-table-polars.ts FOLDER LIMIT_MB`, in a process that may use
 * so much memory; one line of figures, in which `finished` is 0 where it could not.
 */
const [folder = "", limitMb = "", out] = process.argv.slice(2);

async function sortAndWrite(to: string): Promise<void> {
  const pl = createRequire(import.meta.url)("nodejs-polars") as typeof Polars;
  const sorted = await pl
    .scanParquet(join(folder, "*.parquet"))
    .sort(["v"] as never)
    .collect();
  sorted.writeParquet(to);
}

if (out !== undefined) await sortAndWrite(out);
else {
  const made = mkdtempSync(join(tmpdir(), "shoal-bench-polars-"));
  const start = performance.now();
  const command = [process.execPath, ...process.execArgv, ...process.argv.slice(1, 4), join(made, "sorted.parquet")];
  const { status } = spawnSync("prlimit", [`--data=${Number(limitMb) * 1e6}`, ...command], { stdio: "ignore" });
  rmSync(made, { recursive: true });
  if (status === null) process.stderr.write("polars was ended by a signal: it had too little memory\n");
  const seconds = (performance.now() - start) / 1000;
  const peakRssMb = Math.round(process.resourceUsage().maxRSS / 1024);
  const more = { finished: status === 0 ? 1 : 0, limitMb: Number(limitMb) };
  console.log(JSON.stringify({ seconds, perUnitUs: 0, peakRssMb, more }));
}
