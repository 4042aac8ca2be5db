import assert from "node:assert/strict";
import { test } from "node:test";
import { schedulerActor } from "../../../actors/scheduler/scheduler.ts";
import { workerChartFacts } from "../../../actors/worker/worker-states.ts";
import type { ActorContext } from "../../../runtime/actor/actor.ts";
import { ActorSystem } from "../../../runtime/actor/system.ts";
import { LocalBus } from "../../../runtime/bus/local-bus.ts";
import { clusterSubjects } from "../../../runtime/bus/subject.ts";
import type { CommitLog } from "../../../runtime/journal/commit-log.ts";
import { ManualClock, settle } from "../../support/manual-clock.ts";
import { taskLayer } from "../../support/task-layer.ts";

const HEARTBEAT_MS = 1000;

/** A journal that notes what it is given, and wants a summary when it is told to. */
class NotingLog implements CommitLog {
  wantsSummary = false;
  readonly given: string[] = [];

  add(records: readonly unknown[]): number {
    for (const { kind } of records as { kind: string }[]) this.given.push(kind);
    return this.given.length;
  }

  isCommitted(): boolean {
    return true;
  }

  async whenCommitted(): Promise<void> {}

  summarize(records: readonly unknown[]): void {
    this.given.push(`summary of ${records.length}`);
    this.wantsSummary = false;
  }
}

test("a summary in the turn of a submission has it, and it is not told once more after it", async (t) => {
  const clock = new ManualClock();
  const commits = new NotingLog();
  const turns: (() => void)[] = [];
  const run = async (): Promise<void> => {
    for (let turn = turns.shift(); turn !== undefined; turn = turns.shift()) {
      turn();
      await settle();
    }
  };
  const system = new ActorSystem({ bus: new LocalBus(), clock, defer: (turn) => void turns.push(turn) });
  t.after(() => system.close());
  const limits = {
    allowedFailures: 3,
    prefillUs: 0,
    clientLeaseMs: 1e9,
    workerLeaseMs: 1e9,
    heartbeatMs: HEARTBEAT_MS,
  };
  const journal = { commits, past: [], summaryOfOthers: () => [] };
  const subjects = clusterSubjects("test");
  system.spawn(schedulerActor({ ...limits, cluster: "test", epoch: 1, version: "1", journal, ...workerChartFacts }));
  let client: ActorContext | undefined;
  system.spawn({
    address: subjects.client("c"),
    make: (context) => {
      client = context;
      return { receive: () => {} };
    },
  });
  await run();
  client?.tell(subjects.scheduler, { type: "hello", hello: 1, version: "1" });
  await settle();
  await run();
  // Both are there before the scheduler has its turn.
  const wants = [{ layer: 0, indices: null, handleBase: 1 }];
  const layers = [taskLayer("tasks", [[], []], undefined)];
  client?.tell(subjects.scheduler, { type: "submit", request: 1, layers, wants, priority: 0, retries: 0 });
  await settle();
  commits.wantsSummary = true;
  await clock.advance(HEARTBEAT_MS);
  await run();
  const summary = commits.given.findIndex((what) => what.startsWith("summary"));
  const graph = commits.given.indexOf("graph");
  assert.ok(summary >= 0 && graph >= 0, commits.given.join(", "));
  assert.ok(graph < summary, `told before the summary, or not at all: ${commits.given.join(", ")}`);
});
