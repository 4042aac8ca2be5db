import { HeldDigest } from "../../actors/worker/held-digest.ts";
import type { WorkerBrain } from "../../actors/worker/worker-brain.ts";
import { WS } from "../../actors/worker/worker-states.ts";
import type { Annotations } from "../../runtime/graph/layer.ts";
import type { StealAsk, StealGrant } from "../../runtime/protocol/worker-worker.ts";

/** What a worker has queued: what was given away is known there no more. */
export interface Queued {
  readonly count: number;
  /** By row. */
  readonly annotations: ReadonlyMap<number, Annotations>;
}

export function queuedAt({ queue, rows, layers }: WorkerBrain): Queued {
  const queued = [...rows.rows()].filter((row) => rows.state(row) === WS.queued);
  const annotations = queued.flatMap((row): [number, Annotations][] => {
    const layer = layers.get(rows.batch(row)?.layer ?? -1);
    return layer?.annotations === undefined ? [] : [[row, layer.annotations]];
  });
  return { count: queue.size, annotations: new Map(annotations) };
}

/** What a worker that gives tasks away must not have given, in words; undefined if all may go where they go. */
export function wrongGrant(brain: WorkerBrain, ask: StealAsk, grant: StealGrant, queued: Queued): string | undefined {
  if (grant.rows.length === 0) return undefined;
  if (ask.epoch !== brain.epoch || ask.thief === brain.id)
    return `${ask.thief} of epoch ${ask.epoch} is given tasks by ${brain.id} of epoch ${brain.epoch}`;
  const gone = grant.inputs.find((input) => brain.rows.state(input) !== WS.memory);
  if (gone !== undefined) return `${ask.thief} is given a task whose input ${gone} is not on ${brain.id}`;
  return beyondResources(brain, ask, grant, queued) ?? withoutGain(brain, ask, grant, queued.count);
}

/** Tasks go where they may run, and no more of them than there is room for. */
function beyondResources(
  { id }: WorkerBrain,
  ask: StealAsk,
  grant: StealGrant,
  { annotations }: Queued,
): string | undefined {
  const free: Record<string, number> = { ...ask.resources };
  for (const row of grant.rows) {
    const { workers, allowOtherWorkers, resources = {} } = annotations.get(row) ?? {};
    const isElsewhere = allowOtherWorkers === true && workers?.includes(id) !== true;
    if (workers !== undefined && !workers.includes(ask.thief) && !isElsewhere)
      return `row ${row} was given to ${ask.thief}, and is for ${workers.join(", ")}`;
    for (const [name, amount] of Object.entries(resources)) free[name] = (free[name] ?? 0) - amount;
  }
  const [short] = Object.entries(free).find(([, left]) => left < 0) ?? [];
  return short === undefined ? undefined : `${ask.thief} is given more tasks than it has ${short} for`;
}

/** The last of a queue waits for all before it; inputs that the thief has not told of have to come first. */
function withoutGain(brain: WorkerBrain, ask: StealAsk, grant: StealGrant, queued: number): string | undefined {
  const digest = HeldDigest.read(ask.digest);
  const waitUs = (queued * ask.meanUs) / brain.stealing.self.slots;
  for (const [i, row] of grant.rows.entries()) {
    const inputs = grant.inputs.slice(grant.inputOffsets[i], grant.inputOffsets[i + 1]);
    const missing = inputs.filter((input) => !digest.mayHold(input));
    const moveUs = missing.reduce((sum, input) => sum + brain.rows.bytes(input), 0) / ask.bytesPerUs;
    if (moveUs > waitUs)
      return `row ${row} was given to ${ask.thief}: its inputs take ${moveUs} us, here it waits ${waitUs}`;
  }
  return undefined;
}
