import { existsSync, readFileSync } from "node:fs";
import * as shoal from "shoal";
import * as array from "shoal/array";
import * as bag from "shoal/bag";
import * as dataframe from "shoal/dataframe";
import * as testing from "shoal/testing";
import { commandNames } from "../cli/command-line.ts";
import type { Claim } from "./claim.ts";

const entries: Readonly<Record<string, object>> = { shoal, array, bag, dataframe, testing };

/** What is wrong with a list of claims: an id twice, a name that is not exported, a proof that is not there. Empty if nothing is. */
export function problemsOf(claims: readonly Claim[], root: string): string[] {
  const seen = new Set<string>();
  return claims.flatMap(([id, , reachedAt, proof]) => {
    const problems = reachedAt
      .split(" ")
      .filter((place) => !isReached(place))
      .map((place) => `${id}: ${place} is not exported`);
    if (!isProven(proof, root)) problems.push(`${id}: there is no ${proof}`);
    if (seen.has(id)) problems.push(`${id} is claimed twice`);
    seen.add(id);
    return problems;
  });
}

function isReached(place: string): boolean {
  const [entry = "", path = ""] = place.split(":");
  if (entry === "cli") return commandNames.includes(path);
  let value: unknown = entries[entry];
  for (const step of path.split(/(?=[.#])/)) {
    const isMember = step.startsWith("#");
    const holder = isMember ? (value as { prototype?: object } | undefined)?.prototype : value;
    const name = step.replace(/^[.#]/, "");
    if ((typeof holder !== "object" && typeof holder !== "function") || holder === null || !(name in holder))
      return false;
    // A getter of a prototype is there, and cannot be read off it.
    value = isMember ? undefined : (holder as Record<string, unknown>)[name];
  }
  return true;
}

function isProven(proof: string, root: string): boolean {
  const golden = /^golden ([a-z]+)\/(.+)$/.exec(proof);
  if (golden !== null) return textOf(`${root}/test/golden/cases/${golden[1]}.json`).includes(`"kind": "${golden[2]}"`);
  const at = proof.indexOf(": ");
  return textOf(`${root}/${proof.slice(0, at)}`).includes(proof.slice(at + 2));
}

const texts = new Map<string, string>();

function textOf(path: string): string {
  let text = texts.get(path);
  if (text === undefined) texts.set(path, (text = existsSync(path) ? readFileSync(path, "utf8") : ""));
  return text;
}
