import { execFile } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { parseArgs, promisify } from "node:util";
import type { BenchCase, BenchFile, Figures } from "./bench-case.ts";
import { measure } from "./measure.ts";
import { type Result, resultLine, resultsPage, tableOf } from "./report.ts";

/** Every case runs in a process of its own, its peers right after it. `--save` puts the results into results.md. */
const NAMES = [
  "tasks",
  "futures",
  "graph",
  "bus",
  "codec",
  "array",
  "dataframe",
  "tpch",
  "bag",
  "delayed",
  "memory",
  "page-cost",
  "resilience",
  "service",
] as const;
const USAGE = `npm run bench -- NAME [--mode inline|threads|processes|nats] [--case TEXT] [--peers] [--json] [--runs N] [--save]
NAME is one of ${NAMES.join(", ")}; benchmarks/README.md says what the cases measure.
`;
const run = promisify(execFile);

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    mode: { type: "string" },
    case: { type: "string" },
    peers: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
    save: { type: "boolean", default: false },
    runs: { type: "string" },
    help: { type: "boolean", default: false },
    /** The position of one case, to be measured in this very process. */
    only: { type: "string" },
  },
});

async function casesOf(name: string): Promise<readonly BenchCase[]> {
  if (!(NAMES as readonly string[]).includes(name))
    throw new RangeError(`There is no benchmark "${name}": name one of ${NAMES.join(", ")}`);
  const url = new URL(`./${name}.ts`, import.meta.url);
  if (!existsSync(url)) throw new RangeError(`Benchmark ${name} is not written yet`);
  const { cases } = (await import(url.href)) as BenchFile;
  return cases;
}

const runsGiven = (): string[] => (options.runs === undefined ? [] : ["--runs", options.runs]);

/** One case in a process of its own, so that neither heap nor compiled code of others counts. */
async function inProcess(name: string, at: number): Promise<Figures> {
  const args = [...process.execArgv, "--expose-gc", new URL(import.meta.url).pathname, name, "--only", String(at)];
  return lastLine([process.execPath, ...args, ...runsGiven()]);
}

/** Runs a program that ends with a line of figures. */
async function lastLine([program, ...args]: readonly string[]): Promise<Figures> {
  const { stdout, stderr } = await run(program as string, args, { maxBuffer: 1 << 26 }).catch((error: Error) => {
    const said = (error as Error & { stderr?: string }).stderr ?? "";
    throw new Error(`${program} ${args.join(" ")} failed: ${said.trim()}`);
  });
  const line = stdout.trim().split("\n").at(-1) as string;
  try {
    return JSON.parse(line) as Figures;
  } catch (cause) {
    throw new SyntaxError(`${args.join(" ")} ended with no line of figures but with ${line} ${stderr}`, { cause });
  }
}

/** A case that fails, or whose peer does, is told of and keeps no other from being measured; the whole ends with 1 then. */
async function unlessFailed(figures: Promise<Figures>): Promise<Figures | undefined> {
  try {
    return await figures;
  } catch (error) {
    process.stderr.write(`${String(error)}\n`);
    process.exitCode = 1;
    return undefined;
  }
}

async function measureAll(name: string): Promise<Result[]> {
  const results: Result[] = [];
  let fitting = 0;
  for (const [at, one] of (await casesOf(name)).entries()) {
    const label = `${one.name} ${JSON.stringify(one.params)}`;
    if (options.case !== undefined && !label.includes(options.case)) continue;
    if (options.mode !== undefined && one.params["mode"] !== undefined && one.params["mode"] !== options.mode) continue;
    fitting += 1;
    const ours = await unlessFailed(inProcess(name, at));
    if (ours === undefined) continue;
    const peers: Record<string, Figures> = {};
    for (const peer of options.peers ? (one.peers ?? []) : []) {
      const figures = await unlessFailed(lastLine(peer.command));
      if (figures !== undefined) peers[peer.name] = figures;
    }
    const result: Result = { bench: one.name, params: one.params, ours, peers };
    results.push(result);
    if (options.json) process.stdout.write(`${resultLine(result)}\n`);
    else process.stderr.write(`${label} ${ours.seconds.toPrecision(4)} s\n`);
  }
  if (fitting === 0) throw new RangeError(`No case of ${name} fits what was asked for`);
  return results;
}

const [name] = positionals;
if (options.help) {
  process.stdout.write(USAGE);
  process.exit();
}
if (name === undefined) throw new RangeError(`Name one of ${NAMES.join(", ")}: npm run bench -- tasks --peers`);
if (options.only !== undefined) {
  const one = (await casesOf(name))[Number(options.only)] as BenchCase;
  const figures = await measure(one, options.runs === undefined ? one.runs : Number(options.runs));
  process.stdout.write(`\n${JSON.stringify(figures)}\n`, () => process.exit(0));
} else {
  const results = await measureAll(name);
  if (!options.json) process.stdout.write(tableOf(results));
  if (options.save) {
    const page = new URL("./results.md", import.meta.url);
    writeFileSync(page, resultsPage(page, name, results));
  }
}
