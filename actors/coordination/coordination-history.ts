import { ShoalError } from "../../runtime/base/errors.ts";
import type { CommitLog } from "../../runtime/journal/commit-log.ts";
import type { RegistryOut } from "./actor-registry.ts";
import type { CoordinationBrain } from "./coordination-brain.ts";
import type { Holder } from "./coordination-out.ts";
import type { CoordinationRequest } from "./coordination-request.ts";

/** How a request was answered, for when it is said again. */
export type Outcome = { readonly value: unknown } | { readonly error: ShoalError };

/** What is written down of a coordination actor: whatever changed it, in its order. */
export type CoordinationEntry =
  | { readonly op: "request"; readonly request: CoordinationRequest }
  | { readonly op: "gone"; readonly holder: Holder }
  /** Another scheduler leads: fences are greater from here on. */
  | { readonly op: "raised"; readonly epoch: number }
  | { readonly op: "moved"; readonly id: string; readonly worker: string; readonly life?: number | undefined }
  | { readonly op: "restored"; readonly id: string; readonly worker: string; readonly isWell: boolean }
  | { readonly op: "lost"; readonly id: string }
  /** All of it at that moment. */
  | { readonly op: "all"; readonly brain: unknown; readonly outcomes: readonly (readonly [string, WrittenOutcome])[] };

interface WrittenOutcome {
  readonly value?: unknown;
  readonly error?: {
    readonly message: string;
    readonly code: ShoalError["code"];
    readonly details: ShoalError["details"];
  };
}

/** Where a coordination actor's entries go, and those of its predecessors. */
export interface CoordinationJournal {
  readonly commits: CommitLog;
  readonly past: readonly unknown[];
}

const READS: ReadonlySet<CoordinationRequest["op"]> = new Set([
  "leases",
  "size",
  "logged",
  "names",
  "eventIsSet",
  "actorWhere",
  "actorCounts",
]);

/** Whether a request changes nothing that a successor would have to know. */
export const isRead = (request: CoordinationRequest): boolean => READS.has(request.op);

/** Does again what the entries tell. What was said to others then is not said again: results are kept by the scheduler's own records. */
export function replayEntries(
  brain: CoordinationBrain,
  entries: readonly unknown[],
  outcomes: Map<string, Outcome>,
): void {
  const out: RegistryOut = {
    answer: (ticket, value) => {
      brain.answered(ticket);
      outcomes.set(ticket, { value });
    },
    fail: (ticket, error) => {
      brain.forget(ticket);
      outcomes.set(ticket, { error });
    },
    hold: () => {},
    letGo: () => {},
    restore: () => {},
    stop: () => {},
  };
  for (const entry of entries as readonly CoordinationEntry[])
    if (entry.op === "request") brain.step(entry.request, out);
    else if (entry.op === "gone") brain.leave(entry.holder, out);
    else if (entry.op === "raised") brain.leases.raise(entry.epoch);
    else if (entry.op === "moved") brain.actors.moved(entry.id, entry.worker, entry.life);
    else if (entry.op === "lost") brain.actors.lost(entry.id);
    else if (entry.op === "restored") brain.actors.restored(entry.id, entry.worker, entry.isWell);
    else {
      brain.load(entry.brain);
      for (const [ticket, outcome] of entry.outcomes) outcomes.set(ticket, readOutcome(outcome));
    }
}

/** All of a coordination actor as one entry. */
export function wholeEntry(brain: CoordinationBrain, outcomes: ReadonlyMap<string, Outcome>): CoordinationEntry {
  return { op: "all", brain: brain.dump(), outcomes: [...outcomes].map(([ticket, one]) => [ticket, written(one)]) };
}

function written(outcome: Outcome): WrittenOutcome {
  if (!("error" in outcome)) return { value: outcome.value };
  const { message, code, details } = outcome.error;
  return { error: { message, code, details } };
}

function readOutcome({ value, error }: WrittenOutcome): Outcome {
  if (error === undefined || error === null) return { value };
  return { error: new ShoalError(error.message, { code: error.code, details: error.details }) };
}
