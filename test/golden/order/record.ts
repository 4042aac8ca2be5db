import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { orderGraphs } from "./graphs.ts";

/** Records dask.order's peaks on the graphs of graphs.ts: `npx tsx test/golden/order/record.ts`; needs a Python with dask. */
const python = process.env["PYTHON"] ?? "python3";
const lines = orderGraphs().map(({ name, inputs }) => JSON.stringify({ name, inputs }));
const output = execFileSync(python, ["benchmarks/peers/order_peer.py"], {
  input: `${lines.join("\n")}\n`,
  maxBuffer: 1 << 28,
});
const version = execFileSync(python, ["-c", "import dask; print(dask.__version__)"]).toString().trim();
const peaks = Object.fromEntries(
  output
    .toString()
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { name: string; peak: number })
    .map(({ name, peak }) => [name, peak]),
);
writeFileSync("test/golden/order/peaks.json", `${JSON.stringify({ made_with: { dask: version }, peaks }, null, 1)}\n`);
