import assert from "node:assert/strict";
import type { SchedulerState } from "../../actors/scheduler/scheduler-state.ts";
import { S } from "../../actors/scheduler/scheduler-state.ts";
import { EncodedItem } from "../../runtime/protocol/value-column.ts";
import { errorFromWire } from "../../runtime/wire/error-wire.ts";
import { decodeValue, unflattenValue } from "../../runtime/wire/value.ts";
import type { SimClient, Standing } from "./client.ts";
import type { Cluster } from "./cluster.ts";
import { digestOf } from "./tasks.ts";
import type { Oracle, SimLayer } from "./workload.ts";

/** Every future has the right value where it is said to lie, or failed for a reason that is real. */
export function checkAnswers(cluster: Cluster, oracle: Oracle): void {
  for (const client of cluster.clients.values()) {
    assert.deepEqual(client.declined, [], `${client.id}: no submission is declined`);
    for (const [handle, standing] of client.handles) {
      const what = `${client.id}/${handle} (${standing.layer}:${standing.index})`;
      if (standing.state === "memory") checkValue(cluster, oracle, standing, what);
      else checkError(cluster, oracle, client, standing, what);
    }
  }
}

function checkValue(cluster: Cluster, oracle: Oracle, standing: Standing, what: string): void {
  const right = oracle.digest(standing.layer, standing.index);
  // The holder that a client was told is a hint; the scheduler knows where the value lies now.
  const { state } = cluster.scheduler as { state: SchedulerState };
  const holders = state.holdersOf(standing.row).map((number) => state.worker(number).id);
  assert.ok(
    holders.length > 0 && state.tasks.attempt[standing.row] === standing.attempt,
    `${what} lies where its client was told`,
  );
  for (const id of holders)
    assert.equal(
      digestOf(cluster.workers.get(id)?.brain.rows.value(standing.row)),
      right,
      `${what} has the right value`,
    );
  if (standing.value === undefined) return;
  const sent =
    standing.value instanceof EncodedItem ? decodeValue(unflattenValue(standing.value.bytes)) : standing.value;
  assert.equal(digestOf(sent), right, `${what} was sent the right value`);
}

function checkError(cluster: Cluster, oracle: Oracle, client: SimClient, standing: Standing, what: string): void {
  const error = standing.error as { code?: string; thrown?: unknown };
  const ancestry = oracle.ancestry(standing.layer, standing.index);
  const behaves = (kind: "broken" | "poison" | "flaky"): boolean =>
    [...ancestry].some((task) => {
      const at = task.lastIndexOf(":");
      const { behaviour } = cluster.scenario.layers.find((layer) => layer.name === task.slice(0, at)) as SimLayer;
      const index = Number(task.slice(at + 1));
      return kind === "flaky" ? behaviour.flaky.some(([one]) => one === index) : behaviour[kind].includes(index);
    });
  if (error.thrown instanceof Uint8Array) {
    const { message } = errorFromWire(error.thrown) as Error;
    const task = /^task (\S+) broke$/.exec(message)?.[1];
    assert.ok(task !== undefined && ancestry.has(task), `${what} failed with "${message}", which is none of its own`);
    assert.ok(behaves("broken") || behaves("flaky"), `${what} failed though nothing it needs is broken`);
    return;
  }
  const wasCancelled = cluster.scenario.acts.some((act) => act.kind === "cancel");
  const reasons: Record<string, boolean> = {
    CANCELLED: wasCancelled,
    KILLED_WORKER: behaves("poison"),
    LOST_DATA: cluster.epoch > 1,
  };
  assert.ok(
    error?.code !== undefined && reasons[error.code],
    `${what} of ${client.id} failed with ${JSON.stringify(error)}, for no reason`,
  );
}

/** What the scheduler believes of replicas is what is there. */
export function checkReplicas(cluster: Cluster): void {
  const { state } = cluster.scheduler as { state: SchedulerState };
  for (const slab of state.slabs.values())
    for (let row = slab.base; row < slab.base + slab.count; row++) {
      if (state.tasks.state[row] !== S.memory) continue;
      for (const number of state.holdersOf(row)) {
        const { id } = state.worker(number);
        assert.ok(
          cluster.workers.get(id)?.brain.holds(row, state.tasks.attempt[row] as number),
          `row ${row} lies on ${id} as the scheduler believes`,
        );
      }
    }
  for (const [id, { brain }] of cluster.workers) {
    const record = state.workerByName.get(id);
    assert.ok(record !== undefined, `${id} is alive and a member`);
    for (const row of brain.rows.rows())
      assert.ok(
        state.tasks.state[row] === S.memory &&
          state.holdersOf(row).includes(record.number) &&
          brain.holds(row, state.tasks.attempt[row] as number),
        `${id} has row ${row} in state ${brain.rows.state(row)}, which the scheduler knows nothing of (state ${state.tasks.state[row]}, holders ${state.holdersOf(row)})`,
      );
  }
}

/** After everything was released, nothing is left anywhere. */
export function checkEmpty(cluster: Cluster): void {
  const { state } = cluster.scheduler as { state: SchedulerState };
  assert.equal(state.slabs.size, 0, "the scheduler knows no slab");
  for (const [what, map] of Object.entries({
    layers: state.layers,
    keyRows: state.keyRows,
    moreHolders: state.moreHolders,
    laterDependents: state.laterDependents,
    failures: state.failures,
    quarantine: state.quarantine,
  }))
    assert.equal(map.size, 0, `the scheduler's ${what} are empty`);
  for (const client of state.clients.values()) assert.equal(client.handleCount, 0, `${client.id} holds nothing`);
  for (const worker of state.workerByName.values()) {
    assert.equal(worker.processing, 0, `${worker.id} processes nothing`);
    assert.deepEqual(worker.resourcesFree, worker.resources, `${worker.id} has its resources back`);
    assert.equal(worker.quarantined, 0, `${worker.id} has nothing in quarantine`);
  }
  for (const [id, { brain }] of cluster.workers) {
    assert.equal(brain.rows.size, 0, `${id} holds no row`);
    assert.equal(brain.managedBytes, 0, `${id} counts no bytes`);
    assert.equal(brain.layers.size, 0, `${id} knows no layer`);
  }
}
