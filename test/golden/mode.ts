import * as shoal from "../../index.ts";
import { currentExecutor, type Executor, pushExecutor, syncExecutor } from "../../index.ts";

/** How cases are run: "oracle" is the plain evaluator of graphs that every executor is tested against. */
export type Mode = "oracle" | "inline" | "threads" | "processes" | "nats";
export const modes: readonly Mode[] = ["oracle", "inline", "threads", "processes", "nats"];

/** What one case cost. */
export interface CaseStats {
  /** Tasks that ran, or null where the mode does not say. */
  readonly tasks: number | null;
  /** Processes that ran them. */
  readonly workerPids: readonly number[];
}

/** An open way to run cases. */
export interface OpenMode {
  /** Counts from here on. */
  startCase(): void;
  /** Whether anything was submitted since the case began. */
  hasComputed(): boolean;
  stats(): Promise<CaseStats>;
  close(): Promise<void>;
}

/** What `Client.local({ mode })` gives, as far as cases need it. */
interface LocalClient {
  close(): Promise<void>;
  /** Counters of the run: tasks finished so far, and who ran them. */
  stats?(): Promise<{ tasks: number; workerPids: readonly number[] }>;
}

/**
 * Opens a mode.
 * @throws TypeError if the library has no such mode
 */
export async function openMode(mode: Mode): Promise<OpenMode> {
  if (mode === "oracle")
    return watched(
      syncExecutor,
      async () => {},
      async () => ({ tasks: null, workerPids: [process.pid] }),
    );
  const { Client } = shoal as unknown as {
    Client?: { local(options: { mode: string; workers: number }): Promise<LocalClient> };
  };
  if (Client === undefined) throw new TypeError(`The mode "${mode}" needs the export Client of "shoal"`);
  const client = await Client.local({ mode, workers: 2 });
  let before = 0;
  const read = async (): Promise<CaseStats> => {
    const found = await client.stats?.();
    if (found === undefined) return { tasks: null, workerPids: [] };
    const tasks = found.tasks - before;
    before = found.tasks;
    return { tasks, workerPids: found.workerPids };
  };
  return watched(currentExecutor(), () => client.close(), read);
}

function watched(inner: Executor, close: () => Promise<void>, stats: () => Promise<CaseStats>): OpenMode {
  let computed = false;
  const remove = pushExecutor({
    compute: (wants, options) => {
      computed = true;
      return inner.compute(wants, options);
    },
    persist: (wants, options) => {
      computed = true;
      return inner.persist(wants, options);
    },
  });
  return {
    startCase: () => {
      computed = false;
    },
    hasComputed: () => computed,
    stats,
    close: async () => {
      remove();
      await close();
    },
  };
}
