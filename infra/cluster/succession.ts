import { connectNats, type NatsConnectOptions } from "../../runtime/bus/nats-connect.ts";
import { clusterSubjects, inboxPrefixOf } from "../../runtime/bus/subject.ts";
import { JetStreamJournal } from "../../runtime/journal/jetstream-journal.ts";
import { KvLease } from "../../runtime/journal/kv-lease.ts";

/** The journal and the lease of a cluster's schedulers, on a connection of their own. */
export interface SuccessionStore {
  readonly journal: JetStreamJournal;
  readonly lease: KvLease;
  close(): Promise<void>;
  /** Leaves nothing behind on the server. */
  remove(): Promise<void>;
}

/** @throws ShoalError NOT_SUPPORTED for a server without JetStream */
export async function openSuccession(
  connect: NatsConnectOptions,
  cluster: string,
  leaseMs: number,
): Promise<SuccessionStore> {
  const name = `shoal journal of ${cluster}, pid ${process.pid}`;
  const connection = await connectNats({ name, ...connect, inboxPrefix: inboxPrefixOf(cluster, "scheduler") });
  try {
    const { journal: subject } = clusterSubjects(cluster);
    const journal = await JetStreamJournal.open(connection, { stream: `shoal-journal-${cluster}`, subject });
    const lease = await KvLease.open(connection, { bucket: `shoal-${cluster}`, ttlMs: leaseMs });
    return {
      journal,
      lease,
      close: () => connection.close(),
      remove: async () => {
        await journal.remove();
        await lease.remove();
      },
    };
  } catch (error) {
    await connection.close();
    throw error;
  }
}
