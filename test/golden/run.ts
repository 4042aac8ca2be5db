import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { exceptions } from "./exceptions.ts";
import { type Mode, modes, openMode } from "./mode.ts";
import { type CaseResult, type GoldenCase, runCase } from "./run-case.ts";
import type { Vocabulary } from "./vocabulary.ts";

/**
 * Runs the golden cases, as {@link usage} says. Prints a line for each failing case, the reasons of those that are known not to
 * pass, and the counts; exit code 1 if any other failed, or (in the tests) one that is listed passes.
 */
const here = dirname(fileURLToPath(import.meta.url));
export const areas = ["array", "bag", "dataframe", "delayed"] as const;

/** The vocabularies that there are, all areas together: cases of one area use values of others. */
export async function loadVocabularies(): Promise<Vocabulary[]> {
  const folder = join(here, "vocabulary");
  const files = readdirSync(folder).filter((name) => /^(array|bag|dataframe|delayed)\.ts$/.test(name));
  return Promise.all(
    files.map(
      async (name) => ((await import(pathToFileURL(join(folder, name)).href)) as { vocabulary: Vocabulary }).vocabulary,
    ),
  );
}

/** The cases of a golden file. */
export function readCases(path: string): GoldenCase[] {
  return (JSON.parse(readFileSync(path, "utf8")) as { cases: GoldenCase[] }).cases;
}

export const caseFile = (area: string): string => join(here, "cases", `${area}.json`);

interface Arguments {
  readonly files: readonly string[];
  readonly mode: Mode;
  readonly json: boolean;
}

export function parseArguments(argv: readonly string[]): Arguments {
  const files: string[] = [];
  const wanted: string[] = [];
  let mode: Mode = "inline";
  let json = false;
  for (let i = 0; i < argv.length; i++) {
    const arg = argv[i] as string;
    if (arg === "--json") json = true;
    else if (arg === "--area") wanted.push(argv[++i] ?? "");
    else if (arg === "--mode") mode = argv[++i] as Mode;
    else if (arg === "--cases")
      while (i + 1 < argv.length && !(argv[i + 1] as string).startsWith("--")) files.push(argv[++i] as string);
    else throw new SyntaxError(`Unknown argument ${arg}`);
  }
  if (!modes.includes(mode)) throw new SyntaxError(`--mode is one of ${modes.join(", ")}, got ${mode}`);
  for (const area of wanted)
    if (!existsSync(caseFile(area))) throw new SyntaxError(`--area is one of ${areas.join(", ")}, got ${area}`);
  const chosen = [...wanted.map(caseFile), ...files];
  return { files: chosen.length > 0 ? chosen : areas.map(caseFile), mode, json };
}

const usage = `npm run golden -- [--area ${areas.join("|")}] [--cases FILE…] [--mode ${modes.join("|")}] [--json]

Runs operations whose answers are known from Dask, NumPy and pandas: all areas in one process, unless other is said. Prints a line for
each that fails, and the counts; with --json a line for every case, on standard output alone. Ends with 1 if one failed.`;

async function main(): Promise<void> {
  if (process.argv.includes("--help")) {
    console.log(usage);
    return;
  }
  const { files, mode, json } = parseArguments(process.argv.slice(2));
  const vocabularies = await loadVocabularies();
  const open = await openMode(mode);
  const counts = { passed: 0, failed: 0, unsupported: 0, listed: 0 };
  for (const file of files)
    for (const one of readCases(file)) {
      const result = await runCase(one, vocabularies, open);
      if (isListed(result)) counts.listed += 1;
      else counts[result.outcome] += 1;
      report(result, json ? await open.stats() : undefined);
    }
  await open.close();
  const summary = `${counts.passed} passed, ${counts.failed} failed, ${counts.unsupported} unsupported, ${counts.listed} listed with a reason`;
  // With --json the output holds nothing but a line a case.
  if (json) console.error(summary);
  else console.log(summary);
  if (counts.failed > 0) process.exitCode = 1;
}

function report(result: CaseResult, stats: object | undefined): void {
  if (stats !== undefined) console.log(JSON.stringify({ ...result, ...stats }));
  else if (isListed(result)) console.log(`LISTED ${result.id}: ${exceptions.get(result.id)}`);
  else if (result.outcome === "failed") console.log(`FAILED ${result.id}: ${result.detail}`);
}

const isListed = (result: CaseResult): boolean => result.outcome !== "passed" && exceptions.has(result.id);

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
