import { ShoalError } from "../base/errors.ts";
import { hashOf } from "../base/hash.ts";

/** All subjects of one cluster. Names of clusters, workers, clients and nannies are 1–64 of `A-Z a-z 0-9 _ -`. */
export interface ClusterSubjects {
  readonly cluster: string;
  /** What clients and workers tell the scheduler. */
  readonly scheduler: string;
  /** What the scheduler tells a worker; nobody else may publish there. */
  worker(id: string): string;
  /** Where a worker gives chunks to other workers and to clients. */
  workerPeer(id: string): string;
  client(id: string): string;
  nanny(id: string): string;
  /** Locks, queues, variables and the rest that clients and tasks share. */
  readonly coordination: string;
  /** Where a worker is asked to run user actors and functions outside of any task. */
  workerHost(id: string): string;
  /** Where one hears what a worker's thread is doing, while it does it. */
  workerStack(id: string): string;
  /** An actor of a user's class, wherever it lives. */
  userActor(id: string): string;
  /** The same, where its thread has a connection of its own: no other thread stands between. */
  userActorDirect(id: string): string;
  /** The actor of a task. @throws ShoalError SUBJECT for a key that is empty or has lone surrogates */
  task(key: string): string;
  /** The actor of a chunk. */
  chunk(key: string): string;
  /** Events of a topic, in any text; each part is one token: `events("task", "finished")`. */
  events(topic: string, ...parts: string[]): string;
  /** Asked by whoever knows nothing but the cluster's name; the scheduler answers with its id and epoch. */
  readonly hello: string;
  /** Where observers say that they watch; scheduler and workers listen there. */
  readonly watch: string;
  /** Answered by schedulers that wait for their turn. */
  readonly standby: string;
  /** Where a scheduler writes its journal; out of the sight of those who listen to the cluster. */
  readonly journal: string;
  /** Patterns for those who listen to all of a kind. */
  readonly every: {
    readonly task: string;
    readonly chunk: string;
    readonly event: string;
    readonly workerEvent: string;
    readonly subject: string;
  };
}

/** What a subject names; undefined is not Shoal's. The key is undefined where the token holds only its hash. */
export type ParsedSubject =
  | { readonly kind: "scheduler" | "hello" | "watch" | "coordination"; readonly cluster: string }
  | {
      readonly kind: "worker" | "worker-peer" | "worker-host" | "worker-stack" | "client" | "nanny" | "actor";
      readonly cluster: string;
      readonly id: string;
    }
  | {
      readonly kind: "task" | "chunk";
      readonly cluster: string;
      readonly token: string;
      readonly key: string | undefined;
    }
  | { readonly kind: "events"; readonly cluster: string; readonly topic: readonly string[] };

/** @throws ShoalError SUBJECT if the cluster's name cannot stand in a subject */
export function clusterSubjects(cluster: string): ClusterSubjects {
  const root = `shoal.${name("cluster", cluster)}`;
  return {
    cluster,
    scheduler: `${root}.scheduler`,
    worker: (id) => `${root}.worker.${name("worker", id)}`,
    workerPeer: (id) => `${root}.worker.${name("worker", id)}.peer`,
    client: (id) => `${root}.client.${name("client", id)}`,
    nanny: (id) => `${root}.nanny.${name("nanny", id)}`,
    coordination: `${root}.coordination`,
    workerHost: (id) => `${root}.worker.${name("worker", id)}.host`,
    workerStack: (id) => `${root}.worker.${name("worker", id)}.stack`,
    userActor: (id) => `${root}.actor.${name("actor", id)}`,
    userActorDirect: (id) => `${root}.actor.${name("actor", id)}.direct`,
    task: (key) => `${root}.task.${keyToken(key)}`,
    chunk: (key) => `${root}.chunk.${keyToken(key)}`,
    events: (topic, ...parts) => `${root}.events.${[topic, ...parts].map(keyToken).join(".")}`,
    hello: `${root}.control.hello`,
    standby: `${root}.control.standby`,
    journal: `shoal-journal.${cluster}`,
    watch: `${root}.control.watch`,
    every: {
      task: `${root}.task.*`,
      chunk: `${root}.chunk.*`,
      event: `${root}.events.>`,
      workerEvent: `${root}.events.worker.*`,
      subject: `${root}.>`,
    },
  };
}

/** The schedulers of all clusters on a server. */
export const everyHello = "shoal.*.control.hello";

/** Where a role's answers come in; permissions tell roles apart by it. */
export const inboxPrefixOf = (cluster: string, role: string): string =>
  `_INBOX.${name("cluster", cluster)}-${name("role", role)}`;

/**
 * A subject of the NATS services protocol (ADR-32): of every service, of one name, or of one instance.
 * @see https://github.com/nats-io/nats-architecture-and-design/blob/main/adr/ADR-32.md
 */
export function serviceSubject(verb: "PING" | "INFO" | "STATS", service?: string, id?: string): string {
  const tail = [service, id].filter((part) => part !== undefined).map((part) => `.${name("service", part)}`);
  return `$SRV.${verb}${tail.join("")}`;
}

/** Reads a subject that {@link clusterSubjects} made. O(length). */
export function parseSubject(subject: string): ParsedSubject | undefined {
  const [root, cluster = "", kind = "", token = "", ...rest] = subject.split(".");
  if (root !== "shoal" || !NAME.test(cluster)) return undefined;
  const tail = [token, ...rest].filter((part) => part !== "").join(".");
  if (kind === "scheduler" || kind === "coordination") return tail === "" ? { kind, cluster } : undefined;
  if (kind === "control") return tail === "hello" || tail === "watch" ? { kind: tail, cluster } : undefined;
  if (kind === "events") return parseTopic(cluster, [token, ...rest]);
  if (kind === "task" || kind === "chunk") {
    if (rest.length > 0 || !isKeyToken(token)) return undefined;
    return { kind, cluster, token, key: keyOfToken(token) };
  }
  if (!NAME.test(token)) return undefined;
  const [part = ""] = rest;
  if (kind === "worker" && rest.length === 1 && (part === "peer" || part === "host" || part === "stack"))
    return { kind: `worker-${part}`, cluster, id: token };
  if ((kind === "worker" || kind === "client" || kind === "nanny" || kind === "actor") && rest.length === 0)
    return { kind, cluster, id: token };
  return undefined;
}

/** Longer encodings are cut to their start and a hash. */
const KEY_TOKEN_BYTES_MAX = 120;
const KEY_TOKEN_START = 40;
const NAME = /^[A-Za-z0-9_-]{1,64}$/;
/** What stands for itself in a token; all else, `%`, `~` and the dot first, is percent-encoded UTF-8. */
const PLAIN = /^[A-Za-z0-9_\-/=:,()'[\]@+]+$/;
const ENCODED = /%(?:2F|3D|3A|2C|5B|5D|40|2B)/g;
const HASHED = /^(?:[A-Za-z0-9_\-/=:,()'[\]@+]|%[0-9A-F]{2}){13,40}~[0-9a-z]{28}$/;

/**
 * A key as one token: itself where it can be, else percent-encoded; over 120 bytes its first 40 characters, `~`, and the
 * 128-bit hash of all of it. Keys that differ have tokens that differ (hashed ones: but for a chance of 2⁻¹²⁸).
 * @throws ShoalError SUBJECT for the empty key and for lone surrogates
 */
export function keyToken(key: string): string {
  if (key.length <= KEY_TOKEN_BYTES_MAX && PLAIN.test(key)) return key;
  if (typeof key !== "string" || key === "" || /\p{Surrogate}/u.test(key))
    throw new ShoalError(
      `${JSON.stringify(key)} cannot be a key: give text that is not empty and has no half of a surrogate pair`,
      { code: "SUBJECT", details: { key } },
    );
  const text = encodeURIComponent(key)
    .replace(ENCODED, decodeURIComponent)
    .replace(/[.!~*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
  if (text.length <= KEY_TOKEN_BYTES_MAX) return text;
  return `${text.slice(0, KEY_TOKEN_START).replace(/%.?$/, "")}~${hashOf(key)}`;
}

/** The key of a token; undefined where it holds only a hash, or is not a token of a key. */
export function keyOfToken(token: string): string | undefined {
  if (token.length > KEY_TOKEN_BYTES_MAX || token.includes("~")) return undefined;
  if (PLAIN.test(token)) return token;
  try {
    const key = decodeURIComponent(token);
    return keyToken(key) === token ? key : undefined;
  } catch {
    return undefined;
  }
}

function isKeyToken(token: string): boolean {
  return keyOfToken(token) !== undefined || HASHED.test(token);
}

function parseTopic(cluster: string, tokens: readonly string[]): ParsedSubject | undefined {
  const topic = tokens.map((token) => (HASHED.test(token) ? token : keyOfToken(token)));
  return topic.every((part) => part !== undefined) ? { kind: "events", cluster, topic } : undefined;
}

function name(what: string, text: string): string {
  if (typeof text === "string" && NAME.test(text)) return text;
  throw new ShoalError(
    `${JSON.stringify(typeof text === "string" ? text.slice(0, 80) : text)} cannot name a ${what}: use 1 to 64 of A-Z a-z 0-9 _ -`,
    { code: "SUBJECT", details: { [what]: text } },
  );
}

/** The most bytes a subject may have: two of them and the rest of a NATS control line stay below its limit of 4096. */
export const SUBJECT_BYTES_MAX = 1024;

// Control characters, any white space, lone surrogates and the wildcards never stand inside a token.
const TOKEN = String.raw`[^\s\p{Cc}\p{Surrogate}.*>]+`;
const SUBJECT = new RegExp(`^${TOKEN}(?:\\.${TOKEN})*$`, "u");
const PATTERN = new RegExp(`^(?:(?:${TOKEN}|\\*)(?:\\.(?:${TOKEN}|\\*))*(?:\\.>)?|>)$`, "u");
const QUEUE = new RegExp(`^${TOKEN}(?:\\.${TOKEN})*$`, "u");

/** @throws ShoalError SUBJECT unless a message can be published there */
export function checkSubject(subject: string): void {
  if (!isSubject(subject)) throw refused("subject", subject, "no wildcards");
}

/** @throws ShoalError SUBJECT unless one can subscribe to it */
export function checkPattern(pattern: string): void {
  if (!isShort(pattern) || !PATTERN.test(pattern)) throw refused("pattern", pattern, "`*` for a whole token, `>` last");
}

/** @throws ShoalError SUBJECT unless it can name a queue group */
export function checkQueue(queue: string): void {
  if (!isShort(queue) || !QUEUE.test(queue)) throw refused("queue group", queue, "no wildcards");
}

function isSubject(subject: unknown): subject is string {
  return isShort(subject) && SUBJECT.test(subject);
}

function isShort(text: unknown): text is string {
  if (typeof text !== "string" || text.length > SUBJECT_BYTES_MAX) return false;
  return text.length * 3 <= SUBJECT_BYTES_MAX || Buffer.byteLength(text) <= SUBJECT_BYTES_MAX;
}

function refused(what: string, text: unknown, wildcards: string): ShoalError {
  const shown = typeof text === "string" ? JSON.stringify(text.slice(0, 80)) : typeof text;
  return new ShoalError(
    `${shown} is not a ${what}: tokens joined by dots, none empty, no white space or control characters, ${wildcards}, ` +
      `at most ${SUBJECT_BYTES_MAX} bytes`,
    { code: "SUBJECT", details: { [what]: text } },
  );
}
