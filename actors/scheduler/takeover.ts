import type { InventoryMessage } from "../../runtime/protocol/scheduler-worker.ts";
import type { SchedulerState, TaskFailure } from "./scheduler-state.ts";

/** A message, as far as this file reads it. */
interface TakenInput {
  readonly kind: string;
  readonly worker?: string;
  readonly incarnation?: number;
  readonly message?: { readonly type: string };
}

/** Scattered data that its worker may not have adopted yet. */
export interface ParkedRow {
  readonly worker: string;
  readonly attempt: number;
  readonly ticket: string;
  readonly bytes: number;
}

/**
 * What a scheduler that takes over knows from the journal and has yet to hear: nothing is decided until every worker of its
 * predecessor has said what it has, or is known to be gone.
 */
export class Takeover<Input> {
  /** Workers that have yet to speak, with their incarnations. */
  readonly awaited = new Map<string, number>();
  readonly failures = new Map<number, TaskFailure>();
  readonly parked = new Map<number, ParkedRow>();
  /** By worker number. */
  readonly inventories = new Map<number, InventoryMessage>();
  /** What came meanwhile and speaks of tasks; taken up in its order afterwards. */
  waiting: Input[] = [];
  /** When it began; the awaited are given up a lease later. */
  readonly sinceMs: number;

  constructor(sinceMs: number) {
    this.sinceMs = sinceMs;
  }
}

/** What comes during a takeover and cannot be answered yet is put aside; inventories are what it waits for. True if it was taken. */
export function waits<Input extends TakenInput>(
  state: SchedulerState,
  takeover: Takeover<Input>,
  input: Input,
): boolean {
  const type = input.message?.type ?? "";
  if (input.kind === "client" && type !== "hello") {
    takeover.waiting.push(input);
    return true;
  }
  if (input.kind === "workerGone" || (input.kind === "worker" && type === "leaving"))
    takeover.awaited.delete(input.worker as string);
  if (input.kind !== "worker" || SPOKEN_AT_ONCE.has(type)) return false;
  const worker = state.workerByName.get(input.worker as string);
  if (worker === undefined || worker.incarnation !== input.incarnation) return true;
  if (type === "inventory") {
    // It begins anew: what it said before is part of what it has. A thousand workers that come once have nothing looked through.
    if (takeover.inventories.has(worker.number))
      takeover.waiting = takeover.waiting.filter((one) => one.kind !== "worker" || one.worker !== worker.id);
    takeover.inventories.set(worker.number, input.message as InventoryMessage);
    takeover.awaited.delete(worker.id);
  } else takeover.waiting.push(input);
  return true;
}

const SPOKEN_AT_ONCE: ReadonlySet<string> = new Set(["join", "leaving", "heartbeat"]);
