import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { difference, valueDifference } from "./compare.ts";
import { Evaluator } from "./evaluate.ts";
import { isCounterpart } from "./expected-error.ts";
import type { Tree } from "./lambda.ts";
import type { OpenMode } from "./mode.ts";
import { type Expected, type InputSpec, type Shown, Unsupported, type Vocabulary } from "./vocabulary.ts";

export interface GoldenCase {
  readonly id: string;
  readonly area: string;
  readonly kind: string;
  readonly inputs: Readonly<Record<string, InputSpec>>;
  readonly python: string;
  readonly tree: Tree;
  readonly expected: Expected;
  readonly compare?: string | null;
}

export interface CaseResult {
  readonly id: string;
  readonly outcome: "passed" | "failed" | "unsupported";
  readonly detail?: string;
}

const CASE_LIMIT_MS = 30_000;

/** Runs one case and says how it went. */
export async function runCase(
  one: GoldenCase,
  vocabularies: readonly Vocabulary[],
  mode: OpenMode,
): Promise<CaseResult> {
  mode.startCase();
  const folder = mkdtempSync(join(tmpdir(), "shoal-golden-"));
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`The case took over ${CASE_LIMIT_MS} ms`)), CASE_LIMIT_MS);
  });
  try {
    const detail = await Promise.race([outcomeOf(one, vocabularies, folder), late]);
    return detail === null ? { id: one.id, outcome: "passed" } : { id: one.id, outcome: "failed", detail };
  } catch (error) {
    if (error instanceof Unsupported && !mode.hasComputed())
      return { id: one.id, outcome: "unsupported", detail: error.message };
    return { id: one.id, outcome: "failed", detail: describeError(error) };
  } finally {
    clearTimeout(timer);
    rmSync(folder, { recursive: true, force: true });
  }
}

async function outcomeOf(one: GoldenCase, all: readonly Vocabulary[], folder: string): Promise<string | null> {
  const { expected } = one;
  // A name that several areas know, such as np, means what the case's own area says.
  const vocabularies = ownFirst(all, one.area);
  const work = async (): Promise<Shown> => {
    const variables = new Map<string, unknown>();
    for (const vocabulary of vocabularies) vocabulary.begin?.(folder);
    for (const [name, spec] of Object.entries(one.inputs))
      variables.set(name, await inputValue(spec, vocabularies, { id: one.id, name, folder }));
    const evaluator = new Evaluator(vocabularies, variables);
    evaluator.check(one.tree);
    return shown(await evaluator.run(one.tree), expected, vocabularies);
  };
  if (expected.error === undefined) return difference(await work(), expected, one.compare, one.kind);
  try {
    const value = await work();
    return `gave ${JSON.stringify(value)?.slice(0, 120)}, expected ${expected.error}`;
  } catch (error) {
    if (error instanceof Unsupported) throw error;
    return isCounterpart(error, expected.error) ? null : `${describeError(error)}, expected ${expected.error}`;
  }
}

const ownFirst = (all: readonly Vocabulary[], area: string): Vocabulary[] => [
  ...all.filter((one) => one.area === area),
  ...all.filter((one) => one.area !== area),
];

async function inputValue(
  spec: InputSpec,
  vocabularies: readonly Vocabulary[],
  context: { id: string; name: string; folder: string },
): Promise<unknown> {
  for (const one of vocabularies) {
    const made = await one.input?.(spec, context);
    if (made !== undefined) return made;
  }
  throw new Unsupported(`inputs of type ${spec.type}`);
}

/** A result in the golden file's form; lazy values inside containers are computed too. */
export async function shown(value: unknown, expected: Expected, vocabularies: readonly Vocabulary[]): Promise<Shown> {
  for (const one of vocabularies) {
    const found = await one.describe?.(value, expected);
    if (found !== undefined) return found;
  }
  return expected.type === "list" || expected.type === "bag" ? { items: value } : { value, items: value, data: value };
}

const describeError = (error: unknown): string =>
  error instanceof Error
    ? `${error.name}: ${error.message}${error.cause instanceof Error ? ` ← ${describeError(error.cause)}` : ""}`
    : String(error);

export { valueDifference };
