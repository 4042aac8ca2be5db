import { NatsServer, type NatsServerOptions } from "../../infra/nats/server.ts";
import type { Bus, BusStatus } from "../../runtime/bus/bus.ts";

interface TestScope {
  after(fn: () => Promise<void> | void): void;
}

/** A real server for one test (or, given `{ after }` of node:test, for one suite), ended with it. */
export async function startTestNats(scope: TestScope, options: NatsServerOptions = {}): Promise<NatsServer> {
  const server = await NatsServer.start(options);
  scope.after(() => server.stop());
  return server;
}

/** Records a bus's statuses, and waits for the next one of a kind that has not been waited for yet. */
export function watchStatus(bus: Bus): {
  readonly seen: readonly BusStatus[];
  next<K extends BusStatus["kind"]>(kind: K): Promise<Extract<BusStatus, { kind: K }>>;
} {
  const seen: BusStatus[] = [];
  const waiting: { kind: string; resolve(status: BusStatus): void }[] = [];
  let from = 0;
  const settle = () => {
    while (waiting[0] !== undefined) {
      const at = seen.findIndex((status, i) => i >= from && status.kind === waiting[0]?.kind);
      if (at < 0) return;
      from = at + 1;
      waiting.shift()?.resolve(seen[at] as BusStatus);
    }
  };
  bus.onStatus((status) => {
    seen.push(status);
    settle();
  });
  return {
    seen,
    next: (kind) =>
      new Promise((resolve) => {
        waiting.push({ kind, resolve: resolve as (status: BusStatus) => void });
        settle();
      }),
  };
}
