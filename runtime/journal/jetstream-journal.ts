import {
  type JetStreamClient,
  type JetStreamManager,
  jetstreamManager,
  RetentionPolicy,
  StorageType,
} from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/transport-node";
import { ShoalError } from "../base/errors.ts";
import {
  isNoMessage,
  isNoPeers,
  isNoStream,
  isWrongLastId,
  isWrongSequence,
  jetStreamError,
} from "./jetstream-error.ts";
import type { AppendOptions, Journal, JournalRecord } from "./journal.ts";
import { deposedError } from "./memory-journal.ts";

export interface JetStreamJournalOptions {
  readonly stream: string;
  readonly subject: string;
  /** Servers that keep a copy; default: three where the servers form a cluster that has them, else one. */
  readonly replicas?: number;
  /** For one call; default 2,000. */
  readonly timeoutMs?: number;
}

/** Headers and the server's own frame around a record. */
const OVERHEAD_BYTES = 4096;
const READS_AT_ONCE = 64;
const TIMEOUT_MS = 2000;
/** How long the server remembers ids: longer than any answer is waited for. */
const DUPLICATES_NS = 120_000_000_000;

/** A record's id, as the server keeps it with the record. */
const ID_HEADER = "Nats-Msg-Id";

/** A journal in a JetStream stream with one subject, appended to with the expected last sequence and id of the stream. */
export class JetStreamJournal implements Journal {
  readonly recordBytesMax: number;
  private readonly manager: JetStreamManager;
  private readonly client: JetStreamClient;
  private readonly options: JetStreamJournalOptions;
  /**
   * Whether one server alone keeps it. Several lose nothing that a majority acknowledged, and one of them that was away may not
   * know the last id as the others do: it would leave out what they keep.
   */
  private readonly isAlone: boolean;

  private constructor(
    manager: JetStreamManager,
    options: JetStreamJournalOptions,
    { payloadBytesMax, copies }: { readonly payloadBytesMax: number; readonly copies: number },
  ) {
    this.isAlone = copies === 1;
    this.manager = manager;
    this.client = manager.jetstream();
    this.options = options;
    this.recordBytesMax = payloadBytesMax - OVERHEAD_BYTES;
  }

  /**
   * Opens the stream, and makes it where there is none. The connection stays its owner's.
   * @throws ShoalError NOT_SUPPORTED for a server without JetStream
   */
  static async open(connection: NatsConnection, options: JetStreamJournalOptions): Promise<JetStreamJournal> {
    const what = `The journal ${options.stream} cannot be opened`;
    try {
      const manager = await jetstreamManager(connection, { timeout: options.timeoutMs ?? TIMEOUT_MS });
      const isCluster = connection.info?.cluster !== undefined;
      const copies = await ensureStream(manager, options, options.replicas ?? (isCluster ? 3 : 1));
      return new JetStreamJournal(manager, options, {
        payloadBytesMax: connection.info?.max_payload ?? 1 << 20,
        copies,
      });
    } catch (error) {
      throw jetStreamError(error, what, false);
    }
  }

  async range(): Promise<{ oldest: number; newest: number }> {
    const { state } = await this.call("cannot be read", () => this.manager.streams.info(this.options.stream));
    return { oldest: state.messages === 0 ? state.last_seq + 1 : state.first_seq, newest: state.last_seq };
  }

  async *read(from: number, to: number): AsyncIterable<JournalRecord> {
    for (let first = from; first <= to; first += READS_AT_ONCE) {
      const count = Math.min(READS_AT_ONCE, to - first + 1);
      const found = await Promise.all(Array.from({ length: count }, (_, i) => this.get(first + i)));
      for (const record of found) if (record !== undefined) yield record;
    }
  }

  async append(bytes: Uint8Array, options: AppendOptions): Promise<number> {
    const { expected, expectedId, id } = options;
    try {
      return await this.publish(bytes, this.isAlone ? options : { expected, id });
    } catch (error) {
      if (isWrongSequence(error)) return await this.standingAt(expected + 1, options);
      if (!isWrongLastId(error)) throw jetStreamError(error, `The journal ${this.options.stream} cannot be written`);
    }
    // A server that was started anew knows the last id only for as long as it tells repeated ones apart: the record itself tells.
    if ((await this.get(expected))?.id !== expectedId) throw deposedError(expected, undefined);
    return this.append(bytes, { expected, id });
  }

  async forgetBelow(sequence: number): Promise<void> {
    await this.call("cannot be cut", () => this.manager.streams.purge(this.options.stream, { seq: sequence }));
  }

  async close(): Promise<void> {}

  async remove(): Promise<void> {
    try {
      await this.manager.streams.delete(this.options.stream);
    } catch (error) {
      if (!isNoStream(error)) throw jetStreamError(error, `The journal ${this.options.stream} cannot be removed`);
    }
  }

  /** Something stands where a record was to: it may be the record itself, said so long ago that the server no longer knows its id. */
  private async standingAt(sequence: number, { expected, id }: AppendOptions): Promise<number> {
    if ((await this.get(sequence))?.id === id) return sequence;
    throw deposedError(expected, undefined);
  }

  private async publish(bytes: Uint8Array, { expected, expectedId, id }: AppendOptions): Promise<number> {
    const { stream, subject, timeoutMs = TIMEOUT_MS } = this.options;
    const ack = await this.client.publish(subject, bytes, {
      msgID: id,
      timeout: timeoutMs,
      retries: 1,
      expect: {
        streamName: stream,
        lastSequence: expected,
        ...(expectedId === undefined ? {} : { lastMsgID: expectedId }),
      },
    });
    return ack.seq;
  }

  private async get(sequence: number): Promise<JournalRecord | undefined> {
    try {
      const message = await this.manager.streams.getMessage(this.options.stream, { seq: sequence });
      if (message === null) return undefined;
      return { sequence: message.seq, id: message.header.get(ID_HEADER) || undefined, bytes: message.data };
    } catch (error) {
      if (isNoMessage(error)) return undefined;
      throw jetStreamError(error, `The journal ${this.options.stream} cannot be read`);
    }
  }

  private async call<T>(what: string, run: () => Promise<T>): Promise<T> {
    try {
      return await run();
    } catch (error) {
      throw jetStreamError(error, `The journal ${this.options.stream} ${what}`);
    }
  }
}

/** @returns how many servers keep it */
async function ensureStream(
  manager: JetStreamManager,
  { stream, subject, replicas: asked }: JetStreamJournalOptions,
  replicas: number,
): Promise<number> {
  try {
    const { config } = await manager.streams.info(stream);
    if (config.subjects?.includes(subject)) return config.num_replicas;
    throw new ShoalError(`The stream ${stream} is there and is no journal of this cluster: remove or rename it`, {
      code: "NAME_TAKEN",
      details: { stream },
    });
  } catch (error) {
    if (!isNoStream(error)) throw error;
  }
  const config = {
    name: stream,
    subjects: [subject],
    retention: RetentionPolicy.Limits,
    storage: StorageType.File,
    duplicate_window: DUPLICATES_NS,
    max_age: 0,
  };
  try {
    await manager.streams.add({ ...config, num_replicas: replicas });
    return replicas;
  } catch (error) {
    // A pair of servers has no third place; who asked for a number hears of it.
    if (asked !== undefined || replicas === 1 || !isNoPeers(error)) throw error;
    await manager.streams.add({ ...config, num_replicas: 1 });
    return 1;
  }
}
