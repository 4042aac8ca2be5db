import type { ShoalError } from "../../runtime/base/errors.ts";
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
  const done = new Set<string>();
  const isPresent = (worker: string): boolean => session.workers.some(({ id }) => id === worker);
  const setUp = async (worker: string): Promise<void> => {
    done.add(worker);
    await runOnWorkers(reach, setup as (worker: never) => unknown, [worker], [worker]);
  };
  const known = await knownWorkers(session);
  const stop = session.onWorkers(() => {
    const present = new Set(session.workers.map(({ id }) => id));
    for (const id of done) if (!present.has(id)) done.delete(id);
    for (const id of present)
      if (!done.has(id))
        setUp(id).catch((error) => {
          if (isPresent(id)) onFailure(id, error);
        });
  });
  try {
    await Promise.all(known.map(({ id }) => setUp(id)));
  } catch (error) {
    stop();
    throw error;
  }
  return {
    get workers() {
      return [...done];
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
      await Promise.all([...done].map(undo));
    },
  };
}
