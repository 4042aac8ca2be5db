import { ShoalError } from "../base/errors.ts";

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
