import type { Bus, BusMessage, Frame } from "../../runtime/bus/bus.ts";
import { clusterSubjects } from "../../runtime/bus/subject.ts";
import { findAsk, findGrant, NOTHING_GRANTED, type StealAsk } from "../../runtime/protocol/worker-worker.ts";
import { writeRequest } from "../chunk/chunk-request.ts";
import type { WorkerBrain } from "./worker-brain.ts";
import type { WorkerOutbox } from "./worker-outbox.ts";

/** A victim that runs one long function answers when it is over; until then others are asked. */
const ANSWER_TIMEOUT_MS = 500;

/** Where questions for tasks leave and enter a worker. */
export class StealDoor {
  private readonly bus: Bus;
  private readonly cluster: string;
  private readonly brain: WorkerBrain;
  private readonly wake: () => void;
  private readonly closing = new AbortController();
  private readonly asking = new Map<number, BusMessage>();
  private tickets = 0;

  /** @param wake has a turn taken */
  constructor(options: { bus: Bus; cluster: string }, brain: WorkerBrain, wake: () => void) {
    this.bus = options.bus;
    this.cluster = options.cluster;
    this.brain = brain;
    this.wake = wake;
  }

  /** A peer's question; it is answered at the end of the turn. */
  asked(request: unknown, message: BusMessage): void {
    const ask = findAsk(request);
    if (ask === undefined) return;
    this.tickets += 1;
    this.asking.set(this.tickets, message);
    this.brain.step({ kind: "steal", event: { type: "asked", ticket: this.tickets, ask } });
    this.wake();
  }

  /** Sends a turn's questions and answers. */
  send(out: WorkerOutbox): void {
    for (const { ticket, grant } of out.grants.splice(0)) {
      const message = this.asking.get(ticket);
      this.asking.delete(ticket);
      message?.respond(this.bus.carries === "reference" ? grant : { bytes: Buffer.from(JSON.stringify(grant)) });
    }
    for (const { question, victim, ask } of out.asks.splice(0)) void this.ask(question, victim, ask);
  }

  close(): void {
    this.closing.abort();
  }

  private async ask(question: number, victim: string, ask: StealAsk): Promise<void> {
    const subject = clusterSubjects(this.cluster).workerPeer(victim);
    const options = { timeoutMs: ANSWER_TIMEOUT_MS, signal: this.closing.signal };
    try {
      const { payload } = await this.bus.request(subject, writeRequest(this.bus, ask), options);
      const grant = findGrant(this.read(payload)) ?? NOTHING_GRANTED;
      this.brain.step({ kind: "steal", event: { type: "answered", question, grant } });
    } catch {
      // Gone, busy or out of reach: the next one is asked.
      if (this.closing.signal.aborted) return;
      this.brain.step({ kind: "steal", event: { type: "failed", question } });
    }
    this.wake();
  }

  private read(payload: unknown): unknown {
    if (this.bus.carries === "reference") return payload;
    const bytes = payload instanceof Uint8Array ? payload : (payload as Frame).bytes;
    return JSON.parse(Buffer.from(bytes).toString());
  }
}
