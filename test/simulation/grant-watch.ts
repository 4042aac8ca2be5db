import { HeldDigest } from "../../actors/worker/held-digest.ts";
import type { WorkerBrain } from "../../actors/worker/worker-brain.ts";
import { WS } from "../../actors/worker/worker-states.ts";
import type { StealAsk, StealGrant } from "../../runtime/protocol/worker-worker.ts";

/** What a worker that gives tasks away must not have given, in words; undefined if all may go where they go. */
export function wrongGrant(brain: WorkerBrain, ask: StealAsk, grant: StealGrant, queued: number): string | undefined {
  if (grant.rows.length === 0) return undefined;
  if (ask.epoch !== brain.epoch || ask.thief === brain.id)
    return `${ask.thief} of epoch ${ask.epoch} is given tasks by ${brain.id} of epoch ${brain.epoch}`;
  const gone = grant.inputs.find((input) => brain.rows.state(input) !== WS.memory);
  if (gone !== undefined) return `${ask.thief} is given a task whose input ${gone} is not on ${brain.id}`;
  return beyondResources(brain, ask, grant) ?? withoutGain(brain, ask, grant, queued);
}

/** Tasks go where they may run, and no more of them than there is room for. */
function beyondResources(brain: WorkerBrain, ask: StealAsk, grant: StealGrant): string | undefined {
  const free: Record<string, number> = { ...ask.resources };
  for (const row of grant.rows) {
    const batch = brain.rows.batch(row);
    const layer = batch && brain.layers.get(batch.layer);
    const { workers, allowOtherWorkers, resources = {} } = layer?.annotations ?? {};
    if (workers !== undefined && !workers.includes(ask.thief) && allowOtherWorkers !== true)
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
