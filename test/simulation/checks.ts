import assert from "node:assert/strict";
import { STANDING } from "../../actors/client/submission-record.ts";
import type { SchedulerState } from "../../actors/scheduler/scheduler-state.ts";
import { firstAttemptOf, S } from "../../actors/scheduler/scheduler-state.ts";
import { WS } from "../../actors/worker/worker-states.ts";
import type { Held, SimClient } from "./client.ts";
import type { Cluster } from "./cluster.ts";
import { isInOrder, isOfLine, isRunInOnePlace, isRunOnce } from "./in-order.ts";
import { digestOf } from "./tasks.ts";
import type { Oracle, SimLayer } from "./workload.ts";

/** Every future has the right value, or failed for a reason that is real. */
export function checkAnswers(cluster: Cluster, oracle: Oracle): void {
  for (const client of cluster.clients.values())
    for (const [handle, held] of client.handles) {
      const what = `${client.id}/${handle} (${held.layer}:${held.index})`;
      if (client.standing(handle) === STANDING.erred) checkError(cluster, oracle, client.errorOf(handle), held, what);
      else {
        const value = client.session.record(handle).valueAt(handle);
        assert.equal(digestOf(value), oracle.digest(held.layer, held.index), `${what} has the right value`);
      }
      const { waits } = client.session.counts;
      client.session.onSettled(handle, () => {});
      assert.equal(client.session.counts.waits, waits, `who asks whether ${what} is settled need not wait`);
    }
}

function checkError(cluster: Cluster, oracle: Oracle, thrown: unknown, held: Held, what: string): void {
  const error = thrown as Error & { code?: string };
  const ancestry = oracle.ancestry(held.layer, held.index);
  const layerOf = (task: string): SimLayer =>
    cluster.scenario.layers.find((layer) => layer.name === task.slice(0, task.lastIndexOf(":"))) as SimLayer;
  const behaves = (kind: "broken" | "poison" | "flaky"): boolean =>
    [...ancestry].some((task) => {
      const { behaviour } = layerOf(task);
      const index = Number(task.slice(task.lastIndexOf(":") + 1));
      return kind === "flaky" ? behaviour.flaky.some(([one]) => one === index) : behaviour[kind].includes(index);
    });
  if (error.code === "TASK_FAILED") {
    const task = /^task (\S+) broke$/.exec((error.cause as Error | undefined)?.message ?? "")?.[1];
    assert.ok(
      task !== undefined && ancestry.has(task),
      `${what} failed with "${error.message}", which is none of its own`,
    );
    assert.ok(behaves("broken") || behaves("flaky"), `${what} failed though nothing it needs is broken`);
    const begun = cluster.tasks.byTask.get(task)?.begun ?? 0;
    const tries = 1 + (layerOf(task).annotations.retries ?? 0);
    assert.ok(begun >= tries, `${what} failed though ${task} ran ${begun} times of ${tries}`);
    return;
  }
  checkLoss(cluster, error);
  const { acts, faults } = cluster.scenario;
  // A layer of one name may read what its first submitter scattered, and has let go of since.
  const letsGo = acts.some((act) => act.kind === "release");
  const isLossy =
    letsGo ||
    faults.some((fault) => !isInOrder(fault)) ||
    cluster.scenario.options.network.peerLoss > 0 ||
    cluster.scenario.layers.some((layer) => layer.behaviour.poison.length > 0);
  // What had its effect and was let go of since is not made again for a later submission.
  const mayNeedAgain = isLossy || acts.filter((act) => act.kind === "submit").length > 1;
  // A task that was alone on every worker that chance ended looks like the one that ended them.
  const endings = faults.filter((fault) => !isInOrder(fault) && !isOfLine(fault) && fault.kind !== "clientEnds").length;
  const reasons: Record<string, boolean> = {
    OVERLOADED: cluster.scenario.options.tasksPerClientMax !== undefined,
    CANCELLED: acts.some((act) => act.kind === "cancel"),
    KILLED_WORKER: behaves("poison") || endings > cluster.scenario.options.allowedFailures,
    LOST_DATA:
      cluster.epoch > 1 ||
      (cluster.line?.forgotten ?? 0) > 0 ||
      (isLossy && [...ancestry].some((task) => layerOf(task).kind === "scatter")) ||
      (mayNeedAgain && [...ancestry].some((task) => layerOf(task).annotations.effectful === "once")),
  };
  assert.ok(
    error.code !== undefined && reasons[error.code],
    `${what} failed with ${error.code} ${error.message}, for no reason`,
  );
}

/** Whose result is lost for good is told what to do about it: what had its effect is not to be scattered again. */
function checkLoss(
  { scenario }: Cluster,
  { code, message, details }: Error & { code?: string; details?: unknown },
): void {
  const { key } = (details ?? {}) as { key?: string };
  if (code !== "LOST_DATA" || key === undefined) return;
  const layer = scenario.layers.find(({ name }) => key.startsWith(`${name}/`));
  const isEffect = layer?.annotations.effectful === "once";
  assert.equal(message.includes("effect"), isEffect, `${key} is lost, of which is said: ${message}`);
}

/** Without a reason to run it again, a task runs once; and never in two places at a time while nobody is cut off, unless it is a straggler and its copy. */
export function checkRuns(cluster: Cluster): void {
  const { scenario } = cluster;
  if (isRunInOnePlace(scenario)) assert.equal(cluster.tasks.overlaps, 0, "no task runs in two places at once");
  if (!isRunOnce(scenario)) return;
  const { layers } = scenario;
  for (const [task, { begun }] of cluster.tasks.byTask) {
    const layer = layers.find((one) => one.name === task.slice(0, task.lastIndexOf(":"))) as SimLayer;
    const retries = layer.annotations.retries ?? 0;
    const runs = 1 + retries + cluster.races.copiesOf(task);
    assert.ok(begun <= runs, `${task} ran ${begun} times for no reason`);
  }
}

/** Nothing that was said is lost where nothing is cut off, stopped or ended: no session begins anew, and nobody is given up. */
export function checkSessions(cluster: Cluster): void {
  if (!cluster.scenario.faults.every(isInOrder)) return;
  assert.equal(cluster.falseDeaths, 0, "nobody is given up for no reason");
  assert.equal(cluster.sessions, 0, "no session begins anew for no reason");
}

/** Of a line of schedulers one leads, and all others know that they do not. */
export function checkLine({ standbys, leader }: Cluster): void {
  if (standbys !== undefined) assert.deepEqual([...standbys.leading], [leader], "one scheduler leads and knows it");
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
    if (record === undefined) {
      // Its wish to leave was granted a moment ago, and the word is on its way: others hold what it has.
      const mayLeave = cluster.scenario.faults.some((fault) => fault.kind === "retire" && fault.node === id);
      assert.ok(mayLeave, `${id} is alive and a member`);
      continue;
    }
    for (const row of brain.rows.rows()) {
      // A question for it was lost more than once, each time for as long as one waits for an answer: the scheduler still wants it there.
      const isOrdered = state.replicas.orders.get(row)?.some(({ to }) => to === record.number) === true;
      const isComing = brain.rows.state(row) === WS.fetching;
      if (isOrdered && isComing) continue;
      // It was given up before its copy came, and the question is lost: what comes is one copy too many. If it never comes, the row stays at the end.
      const isThere = state.tasks.state[row] === S.memory;
      const attempt = brain.fetches.attemptOf(row);
      if (isComing && isThere && attempt === state.tasks.attempt[row]) continue;
      // A former leader ordered it, and what was there at the takeover is not any more.
      if (isComing && attempt <= firstAttemptOf(state.epoch)) continue;
      assert.ok(
        state.tasks.state[row] === S.memory &&
          state.holdersOf(row).includes(record.number) &&
          brain.holds(row, state.tasks.attempt[row] as number),
        `${id} has row ${row} in state ${brain.rows.state(row)}, which the scheduler knows nothing of (state ${state.tasks.state[row]}, holders ${state.holdersOf(row)})`,
      );
    }
  }
}

/** A client that holds nothing waits for nothing, and has nothing to say again. */
function checkClient({ id, session }: SimClient): void {
  if (!session.isOpen) return;
  assert.deepEqual(session.counts, { submissions: 0, waits: 0 }, `${id} holds nothing, and nobody waits there`);
  assert.equal(session["unacknowledged"].size, 0, `${id} has heard of all it submitted`);
  assert.deepEqual(session["wishes"].said(), [], `${id} wishes nothing of what it let go of`);
}

/** Who is closed takes nothing more, and says so. */
export function checkClosed({ id, session }: SimClient): void {
  const submit = (): unknown => session.submit({ layers: [], wants: [] }, { priority: 0, retries: 0 });
  assert.throws(submit, { code: "CLOSED" }, `${id} is closed`);
}

/** After everything was released, nothing is left anywhere. */
export function checkEmpty(cluster: Cluster): void {
  for (const client of cluster.clients.values()) checkClient(client);
  const { state } = cluster.scheduler as { state: SchedulerState };
  assert.equal(state.slabs.size, 0, "the scheduler knows no slab");
  for (const [what, map] of Object.entries({
    layers: state.layers,
    keyRows: state.keyRows,
    moreHolders: state.moreHolders,
    laterDependents: state.laterDependents,
    failures: state.failures,
    quarantine: state.quarantine,
    tickets: state.tickets,
    wishes: state.replicas.wishes,
    orders: state.replicas.orders,
    seceded: state.seceded,
    races: state.races.copies,
    sentMs: state.races.sentMs,
  }))
    assert.equal(map.size, 0, `the scheduler's ${what} are empty`);
  assert.deepEqual(state.claims, [], "nothing that was given away is to be claimed");
  for (const client of state.clients.values()) assert.equal(client.handleCount, 0, `${client.id} holds nothing`);
  for (const worker of state.workerByName.values()) {
    assert.equal(worker.processing, 0, `${worker.id} processes nothing`);
    assert.deepEqual(worker.resourcesFree, worker.resources, `${worker.id} has its resources back`);
    assert.equal(worker.quarantined, 0, `${worker.id} has nothing in quarantine`);
  }
  for (const [id, { brain }] of cluster.workers) {
    assert.equal(brain.rows.size, 0, `${id} holds no row`);
    assert.equal(brain.managedBytes, 0, `${id} counts no bytes`);
    const { residentBytes, spilledBytes } = brain.chunks.store;
    assert.equal(residentBytes + spilledBytes, 0, `${id} has nothing in its store, on disk neither`);
    assert.equal(brain.executing, 0, `${id} runs nothing`);
    assert.equal(brain.parked.size, 0, `${id} keeps no data for anyone`);
    assert.equal(brain.layers.size, 0, `${id} knows no layer`);
    for (const what of ["wishes", "byPeer", "open", "busyPeers"] as const)
      assert.equal(brain.fetches[what].size, 0, `${id} asks nobody for anything: ${what}`);
  }
}
