import { ShoalError } from "../../runtime/base/errors.ts";
import type { ReplicaQuestion } from "./replica-questions.ts";
import { CACHE_DEFAULTS, type CacheQuestion } from "./result-cache.ts";

/** What the scheduler answers at its own address, in JSON or in a frame. */
export type SchedulerQuestion =
  | { readonly type: Plain }
  /** The graph as it runs; in groups also where tasks are few. */
  | { readonly type: "graph"; readonly by: "size" | "groups" }
  /** What a worker has and runs. */
  | { readonly type: "worker"; readonly worker: string }
  /** Keys of the results on each worker, so many of each at most. */
  | { readonly type: "holds"; readonly mostEach: number }
  /** Entries of the cluster's log that come after a number. */
  | { readonly type: "log"; readonly after: number }
  | ReplicaQuestion
  | CacheQuestion
  /** Ends workers as they are, and has others come in their places. */
  | { readonly type: "restart"; readonly workers: readonly string[] }
  /** How many workers would be done within so many microseconds. */
  | { readonly type: "demand"; readonly targetUs: number }
  /** All it takes to run a task elsewhere. */
  | { readonly type: "recipe"; readonly key: string }
  /** The key of a row that an event speaks of. */
  | { readonly type: "keyOf"; readonly row: number; readonly attempt: number };

/** Questions without arguments. */
type Plain = "whoAreYou" | "status" | "workers" | "actors" | "figures" | "failures" | "spans" | "activities";

/** Keys of each worker, where the question does not say how many. */
const MOST_EACH = 1000;

type Fields = Readonly<Record<string, unknown>>;
type Read = (from: Fields) => SchedulerQuestion;

const plain =
  (type: Plain): Read =>
  () => ({ type });

const READERS: ReadonlyMap<string, Read> = new Map<string, Read>([
  ["whoAreYou", plain("whoAreYou")],
  ["status", plain("status")],
  ["workers", plain("workers")],
  ["actors", plain("actors")],
  ["figures", plain("figures")],
  ["graph", (from) => ({ type: "graph", by: from["by"] === "groups" ? "groups" : "size" })],
  ["failures", plain("failures")],
  ["spans", plain("spans")],
  ["activities", plain("activities")],
  ["log", (from) => ({ type: "log", after: amount(from, "after", 0, 0) })],
  ["worker", (from) => ({ type: "worker", worker: name(from, "worker", "the name of a worker") })],
  ["holds", (from) => ({ type: "holds", mostEach: amount(from, "mostEach", 0, MOST_EACH) })],
  ["replicate", replicateQuestion],
  ["cache", cacheQuestion],
  ["rebalance", (from) => ({ type: "rebalance", ...optional(from, "keys"), ...optional(from, "workers") })],
  ["retire", (from) => ({ type: "retire", workers: names(from, "workers") })],
  ["restart", (from) => ({ type: "restart", workers: names(from, "workers") })],
  ["demand", (from) => ({ type: "demand", targetUs: amount(from, "targetUs", 1) })],
  ["recipe", (from) => ({ type: "recipe", key: name(from, "key", "the key of a task") })],
  ["keyOf", (from) => ({ type: "keyOf", row: amount(from, "row", 0), attempt: amount(from, "attempt", 0) })],
]);

/** @throws ShoalError NOT_SUPPORTED naming the field that is wrong, or what the scheduler answers */
export function parseSchedulerQuestion(message: unknown): SchedulerQuestion {
  const from = (message ?? {}) as Fields;
  const read = typeof from.type === "string" ? READERS.get(from.type) : undefined;
  if (read !== undefined) return read(from);
  const answered = [...READERS.keys()].join(", ");
  throw new ShoalError(`The scheduler does not answer "${String(from.type)}"; ask ${answered}`, {
    code: "NOT_SUPPORTED",
  });
}

/** Without a number of copies, as many as there are workers. */
function replicateQuestion(from: Fields): ReplicaQuestion {
  const copies = amount(from, "copies", 1, Number.MAX_SAFE_INTEGER);
  return { type: "replicate", keys: names(from, "keys"), copies, ...optional(from, "workers") };
}

/** Without a number of bytes, it stays as large as it is. */
function cacheQuestion(from: Fields): CacheQuestion {
  const question = { type: "cache", clear: from["clear"] === true } as const;
  if (from["bytesMax"] === undefined) return question;
  const { halfLifeMs, leastMs } = CACHE_DEFAULTS;
  const limits = {
    bytesMax: amount(from, "bytesMax", 0),
    halfLifeMs: amount(from, "halfLifeMs", 1, halfLifeMs),
    leastMs: amount(from, "leastMs", 0, leastMs),
  };
  return { ...question, limits };
}

function amount(from: Fields, field: string, least: number, otherwise?: number): number {
  const value = from[field] ?? otherwise;
  if (typeof value === "number" && value >= least) return value;
  throw wrong(from, field, `a number from ${least} up`);
}

function name(from: Fields, field: string, what: string): string {
  const value = from[field];
  if (typeof value === "string") return value;
  throw wrong(from, field, what);
}

function names(from: Fields, field: "keys" | "workers"): readonly string[] {
  const value = from[field];
  if (Array.isArray(value) && value.every((one) => typeof one === "string")) return value;
  throw wrong(from, field, field === "keys" ? "a list of tasks' keys" : "a list of workers' names");
}

/** Left out, it means all. */
const optional = <F extends "keys" | "workers">(from: Fields, field: F): { readonly [K in F]?: readonly string[] } =>
  from[field] === undefined ? {} : ({ [field]: names(from, field) } as { readonly [K in F]: readonly string[] });

function wrong(from: Fields, field: string, wanted: string): ShoalError {
  const given = JSON.stringify(from[field]) ?? "nothing";
  return new ShoalError(`The question "${String(from.type)}" has a wrong field "${field}": ${wanted}, not ${given}`, {
    code: "NOT_SUPPORTED",
    details: { type: from.type, field },
  });
}
