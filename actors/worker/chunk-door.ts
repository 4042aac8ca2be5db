import type { ActivityMeter } from "../../runtime/base/activity-meter.ts";
import type { Clock } from "../../runtime/base/clock.ts";
import type { Bus, BusMessage } from "../../runtime/bus/bus.ts";
import { clusterSubjects } from "../../runtime/bus/subject.ts";
import { type ChunkRoad, fetchChunks, pullChunks } from "../chunk/chunk-exchange.ts";
import { absentChunk, LATER, type MovingChunk } from "../chunk/chunk-frame.ts";
import type { ChunkRequest } from "../chunk/chunk-request.ts";
import { ChunkSource } from "../chunk/chunk-source.ts";
import { sizeOf } from "../chunk/sizeof.ts";
import type { Windows } from "../chunk/windows.ts";
import type { ConnectionLimits } from "./connection-limits.ts";
import type { PeerSignals } from "./peer-signals.ts";
import type { ShardDoor } from "./shard-door.ts";
import type { StealDoor } from "./steal-door.ts";
import type { TaskStream } from "./task-stream.ts";
import type { WorkerBrain } from "./worker-brain.ts";
import type { WorkerEvent } from "./worker-event.ts";
import type { FetchRequest } from "./worker-outbox.ts";

/** A peer that gives nothing for so long is given up; its chunks are asked of others. */
const FETCH_TIMEOUT_MS = 30_000;
const FAILED_PAUSE_MS = 10;
/** Bytes in one answer, beyond the first chunk. */
const GIVE_BYTES_MAX = 64 * 1024 * 1024;
const FAILED_PAUSE_MAX_MS = 2000;

export interface ChunkDoorOptions {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly cluster: string;
  readonly id: string;
  /** Memory shared with other processes of this host, if there is any. */
  readonly windows?: Windows | undefined;
  /** Where transfers are noted for whoever watches. */
  readonly stream?: TaskStream;
  readonly meter: ActivityMeter;
  readonly connections?: ConnectionLimits | undefined;
}

/** Where chunks enter and leave a worker: it serves those it has and fetches those it needs. */
export class ChunkDoor {
  private readonly bus: Bus;
  private readonly road: ChunkRoad;
  private readonly cluster: string;
  private readonly brain: WorkerBrain;
  private readonly shards: ShardDoor;
  private readonly source: ChunkSource;
  private readonly wake: () => void;
  private readonly peers: PeerSignals;
  private readonly stealing: StealDoor;
  private readonly clock: Clock;
  private readonly stream: TaskStream | undefined;
  /** Requests in a row that a peer did not answer in full. */
  private readonly failures = new Map<string, number>();

  constructor(
    options: ChunkDoorOptions,
    parts: {
      readonly brain: WorkerBrain;
      readonly shards: ShardDoor;
      readonly peers: PeerSignals;
      readonly stealing: StealDoor;
    },
    wake: () => void,
  ) {
    this.stream = options.stream;
    this.bus = options.bus;
    const { bus, clock, windows, meter } = options;
    this.road = { bus, windows, meter };
    this.clock = options.clock;
    this.cluster = options.cluster;
    this.brain = parts.brain;
    this.shards = parts.shards;
    this.peers = parts.peers;
    this.stealing = parts.stealing;
    this.wake = wake;
    const subject = clusterSubjects(options.cluster).workerPeer(options.id);
    this.source = new ChunkSource(
      { bus, clock, subject, windows, meter, givesMax: options.connections?.incoming },
      (request) => this.give(request),
      (request, message) => this.answerOther(request, message),
    );
  }

  /** Begins a transfer; its outcome comes into the brain and wakes the worker. */
  fetch({ transfer, peer, rows, attempts, bytesMax }: FetchRequest): void {
    const holder = clusterSubjects(this.cluster).workerPeer(peer);
    const startMs = this.clock.now();
    this.peers
      .asking(peer, (signal) =>
        fetchChunks(this.road, holder, { rows, attempts, bytesMax }, { timeoutMs: FETCH_TIMEOUT_MS, signal }),
      )
      .then(
        (chunks) => {
          this.stream?.noteArrival({ from: peer, startMs, endMs: this.clock.now() }, chunks);
          this.shards.bind(chunks);
          return { kind: "fetched", transfer, peer, chunks } as const;
        },
        () => ({ kind: "fetchFailed", transfer, peer }) as const,
      )
      .then((outcome) => this.tellSoon(outcome, peer));
  }

  /** A peer that fails again and again costs time, or its tasks would come back here at once. */
  private tellSoon(outcome: WorkerEvent & { kind: "fetched" | "fetchFailed" }, peer: string): void {
    const tell = (): void => {
      if (this.peers.isClosed) return;
      this.brain.step(outcome);
      this.wake();
    };
    if (outcome.kind === "fetched" && outcome.chunks.every((chunk) => chunk.bytes >= 0 || chunk.bytes === LATER)) {
      this.failures.delete(peer);
      return tell();
    }
    const before = this.failures.get(peer) ?? 0;
    this.failures.set(peer, before + 1);
    if (before === 0) return tell();
    this.clock.setTimer(Math.min(FAILED_PAUSE_MS * 2 ** before, FAILED_PAUSE_MAX_MS), tell);
  }

  /** A peer will answer no more. */
  abandon(peer: string): void {
    this.peers.abandon(peer);
  }

  close(): void {
    this.peers.close();
    this.source.close();
  }

  /** What is on disk is brought back first, one after another; beyond some megabytes the rest has to be asked for again. */
  private async give({
    rows,
    attempts,
    bytesMax = GIVE_BYTES_MAX,
  }: ChunkRequest & { type: "get" }): Promise<MovingChunk[]> {
    const most = Math.min(GIVE_BYTES_MAX, bytesMax);
    const chunks: MovingChunk[] = [];
    let given = 0;
    for (const [i, row] of rows.entries()) {
      const holds = this.brain.holds(row, attempts[i] as number);
      const bytes = holds ? this.brain.rows.bytes(row) : -1;
      if (holds && given > 0 && given + bytes > most) chunks.push(absentChunk(row, LATER));
      else {
        chunks.push(await this.giveOne(row, bytes));
        given += Math.max(0, bytes);
      }
    }
    return chunks;
  }

  private async giveOne(row: number, bytes: number): Promise<MovingChunk> {
    try {
      if (bytes >= 0)
        return { row, since: this.brain.rows.since(row), value: await this.brain.chunks.load(row), bytes };
    } catch {
      // It could not be read again: the scheduler has been told.
    }
    return absentChunk(row, -1);
  }

  private answerOther(request: ChunkRequest, message: BusMessage): void {
    if (request.type === "offer") void this.takeOffer(request, message);
    else if (request.type === "shards") this.source.give(() => this.shards.give(request, message, this.source));
    else this.stealing.asked(request, message);
  }

  /** A client's data: pulled from it, and parked until the scheduler says which task it is. */
  private async takeOffer(offer: ChunkRequest & { type: "offer" }, message: BusMessage): Promise<void> {
    const respond = (answer: unknown): void =>
      message.respond(this.bus.carries === "reference" ? answer : { bytes: Buffer.from(JSON.stringify(answer)) });
    try {
      this.refuseIfLeaving();
      const values = offer.values ?? (await this.pullOffer(offer));
      this.refuseIfLeaving();
      offer.tickets.forEach((ticket, i) => {
        const value = values[i];
        this.brain.step({ kind: "parked", ticket, value, bytes: sizeOf(value) });
      });
      respond({ parked: offer.tickets.length });
    } catch (error) {
      respond({ error: error instanceof Error ? error.message : String(error) });
    }
  }

  /** The scheduler was told how much waits for its word here, and lets the worker go when that is done. */
  private refuseIfLeaving(): void {
    if (this.brain.parked.isClosed) throw new Error("it is to leave");
  }

  private async pullOffer(offer: ChunkRequest & { type: "offer" }): Promise<readonly unknown[]> {
    const chunks = await this.peers.asking(offer.from, (signal) =>
      pullChunks(this.road, offer.from, offer, { timeoutMs: FETCH_TIMEOUT_MS, signal }),
    );
    return chunks.map((chunk) => chunk.value);
  }
}
