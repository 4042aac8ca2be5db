import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { test } from "node:test";

/** Lowest floor first. A file may import from its own floor or any floor below it. */
const floors = [
  ["runtime/base"],
  ["runtime/bus"],
  ["runtime/journal"],
  ["runtime/wire"],
  ["runtime/actor"],
  ["runtime/graph"],
  ["runtime/protocol"],
  ["actors/task", "actors/chunk"],
  ["actors/scheduler", "actors/worker", "actors/client", "actors/nanny", "actors/coordination", "actors/observer"],
  ["collections"],
  ["infra"],
  ["index.ts"],
];
const LINES_PER_FILE_MAX = 400;
const roots = ["runtime", "actors", "collections", "infra"];
const sources = [...roots.flatMap(listSources), "index.ts"];

function listSources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts") && !entry.name.endsWith(".d.ts"))
    .map((entry) => join(entry.parentPath, entry.name));
}

const read = (file: string): string => readFileSync(file, "utf8");
const floorOf = (path: string): number =>
  floors.findIndex((floor) => floor.some((name) => path === name || path.startsWith(`${name}/`)));

/** Relative imports of a file, type imports and re-exports included, as paths from the root. */
function importsOf(file: string): string[] {
  const found = [...read(file).matchAll(/(?:from|import)\s*\(?\s*"(\.[^"]+)"/g)];
  return found.map(([, spec]) => normalize(join(dirname(file), spec as string)));
}

test("tidy: every source file stands on a floor", () => {
  assert.ok(sources.length > 20, "the check saw hardly any file, so it proves nothing");
  assert.deepEqual(
    sources.filter((file) => floorOf(file) < 0),
    [],
  );
});

test("tidy: imports only go down the floors", () => {
  let edges = 0;
  const upward: string[] = [];
  for (const file of sources)
    for (const target of importsOf(file)) {
      edges += 1;
      if (floorOf(target) > floorOf(file)) upward.push(`${file} → ${target}`);
    }
  assert.ok(edges > 20, "the check saw hardly any import, so it proves nothing");
  assert.deepEqual(upward, []);
});

test("tidy: actors do not reach into each other's folders", () => {
  const siblings = ["scheduler", "worker", "client", "nanny", "coordination", "observer"];
  const ownerOf = (path: string) => siblings.find((name) => path.startsWith(`actors/${name}/`));
  const crossing = sources.flatMap((file) =>
    importsOf(file)
      .filter(
        (target) => ownerOf(file) !== undefined && ownerOf(target) !== undefined && ownerOf(file) !== ownerOf(target),
      )
      .map((target) => `${file} → ${target}`),
  );
  assert.deepEqual(crossing, []);
});

test("tidy: of the runtime, collections know base, graph and functions only", () => {
  const allowed = /^(runtime\/(base|graph)\/|runtime\/wire\/function|collections\/)/;
  const outside = sources
    .filter((file) => file.startsWith("collections/") && !file.startsWith("collections/futures/"))
    .flatMap((file) =>
      importsOf(file)
        .filter((target) => !allowed.test(target))
        .map((target) => `${file} → ${target}`),
    );
  assert.deepEqual(outside, []);
});

test("tidy: no import cycle, types included", () => {
  const graph = new Map(sources.map((file) => [file, importsOf(file)]));
  const done = new Set<string>();
  const cycles: string[] = [];
  const visit = (file: string, path: readonly string[]): void => {
    const at = path.indexOf(file);
    if (at >= 0) cycles.push([...path.slice(at), file].join(" → "));
    if (at >= 0 || done.has(file)) return;
    for (const target of graph.get(file) ?? []) visit(target, [...path, file]);
    done.add(file);
  };
  for (const file of sources) visit(file, []);
  assert.deepEqual(cycles, []);
});

test("tidy: files stay small", () => {
  const long = sources
    .map((file) => [file, read(file).split("\n").length - 1] as const)
    .filter(([, lines]) => lines > LINES_PER_FILE_MAX)
    .map(([file, lines]) => `${file}: ${lines} lines, at most ${LINES_PER_FILE_MAX}`);
  assert.deepEqual(long, []);
});

const banned = [
  { call: /\bDate\.now\(|\bperformance\.now\(/, instead: "Clock", except: ["runtime/base/clock.ts"] },
  { call: /\bsetTimeout\(|\bsetInterval\(/, instead: "Clock.setTimer", except: ["runtime/base/clock.ts"] },
  { call: /\bMath\.random\(|\brandomUUID\(/, instead: "Random", except: ["runtime/base/random.ts"] },
  { call: /\bprocess\.exit\(/, instead: "process.exitCode, or an error the caller sees", except: [] },
  {
    call: /\bconsole\.(log|error|warn)\(/,
    instead: "the log port (the command line and the demo may print)",
    except: ["infra/cli/", "infra/demo/", "infra/features/"],
  },
];

test("tidy: banned calls have one home", () => {
  const found = sources.flatMap((file) =>
    banned
      .filter(
        ({ call, except }) => !except.some((home) => file.startsWith(home)) && call.test(withoutComments(read(file))),
      )
      .map(({ call, instead }) => `${file} uses ${call.source}; use ${instead}`),
  );
  assert.deepEqual(found, []);
});

test("tidy: names say what a file holds", () => {
  const vague = /(^|[-/])(utils?|helpers?|common|manager|impl|misc|stuff)([-.]|$)/;
  assert.deepEqual(
    sources.filter((file) => vague.test(file)),
    [],
  );
});

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/(^|\s)\/\/.*$/gm, "$1");
}
