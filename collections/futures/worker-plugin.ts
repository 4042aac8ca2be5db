import type { ShoalError } from "../../runtime/base/errors.ts";
import type { WorkerSummary } from "../../runtime/protocol/client-scheduler.ts";
import { runOnWorkers } from "./actor-handle.ts";
import type { ClientReach } from "./client-reach.ts";
import { knownWorkers } from "./known-workers.ts";

/** What is to be done once on every worker: open a connection, load a model, set a variable. */
export interface WorkerPlugin {
  /** Runs on each worker, outside of any task. Travels like any function. */
  setup(worker: string): unknown;
  /** Runs on each worker when the plugin is taken off. */
  teardown?(worker: string): unknown;
}

/** A plugin that is in force. */
export interface PluginRegistration {
  /** Workers that it was set up on. */
  readonly workers: readonly string[];
  /** Takes it off: no further worker is set up, and `teardown` runs where it was. */
  unregister(): Promise<void>;
}

/**
 * Sets a plugin up on all workers, and on those that come later as long as the client is open. Settles when all that are there are set up.
 * @param onFailure told of a later worker that could not be set up
 */
export async function registerPlugin(
  reach: ClientReach,
  { setup, teardown }: WorkerPlugin,
  onFailure: (worker: string, error: unknown) => void,
): Promise<PluginRegistration> {
  const { session } = reach.executor;
  // One that wished to leave and was asked to stay is here again, and still set up; one that has its name from another is not.
  const done = new Map<string, number>();
  const isPresent = (worker: string): boolean => session.workers.some(({ id }) => id === worker);
  const present = (): string[] => [...done.keys()].filter(isPresent);
  const setUp = async ({ id, incarnation }: WorkerSummary): Promise<void> => {
    done.set(id, incarnation);
    await runOnWorkers(reach, setup as (worker: never) => unknown, [id], [id]);
  };
  const known = await knownWorkers(session);
  const stop = session.onWorkers(() => {
    for (const worker of session.workers)
      if (done.get(worker.id) !== worker.incarnation)
        setUp(worker).catch((error) => {
          if (isPresent(worker.id)) onFailure(worker.id, error);
        });
  });
  try {
    await Promise.all(known.map(setUp));
  } catch (error) {
    stop();
    throw error;
  }
  return {
    get workers() {
      return present();
    },
    unregister: async () => {
      stop();
      if (teardown === undefined) return;
      const undo = async (id: string): Promise<void> => {
        try {
          await runOnWorkers(reach, teardown as (worker: never) => unknown, [id], [id]);
        } catch (error) {
          // Of a worker that has died meanwhile nothing is left to undo; one that wished to leave and was asked to stay is here again.
          const { code, retryable } = error as ShoalError;
          if (!isPresent(id) || code === "NO_RESPONDERS") return;
          if (code !== "ACTOR_FAILED" || !retryable) throw error;
          await undo(id);
        }
      };
      await Promise.all(present().map(undo));
    },
  };
}
