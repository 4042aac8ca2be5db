import type { ClientSession, HandleLease } from "../../actors/client/client-session.ts";
import { systemClock } from "../../runtime/base/clock.ts";
import { cpuCount } from "../../runtime/base/cpu-count.ts";
import { type ComputeOptions, type Executor, setFallbackExecutor } from "../../runtime/graph/executor.ts";
import type { Want } from "../../runtime/graph/graph.ts";
import type { HeldLayer } from "../../runtime/graph/layer.ts";
import { heldNames } from "./held-names.ts";
import type { InlineCluster } from "./inline-cluster.ts";

/**
 * This process, when no client is open. Scheduler and worker are loaded when something is computed for the first time, so
 * that importing Shoal costs little.
 */
let started: InlineCluster | undefined;
let starting: Promise<InlineCluster> | undefined;
/** What was persisted before the cluster was up: its leases are filled before anything may read them. */
let filling: Promise<unknown> = Promise.resolve();

const start = (): Promise<InlineCluster> =>
  (starting ??= import("./inline-cluster.ts").then(({ startInlineCluster }) => (started = startInlineCluster())));

/** The inline cluster that serves whoever computes without a client. */
export const sharedInlineCluster = start;

const fallback: Executor = {
  compute: async (wants, options) => {
    await filling;
    const { executor } = await start();
    const startedMs = systemClock.now();
    const values = await executor.compute(wants, options);
    hintOnce(systemClock.now() - startedMs);
    return values;
  },
  persist: (wants, options) => started?.executor.persist(wants, options) ?? persistSoon(wants, options),
  spanTimes: async () => (await start()).executor.spanTimes(),
};

const LONG_MS = 1000;
let hasHinted = false;

/** Said once, where people look, and never to programs. */
function hintOnce(tookMs: number): void {
  if (hasHinted || tookMs < LONG_MS || process.stderr.isTTY !== true) return;
  hasHinted = true;
  const cores = cpuCount();
  if (cores > 1)
    process.emitWarning(`This ran on one of ${cores} cores; open Client.local() first to use them all`, {
      type: "Shoal",
    });
}

/** A lease whose handles come when the cluster is up. */
class ComingLease implements HandleLease {
  session: ClientSession = undefined as never;
  handles: Uint32Array = new Uint32Array(0);
  /** The real lease: it releases the handles when nobody refers to it. */
  keeper: unknown;

  fill(lease: HandleLease): void {
    this.session = lease.session;
    this.handles = lease.handles;
    this.keeper = lease;
  }
}

function persistSoon(wants: readonly Want[], options: ComputeOptions | undefined): HeldLayer[] {
  const leases = wants.map(() => new ComingLease());
  filling = filling.then(async () => {
    const held = (await start()).executor.persist(wants, options);
    held.forEach((layer, i) => {
      leases[i]?.fill(layer.lease as HandleLease);
    });
  });
  // A failure is told to whoever computes with it.
  filling.catch(() => {});
  return wants.map((want, i) => ({ kind: "held", ...heldNames(want), grid: want.layer.grid, lease: leases[i] }));
}

setFallbackExecutor(() => fallback);
