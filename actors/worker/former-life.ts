import { ShardSet } from "../../runtime/graph/shards.ts";
import type { ComputeBatch } from "../../runtime/protocol/scheduler-worker.ts";
import type { LayerDefinition } from "../../runtime/protocol/wire-layer.ts";
import type { WorkerOutbox } from "./worker-outbox.ts";
import type { WorkerRows } from "./worker-rows.ts";
import { E, WS } from "./worker-states.ts";

/** The worker where rows begin new lives. */
export interface LifeHost {
  readonly id: string;
  readonly rows: WorkerRows;
  readonly layers: ReadonlyMap<number, LayerDefinition>;
  readonly out: WorkerOutbox;
  move(row: number, event: number): void;
  free(row: number, attempt: number): void;
}

/**
 * Numbers of rows are given again. What is left here of the task that had this one before stands in nobody's way: a copy
 * goes, a function runs on unheard.
 * @param since the row's life from now on; attempts up to this one are of former tasks
 */
export function leaveFormerLife(host: LifeHost, row: number, since: number): void {
  const { rows } = host;
  orphanFormerBody(host, row);
  const from = rows.state(row);
  const isOutdated =
    (from === WS.memory && (rows.since(row) !== since || isElsewhere(host, row))) ||
    (from === WS.promised && rows.attempt(row) <= since);
  if (isOutdated) host.free(row, Math.max(since, rows.attempt(row)));
}

/** A function whose layer is no more, or whose layer's number is another's by now, is no run of what the row stands for. */
export function orphanFormerBody(host: LifeHost, row: number): void {
  const { rows, layers, out } = host;
  if (rows.state(row) !== WS.cancelling) return;
  const { layer } = rows.batch(row) as ComputeBatch;
  if (layers.get(layer)?.since === rows.since(row)) return;
  host.move(row, E["orphan"] as number);
  out.orphans.push(row);
}

/** The handle of what was elsewhere stands in for nothing that is made anew. */
function isElsewhere({ rows, id }: LifeHost, row: number): boolean {
  const value = rows.value(row);
  return value instanceof ShardSet && value.home !== id;
}
