import { existsSync, readFileSync } from "node:fs";
import { cpus } from "node:os";
import type { Figures } from "./bench-case.ts";

/** One case and what its peers took for the same work. */
export interface Result {
  readonly bench: string;
  readonly params: Readonly<Record<string, number | string>>;
  readonly ours: Figures;
  readonly peers: Readonly<Record<string, Figures>>;
}

/** Peer ÷ ours, per unit of work: above 1 is ahead. */
const ratioOf = (peer: Figures, ours: Figures): number => rounded(peer.perUnitUs / ours.perUnitUs);

const rounded = (value: number): number => Number(value.toPrecision(4));

/** The same for processor time, which tells more than the clock where others use the machine too. */
const cpuRatios = (peers: Result["peers"], ours: Figures): Record<string, number> =>
  Object.fromEntries(
    Object.entries(peers).flatMap(([name, { more }]) =>
      more?.["cpuS"] === undefined || !ours.more["cpuS"] ? [] : [[name, rounded(more["cpuS"] / ours.more["cpuS"])]],
    ),
  );

/** The line of `--json`. */
export function resultLine({ bench, params, ours, peers }: Result): string {
  const shown = ({ seconds, perUnitUs, peakRssMb, more }: Figures) => ({
    seconds: rounded(seconds),
    perUnitUs: rounded(perUnitUs),
    peakRssMb,
    ...Object.fromEntries(Object.entries(more ?? {}).map(([name, value]) => [name, rounded(value)])),
  });
  return JSON.stringify({
    bench,
    params,
    ...shown(ours),
    peers: Object.fromEntries(Object.entries(peers).map(([name, figures]) => [name, shown(figures)])),
    ratio: Object.fromEntries(Object.entries(peers).map(([name, figures]) => [name, ratioOf(figures, ours)])),
    cpuRatio: cpuRatios(peers, ours),
  });
}

/** A table for people, in Markdown. */
export function tableOf(results: readonly Result[]): string {
  const head = [
    "bench",
    "parameters",
    "median s",
    "min–max s",
    "per unit µs",
    "peak RSS MB",
    "peers (× ours)",
    "CPU s",
    "peers' CPU (× ours)",
    "more",
  ];
  const rows = results.map(({ bench, params, ours, peers }) => [
    bench,
    Object.entries(params)
      .map(([name, value]) => `${name}=${value}`)
      .join(" "),
    rounded(ours.seconds),
    `${rounded(ours.more["minS"] ?? 0)}–${rounded(ours.more["maxS"] ?? 0)}`,
    rounded(ours.perUnitUs),
    ours.peakRssMb,
    Object.entries(peers)
      .map(([name, figures]) => `${name} ${ratioOf(figures, ours)}`)
      .join(", "),
    rounded(ours.more["cpuS"] ?? 0),
    Object.entries(cpuRatios(peers, ours))
      .map(([name, ratio]) => `${name} ${ratio}`)
      .join(", "),
    Object.entries(ours.more)
      .filter(([name]) => !["minS", "maxS", "firstS", "runs", "cpuS"].includes(name))
      .map(([name, value]) => `${name} ${rounded(value)}`)
      .join(", "),
  ]);
  const widths = head.map((title, at) => Math.max(title.length, ...rows.map((row) => String(row[at]).length)));
  const line = (cells: readonly unknown[]): string =>
    `| ${cells.map((cell, at) => String(cell).padEnd(widths[at] as number)).join(" | ")} |\n`;
  return line(head) + line(widths.map((width) => "-".repeat(width))) + rows.map(line).join("");
}

/** The page of results with one benchmark's part replaced. */
export function resultsPage(page: URL, name: string, results: readonly Result[]): string {
  const parts = new Map<string, string>();
  if (existsSync(page))
    for (const part of readFileSync(page, "utf8").split("\n## ").slice(1))
      parts.set((part.split("\n")[0] as string).split(" ")[0] as string, part.trimEnd());
  const machine = cpus();
  const where = `${new Date().toISOString().slice(0, 10)}, Node ${process.versions.node}, ${machine.length} × ${machine[0]?.model.trim()}`;
  parts.set(name, `${name}\nMeasured ${where}\n\n${tableOf(results).trimEnd()}`);
  const sorted = [...parts.entries()].sort(([a], [b]) => a.localeCompare(b));
  return `# Last results\n\nWritten by \`npm run bench -- NAME --peers --save\`; README.md says what the figures mean.\n\n${sorted.map(([, part]) => `## ${part}\n`).join("\n")}`;
}
