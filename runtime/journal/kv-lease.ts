import { jetstream, StorageType } from "@nats-io/jetstream";
import { type KV, Kvm } from "@nats-io/kv";
import type { NatsConnection } from "@nats-io/transport-node";
import { ShoalError } from "../base/errors.ts";
import { isNoPeers, isWrongSequence, jetStreamError } from "./jetstream-error.ts";
import type { Lease, LeaseHolder } from "./lease.ts";

export interface KvLeaseOptions {
  readonly bucket: string;
  /** Of a bucket that is made; one that is there keeps its own. */
  readonly ttlMs: number;
  readonly replicas?: number;
}

const KEY = "leader";
/** So much of the lease's time an answer is waited for: one that is lost is to leave time for another. */
const ANSWER_SHARE = 0.5;

/**
 * A lease as the entry of a key-value bucket whose entries live for the lease's time: to create it is to take it, to update it
 * under the revision one knows is to renew it. Revisions are the bucket's.
 */
export class KvLease implements Lease {
  readonly ttlMs: number;
  private readonly kv: KV;
  private readonly bucket: string;

  private constructor(kv: KV, bucket: string, ttlMs: number) {
    this.kv = kv;
    this.bucket = bucket;
    this.ttlMs = ttlMs;
  }

  /** @throws ShoalError NOT_SUPPORTED for a server without JetStream */
  static async open(connection: NatsConnection, options: KvLeaseOptions): Promise<KvLease> {
    const { bucket, replicas } = options;
    const kvm = new Kvm(connection);
    // Read from the server that leads the bucket: any other may be behind it, or keep an entry that has run out.
    const read = { allow_direct: false };
    const settings = { ...read, ttl: options.ttlMs, history: 1, storage: StorageType.File };
    const make = (copies: number): Promise<KV> => kvm.create(bucket, { ...settings, replicas: copies });
    try {
      const copies = replicas ?? (connection.info?.cluster === undefined ? 1 : 3);
      const made = await make(copies).catch((error: unknown) => {
        if (replicas !== undefined || copies === 1 || !isNoPeers(error)) throw error;
        return make(1);
      });
      // Entries run out as the bucket says, whatever a later scheduler would have them do.
      const ttlMs = (await made.status()).ttl;
      if (ttlMs === 0)
        throw new ShoalError(`The bucket ${bucket} keeps entries for ever, so it is no lease: remove it`, {
          code: "NOT_SUPPORTED",
        });
      const asking = jetstream(connection, { timeout: ttlMs * ANSWER_SHARE });
      return new KvLease(await new Kvm(asking).open(bucket, read), bucket, ttlMs);
    } catch (error) {
      throw jetStreamError(error, `The lease in bucket ${bucket} cannot be opened`, false);
    }
  }

  acquire(holder: string): Promise<number | undefined> {
    return this.unlessTaken(() => this.kv.create(KEY, holder));
  }

  renew(holder: string, revision: number): Promise<number | undefined> {
    return this.unlessTaken(() => this.kv.update(KEY, holder, revision));
  }

  async release(revision: number): Promise<void> {
    await this.unlessTaken(() => this.kv.delete(KEY, { previousSeq: revision }).then(() => 0));
  }

  async find(): Promise<LeaseHolder | undefined> {
    try {
      const entry = await this.kv.get(KEY);
      return entry === null || entry.operation !== "PUT"
        ? undefined
        : { holder: entry.string(), revision: entry.revision };
    } catch (error) {
      throw jetStreamError(error, `The lease in bucket ${this.bucket} cannot be read`);
    }
  }

  async close(): Promise<void> {}

  /** Removes the bucket. */
  async remove(): Promise<void> {
    await this.kv.destroy();
  }

  private async unlessTaken(write: () => Promise<number>): Promise<number | undefined> {
    try {
      return await write();
    } catch (error) {
      if (isWrongSequence(error)) return undefined;
      throw jetStreamError(error, `The lease in bucket ${this.bucket} cannot be written`);
    }
  }
}
