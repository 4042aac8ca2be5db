import type { Clock } from "../../runtime/base/clock.ts";
import type { BusMessage } from "../../runtime/bus/bus.ts";
import { clusterSubjects } from "../../runtime/bus/subject.ts";
import { type ShardReader, ShardSet, ShardsLostError } from "../../runtime/graph/shards.ts";
import { type ChunkRoad, fetchShards } from "../chunk/chunk-exchange.ts";
import { absentChunk, type MovingChunk } from "../chunk/chunk-frame.ts";
import type { ChunkRequest } from "../chunk/chunk-request.ts";
import type { ChunkSource } from "../chunk/chunk-source.ts";
import type { ShardKeeper } from "../chunk/shard-keeper.ts";
import { Turnstile } from "../chunk/turnstile.ts";
import { type ConnectionLimits, OUTGOING_MAX } from "./connection-limits.ts";
import type { PeerSignals } from "./peer-signals.ts";
import type { TaskStream } from "./task-stream.ts";
import type { FetchedChunk } from "./worker-event.ts";

const READ_TIMEOUT_MS = 30_000;

export interface ShardDoorOptions extends ChunkRoad {
  readonly cluster: string;
  readonly id: string;
  readonly clock: Clock;
  /** Where transfers are noted for whoever watches. */
  readonly stream?: TaskStream;
  readonly connections?: ConnectionLimits | undefined;
}

/** Where shards leave a worker for their readers, and where its own tasks read those of others: pulled, one request a worker. */
export class ShardDoor implements ShardReader {
  private readonly options: ShardDoorOptions;
  private readonly shards: ShardKeeper;
  private readonly peers: PeerSignals;
  private readonly asking: Turnstile;

  constructor(options: ShardDoorOptions, shards: ShardKeeper, peers: PeerSignals) {
    this.options = options;
    this.shards = shards;
    this.peers = peers;
    this.asking = new Turnstile(options.connections?.outgoing ?? OUTGOING_MAX);
  }

  /** Handles that came from elsewhere are read through here from now on. */
  bind(chunks: readonly FetchedChunk[]): void {
    for (const { value } of chunks)
      if (value instanceof ShardSet && value.boundTo === undefined)
        value.bind(value.home === this.options.id ? this.shards : this);
  }

  async read(sets: readonly ShardSet[], places: readonly number[]): Promise<unknown[]> {
    const byHome = new Map<string, number[]>();
    sets.forEach(({ home }, i) => {
      const known = byHome.get(home);
      if (known === undefined) byHome.set(home, [i]);
      else known.push(i);
    });
    const found = new Array<unknown>(sets.length);
    const reading = [...byHome].map(async ([home, at]) => {
      const wanted = at.map((i) => sets[i] as ShardSet);
      const wantedPlaces = at.map((i) => places[i] as number);
      const shards = await this.asking.pass(() => this.readFrom(home, wanted, wantedPlaces));
      at.forEach((i, k) => {
        found[i] = shards[k];
      });
    });
    await Promise.all(reading);
    return found;
  }

  /** Answers a reader; what is gone is marked so. */
  async give(request: ChunkRequest & { type: "shards" }, message: BusMessage, source: ChunkSource): Promise<void> {
    const { sets, places } = request;
    const shards = sets.map(async (id, row): Promise<MovingChunk> => {
      try {
        const place = places[row] as number;
        const value = await this.shards.shard(new ShardSet(this.options.id, id, place + 1), place);
        return { row, since: 0, value, bytes: this.shards.weigh(id, value) };
      } catch {
        // The reader learns that it is gone, and the scheduler from the reader.
        return absentChunk(row, -1);
      }
    });
    await source.answer(message, request, Promise.all(shards));
  }

  private async readFrom(home: string, sets: readonly ShardSet[], places: readonly number[]): Promise<unknown[]> {
    const { cluster, clock, stream } = this.options;
    const startMs = clock.now();
    const holder = clusterSubjects(cluster).workerPeer(home);
    const ids = sets.map((set) => set.id);
    const chunks = await this.peers
      .asking(home, (signal) =>
        fetchShards(this.options, holder, { sets: ids, places }, { timeoutMs: READ_TIMEOUT_MS, signal }),
      )
      .catch((error: Error) => {
        throw new ShardsLostError(sets[0] as ShardSet, error.message);
      });
    stream?.noteArrival({ from: home, startMs, endMs: clock.now() }, chunks);
    const gone = chunks.findIndex((chunk) => chunk.bytes < 0);
    if (gone >= 0) throw new ShardsLostError(sets[gone] as ShardSet, "their worker has them no more");
    return chunks.map((chunk) => chunk.value);
  }
}
